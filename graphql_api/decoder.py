"""The API's side of the decode process: runs one for each picture, a few at once, and turns its answer into a result.

The process gets the limits and nothing else of this one's environment.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql_api.refused_pictures import decoder_died, not_stored, out_of_memory, took_too_long
from i2v_core.errors import Code, Limit, UploadRefused
from i2v_core.logs import get_logger
from i2v_core.settings import Settings

#: Where this package lies: the process finds it there wherever it is started.
_PACKAGES = str(Path(__file__).resolve().parent.parent)
#: Seconds of wall time on top of the CPU seconds: to start, and to wait for a busy processor.
_WAITING_SECONDS = 5.0
#: What an interpreter may need to start at all, where it is set.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")

log = get_logger("decoder")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture that was taken in: its size in normal form, in pixels."""

    width: int
    height: int


class Decoder:
    """Decodes pictures, at most `I2V_DECODE_CONCURRENCY` at once; more wait their turn."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turns = asyncio.Semaphore(settings.decode_concurrency)

    async def decode(
        self, source: Path, picture: Path, thumbnail: Path, *, settings: Settings | None = None
    ) -> Decoded:
        """Write the normal form of `source` to `picture` (JPEG) and `thumbnail` (WebP); their folders are made.

        The limits are those of `settings`, by default the decoder's own.

        Raises `UploadRefused` with the reason, also if they cannot be written. Then, and if the task
        is cancelled, neither file is left, nor an empty folder; `source` is never touched.
        """
        async with self._turns:
            try:
                for folder in {picture.parent, thumbnail.parent}:
                    folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                log.error("picture_not_stored", reason=error.strerror)
                raise not_stored() from error
            try:
                return await self._run(source, picture, thumbnail, settings or self._settings)
            except BaseException:
                _remove(picture, thumbnail)
                raise

    async def _run(self, source: Path, picture: Path, thumbnail: Path, settings: Settings) -> Decoded:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # not the current folder: whatever lies there is not ours
            "-m",
            "graphql_api.decode",
            *(str(path.absolute()) for path in (source, picture, thumbnail)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # the codecs' chatter about broken files
            env=_environment(settings),
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(settings.decode_seconds + _WAITING_SECONDS):
                answer, _ = await process.communicate()
        except TimeoutError:
            raise took_too_long(settings.decode_seconds) from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return _result(process.returncode or 0, answer, settings)


def _environment(settings: Settings) -> dict[str, str]:
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {
        "PYTHONPATH": _PACKAGES,
        "PYTHONUTF8": "1",
        "MALLOC_ARENA_MAX": "1",  # each arena reserves 64 MiB of the address space that is limited
        "I2V_MAX_MEGAPIXELS": str(settings.max_megapixels),
        "I2V_DECODE_MEMORY_MB": str(settings.decode_memory_mb),
        "I2V_DECODE_SECONDS": str(settings.decode_seconds),
        "I2V_INPUT_LONG_SIDE": str(settings.input_long_side),
        "I2V_DECODE_PARENT": str(os.getpid()),
    }


def _result(code: int, answer: bytes, settings: Settings) -> Decoded:
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        # Our own kill has raised already: this one is the CPU limit's, or the system's when memory ran out.
        log.warning("decode_killed", signal=signal.Signals(-code).name)
        if code == -signal.SIGXCPU:
            raise took_too_long(settings.decode_seconds)
        raise out_of_memory(settings.decode_memory_mb)
    try:
        fields: dict[str, Any] = json.loads(answer)
        if fields["ok"]:
            return Decoded(fields["width"], fields["height"])
        refused = UploadRefused(
            fields["message"],
            fields["how_to_fix"],
            code=Code(fields["code"]),
            limit=Limit(**fields["limit"]) if fields["limit"] else None,
        )
    except (ValueError, KeyError, TypeError):
        log.warning("decode_crashed", exit_code=code)
        raise decoder_died() from None
    if refused.code is Code.STORAGE_FAILED:
        log.error("picture_not_stored", reason=fields["detail"])
    else:
        log.info("decode_refused", code=refused.code, detail=fields["detail"])
    raise refused


def _remove(*paths: Path) -> None:
    for path in paths:
        for leftover in (path, path.with_name(f".{path.name}.part")):  # named so by the process while it writes
            with contextlib.suppress(OSError):
                leftover.unlink()
        with contextlib.suppress(OSError):
            path.parent.rmdir()  # only if nothing else is in it
