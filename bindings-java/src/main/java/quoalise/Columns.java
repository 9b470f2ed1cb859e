package quoalise;

/** The border to the native library for data: their columns are arrays, and what there is besides is bytes; see {@link Native}. */
final class Columns {
    private Columns() {}

    /** What is asked of {@link #ask}. */
    static final class Question {
        static final int LEND = 0;
        static final int MISSING = 1;
        static final int ENERGY_WH = 2;
        static final int JSON = 3;
        static final int SELECT = 4;
        static final int PART = 5;
        static final int SUMMARY = 6;

        private Question() {}
    }

    /** Reads an answer, which may be an error. */
    static In answer(byte[] bytes) {
        In in = new In(bytes, null);
        if (in.status() != 0) {
            throw QuoaliseException.read(in);
        }
        return in;
    }

    /** What there is besides the columns of data that the library has: an answer. */
    static native byte[] open(long handle);

    /** Copies the columns of data that the library has. Indexes may be null where there is but one text. */
    static native void copy(long handle, long[] times, double[] values, int[] names, int[] units);

    /** Asks something of data: an answer. */
    static native byte[] ask(
            int question, byte[] arguments, byte[] head, long[] times, double[] values, int[] names, int[] units);

    /** Makes data of readings: an answer, the number of data that the library has. */
    static native byte[] build(byte[] arguments);

    /** Whether two data that the library has are the same: an answer. */
    static native byte[] same(long one, long other);

    /** Asks something about metadata: an answer. */
    static native byte[] metadata(int question, byte[] arguments);
}
