package quoalise;

import java.time.Instant;
import java.util.Objects;

/**
 * A stretch of time in which a series has no values.
 *
 * @param name the name of the series
 * @param start where the first missing interval begins
 * @param end where the last missing interval ends
 */
public record Gap(String name, Instant start, Instant end) {
    /**
     * A gap.
     *
     * @param name the name of the series
     * @param start where the first missing interval begins
     * @param end where the last missing interval ends
     */
    public Gap {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(end, "end");
    }

    static Gap read(In in) {
        return new Gap(in.text(), in.instant(), in.instant());
    }

    /** The name may be a meter's number, and is left out. */
    @Override
    public String toString() {
        return "Gap[start=" + start + ", end=" + end + "]";
    }
}
