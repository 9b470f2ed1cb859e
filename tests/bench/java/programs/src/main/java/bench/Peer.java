package bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A session that is told by standard input what to do, as {@code tests/bench/peer.py}: each command is answered by a number
 * when it is done, which is 0 unless it says otherwise: {@code connect JID PASSWORD HOST PORT CA PROVIDER IDENTIFIER} (wall-clock
 * seconds since this process began), {@code fetch N}, {@code listen}, {@code pushes N}, {@code memory} (the most it had, in kB).
 * The CPU time it takes is read from outside.
 */
interface Peer extends AutoCloseable {
    /** How many records the provider has. */
    int RECORDS = 5_000;

    /** How many records a push has. */
    int PUSHED = 48;

    /** Where to connect, and whom to ask. */
    record Account(String jid, String password, String host, int port, Path ca, String provider, String identifier) {}

    void connect(Account account) throws Exception;

    /** Has a history as objects, and looks at each. */
    void fetch() throws Exception;

    void listen() throws Exception;

    /** Takes so many pushes as objects, and looks at each. */
    void pushes(int count) throws Exception;

    @Override
    void close();

    static void run(Peer peer) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (peer) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(answer(peer, line.split(" ")));
            }
        }
    }

    private static double answer(Peer peer, String[] words) throws Exception {
        if (words[0].equals("connect")) {
            peer.connect(new Account(
                    words[1], words[2], words[3], Integer.parseInt(words[4]), Path.of(words[5]), words[6], words[7]));
            peer.fetch();
            return sinceStart();
        }
        if (words[0].equals("memory")) {
            return number("/proc/self/status", "VmHWM:\\s+(\\d+)");
        }
        switch (words[0]) {
            case "fetch" -> {
                for (int i = Integer.parseInt(words[1]); i > 0; i--) {
                    peer.fetch();
                }
            }
            case "listen" -> peer.listen();
            case "pushes" -> peer.pushes(Integer.parseInt(words[1]));
            default -> throw new IllegalArgumentException("no command " + words[0]);
        }
        return 0;
    }

    private static double sinceStart() throws IOException {
        // Its 22nd field, in hundredths; the second is a name in brackets.
        double start = number("/proc/self/stat", "\\) (?:\\S+ ){19}(\\d+)") / 100;
        return number("/proc/uptime", "(\\S+)") - start;
    }

    private static double number(String file, String pattern) throws IOException {
        Matcher found = Pattern.compile(pattern).matcher(Files.readString(Path.of(file)));
        if (!found.find()) {
            throw new IOException(file + " is not as expected");
        }
        return Double.parseDouble(found.group(1));
    }

    /** What was to come has come. */
    static void check(int count, int wanted, double sum) {
        if (count != wanted || !(sum > 0)) {
            throw new IllegalStateException(count + " records, not " + wanted);
        }
    }
}
