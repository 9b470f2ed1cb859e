import java.time.Instant;
import quoalise.Codec;
import quoalise.Greeting;
import quoalise.InvalidArgumentException;
import quoalise.Tone;

/** What {@code greeting.rs} has added, as somebody with Java sees it. */
class Greet {
    public static void main(String[] arguments) {
        Instant noon = Instant.parse("2022-01-10T12:00:00Z");
        same(Codec.greet("Ada", Tone.FORMAL, noon), new Greeting("Good day, Ada", noon));
        same(Codec.greet("Ada", Tone.FRIENDLY, null).text(), "Hi Ada");
        try {
            Codec.greet("", Tone.FORMAL, noon);
            throw new AssertionError("nobody was greeted");
        } catch (InvalidArgumentException e) {
            same(e.remedy().orElse(""), "Say whom");
        }
    }

    private static void same(Object found, Object expected) {
        if (!found.equals(expected)) {
            throw new AssertionError(found + " is not " + expected);
        }
    }
}
