"""The embedded Redis: which server opens the data folder, how it is configured, and when it is ready.

It listens on a Unix socket in a folder that only this user can enter, and on no port at all.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import stat
import tempfile
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from i2v_cli.child import Child, Command
from i2v_cli.redis_server import OLDEST, RedisServer, found_servers
from i2v_core.errors import StartRefused
from i2v_core.logs import get_logger

log = get_logger("redis")

#: Bytes of a Unix socket's path: 108 with the final NUL on Linux, 104 on macOS and the BSDs.
_LONGEST_SOCKET_PATH = 103
#: Seconds to load what was kept. A folder of a million jobs takes a few; a person waits no longer without a word.
_LOAD_SECONDS = 60.0
#: Seconds that a server left over from a killed supervisor gets to write what it has and end.
_ORPHAN_SECONDS = 15.0
#: Redis 7 and later keep the append-only file in this folder; its presence tells who wrote, even without our record.
_REDIS_7_FOLDER = "appendonlydir"


class EmbeddedRedis:
    """A Redis server over `data_dir/redis`, from `prepare` to `stop`."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "redis"
        self.server: RedisServer
        self.socket: Path
        self.child: Child | None = None
        self._last_lines: deque[str] = deque(maxlen=5)

    @property
    def url(self) -> str:
        """What goes into I2V_REDIS_URL."""
        return f"unix://{self.socket}?db=0"

    def prepare(self) -> None:
        """Choose the server and the socket. Raises `StartRefused` if there is no server for this folder."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self.server = server_for(self.folder)
        self.socket = _socket_path(self.folder)

    async def start(self, env: Mapping[str, str]) -> None:
        """Start it and wait until it has loaded what was kept. Raises `StartRefused` if it does not come up."""
        await self._end_orphan()
        self.child = Child(self._command(), env, on_line=self._hear)
        await self.child.start()
        await self._until_loaded(self.child)
        self.child.settled = True
        record = {"product": self.server.product, "version": list(self.server.version)}
        _record_path(self.folder).write_text(json.dumps(record) + "\n")

    def _command(self) -> Command:
        options = {
            # Nobody but this user reaches it: no port, and a socket in a folder of mode 0700.
            "--port": "0",
            "--unixsocket": str(self.socket),
            "--unixsocketperm": "600",
            "--dir": str(self.folder),
            # Every change is appended, and on disk within a second: a power cut costs at most that second, a kill -9
            # of Redis nothing. `always` would cost each upload 1 to 6 ms for that second.
            "--appendonly": "yes",
            "--appendfsync": "everysec",
            # No snapshots beside it: they would be a second truth, and fork at moments of their own.
            "--save": "",
            "--dbfilename": "unused.rdb",
            # Never drop what was promised: without a limit of memory there is nothing to evict for.
            "--maxmemory": "0",
            "--daemonize": "no",
            "--loglevel": "warning",
            "--logfile": "",
        }
        arguments = [part for option in options.items() for part in option]
        return Command(
            name="redis",
            argv=(str(self.server.path), *arguments),
            # As SHUTDOWN does: it writes what is not yet on disk, then ends.
            stop_signal=signal.SIGTERM,
            stop_seconds=15.0,
            orphan_signal=signal.SIGTERM,
            quick=False,
        )

    async def _until_loaded(self, child: Child) -> None:
        loop = asyncio.get_running_loop()
        began, said = loop.time(), False
        while (answer := await _ask(self.socket, b"PING")) != b"+PONG":
            if child.first_exit.done():
                raise StartRefused(
                    f"{self.server} did not start: {' / '.join(self._last_lines) or 'it gave no reason'}"
                )
            waited = loop.time() - began
            if waited > _LOAD_SECONDS and not answer.startswith(b"-LOADING"):
                raise StartRefused(f"{self.server} did not answer within {_LOAD_SECONDS:.0f} seconds.")
            if waited > 2 and not said:
                said = True
                log.info("redis_is_loading", folder=str(self.folder))
            await asyncio.sleep(0.005)

    async def _end_orphan(self) -> None:
        """Stop a server that outlived a killed supervisor. We hold the folder, so it can be nobody else's."""
        if not await _ask(self.socket, b"PING"):
            return
        log.warning("ending_orphaned_redis", folder=str(self.folder))
        await _ask(self.socket, b"SHUTDOWN")
        with suppress(TimeoutError):
            async with asyncio.timeout(_ORPHAN_SECONDS):
                while await _ask(self.socket, b"PING"):
                    await asyncio.sleep(0.02)
                return
        raise StartRefused(f"A Redis server is running on {self.folder} and does not stop. Stop it and start again.")

    def _hear(self, line: str) -> None:
        # "123:M 21 Nov 2026 04:19:41.000 # what it says": ours have a time and a name already.
        said = line.partition(" # ")[2] or line
        if said.startswith("WARNING") or "Redis is starting" in said or "Configuration loaded" in said:
            return  # advice on the kernel's settings for servers of another size
        self._last_lines.append(said)
        log.debug("redis_says", line=said)


