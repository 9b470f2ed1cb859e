//! Tests on what lies beside the repository, in `../shared`: a year of a real meter, and stanzas of the field. Where it is
//! missing they are reported as ignored.

#![allow(clippy::unwrap_used, reason = "helpers of tests too may stop at the first surprise")]

#[path = "../e2e/raw.rs"]
#[allow(dead_code, reason = "the other test program takes the rest")]
mod raw;
mod stanzas;
#[path = "../e2e/support.rs"]
#[allow(dead_code, reason = "the other test program takes the rest")]
mod support;
mod year;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let shared = quoalise_tests::shared_dir();
    let mut trials = year::trials(shared.as_deref());
    trials.extend(stanzas::trials(shared.as_deref()));
    libtest_mimic::run(&arguments, trials).exit();
}

/// A test that needs what is not there.
fn ignored(name: impl Into<String>, why: &'static str) -> Trial {
    Trial::test(name, move || Err(Failed::from(why))).with_ignored_flag(true)
}

fn block_on(test: impl Future<Output = ()>) -> Result<(), Failed> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(test);
    Ok(())
}
