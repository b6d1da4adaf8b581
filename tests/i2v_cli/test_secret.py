"""`i2v secret rotate`: beside a running API, which takes the new secret without a restart."""

from __future__ import annotations

import subprocess
import sys

from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.settings import Settings
from tests.conftest import environment, eventually
from tests.fundamentals.conftest import alice, server
from tests.fundamentals.server import Server, Viewer
from tests.graphql_api.programs import CREATE, JOBS, ask, with_token

__all__ = ["alice", "server"]


def rotate(settings: Settings, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """What the command says."""
    return subprocess.run(
        [sys.executable, "-m", "i2v_cli", "secret", "rotate", *words],
        env=environment(settings, **more),
        capture_output=True,
        text=True,
        timeout=30,
    )


async def test_nobody_is_signed_out_and_cookies_are_made_anew(server: Server, alice: Viewer) -> None:
    server.start("api")
    answer = (await alice.ask(CREATE, name="mark", scopes=["READ"]))["createApiToken"]
    before = alice.http.cookies["i2v_viewer"]

    said = rotate(server.settings)

    async def is_renewed() -> bool:
        tokens = (await alice.ask("{ apiTokens { id } }"))["apiTokens"]
        assert tokens == [{"id": answer["token"]["id"]}], "the same viewer"
        return alice.http.cookies["i2v_viewer"] != before

    await eventually(is_renewed, 10)
    assert said.returncode == 0
    assert "nobody is signed out" in said.stdout


async def test_a_secret_that_others_know_is_forgotten_and_tokens_stay(server: Server, alice: Viewer) -> None:
    server.start("api")
    secret = (await alice.ask(CREATE, name="mark", scopes=["READ"]))["createApiToken"]["secret"]

    said = rotate(server.settings, "--forget-old")

    async def is_a_stranger() -> bool:
        return (await alice.ask("{ apiTokens { id } }"))["apiTokens"] == []

    await eventually(is_a_stranger, 10)
    async with with_token(server, secret) as program:
        assert (await ask(program, JOBS)).status_code == 200
    assert "stranger" in said.stdout


async def test_with_a_secret_that_others_know_every_link_ends(settings: Settings, redis: Redis) -> None:
    for hashed in ("a", "b"):
        await redis.hset(keys.share_link(hashed), mapping={"id": hashed, "job": "job_a", "viewer": "viewer_a"})

    assert "links" not in rotate(settings).stdout
    assert await redis.exists(keys.share_link("a"), keys.share_link("b")) == 2
    assert "All 2 links to videos are ended." in rotate(settings, "--forget-old").stdout
    assert await redis.exists(keys.share_link("a"), keys.share_link("b")) == 0


async def test_what_is_configured_is_not_changed_behind_ones_back(settings: Settings, redis: Redis) -> None:
    said = rotate(settings, I2V_SECRET="a-secret-of-the-environment")

    assert said.returncode == 1
    assert "I2V_SECRET" in said.stderr
    assert "a-secret-of" not in said.stderr
    assert await redis.get(keys.SECRET) is None


def test_without_redis_it_says_so(settings: Settings) -> None:
    said = rotate(settings, I2V_REDIS_URL="redis://127.0.0.1:1/0")

    assert said.returncode == 1
    assert "No Redis answers" in said.stderr
