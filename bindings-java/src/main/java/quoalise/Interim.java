package quoalise;

import java.nio.charset.StandardCharsets;

/** Interim. */
final class Interim {
    static {
        Library.load();
    }

    private Interim() {}

    static native byte[] loads(byte[] content);

    static native byte[] dumps(long handle);

    static Data loads(String content) {
        return Data.read(Columns.answer(loads(content.getBytes(StandardCharsets.UTF_8))));
    }

    static String dumps(Data data) {
        long id = data.lend();
        try {
            return Columns.answer(dumps(id)).text();
        } finally {
            Native.free(id);
        }
    }
}
