//! The verdict: nothing unknown becomes GO, waivers remove effects and nothing else.
//!
//! Every promise is checked against an independent model (worst letter wins), on random results.

use chrono::{DateTime, NaiveDate, Utc};
use gonogo::model::{
    AppliedSignoff, AppliedWaiver, Area, Change, ChangeKind, CheckResult, Expectation, Finding, OpenSignoffs, Policy,
    Severity, SignoffState, Status, Subject, SubjectKind, Verdict, Waiver, WaiverState,
};
use gonogo::verdict::{self, Basis, decide, rank};
use proptest::prelude::*;

fn result(severity: Severity, status: Status) -> CheckResult {
    CheckResult {
        check: "some-check".to_owned(),
        area: Area::Mesos,
        title: "all is well".to_owned(),
        severity,
        status,
        reason: matches!(status, Status::Unknown | Status::Skipped).then(|| "why".to_owned()),
        judged: matches!(status, Status::Pass | Status::Warn | Status::Fail).then(|| "3 agents".to_owned()),
        findings: if matches!(status, Status::Warn | Status::Fail) {
            vec![finding("a")]
        } else {
            Vec::new()
        },
        requirements: Vec::new(),
        left_out: false,
    }
}

fn finding(agent: &str) -> Finding {
    Finding::about(Subject::named(SubjectKind::Agent, agent))
}

fn change(expectation: Expectation) -> Change {
    Change {
        subject: Subject::named(SubjectKind::Task, "t"),
        kind: ChangeKind::Restarted,
        field: None,
        before: None,
        after: None,
        expectation,
        expected_by: None,
        why: "because".to_owned(),
        evidence: Vec::new(),
    }
}

