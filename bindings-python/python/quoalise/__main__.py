"""The ``quoalise`` command: ``python -m quoalise --help``."""

from __future__ import annotations

import signal
import sys

from ._native import _command


def main() -> int:
    """Run the command of this process' arguments; its exit status."""
    # The command knows what to do at Ctrl-C, and Python would only note it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _command(["quoalise", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
