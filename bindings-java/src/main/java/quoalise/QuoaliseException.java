package quoalise;

/** Interim. */
public class QuoaliseException extends RuntimeException {
    private static final long serialVersionUID = 1;

    QuoaliseException(String message) {
        super(message);
    }

    static QuoaliseException read(In in) {
        return new MalformedDataException(in.text());
    }
}
