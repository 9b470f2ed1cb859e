// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** A representation of readings. */
public enum Format {
    /** The Quoalise payload in XML, by itself or in a stanza. */
    QUOALISE,
    /** SenML in XML (RFC 8428). */
    SENML_XML,
    /** SenML in JSON (RFC 8428). */
    SENML_JSON,
    /** SenML in JSON, resolved (RFC 8428 section 4.6): to be read by programs that know no base fields. */
    RESOLVED,
    /**
     * Metadata and a list of records, as the reference program prints them: one object a line and series. Written only.
     */
    JSON,
    /** A table {@code time,value,unit,name}; what is read may also be a load curve as Enedis SGE exports it. */
    CSV;
    static Format read(In in) {
        return in.oneOf(values());
    }
}
