package quoalise;

/** Interim. */
public class ClosedException extends QuoaliseException {
    private static final long serialVersionUID = 1;

    ClosedException(String message) {
        super(message);
    }
}
