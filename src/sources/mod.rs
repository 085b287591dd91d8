//! Wire formats: one file per kind of answer, bytes in, wire types out.
//!
//! Lenient towards what servers add, strict towards what is used: a consumed field of the wrong type, a duplicated
//! consumed key, broken JSON or invalid UTF-8 is an error with its place, never a default.

pub mod java_regex;
