// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.time.Instant;
import java.util.Optional;

/**
 * How things stand with a connection, and why.
 *
 * @param connection How they stand.
 * @param error What happened, where it was interrupted, or closed from the other side.
 * @param since After a reset: all that was sent before is here.
 */
public record ConnectionState(
        Connection connection,
        Optional<QuoaliseException> error,
        Optional<Instant> since) {
    static ConnectionState read(In in) {
        return new ConnectionState(
                Connection.read(in),
                in.optional(QuoaliseException::read),
                in.optional(In::instant));
    }
}
