//! Tests of the judgement and of the matching. Every pattern of `VALID` and `INVALID` was compiled with Java 17 and 25.

use super::*;

/// Patterns that compile, and whose answer no release of Java changes.
const VALID: &[&str] = &[
    "",
    "a{2}{3}",
    "{2}",
    "^*",
    "$*",
    r"\b*",
    "a*+",
    "a++",
    "a?+",
    "a{1,2}+",
    "(?>a)",
    "(?<n>a)",
    r"(?<n>a)\k<n>",
    r"(a)\1",
    r"\1",
    "(?=a)",
    "(?!a)",
    "(?<=a)",
    "(?<!a)",
    "(?<=a|bc)d",
    "(?<=a{1,3})b",
    "a(?i)b",
    "(?-i)a",
    "(?i-s:a)",
    "(?d)a",
    "(?U)a",
    r"\p{L}",
    r"\p{Alpha}",
    r"\p{IsAlphabetic}",
    r"\pL",
    r"\p{javaLowerCase}",
    r"\p{InGreek}",
    r"\Qa.b\E",
    r"\h",
    r"\R",
    r"\G",
    r"\e",
    r"\cA",
    r"a\z",
    r"a\Z",
    r"\x{41}",
    r"\0101",
    "[a-z&&[^aeiou]]",
    "[a[bc]]",
    "[a-z--b]",
    "[[:alpha:]]+",
    r"[\w-z]",
    "(.{1,1000}){1,1000}",
    r"\d\w\s(?i)",
    "rack-[1-3]",
    r"\Qa",
    "[]a]",
    "[^]a]",
    "a}",
    "]",
    "()",
    "a||b",
    "(|a)",
    r"\-\_\é",
    "(?)a",
    "[a&&b]",
    r"\u0041",
    r"\uD83D\uDE00",
    "[a-]",
    "[-a]",
    r"\Q*\E+",
    r"[\Q]\E]",
    "x{0,0}",
    "(?i)",
    "a{2,}?",
    "[&]",
    "[a&]",
];

/// Patterns that no Java compiles.
const INVALID: &[&str] = &[
    "*",
    "+",
    "?",
    "[",
    "(",
    ")",
    "[]",
    "[b-a]",
    "a{3,2}",
    "\\",
    "a\\",
    "{",
    "{a}",
    "{a,b}",
    "a{",
    "a{b}",
    "a{,3}",
    "a**",
    "(?P<n>a)",
    "(?#c)a",
    "(a)(?(1)b|c)",
    "(?a)a",
    "(?R)",
    r"\p{Latin}",
    r"\y",
    r"\g1",
    r"\K",
    r"\C",
    r"\E",
    "[[a]",
    "(?<n>a)(?<n>b)",
    r"\k<n>",
    r"\k",
    "(?<1>a)",
    "a{1",
    "a{1,",
    "a{1,2",
    "(?",
    "(?<",
    "(?i",
    "(?i)*",
    "a|*",
    r"\x4",
    r"\u123",
    r"\09",
    r"\p{",
    r"\p{}",
    r"\p",
    r"[\b]",
    r"[\1]",
    r"[a-\d]",
    r"[a-\pL]",
    "[a-",
    r"\c",
    "(?<n",
    r"\x{110000}",
    "(a",
    "a)",
    r"\p{Foo}",
    r"[\A]",
    "++",
];

/// Patterns on which releases of Java disagree, or that its documentation leaves open.
const UNSURE: &[&str] = &[
    "(?<=a+)b",
    r"\X",
    r"\b{g}",
    r"\N{LATIN SMALL LETTER A}",
    "(?x)a b",
    "(?c)a",
    r"\p{IsEmoji}",
    r"\p{sc=Latin}",
    "[&&a]",
    "[a&&]",
    "[a&&^b]",
    "a{99999999999}",
    r"(?<=(a)\1)b",
    "(?<=(a|b){2})c",
    r"\p\QL\E",
    "(?U)\\p{alpha}",
];

#[test]
fn the_syntax_is_judged_as_java_does() {
    for pattern in VALID {
        assert_eq!(judge(pattern), Syntax::Valid, "{pattern}");
    }
    for pattern in INVALID {
        assert!(
            matches!(judge(pattern), Syntax::Invalid(_)),
            "{pattern}: {:?}",
            judge(pattern)
        );
    }
    for pattern in UNSURE {
        assert!(
            matches!(judge(pattern), Syntax::CannotTell(_)),
            "{pattern}: {:?}",
            judge(pattern)
        );
    }
}

