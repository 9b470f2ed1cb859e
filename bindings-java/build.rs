//! How the native library is linked.

fn main() {
    // A virtual machine unloads it with its class loader, while threads of a session may still be on their way out: that
    // would end the process.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-link-arg-cdylib=-Wl,-z,nodelete");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
