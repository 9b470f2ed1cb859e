package quoalise;

/** Interim. */
public class MalformedDataException extends QuoaliseException {
    private static final long serialVersionUID = 1;

    MalformedDataException(String message) {
        super(message);
    }
}
