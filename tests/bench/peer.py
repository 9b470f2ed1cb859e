"""The loop of a program that is told by standard input what to measure."""

import resource
import sys
import time


def since_start() -> float:
    """Wall-clock seconds since this process began."""
    with open("/proc/self/stat") as file:
        ticks = int(file.read().rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / 100


def main(side) -> None:
    for line in sys.stdin:
        command, *arguments = line.split()
        start = time.process_time()
        if command == "memory":
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
            continue
        do = getattr(side, command)
        if command in ("fetch", "frame", "decode", "encode"):
            for _ in range(int(arguments[0])):
                do()
        elif command == "pushes":
            do(int(arguments[0]))
        else:
            do(*arguments)
        print(since_start() if command == "connect" else time.process_time() - start, flush=True)
    side.close()
