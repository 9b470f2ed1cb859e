package quoalise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The native library is found, unpacked, checked and loaded, or it is said why not. */
class LibraryTest {
    private static final String WORKS = "1 reading";

    @TempDir
    static Path jar;

    @TempDir
    Path folder;

    private Path temporary;

    // What the tests have built, without what debuggers want: a third of it to unpack, each time.
    private static Path small;

    /** The library as it lies in a jar. */
    @BeforeAll
    static void pack() throws Exception {
        small = jar.resolve("small");
        Process strip = new ProcessBuilder("strip", "--strip-debug", "-o", small.toString(), built().toString())
                .inheritIO()
                .start();
        assertEquals(0, strip.waitFor());
        packInto(jar);
    }

    @BeforeEach
    void makeTemporary() throws IOException {
        temporary = Files.createDirectory(folder.resolve("tmp"));
    }

    private static Path built() {
        return Path.of(System.getProperty(Library.PATH));
    }

    private static Path packInto(Path jar) throws Exception {
        String file = Library.platform() + "/" + System.mapLibraryName("quoalise_java");
        Path to = jar.resolve("META-INF/quoalise").resolve(file);
        Files.createDirectories(to.getParent());
        Files.copy(small, to, StandardCopyOption.REPLACE_EXISTING);
        String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(to)));
        Files.writeString(jar.resolve("META-INF/quoalise/SHA256SUMS"), digest + "  " + file + "\n");
        return to;
    }

    private static String classPath(Path... first) throws URISyntaxException {
        List<String> entries = new ArrayList<>(Arrays.stream(first).map(Path::toString).toList());
        for (Class<?> ours : List.of(LibraryProbe.class, Library.class)) {
            entries.add(Path.of(ours.getProtectionDomain().getCodeSource().getLocation().toURI())
                    .toString());
        }
        return String.join(java.io.File.pathSeparator, entries);
    }

    private Process start(String what, String classPath, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Djava.io.tmpdir=" + temporary);
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath, LibraryProbe.class.getName(), what));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Files.createTempFile(folder, "out", ".txt").toFile())
                .start();
    }

    private List<String> run(String what, String classPath, String... options) throws Exception {
        Process process = start(what, classPath, options);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it hangs");
        try (Stream<Path> files = Files.list(folder)) {
            Path out = files.filter(path -> path.toString().endsWith(".txt")).findFirst().orElseThrow();
            List<String> lines = Files.readAllLines(out);
            Files.delete(out);
            // The rest is what virtual machines say about native libraries.
            return lines.stream()
                    .filter(line -> line.startsWith(LibraryProbe.SAYS))
                    .map(line -> line.substring(LibraryProbe.SAYS.length()))
                    .toList();
        }
    }

    /** The same, twice: what was wrong is told each time. */
    private String failure(List<String> lines) {
        assertEquals(2, lines.size(), lines::toString);
        assertEquals(lines.get(0), lines.get(1));
        assertTrue(lines.get(0).startsWith("UnsatisfiedLinkError: "), lines.get(0));
        return lines.get(0);
    }

    private void assertNothingLeft() throws IOException {
        try (Stream<Path> left = Files.list(temporary)) {
            List<Path> ours = left.filter(path -> path.getFileName().toString().contains("quoalise")).toList();
            assertEquals(List.of(), ours);
        }
    }

    @Test
    void fromTheJar() throws Exception {
        assertEquals(List.of(WORKS, WORKS), run("twice", classPath(jar)));
        assertNothingLeft();
    }

    @Test
    void byManyThreadsAtOnce() throws Exception {
        assertEquals(Collections.nCopies(8, WORKS), run("threads", classPath(jar)));
        assertNothingLeft();
    }

    @Test
    void byManyProgramsAtOnce() throws Exception {
        List<Process> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(start("twice", classPath(jar)));
        }
        for (Process one : all) {
            assertTrue(one.waitFor(60, TimeUnit.SECONDS), "it hangs");
            assertEquals(0, one.exitValue());
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path out : files.filter(path -> path.toString().endsWith(".txt")).toList()) {
                assertTrue(Files.readAllLines(out).contains(LibraryProbe.SAYS + WORKS), out::toString);
            }
        }
        assertNothingLeft();
    }

    @Test
    void forTwoClassLoaders() throws Exception {
        assertEquals(List.of(WORKS, WORKS, WORKS), run("loaders", classPath(jar), "-Xcheck:jni"));
        assertNothingLeft();
    }

    @Test
    void oneFileForTwoClassLoadersIsRefused() throws Exception {
        List<String> lines = run("loaders", classPath(), "-D" + Library.PATH + "=" + built());
        assertEquals(List.of(WORKS, WORKS), List.of(lines.get(0), lines.get(2)));
        String refused = lines.get(1);
        assertTrue(refused.contains("already loaded in another classloader"), refused);
        assertTrue(refused.contains("one copy for each class loader"), refused);
    }

    @Test
    void thePropertyComesFirst() throws Exception {
        String path = "-D" + Library.PATH + "=" + built();
        // Where nothing could be unpacked.
        String nowhere = "-Djava.io.tmpdir=" + folder.resolve("missing");
        assertEquals(List.of(WORKS, WORKS), run("twice", classPath(jar), path, nowhere));
        Path copy = folder.resolve(System.mapLibraryName("quoalise_java"));
        Files.copy(built(), copy);
        assertEquals(List.of(WORKS, WORKS), run("twice", classPath(), "-D" + Library.PATH + "=" + folder));
    }

    @Test
    void thePropertyPointsToNothing() throws Exception {
        String failure = failure(run("twice", classPath(jar), "-D" + Library.PATH + "=" + folder.resolve("no.so")));
        assertTrue(failure.contains("no.so"), failure);
        assertTrue(failure.contains("leave the property out"), failure);
        // The platform's own words, and itself.
        assertTrue(failure.contains("Can't load library"), failure);
        assertTrue(failure.endsWith("cause: UnsatisfiedLinkError"), failure);
    }

    @Test
    void thePropertyPointsToAnotherLibrary() throws Exception {
        Path other = Path.of(System.getProperty("java.home"), "lib", System.mapLibraryName("zip"));
        String failure = failure(run("twice", classPath(jar), "-D" + Library.PATH + "=" + other));
        assertTrue(failure.contains("this is no native library of Quoalise"), failure);
    }

    @Test
    void anotherVersionIsRefused() throws Exception {
        Path older = Files.createDirectories(folder.resolve("older/quoalise"));
        Files.writeString(older.resolve("library.properties"), "version=9.9.9\n");
        String failure = failure(run("twice", classPath(older.getParent(), jar)));
        assertTrue(failure.contains("these classes are of 9.9.9"), failure);
        assertNothingLeft();
    }

    @Test
    void aDamagedJarIsRefused() throws Exception {
        Path packed = packInto(folder);
        try (RandomAccessFile file = new RandomAccessFile(packed.toFile(), "rw")) {
            file.seek(file.length() / 2);
            int there = file.read();
            file.seek(file.length() / 2);
            file.write(there ^ 1);
        }
        String failure = failure(run("twice", classPath(folder)));
        assertTrue(failure.contains("the jar is damaged"), failure);
        Files.delete(packed);
        failure = failure(run("twice", classPath(folder)));
        assertTrue(failure.contains("the jar is damaged"), failure);
        assertNothingLeft();
    }

    @Test
    void aPlatformThatTheJarHasNothingFor() throws Exception {
        String failure = failure(run("twice", classPath(jar), "-Dos.arch=z80"));
        assertTrue(failure.contains("has no native library for linux-z80"), failure);
        assertTrue(failure.contains("only for: " + Library.platform()), failure);
        assertTrue(failure.contains("-D" + Library.PATH), failure);
        failure = failure(run("twice", classPath()));
        assertTrue(failure.contains("only for: nothing"), failure);
    }

    @Test
    void nowhereToUnpack() throws Exception {
        Path missing = folder.resolve("missing");
        String failure = failure(run("twice", classPath(jar), "-Djava.io.tmpdir=" + missing));
        assertTrue(failure.contains("cannot be unpacked into " + missing), failure);
        assertTrue(failure.contains("-Djava.io.tmpdir=FOLDER"), failure);
        assertTrue(failure.contains("NoSuchFileException"), failure);
        assertFalse(Files.exists(missing));
    }

    @Test
    void whatIsNoLibraryAtAll() throws Exception {
        Path packed = packInto(folder);
        Files.writeString(packed, "no library");
        String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(packed)));
        String file = Library.platform() + "/" + packed.getFileName();
        Files.writeString(folder.resolve("META-INF/quoalise/SHA256SUMS"), digest + "  " + file + "\n");
        String failure = failure(run("twice", classPath(folder)));
        assertTrue(failure.contains("cannot be loaded") && failure.contains("noexec"), failure);
        assertTrue(failure.endsWith("cause: UnsatisfiedLinkError"), failure);
        assertNothingLeft();
    }
}
