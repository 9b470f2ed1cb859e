package bench;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import quoalise.Codec;
import quoalise.Reading;

/**
 * The bytes of a year into Java's objects and arrays. Each command of standard input is one measurement by JMH, in a virtual
 * machine of its own: {@code list MILLISECONDS}, {@code stax MILLISECONDS}, {@code arrays MILLISECONDS}, which is how long it
 * warms up and then is measured; its answer is the CPU time one took, in seconds, of that whole process.
 */
@State(Scope.Benchmark)
public class Border {
    private static final int RECORDS = 17_520;
    private static final String NAMESPACE = "urn:ietf:params:xml:ns:senml";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9:./_-]*");
    private static final XMLInputFactory FACTORY = XMLInputFactory.newFactory();

    static {
        // Nobody reads what comes from a network without.
        FACTORY.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    }

    /** The file. */
    @Param("")
    public String file;

    private byte[] xml;

    @Setup
    public void read() throws IOException {
        xml = Files.readAllBytes(Path.of(file));
    }

    @Benchmark
    public void list(Blackhole looked) {
        look(Codec.loads(xml).readings(), looked);
    }

    /** At each reading, once: ours are made only then. */
    private static void look(List<Reading> list, Blackhole looked) {
        check(list.size());
        for (Reading reading : list) {
            looked.consume(reading);
        }
    }

    @Benchmark
    public double[] arrays() {
        double[] values = Codec.loads(xml).values();
        check(values.length);
        return values;
    }

    /**
     * The same list, by Java's own: what RFC 8428 asks of whoever reads numbers, and no more. Ours looks for the rest of it
     * too.
     */
    @Benchmark
    public void stax(Blackhole looked) throws XMLStreamException {
        List<Reading> list = new ArrayList<>();
        XMLStreamReader reader = FACTORY.createXMLStreamReader(new ByteArrayInputStream(xml));
        String baseName = "";
        String checked = null;
        double baseTime = 0;
        double baseValue = 0;
        String baseUnit = null;
        while (reader.hasNext()) {
            if (reader.next() != XMLStreamConstants.START_ELEMENT
                    || !reader.getLocalName().equals("senml")
                    || !NAMESPACE.equals(reader.getNamespaceURI())) {
                continue;
            }
            String name = "";
            String unit = null;
            double time = 0;
            double value = Double.NaN;
            for (int i = 0; i < reader.getAttributeCount(); i++) {
                String text = reader.getAttributeValue(i);
                String label = reader.getAttributeLocalName(i);
                switch (label) {
                    case "bn" -> baseName = text;
                    case "bt" -> baseTime = number(text);
                    case "bu" -> baseUnit = text;
                    case "bv" -> baseValue = number(text);
                    case "n" -> name = text;
                    case "u" -> unit = text;
                    case "t" -> time = number(text);
                    case "v" -> value = number(text);
                    default -> {
                        if (label.endsWith("_")) {
                            throw new IllegalStateException("a label that must be understood");
                        }
                    }
                }
            }
            String whole = name.isEmpty() ? baseName : baseName + name;
            if (!whole.equals(checked)) {
                if (!NAME.matcher(whole).matches()) {
                    throw new IllegalStateException("no name");
                }
                checked = whole;
            }
            double seconds = baseTime + time;
            if (seconds < 1 << 28) {
                seconds += System.currentTimeMillis() / 1e3;
            }
            Instant at = Instant.ofEpochMilli(Math.round(seconds * 1_000));
            list.add(new Reading(whole, at, unit == null ? baseUnit : unit, baseValue + value));
        }
        look(list, looked);
    }

    private static double number(String text) {
        double number = Double.parseDouble(text);
        if (!Double.isFinite(number)) {
            throw new IllegalStateException("no number");
        }
        return number;
    }

    private static void check(int count) {
        if (count != RECORDS) {
            throw new IllegalStateException(count + " records");
        }
    }

    private static double measure(String file, String benchmark, long milliseconds) throws RunnerException {
        TimeValue time = TimeValue.milliseconds(milliseconds);
        Options options = new OptionsBuilder()
                .include(Border.class.getName() + "\\." + benchmark + "$")
                .param("file", file)
                .forks(1)
                .warmupIterations(2)
                .warmupTime(time)
                .measurementIterations(2)
                .measurementTime(time)
                .timeUnit(TimeUnit.SECONDS)
                .addProfiler(CpuTime.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();
        return new Runner(options)
                .runSingle()
                .getSecondaryResults()
                .get(CpuTime.NAME)
                .getScore();
    }

    public static void main(String... arguments) throws IOException, RunnerException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            System.out.println(measure(arguments[0], words[0], Long.parseLong(words[1])));
        }
    }
}
