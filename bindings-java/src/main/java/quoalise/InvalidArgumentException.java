package quoalise;

/** Interim. */
public class InvalidArgumentException extends QuoaliseException {
    private static final long serialVersionUID = 1;

    InvalidArgumentException(String message) {
        super(message);
    }
}
