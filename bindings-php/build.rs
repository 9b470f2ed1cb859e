//! Compiles what is C, for the PHP whose `php-config` is there (`PHP_CONFIG` names another one).

use std::process::Command;

use anyhow::{Context, Result, ensure};

fn main() -> Result<()> {
    println!("cargo:rerun-if-env-changed=PHP_CONFIG");
    println!("cargo:rerun-if-changed=src/border.c");
    println!("cargo:rerun-if-changed=src/generated.h");
    let config = std::env::var("PHP_CONFIG").unwrap_or_else(|_| "php-config".to_owned());
    let told = Command::new(&config).arg("--includes").output();
    let told = told.with_context(|| format!("{config} cannot be run: install PHP's headers (php8.2-dev)"))?;
    ensure!(told.status.success(), "{config} --includes fails");
    let mut build = cc::Build::new();
    for folder in
        String::from_utf8(told.stdout)?.split_whitespace().filter_map(|flag| flag.strip_prefix("-I"))
    {
        // PHP's headers are not ours to mend.
        build.flag("-isystem").flag(folder);
    }
    // As Rust's `debug_assertions`: what is released has nothing that is for tests.
    if std::env::var_os("CARGO_CFG_DEBUG_ASSERTIONS").is_some() {
        build.define("QUOALISE_TESTS", None);
    }
    // PHP unmaps an extension before the process ends, and threads of sessions may still be on their way out.
    if std::env::var_os("CARGO_CFG_TARGET_VENDOR").is_none_or(|vendor| vendor != "apple") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
    build
        .file("src/border.c")
        .define("QUOALISE_VERSION", Some(&*format!("\"{}\"", env!("CARGO_PKG_VERSION"))))
        .define("ZEND_ENABLE_STATIC_TSRMLS_CACHE", Some("1"))
        .flag("-std=gnu11")
        .warnings(true)
        .flag_if_supported("-Wno-unused-parameter")
        .compile("quoalise_border");
    Ok(())
}
