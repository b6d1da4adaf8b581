"""How a client command ends: exit codes, one sentence for whatever stopped it, and Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes. Never change one: scripts rely on them. docs/command-line.md lists them."""

    DONE = 0  #: everything was taken in, or completed
    SOME_FAILED = 1  #: something was refused, has failed or was cancelled
    USAGE = 2  #: the command makes no sense; nothing was sent
    UNREACHABLE = 3  #: no i2v answers, or not any more
    DENIED = 4  #: the token is not valid, or may not do this
    INTERRUPTED = 130  #: 128 + SIGINT, as shells count it
    TERMINATED = 143  #: 128 + SIGTERM


class Stopped(Exception):
    """What ends a command: the sentence says what is wrong and what to do."""

    code = Exit.SOME_FAILED


class WrongUsage(Stopped):
    """What was asked for makes no sense."""

    code = Exit.USAGE


class Unreachable(Stopped):
    """Nothing answers, or nothing that is an i2v. `passing`: whether trying again may help."""

    code = Exit.UNREACHABLE

    def __init__(self, sentence: str, *, passing: bool) -> None:
        super().__init__(sentence)
        self.passing = passing


class Denied(Stopped):
    """The server does not let whoever asks do this."""

    code = Exit.DENIED


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error in a group of them, which is what the others came of."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def say_why(stopped: Stopped) -> int:
    """Say what ended the command; its exit code."""
    print(f"i2v: {stopped}", file=sys.stderr)
    return stopped.code


def run(work: Callable[[], Awaitable[Exit]], *, if_interrupted: Callable[[], str] = str) -> int:
    """Do the work and give the exit code. `if_interrupted` says, on Ctrl-C, what goes on without us."""
    came: list[Exit] = []

    async def watched() -> Exit:
        task = asyncio.ensure_future(work())

        def stop(code: Exit) -> None:
            came.append(code)
            task.cancel()

        loop = asyncio.get_running_loop()
        for number, code in ((signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)):
            try:
                loop.add_signal_handler(number, stop, code)
            except NotImplementedError:  # Windows: asyncio.run cancels on Ctrl-C by itself
                break
        code = await task
        sys.stdout.flush()  # here, where it is known what to do if nobody reads any more
        return code

    try:
        return asyncio.run(watched())
    except (asyncio.CancelledError, KeyboardInterrupt):
        if said := if_interrupted():
            print(said, file=sys.stderr)
        return came[0] if came else Exit.INTERRUPTED
    except Stopped as stopped:
        return say_why(stopped)
    except BrokenPipeError:
        # Whoever read has read enough (`i2v jobs | head`). Python would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
