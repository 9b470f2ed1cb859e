package quoalise;

/**
 * The border to the native library. What crosses it is numbers and bytes: {@link In} and {@link Out} say how.
 *
 * <p>Whoever comes first sees to it that the {@link Library} is there. This class cannot: it would say only once why not.
 */
final class Native {
    private Native() {}

    /**
     * Begins an operation under this number; true where it is done at once. Else {@link #drain} tells when. There may be no
     * content.
     */
    static native boolean start(long id, int call, long handle, byte[] arguments, byte[] content);

    /** Calls what need not be waited for, and gives what {@link #take} does. There may be no content. */
    static native byte[] call(int call, long handle, byte[] arguments, byte[] content);

    /** Waits until operations are done, so many milliseconds at the most: their numbers. */
    static native long[] drain(long patience);

    /** Takes what came of an operation: null where it is not done, or was given up. */
    static native byte[] take(long id);

    /** Gives an operation up. */
    static native void cancel(long id);

    /** What came under this number, and was read, counts as taken. */
    static native void taken(long untaken);

    /** Lets an object go. */
    static native void free(long handle);

    /** For tests: how many objects there are, and how many operations. */
    static native long[] held();

    /** For tests: an error of this kind, for {@link QuoaliseException#read}. */
    static native byte[] error(String kind);
}
