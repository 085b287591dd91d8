//! The binary: hands over to [`gonogo::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    gonogo::cli::main()
}
