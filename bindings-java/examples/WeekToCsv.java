import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import quoalise.Client;
import quoalise.Codec;
import quoalise.Data;
import quoalise.DumpOptions;
import quoalise.Format;

/** A week of a meter to a CSV file: {@code java -cp quoalise.jar WeekToCsv.java PROVIDER SERIES FIRST_DAY FILE}. */
public class WeekToCsv {
    public static void main(String[] arguments) throws IOException {
        // Days are counted where the meter is: right also where the clock changes.
        ZoneId paris = ZoneId.of("Europe/Paris");
        ZonedDateTime start = LocalDate.parse(arguments[2]).atStartOfDay(paris);
        Data data;
        try (Client client = account().connect()) {
            data = client.getHistory(arguments[0], arguments[1], start, start.plusWeeks(1));
        }
        Path file = Path.of(arguments[3]);
        Files.writeString(file, Codec.dumps(data, Format.CSV, DumpOptions.defaults().zone(paris)));
        System.out.println(data.size() + " readings in " + file + ", " + data.missing().size() + " gaps");
    }

    /** Whose account it is, the environment says, as for the {@code quoalise} command. */
    private static Client.Builder account() {
        Client.Builder builder = Client.builder(System.getenv("QUOALISE_USER"), System.getenv("QUOALISE_PASSWORD"));
        String address = System.getenv("QUOALISE_ADDRESS");
        String caFile = System.getenv("QUOALISE_CA_FILE");
        return builder.address(address).caFile(caFile == null ? null : Path.of(caFile));
    }
}
