package quoalise;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
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

    private static final AtomicLong NEXT = new AtomicLong(1);
    private static final Map<Long, Runnable> WAITING = new ConcurrentHashMap<>();
    private static final ReentrantLock LOCK = new ReentrantLock();
    // Under the lock.
    private static Thread listening;

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
            listen();
        }
        return atOnce;
    }

    /** Gives an operation up. */
    static void cancel(long operation) {
        WAITING.remove(operation);
        Native.cancel(operation);
    }

    /** Has work done on an application's executor, and elsewhere where that takes none any more: somebody waits. */
    static void execute(Executor executor, Runnable work) {
        try {
            executor.execute(work);
        } catch (RuntimeException refused) {
            ForkJoinPool.commonPool().execute(work);
        }
    }

    private static void listen() {
        LOCK.lock();
        try {
            if (listening != null) {
                return;
            }
            // Nothing of whoever happens to be the first.
            Thread thread = new Thread(null, Operations::hear, "quoalise", 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            thread.start();
            listening = thread;
        } finally {
            LOCK.unlock();
        }
    }

    private static void hear() {
        while (true) {
            long[] done = Native.drain(IDLE);
            for (long operation : done) {
                tell(operation);
            }
            if (done.length == 0 && isIdle()) {
                return;
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
        try {
            told.run();
        } catch (Error failed) {
            // No memory or no stack, perhaps. The others wait too.
            Native.cancel(operation);
        }
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
