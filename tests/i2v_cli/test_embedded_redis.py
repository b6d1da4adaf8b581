"""The embedded Redis: which server opens a folder, what it keeps, and where its socket lies."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from i2v_cli import embedded_redis
from i2v_cli.embedded_redis import EmbeddedRedis, server_for
from i2v_cli.redis_server import RedisServer, found_servers
from i2v_core.errors import StartRefused

REDIS_6 = RedisServer(Path("/old/redis-server"), "redis", (6, 2, 14))
REDIS_7 = RedisServer(Path("/new/redis-server"), "redis", (7, 0, 15))
VALKEY_8 = RedisServer(Path("/new/valkey-server"), "valkey", (8, 0, 1))


@asynccontextmanager
async def running(data_dir: Path, server: RedisServer | None = None) -> AsyncIterator[Redis]:
    redis = EmbeddedRedis(data_dir)
    redis.prepare()
    redis.server = server or redis.server
    await redis.start(dict(os.environ))
    client = Redis.from_url(redis.url, decode_responses=True)
    try:
        yield client
    finally:
        await client.aclose()
        assert redis.child
        await redis.child.stop(asyncio.Event())


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as client:
        await client.set("job", "kept")

    async with running(tmp_path) as client:
        assert await client.get("job") == "kept"


async def test_a_killed_server_has_lost_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as client:
        await client.set("job", "kept")
        pid = (await client.info("server"))["process_id"]

        os.kill(pid, signal.SIGKILL)

        async with asyncio.timeout(10):
            while await _get(client, "job") != "kept":
                await asyncio.sleep(0.02)


async def test_it_appends_every_change_and_makes_no_snapshots(tmp_path: Path) -> None:
    async with running(tmp_path) as client:
        options = await client.config_get("appendonly", "appendfsync", "save", "maxmemory-policy")

    assert options == {
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    assert not list((tmp_path / "redis").glob("*.rdb"))


async def test_a_folder_with_a_long_path_has_its_socket_elsewhere_and_as_private(tmp_path: Path) -> None:
    long = tmp_path / ("long" * 30)
    async with running(long) as client:
        socket = Path(str(client.connection_pool.connection_kwargs["path"]))

        assert len(os.fsencode(socket)) <= 103
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        assert await client.ping()

    socket.parent.rmdir()


async def test_a_folder_kept_for_us_by_a_stranger_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_redis.tempfile, "gettempdir", lambda: str(tmp_path))
    long = tmp_path / ("long" * 30)
    redis = EmbeddedRedis(long)
    redis.prepare()
    if redis.socket.parent.parent != tmp_path:
        pytest.skip("this machine's temporary folder is too long for the test")
    redis.socket.parent.chmod(0o777)

    with pytest.raises(StartRefused, match="not a private folder"):
        EmbeddedRedis(long).prepare()


async def test_the_folder_records_who_wrote_it(tmp_path: Path) -> None:
    async with running(tmp_path) as client:
        version = (await client.info("server"))["redis_version"]

    record = json.loads((tmp_path / "redis" / "server.json").read_text())
    assert ".".join(map(str, record["version"])) == version


@pytest.mark.parametrize(
    ("there", "written_by", "chosen"),
    [
        ([REDIS_7, REDIS_6], None, REDIS_7),
        ([REDIS_6], [6, 2, 14], REDIS_6),
        ([REDIS_7], [6, 2, 14], REDIS_7),
        ([REDIS_6, VALKEY_8], [7, 0, 15], VALKEY_8),
        ([REDIS_6], [7, 0, 15], None),
        ([REDIS_7], [8, 0, 1], None),
    ],
)
def test_no_server_older_than_the_one_that_wrote_the_folder_opens_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    there: list[RedisServer],
    written_by: list[int] | None,
    chosen: RedisServer | None,
) -> None:
    monkeypatch.setattr(embedded_redis, "found_servers", lambda: there)
    if written_by:
        (tmp_path / "server.json").write_text(json.dumps({"product": "redis", "version": written_by}))

    if chosen:
        assert server_for(tmp_path) == chosen
    else:
        with pytest.raises(StartRefused, match="would open it as empty"):
            server_for(tmp_path)


def test_a_folder_of_redis_7_is_known_without_its_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_redis, "found_servers", lambda: [REDIS_6])
    (tmp_path / "appendonlydir").mkdir()

    with pytest.raises(StartRefused, match="written by Redis 7 or later"):
        server_for(tmp_path)


async def test_a_newer_server_takes_over_what_an_older_one_wrote(tmp_path: Path) -> None:
    servers = sorted(found_servers(), key=lambda server: server.version)
    oldest, newest = servers[0], servers[-1]
    if oldest.major == newest.major:
        pytest.skip("this machine has servers of one major version only")
    async with running(tmp_path, oldest) as client:
        await client.set("job", "kept")

    async with running(tmp_path, newest) as client:
        assert await client.get("job") == "kept"


async def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    redis = EmbeddedRedis(tmp_path)
    redis.prepare()
    folder = tmp_path / "redis"
    (folder / "appendonlydir").mkdir()
    (folder / "appendonlydir" / "appendonly.aof.manifest").write_text("not a manifest\n")
    (folder / "appendonly.aof").write_text("not an append-only file\n")

    with pytest.raises(StartRefused, match="did not start"):
        await redis.start(dict(os.environ))


async def test_a_server_left_over_from_a_killed_supervisor_is_ended(tmp_path: Path) -> None:
    first = EmbeddedRedis(tmp_path)
    first.prepare()
    await first.start(dict(os.environ))
    assert first.child
    orphan = first.child.pid

    async with running(tmp_path) as client:
        assert (await client.info("server"))["process_id"] != orphan

    await first.child.stop(asyncio.Event())


async def _get(client: Redis, key: str) -> object:
    try:
        return await client.get(key)
    except OSError:
        return None
    except Exception as error:
        if "oading" in str(error) or "onnect" in str(error):
            return None
        raise
