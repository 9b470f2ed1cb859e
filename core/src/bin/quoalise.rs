//! The `quoalise` command.

fn main() -> std::process::ExitCode {
    quoalise::cli::main()
}