fn waiver(check: &str, scope: Option<&str>, expires: &str) -> Waiver {
    Waiver {
        check: check.to_owned(),
        scope: scope.map(str::to_owned),
        reason: "known and harmless".to_owned(),
        owner: "operations".to_owned(),
        expires: expires.parse::<NaiveDate>().unwrap(),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn of(results: &[CheckResult], changes: &[Change], waivers: &[AppliedWaiver], remarks: &[String]) -> Verdict {
    decide(&Basis {
        results,
        changes,
        waivers,
        signoffs: &[],
        remarks,
        policy: &Policy::default(),
    })
}

fn of_results(results: &[CheckResult]) -> Verdict {
    of(results, &[], &[], &[])
}

use Severity::{Blocker, Warning};
use Status::{Fail, Pass, Skipped, Unknown, Warn};

#[test]
fn the_table_of_product_md() {
    let pass = result(Blocker, Pass);
    for (results, expected) in [
        (vec![], Verdict::CannotSay),
        (vec![pass.clone()], Verdict::Go),
        (vec![pass.clone(), result(Warning, Pass)], Verdict::Go),
        (vec![pass.clone(), result(Warning, Warn)], Verdict::GoWithWarnings),
        (vec![pass.clone(), result(Warning, Unknown)], Verdict::GoWithWarnings),
        (vec![pass.clone(), result(Blocker, Unknown)], Verdict::CannotSay),
        (vec![result(Blocker, Fail), result(Blocker, Unknown)], Verdict::NoGo),
        (vec![pass.clone(), result(Blocker, Skipped)], Verdict::Go),
        (vec![result(Blocker, Skipped)], Verdict::CannotSay),
        (
            vec![result(Blocker, Skipped), result(Warning, Pass)],
            Verdict::CannotSay,
        ),
    ] {
        let shown: Vec<_> = results.iter().map(|r| (r.severity, r.status)).collect();
        assert_eq!(of_results(&results), expected, "{shown:?}");
    }
}

#[test]
fn results_that_contradict_themselves_are_never_go() {
    let mut hollow = result(Blocker, Pass);
    hollow.judged = None;
    assert_eq!(of_results(&[hollow]), Verdict::CannotSay);
    let mut doubting = result(Blocker, Pass);
    doubting.reason = Some("half of it was missing".to_owned());
    assert_eq!(of_results(&[doubting]), Verdict::CannotSay);
    let mut empty = result(Blocker, Fail);
    empty.findings.clear();
    assert_eq!(of_results(&[empty]), Verdict::NoGo);
    let mut passed_with_finding = result(Blocker, Pass);
    passed_with_finding.findings.push(finding("a"));
    assert_eq!(of_results(&[passed_with_finding]), Verdict::NoGo);
}

#[test]
fn what_the_user_left_out_is_not_go() {
    let mut left_out = result(Blocker, Skipped);
    left_out.left_out = true;
    assert_eq!(
        of_results(&[result(Blocker, Pass), left_out.clone()]),
        Verdict::CannotSay
    );
    assert_eq!(of_results(&[result(Blocker, Fail), left_out.clone()]), Verdict::NoGo);
    left_out.severity = Warning;
    assert_eq!(of_results(&[result(Blocker, Pass), left_out]), Verdict::GoWithWarnings);
}

#[test]
fn unexpected_changes_and_remarks_are_warnings_at_least() {
    let pass = [result(Blocker, Pass)];
    assert_eq!(
        of(
            &pass,
            &[change(Expectation::Expected), change(Expectation::Tolerated)],
            &[],
            &[]
        ),
        Verdict::Go
    );
    assert_eq!(
        of(&pass, &[change(Expectation::Unexpected)], &[], &[]),
        Verdict::GoWithWarnings
    );
    assert_eq!(
        of(&pass, &[], &[], &["agents could not be compared".to_owned()]),
        Verdict::GoWithWarnings
    );
}

#[test]
fn a_waiver_removes_the_effect_and_never_the_finding() {
    let mut results = vec![result(Blocker, Fail)];
    let applied = verdict::waivers::apply(
        &mut results,
        &[waiver("some-check", None, "2018-06-30")],
        at("2018-06-30T23:59:59Z"),
    );
    assert_eq!((applied[0].state, applied[0].findings), (WaiverState::Applied, 1));
    assert_eq!(results[0].findings[0].waived_by.as_deref(), Some("waiver-1"));
    assert_eq!(results[0].status, Fail);
    assert_eq!(of(&results, &[], &applied, &[]), Verdict::GoWithWarnings);
    // Waived findings do not judge the part that was unknown.
    results[0].reason = Some("2 agents did not answer".to_owned());
    assert_eq!(of(&results, &[], &applied, &[]), Verdict::CannotSay);
}

#[test]
fn an_expired_waiver_does_nothing_but_is_told() {
    let mut results = vec![result(Blocker, Fail)];
    let applied = verdict::waivers::apply(
        &mut results,
        &[waiver("some-check", None, "2018-06-30")],
        at("2018-07-01T00:00:00Z"),
    );
    assert_eq!((applied[0].state, applied[0].findings), (WaiverState::Expired, 0));
    assert_eq!(of(&results, &[], &applied, &[]), Verdict::NoGo);
    let pass = [result(Blocker, Pass)];
    assert_eq!(of(&pass, &[], &applied, &[]), Verdict::GoWithWarnings);
}

#[test]
fn scope_is_an_id_a_name_or_a_beginning() {
    let subject = Subject::new(SubjectKind::Agent, "5f-S3", "10.0.1.3");
    for (scope, matches) in [
        (None, true),
        (Some("5f-S3"), true),
        (Some("10.0.1.3"), true),
        (Some("10.0.1.*"), true),
        (Some("*"), true),
        (Some("10.0.1"), false),
        (Some("10.0.1.30"), false),
        (Some("10.0.2.*"), false),
        (Some(""), false),
    ] {
        let mut results = vec![result(Blocker, Fail)];
        results[0].findings = vec![Finding::about(subject.clone())];
        let applied = verdict::waivers::apply(
            &mut results,
            &[waiver("some-check", scope, "2030-01-01")],
            at("2018-07-01T00:00:00Z"),
        );
        let expected = if matches {
            WaiverState::Applied
        } else {
            WaiverState::Unmatched
        };
        assert_eq!(applied[0].state, expected, "{scope:?}");
        assert_eq!(results[0].findings[0].waived_by.is_some(), matches);
    }
}

#[test]
fn a_waiver_for_a_check_that_is_not_part_of_the_run_has_no_effect() {
    let mut results = vec![result(Blocker, Pass)];
    let applied = verdict::waivers::apply(
        &mut results,
        &[waiver("tasks-lost", None, "2030-01-01")],
        at("2018-07-01T00:00:00Z"),
    );
    assert_eq!(applied[0].state, WaiverState::NotRun);
    assert_eq!(of(&results, &[], &applied, &[]), Verdict::Go);
    let applied = verdict::waivers::apply(
        &mut results,
        &[waiver("some-check", None, "2030-01-01")],
        at("2018-07-01T00:00:00Z"),
    );
    assert_eq!(applied[0].state, WaiverState::Unmatched);
    assert_eq!(of(&results, &[], &applied, &[]), Verdict::GoWithWarnings);
}

#[test]
fn two_waivers_for_one_finding_both_count_it_and_the_first_is_shown() {
    let mut results = vec![result(Blocker, Fail)];
    let both = [
        waiver("some-check", Some("a"), "2030-01-01"),
        waiver("some-check", None, "2030-01-01"),
    ];
    let applied = verdict::waivers::apply(&mut results, &both, at("2018-07-01T00:00:00Z"));
    assert!(
        applied
            .iter()
            .all(|one| one.state == WaiverState::Applied && one.findings == 1)
    );
    assert_eq!(results[0].findings[0].waived_by.as_deref(), Some("waiver-1"));
}

/// A result as dice give it: contradictions included.
fn any_result() -> impl Strategy<Value = CheckResult> {
    (
        prop_oneof![Just(Blocker), Just(Warning)],
        prop_oneof![Just(Pass), Just(Skipped), Just(Warn), Just(Unknown), Just(Fail)],
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        proptest::collection::vec(any::<bool>(), 0..3),
    )
        .prop_map(|(severity, status, reason, judged, left_out, findings)| CheckResult {
            reason: reason.then(|| "why".to_owned()),
            judged: judged.then(|| "3 agents".to_owned()),
            left_out,
            findings: findings
                .into_iter()
                .map(|waived| Finding {
                    waived_by: waived.then(|| "waiver-1".to_owned()),
                    ..finding("a")
                })
                .collect(),
            ..result(severity, status)
        })
}

/// The model: one letter per result, the worst wins. Written without looking at `decide`.
fn model(results: &[CheckResult], unexpected: bool, remark: bool) -> Verdict {
    let mut worst = 0;
    let mut looked = false;
    for r in results {
        let unwaived = r.findings.iter().filter(|f| f.waived_by.is_none()).count();
        let blocking = r.severity == Blocker;
        let letter = match (blocking, r.status) {
            (true, _) if unwaived > 0 => 3,
            (true, Fail) if r.findings.is_empty() => 3,
            (true, Unknown) => 2,
            (true, Skipped) if r.left_out => 2,
            (true, Pass) if r.reason.is_some() || r.judged.is_none() => 2,
            (true, Warn | Fail) if r.reason.is_some() => 2,
            (_, Pass) if r.findings.is_empty() && r.reason.is_none() && r.judged.is_some() => 0,
            (_, Skipped) if r.findings.is_empty() && !r.left_out => 0,
            _ => 1,
        };
        looked |= blocking && !matches!(r.status, Unknown | Skipped);
        worst = worst.max(letter);
    }
    if worst < 3 && !looked {
        worst = 2;
    }
    match worst.max(u8::from(unexpected || remark)) {
        0 => Verdict::Go,
        1 => Verdict::GoWithWarnings,
        2 => Verdict::CannotSay,
        _ => Verdict::NoGo,
    }
}

/// An item of the hop, in one of its states.
fn signoff(state: SignoffState, blocking: bool) -> AppliedSignoff {
    AppliedSignoff {
        item: "some-item".to_owned(),
        text: "Is it so?".to_owned(),
        when: "pre".to_owned(),
        blocking,
        state,
        why: None,
        answer: None,
        who: None,
        at: None,
        note: None,
        hop: None,
        origin: None,
        how: String::new(),
        command: None,
        requirements: Vec::new(),
    }
}

fn any_signoff() -> impl Strategy<Value = AppliedSignoff> {
    let states = [
        SignoffState::Answered,
        SignoffState::Refused,
        SignoffState::Open,
        SignoffState::Doubtful,
        SignoffState::Unknown,
        SignoffState::OtherHop,
        SignoffState::OtherCluster,
        SignoffState::NotAsked,
    ];
    (proptest::sample::select(states.to_vec()), any::<bool>()).prop_map(|(state, blocking)| signoff(state, blocking))
}

fn signed(results: &[CheckResult], signoffs: &[AppliedSignoff], open: OpenSignoffs) -> Verdict {
    decide(&Basis {
        results,
        changes: &[],
        waivers: &[],
        signoffs,
        remarks: &[],
        policy: &Policy {
            open_signoffs: open,
            ..Policy::default()
        },
    })
}

/// The model of sign-offs: one letter each, the worst wins. Written without looking at `at_best`.
fn letter(row: &AppliedSignoff, open: OpenSignoffs) -> u8 {
    let bad = match row.state {
        SignoffState::Answered | SignoffState::OtherHop | SignoffState::OtherCluster | SignoffState::NotAsked => 0,
        SignoffState::Open if open == OpenSignoffs::Warn => 1,
        SignoffState::Open | SignoffState::Doubtful | SignoffState::Unknown => 2,
        SignoffState::Refused => 3,
    };
    if row.blocking { bad } else { bad.min(1) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn decides_as_the_model(results in proptest::collection::vec(any_result(), 0..5), unexpected: bool, remark: bool) {
        let changes = if unexpected { vec![change(Expectation::Unexpected)] } else { Vec::new() };
        let remarks = if remark { vec!["a remark".to_owned()] } else { Vec::new() };
        prop_assert_eq!(of(&results, &changes, &[], &remarks), model(&results, unexpected, remark));
    }

    #[test]
    fn decides_as_the_model_with_signoffs(
        results in proptest::collection::vec(any_result(), 0..4),
        rows in proptest::collection::vec(any_signoff(), 0..4),
        lax: bool,
    ) {
        let open = if lax { OpenSignoffs::Warn } else { OpenSignoffs::Block };
        let worst = rows.iter().map(|row| letter(row, open)).max().unwrap_or(0);
        let expected = worst.max(rank(model(&results, false, false)));
        prop_assert_eq!(rank(signed(&results, &rows, open)), expected);
    }

    #[test]
    fn an_added_signoff_never_makes_it_better(
        results in proptest::collection::vec(any_result(), 0..4),
        rows in proptest::collection::vec(any_signoff(), 0..4),
        more in any_signoff(),
        lax: bool,
    ) {
        let open = if lax { OpenSignoffs::Warn } else { OpenSignoffs::Block };
        let before = signed(&results, &rows, open);
        let mut after = rows.clone();
        after.push(more);
        prop_assert!(rank(signed(&results, &after, open)) >= rank(before));
        // Nor does a stricter policy.
        prop_assert!(rank(signed(&results, &rows, OpenSignoffs::Block)) >= rank(before));
    }

    #[test]
    fn losing_evidence_never_makes_it_better_than_warnings(results in proptest::collection::vec(any_result(), 1..5), which: prop::sample::Index) {
        // The evidence of one check goes: its result becomes UNKNOWN.
        let before = of_results(&results);
        let mut after = results.clone();
        let hit = which.index(after.len());
        let severity = after[hit].severity;
        after[hit] = result(severity, Unknown);
        let now = of_results(&after);
        prop_assert_ne!(now, Verdict::Go);
        if severity == Blocker {
            prop_assert!(rank(now) >= rank(Verdict::CannotSay));
        }
        if rank(before) < rank(Verdict::CannotSay) {
            prop_assert!(rank(now) >= rank(before).min(1));
        }
    }

    #[test]
    fn adding_a_result_never_makes_it_better(results in proptest::collection::vec(any_result(), 1..5), more in any_result()) {
        // Once some blocking check judged something, every further result can only make it worse.
        let mut base = vec![result(Blocker, Pass)];
        base.extend(results);
        let before = of_results(&base);
        base.push(more);
        prop_assert!(rank(of_results(&base)) >= rank(before));
    }

    #[test]
    fn waivers_touch_nothing_but_the_mark(results in proptest::collection::vec(any_result(), 0..5)) {
        let mut marked = results.clone();
        let applied = verdict::waivers::apply(&mut marked, &[waiver("some-check", None, "2030-01-01")], at("2018-07-01T00:00:00Z"));
        for (before, after) in results.iter().zip(&marked) {
            prop_assert_eq!(before.status, after.status);
            prop_assert_eq!(&before.reason, &after.reason);
            prop_assert_eq!(before.findings.len(), after.findings.len());
        }
        prop_assert!(rank(of(&marked, &[], &applied, &[])) <= rank(of_results(&results)).max(1));
        // No waiver gives a plain GO where there was none.
        if of_results(&results) != Verdict::Go {
            prop_assert_ne!(of(&marked, &[], &applied, &[]), Verdict::Go);
        }
    }
}
