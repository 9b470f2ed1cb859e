//! The `quoalise` command, for tests that need more of a server than the sandbox has.

fn main() -> std::process::ExitCode {
    quoalise::cli::main()
}
