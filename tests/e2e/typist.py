"""Runs a command on a terminal of its own, and types for somebody.

`typist.py STEPS COMMAND…`: STEPS is a JSON list of [expected text, what to type then]. What to type may be "^C". What
the terminal showed is printed, then a line with the exit status. A text that does not come within 30 seconds, or before
the command ends, is a failure. What is asked for as a secret is typed once the terminal shows it no more: that comes
after the question, and nobody else types so fast.
"""

import codecs
import json
import os
import pty
import select
import sys
import termios
import time

PATIENCE = 30
SECRET = "secret: "


def hides(terminal: int) -> bool:
    return not termios.tcgetattr(terminal)[3] & termios.ECHO


def main() -> int:
    steps, command = json.loads(sys.argv[1]), sys.argv[2:]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    shown, seen, deadline = "", 0, time.monotonic() + PATIENCE
    text = codecs.getincrementaldecoder("utf-8")()
    while True:
        if steps and (found := shown.find(steps[0][0], seen)) >= 0:
            expected, typed = steps.pop(0)
            seen = found + len(expected)
            while expected.endswith(SECRET) and not hides(terminal) and time.monotonic() < deadline:
                time.sleep(0.005)
            os.write(terminal, b"\x03" if typed == "^C" else typed.encode())
            deadline = time.monotonic() + PATIENCE
            continue
        if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
            os.kill(pid, 9)
            break
        try:
            read = os.read(terminal, 65536)
        except OSError:  # the command has ended (EIO)
            break
        if not read:
            break
        shown += text.decode(read)
    _, status = os.waitpid(pid, 0)
    print(shown.replace("\r\n", "\n"))
    if steps:
        print(f"never showed: {steps[0][0]}")
        return 1
    print(f"status {os.waitstatus_to_exitcode(status)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
