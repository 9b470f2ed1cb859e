package quoalise;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What {@link LibraryTest} runs in virtual machines of its own: loading happens once in each. */
final class LibraryProbe {
    /** Begins each line that the test looks at. */
    static final String SAYS = "> ";

    private LibraryProbe() {}

    private static void say(String line) {
        System.out.println(SAYS + line);
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "twice" -> {
                say(attempt(LibraryProbe::use));
                say(attempt(LibraryProbe::use));
            }
            case "threads" -> threads();
            case "loaders" -> loaders();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /** Uses the library: how many readings came of it. */
    public static String use() {
        String csv = "time,value,unit,name\n2022-01-10T00:00:00Z,412,W,a\n";
        Data data = Codec.loads(csv.getBytes(StandardCharsets.UTF_8));
        return data.size() + " reading";
    }

    private static String attempt(Callable<String> what) throws Exception {
        try {
            return what.call();
        } catch (LinkageError error) {
            Throwable cause = error.getCause();
            return error.getClass().getSimpleName() + ": " + error.getMessage() + " | cause: "
                    + (cause == null ? "none" : cause.getClass().getSimpleName());
        }
    }

    private static void threads() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(8);
        List<Future<String>> all = new ArrayList<>();
        for (int task = 0; task < 8; task++) {
            all.add(executor.submit(() -> attempt(LibraryProbe::use)));
        }
        for (Future<String> one : all) {
            say(one.get());
        }
        executor.shutdown();
    }

    /** As an application server has two applications, each with the jar in it. */
    private static void loaders() throws Exception {
        try (URLClassLoader one = application();
                URLClassLoader other = application()) {
            // Both stay, and both work.
            say(attempt(() -> useIn(one)));
            say(attempt(() -> useIn(other)));
            say(attempt(() -> useIn(one)));
        }
    }

    private static URLClassLoader application() {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            try {
                urls.add(Path.of(entry).toUri().toURL());
            } catch (MalformedURLException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    private static String useIn(ClassLoader loader) throws IOException {
        try {
            Class<?> probe = Class.forName(LibraryProbe.class.getName(), true, loader);
            if (probe == LibraryProbe.class) {
                throw new IllegalStateException("the class loaders aren't apart");
            }
            var use = probe.getDeclaredMethod("use");
            use.setAccessible(true);
            return (String) use.invoke(null);
        } catch (java.lang.reflect.InvocationTargetException error) {
            if (error.getCause() instanceof LinkageError linkage) {
                throw linkage;
            }
            throw new IllegalStateException(error.getCause());
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }
}
