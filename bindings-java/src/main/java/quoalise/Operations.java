package quoalise;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Operations on their way, and the one thread that hears when they are done. That is Java's and a daemon, so that nothing of
 * ours holds up the end of the virtual machine; it runs no code but this library's, and goes when there is nothing to hear of,
 * so that a class loader may go too.
 */
final class Operations {
    /** Where futures are completed unless the application says otherwise: where {@link CompletableFuture} does. */
    static final Executor DEFAULT_EXECUTOR = new CompletableFuture<Void>().defaultExecutor();

    /** How long the thread stays without anything to wait for, in milliseconds. */
    private static final long IDLE = 2_000;

    /** How often it is tried to tell somebody, when something fails that cannot be helped here. */
    private static final int ATTEMPTS = 100;

    private static final AtomicLong NEXT = new AtomicLong(1);
    private static final Map<Long, Runnable> WAITING = new ConcurrentHashMap<>();
    private static final ReentrantLock LOCK = new ReentrantLock();
    // Under the lock.
    private static Hearing listening;

    /** The thread that hears. */
    private static final class Hearing extends Thread {
        Hearing() {
            // Nothing of whoever happens to be the first.
            super(null, Operations::hear, "quoalise", 0, false);
            setDaemon(true);
            setContextClassLoader(null);
        }
    }

    private Operations() {}

    /** A number for an operation. */
    static long next() {
        return NEXT.getAndIncrement();
    }

    /** Begins an operation; true where it is done at once. Else {@code told} is run when it is done, and is short. */
    static boolean begin(long operation, Call<?> call, Runnable told) {
        WAITING.put(operation, told);
        boolean atOnce = true;
        try {
            atOnce = call.start(operation);
        } finally {
            if (atOnce) {
                WAITING.remove(operation);
            }
        }
        if (!atOnce) {
            try {
                listen();
            } catch (Throwable noThread) {
                cancel(operation);
                throw noThread;
            }
        }
        return atOnce;
    }

    /** Gives an operation up. */
    static void cancel(long operation) {
        WAITING.remove(operation);
        Native.cancel(operation);
    }

    /**
     * Has work done on an application's executor, and elsewhere where that takes none any more: somebody waits. Also where
     * it does its work on the thread that asks, if that is the one that hears: it would hear of nothing meanwhile.
     */
    static void execute(Executor executor, Runnable work) {
        try {
            executor.execute(() -> {
                if (Thread.currentThread() instanceof Hearing) {
                    DEFAULT_EXECUTOR.execute(work);
                } else {
                    work.run();
                }
            });
        } catch (RuntimeException refused) {
            DEFAULT_EXECUTOR.execute(work);
        }
    }

    private static void listen() {
        LOCK.lock();
        try {
            if (listening != null && listening.isAlive()) {
                return;
            }
            Hearing thread = new Hearing();
            thread.start();
            listening = thread;
        } finally {
            LOCK.unlock();
        }
    }

    private static void hear() {
        while (true) {
            try {
                long[] done = Native.drain(IDLE);
                for (long operation : done) {
                    tell(operation);
                }
                if (done.length == 0 && isIdle()) {
                    return;
                }
            } catch (Throwable failed) {
                // No memory, perhaps. All others wait for this thread.
                Thread.yield();
            }
        }
    }

    private static void tell(long operation) {
        Runnable told = WAITING.remove(operation);
        if (told == null) {
            // Nobody waits any more: who gave it up was slower than it.
            Native.cancel(operation);
            return;
        }
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                told.run();
                return;
            } catch (Throwable failed) {
                // No memory or no thread, perhaps. The others wait too.
                Thread.yield();
            }
        }
        Native.cancel(operation);
    }

    private static boolean isIdle() {
        LOCK.lock();
        try {
            // Who begins something lists it first, and looks for the thread then.
            if (!WAITING.isEmpty()) {
                return false;
            }
            listening = null;
            return true;
        } finally {
            LOCK.unlock();
        }
    }
}
