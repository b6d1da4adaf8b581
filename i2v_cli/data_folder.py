"""The data folder: made private, and held by one `i2v up` at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from i2v_core.errors import StartRefused


@contextmanager
def held(folder: Path) -> Iterator[Path]:
    """Make the folder if need be and hold it until the block ends; the lock goes with the process, however it ends.

    Yields its absolute path. Raises `StartRefused` if it cannot be written or is held by another.
    """
    folder = folder.resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StartRefused(
            f"The data folder {folder} cannot be written ({error.strerror}). Set I2V_DATA_DIR to one that can."
        ) from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 20).decode().strip() or "unknown"
            raise StartRefused(
                f"The data folder {folder} is in use by another i2v (process {holder}). "
                "Stop that one, or set I2V_DATA_DIR to another folder."
            ) from None
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        yield folder
    finally:
        os.close(lock)
