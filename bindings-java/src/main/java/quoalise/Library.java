package quoalise;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Finds the native library and loads it: from where the property {@code quoalise.library.path} says, else from the jar.
 *
 * <p>A virtual machine refuses to load one file for two class loaders. So each copy of these classes unpacks a file of its
 * own, and an application server may have as many as it likes.
 */
final class Library {
    /** The library's file, or the folder it is in. */
    static final String PATH = "quoalise.library.path";

    private static final String NAME = "quoalise_java";
    private static final String RESOURCES = "/META-INF/quoalise/";
    /** As sha256sum writes it: a digest, two spaces, and a file below {@link #RESOURCES}. */
    private static final String DIGESTS = RESOURCES + "SHA256SUMS";

    private static volatile boolean loaded;
    private static UnsatisfiedLinkError failed;

    private Library() {}

    /**
     * Sees to it that the library is there. What went wrong the first time is told each time.
     *
     * @throws UnsatisfiedLinkError that says what to do; its cause is the platform's own
     */
    static void load() {
        if (!loaded) {
            loadOnce();
        }
    }

    private static synchronized void loadOnce() {
        if (loaded) {
            return;
        }
        if (failed != null) {
            throw error(failed.getMessage(), failed.getCause());
        }
        try {
            String path = System.getProperty(PATH);
            if (path == null || path.isBlank()) {
                loadFromJar();
            } else {
                loadFrom(Path.of(path));
            }
            checkIdentity();
            loaded = true;
        } catch (UnsatisfiedLinkError error) {
            failed = error;
            throw error;
        }
    }

    private static UnsatisfiedLinkError error(String message, Throwable cause) {
        UnsatisfiedLinkError error = new UnsatisfiedLinkError(message);
        error.initCause(cause);
        return error;
    }

    private static void loadFrom(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve(System.mapLibraryName(NAME)) : path;
        try {
            System.load(file.toAbsolutePath().toString());
        } catch (UnsatisfiedLinkError error) {
            throw error(
                    "the native library of Quoalise cannot be loaded from where -D" + PATH + " says: " + error.getMessage()
                            + ". Give the file there that was built for " + platform()
                            + ", one copy for each class loader that has these classes, or leave the property out to use the"
                            + " jar's own",
                    error);
        }
    }

    private static void loadFromJar() {
        String platform = platform();
        String file = platform + "/" + System.mapLibraryName(NAME);
        Map<String, String> digests = digests();
        String digest = digests.get(file);
        if (digest == null) {
            String there = String.join(", ", digests.keySet().stream().map(name -> name.split("/")[0]).toList());
            throw error(
                    "this jar of Quoalise has no native library for " + platform + ", only for: "
                            + (there.isEmpty() ? "nothing" : there)
                            + ". Build it from the sources with cargo (bindings-java), and start Java with -D" + PATH
                            + "=FILE",
                    null);
        }
        Path folder = null;
        Path unpacked = null;
        try {
            folder = Files.createTempDirectory("quoalise-", ownerOnly("rwx------"));
            unpacked = folder.resolve(System.mapLibraryName(NAME));
            unpack(file, digest, unpacked);
            System.load(unpacked.toAbsolutePath().toString());
        } catch (IOException error) {
            throw error(
                    "the native library of Quoalise cannot be unpacked into " + System.getProperty("java.io.tmpdir") + ": "
                            + error + ". Start Java with -Djava.io.tmpdir=FOLDER, where this user may write and run"
                            + " programs, or unpack " + RESOURCES.substring(1) + file
                            + " from the jar by hand and say where with -D" + PATH + "=FILE",
                    error);
        } catch (UnsatisfiedLinkError error) {
            throw error(
                    "the native library of Quoalise for " + platform + " cannot be loaded: " + error.getMessage()
                            + ". If nothing may be run in " + folder + " (mounted with noexec), start Java with"
                            + " -Djava.io.tmpdir=FOLDER or unpack " + RESOURCES.substring(1) + file
                            + " from the jar by hand and say where with -D" + PATH
                            + "=FILE; if a library or version of one is missing, this system is older than those it was"
                            + " built for: build it here with cargo (bindings-java)",
                    error);
        } finally {
            remove(unpacked);
            remove(folder);
        }
    }

