"""Becomes a program that ends when its parent does: `python -I -S tied.py PARENT SIGNAL PROGRAM ARGUMENT...`.

A parent that is killed by SIGKILL can stop nothing. Linux can (prctl(2), PR_SET_PDEATHSIG), but only the child itself
may ask for it, before it becomes the program. It is a script of its own because Redis cannot ask, and because code
between fork and exec (`preexec_fn`) is unsafe with threads. Elsewhere than on Linux it only becomes the program.
"""

from __future__ import annotations

import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask for the signal, make sure that the parent still lives, and become the program."""
    parent, ending, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    # Started from a script in the background, SIGINT arrives ignored, and ours could not put its job back.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ending, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)  # it died before we could ask
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