#[test]
fn long_and_deep_patterns_neither_hang_nor_overflow() {
    let within = "a?".repeat(MAX_LENGTH / 2);
    assert_eq!(judge(&within), Syntax::Valid);
    assert!(matches!(judge(&"a".repeat(MAX_LENGTH + 1)), Syntax::CannotTell(_)));
    for unit in ["(", "[", "(?:", "[^", "(?=", "(a|", "[a&&[", "(?<n>"] {
        let deep: String = unit.repeat(MAX_LENGTH / unit.len());
        assert_ne!(judge(&deep), Syntax::Valid, "{unit}");
    }
    let deep = format!("{}a{}", "(".repeat(199), ")".repeat(199));
    assert_eq!(judge(&deep), Syntax::Valid);
    assert!(Matcher::new(&deep).is_err(), "the engine takes 64");
    let deep = format!("{}a{}", "(".repeat(60), ")".repeat(60));
    assert!(Matcher::new(&deep).unwrap().matches("a").unwrap());
}

#[test]
fn values_match_whole_and_as_in_java() {
    for (pattern, value, expected) in [
        ("rack-[1-3]", "rack-2", true),
        ("rack-[1-3]", "rack-22", false),
        ("rack", "my-rack", false),
        ("", "", true),
        ("", "a", false),
        (r"\d+", "12", true),
        ("a|b", "b", true),
        ("a*+a", "aaa", false),
        ("(?>a|ab)c", "abc", false),
        (r"(a|b)\1", "bb", true),
        (r"(?<n>a|b)-\k<n>", "a-b", false),
        ("(?i)RACK", "rack", true),
        ("(?i:R)ack", "rack", true),
        ("(?i:R)ack", "rACK", false),
        (".*", "a.b", true),
        (".*", "a\nb", false),
        ("(?s).*", "a\nb", true),
        ("[a-z&&[^aeiou]]+", "xyz", true),
        ("[a-z&&[^aeiou]]+", "xaz", false),
        ("[[:alpha:]]+", "alpha", true),
        ("[[:alpha:]]+", "beta", false),
        ("[a[bc]]+", "cab", true),
        (r"\Qa.b\E", "a.b", true),
        (r"\Qa.b\E", "axb", false),
        (r"\p{Alpha}+", "abc", true),
        (r"\P{Alpha}+", "12", true),
        ("a(?!b).", "ac", true),
        ("a(?!b).", "ab", false),
        (".*(?<=x|yz)d", "ayzd", true),
        ("a{2}{3}", "aa", true),
        (r"\x{41}\0101\u0041", "AAA", true),
        ("a$", "a", true),
        (r"[\w-z]+", "a-z", true),
        ("a??b", "b", true),
        ("[^a]", "b", true),
        ("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\\10", "abcdefghijj", true),
        ("(a)\\10", "aa0", true),
    ] {
        let matcher = Matcher::new(pattern).unwrap_or_else(|why| panic!("{pattern}: {why}"));
        assert_eq!(matcher.matches(value), Ok(expected), "{pattern} on {value}");
    }
}

#[test]
fn what_would_change_its_meaning_is_not_matched() {
    for pattern in [
        "(?m)^a",
        r"\R",
        r"\G",
        "a(?i)b",
        "(?U)a",
        "(?d)a",
        "[^a[b]]",
        r"\1(a)",
        r"(?i)(a)\1",
        r"\uD800",
        "*",
    ] {
        assert!(Matcher::new(pattern).is_err(), "{pattern}");
    }
    assert!(Matcher::new("a").unwrap().matches("ä").is_err());
    assert!(Matcher::new("a").unwrap().matches(&"a".repeat(MAX_VALUE + 1)).is_err());
}

#[test]
fn matching_stops_instead_of_running_on() {
    let hostile = Matcher::new(r"(?=(a+))(a|a|aa)+\1b").unwrap();
    assert!(hostile.matches(&"a".repeat(2_000)).is_err());
    if let Ok(large) = Matcher::new("(.{1,1000}){1,1000}") {
        let _ = large.matches("a");
    }
}
