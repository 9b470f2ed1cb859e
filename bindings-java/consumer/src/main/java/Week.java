import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Locale;
import quoalise.Client;
import quoalise.Data;

/** A week of readings. */
public class Week {
    public static void main(String[] args) {
        ZonedDateTime start = ZonedDateTime.of(2025, 1, 6, 0, 0, 0, 0, ZoneId.of("Europe/Paris"));
        Client.Builder builder = Client.builder(args[0], System.getenv("QUOALISE_PASSWORD"));
        try (Client client = builder.address(args[1]).caFile(Path.of(args[2])).connect()) {
            Data data = client.getHistory(args[3], args[4], start, start.plusWeeks(1));
            System.out.printf(Locale.ROOT, "%d records, %.3f kWh%n", data.size(), data.energyWh().orElseThrow() / 1000);
        }
    }
}
