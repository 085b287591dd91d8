//! The binary: hands over to [`gonogo::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(gonogo::cli::exit::USAGE)
}