    /** What is loaded needs no name any more, except on Windows: there it goes at the end, where it can. */
    private static void remove(Path path) {
        if (path == null) {
            return;
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException stillInUse) {
            path.toFile().deleteOnExit();
        }
    }

    /** Into a folder nobody else gets at, so that what was checked is what is loaded. */
    private static void unpack(String file, String digest, Path to) throws IOException {
        MessageDigest sha256 = sha256();
        try (InputStream in = Library.class.getResourceAsStream(RESOURCES + file)) {
            if (in == null) {
                throw new IOException("the jar is damaged: " + file + " is not in it. Get the jar again");
            }
            try (OutputStream out = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                new DigestInputStream(in, sha256).transferTo(out);
            }
        }
        if (!HexFormat.of().formatHex(sha256.digest()).equals(digest)) {
            throw new IOException("the jar is damaged: " + file + " is not what was packed. Get the jar again");
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private static FileAttribute<?>[] ownerOnly(String permissions) {
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0]; // Windows: temporary files are in a folder of the user's
        }
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))};
    }

    /** By file; empty where the jar was built without libraries. */
    private static Map<String, String> digests() {
        Map<String, String> digests = new TreeMap<>();
        try (InputStream in = Library.class.getResourceAsStream(DIGESTS)) {
            if (in != null) {
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] parts = line.split("  ", 2);
                    if (parts.length == 2) {
                        digests.put(parts[1], parts[0]);
                    }
                }
            }
        } catch (IOException error) {
            throw error("the jar of Quoalise cannot be read: " + error + ". Get the jar again", error);
        }
        return digests;
    }

    /** Such as {@code linux-x86_64} and {@code linux-aarch64-musl}. */
    static String platform() {
        String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        arch = switch (arch) {
            case "amd64", "x86_64", "x64" -> "x86_64";
            case "aarch64", "arm64" -> "aarch64";
            default -> arch;
        };
        if (name.startsWith("linux")) {
            return "linux-" + arch + (isMusl() ? "-musl" : "");
        }
        if (name.startsWith("mac") || name.startsWith("darwin")) {
            return "macos-" + arch;
        }
        return (name.startsWith("windows") ? "windows" : name.replaceAll("[^a-z0-9]+", "-")) + "-" + arch;
    }

    /** Whether this virtual machine runs on musl rather than glibc (Alpine). */
    private static boolean isMusl() {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1)) {
            return maps.anyMatch(line -> line.contains("/ld-musl-"));
        } catch (IOException | RuntimeException unknown) {
            return false; // no /proc: the most usual is the best guess
        }
    }

    /** Classes and library hand each other bytes whose order both must know. */
    private static void checkIdentity() {
        String identity;
        try {
            identity = identity();
        } catch (UnsatisfiedLinkError error) {
            throw error(
                    "this is no native library of Quoalise: " + error.getMessage() + ". Check -D" + PATH + ", or leave it out",
                    error);
        }
        String wanted = version() + " " + Interface.INTERFACE;
        if (!identity.equals(wanted)) {
            throw error(
                    "the native library of Quoalise is of version " + identity + ", and these classes are of " + wanted
                            + ". Check -D" + PATH + ", or leave it out to use the library in the jar",
                    null);
        }
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream in = Library.class.getResourceAsStream("library.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException error) {
            throw error("the jar of Quoalise cannot be read: " + error + ". Get the jar again", error);
        }
        return properties.getProperty("version", "unknown");
    }

    /** What the library says of itself. */
    private static native String identity();
}