def server_for(folder: Path) -> RedisServer:
    """The first server on this machine that may open the folder. Raises `StartRefused`."""
    servers = found_servers()
    if not servers:
        raise StartRefused(
            f"No Redis to be had: no redis-server or valkey-server {OLDEST[0]}.{OLDEST[1]} or later is on PATH. "
            "Install one (Debian: apt-get install redis-server), or set I2V_REDIS_URL."
        )
    writer, major = _writer(folder)
    for server in servers:
        if server.major >= major:
            return server
    raise StartRefused(
        f"The data folder {folder} was written by {writer}, and {servers[0]} ({servers[0].path}) is older: "
        f"it would open it as empty. Install version {major} or later, or set I2V_DATA_DIR to another folder."
    )


def _writer(folder: Path) -> tuple[str, int]:
    """Who wrote the folder last, in words and as a major version; 0 for an empty one."""
    try:
        record = json.loads(_record_path(folder).read_text())
        version = [int(part) for part in record["version"]]
        return f"{str(record['product']).capitalize()} {'.'.join(map(str, version))}", version[0]
    except (FileNotFoundError, NotADirectoryError):
        return ("Redis 7 or later", 7) if (folder / _REDIS_7_FOLDER).exists() else ("nobody", 0)
    except (ValueError, KeyError, TypeError, IndexError):
        raise StartRefused(
            f"{_record_path(folder)} is damaged: it should say which Redis wrote this folder. If you know that the "
            "server on PATH is no older, delete that file."
        ) from None


def _record_path(folder: Path) -> Path:
    return folder / "server.json"


def _socket_path(folder: Path) -> Path:
    """A path for the socket that is short enough, in a folder that only this user can enter."""
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    # The same one each time, so that a server that outlived its supervisor is found again.
    name = f"i2v-{os.getuid()}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):
        path = parent / name / "redis.sock"
        if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
            _make_private(path.parent)
            return path
    raise StartRefused(f"The path of the data folder {folder} is too long. Set I2V_DATA_DIR to a shorter one.")


def _make_private(folder: Path) -> None:
    """Make the folder, or make sure that nobody else did: the temporary folder is everybody's."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) != 0o700:
        raise StartRefused(f"{folder} is not a private folder of this user. Remove it and start again.")


async def _ask(path: Path, command: bytes) -> bytes:
    """One command's one-line answer, or nothing if nobody answers. redis-py would take longer to import than this."""
    try:
        reader, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return b""
    try:
        writer.write(command + b"\r\n")
        await writer.drain()
        return (await asyncio.wait_for(reader.readline(), timeout=5)).rstrip()
    except (OSError, TimeoutError):
        return b""
    finally:
        writer.close()
