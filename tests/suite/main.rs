//! The one integration test binary: each module tests one promise of the program.

mod support;
