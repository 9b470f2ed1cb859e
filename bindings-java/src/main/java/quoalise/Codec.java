// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Readings and their representations. Nothing of it needs a client or a network, nor waits. */
public final class Codec {
    private Codec() {}

    /**
     * Writes readings in a representation.
     *
     * @param data the readings
     * @param format the representation
     * @param options what differs from the defaults
     * @return the text
     * @throws QuoaliseException {@link MalformedDataException} for readings that SenML cannot carry: before 1978,
     *     or with characters XML has no place for.
     */
    public static String dumps(Data data, Format format, DumpOptions options) {
        Handle lent = new Handle(data.lend());
        try {
            return callDumps(data, format, options, lent).now();
        } finally {
            lent.free();
        }
    }

    /**
     * Writes readings in a representation.
     *
     * @param data the readings
     * @param format the representation
     * @return the text
     * @throws QuoaliseException {@link MalformedDataException} for readings that SenML cannot carry: before 1978,
     *     or with characters XML has no place for.
     */
    public static String dumps(Data data, Format format) {
        return dumps(data, format, DumpOptions.defaults());
    }

    private static Call<String> callDumps(Data data, Format format, DumpOptions options, Handle lent) {
        Objects.requireNonNull(data, "data");
        Out out = new Out();
        out.handle("data", lent);
        out.oneOf("format", format);
        options.write(out);
        return new Call<>(38, null, Operations.DEFAULT_EXECUTOR, out, In::text);
    }

    /**
     * Reads readings from any representation.
     *
     * @param content what is to be read
     * @param options what differs from the defaults
     * @return the readings
     * @throws QuoaliseException {@link MalformedDataException}, which tells where, and never what was read;
     *     {@link InvalidArgumentException} for a representation that is only written.
     */
    public static Data loads(byte[] content, LoadOptions options) {
        return callLoads(content, options).now();
    }

    /**
     * Reads readings from any representation.
     *
     * @param content what is to be read
     * @return the readings
     * @throws QuoaliseException {@link MalformedDataException}, which tells where, and never what was read;
     *     {@link InvalidArgumentException} for a representation that is only written.
     */
    public static Data loads(byte[] content) {
        return loads(content, LoadOptions.defaults());
    }

    /**
     * Reads readings from any representation.
     *
     * @param content what is to be read
     * @param options what differs from the defaults
     * @return the readings
     * @throws QuoaliseException {@link MalformedDataException}, which tells where, and never what was read;
     *     {@link InvalidArgumentException} for a representation that is only written.
     */
    public static Data loads(String content, LoadOptions options) {
        return loads(content.getBytes(StandardCharsets.UTF_8), options);
    }

    /**
     * Reads readings from any representation.
     *
     * @param content what is to be read
     * @return the readings
     * @throws QuoaliseException {@link MalformedDataException}, which tells where, and never what was read;
     *     {@link InvalidArgumentException} for a representation that is only written.
     */
    public static Data loads(String content) {
        return loads(content, LoadOptions.defaults());
    }

    private static Call<Data> callLoads(byte[] content, LoadOptions options) {
        Out out = new Out();
        out.bytes("content", content);
        options.write(out);
        return new Call<>(39, null, Operations.DEFAULT_EXECUTOR, out, Data::read);
    }
}
