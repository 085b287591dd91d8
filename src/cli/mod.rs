//! The command line: one thin file per command, arguments, progress, logging, exit codes. The only room that prints.

pub mod exit;
