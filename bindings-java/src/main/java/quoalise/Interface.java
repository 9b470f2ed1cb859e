// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** Of which interface these classes are: the native library has to be of the same. */
final class Interface {
    static final String INTERFACE = "221cd1da741d23eb";

    private Interface() {}
}
