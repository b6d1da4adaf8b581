"""`i2v up` with its real children: how it starts, what it survives, and how it stops."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import free_port, redis_binary, wait_until
from tests.i2v_cli.conftest import StartUp, WithoutRedis, environment_of_up
from tests.i2v_cli.running import REDIS_NAMES, Up

PICTURE = Path(__file__).parents[1] / "pictures" / "astronaut.png"
UPLOAD = "mutation($image: Upload!) { uploadImage(image: $image) { __typename ... on Job { id } } }"
JOB = "query($id: ID!) { job(id: $id) { __typename ... on Job { state attempt } } }"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One for all tests that do not end anything of it."""
    up = Up(environment_of_up(tmp_path_factory.mktemp("running"), free_port()))
    try:
        yield up.ready()
    finally:
        up.kill_everything()


def test_a_start_makes_the_page_and_says_where_it_is(running: Up) -> None:
    line = running.hears("i2v is ready")

    assert f"http://127.0.0.1:{running.port}" in line
    page = httpx.get(f"http://127.0.0.1:{running.port}/")
    assert page.status_code == 200
    assert "text/html" in page.headers["content-type"]


@pytest.mark.parametrize("terminal", [True, False], ids=["pressed in a terminal", "sent to the whole group"])
def test_ctrl_c_puts_the_running_job_back_and_the_next_start_finishes_it(start_up: StartUp, *, terminal: bool) -> None:
    up = start_up(terminal=terminal).ready()
    with httpx.Client(base_url=f"http://127.0.0.1:{up.port}") as viewer:
        job = _upload(viewer)
        wait_until(lambda: _job(viewer, job)["state"] == "PROCESSING", what="the job being made")

        up.ctrl_c()
        code = up.exit_code()

        assert code == 0
        assert up.events("process_killed") == [], "all stopped by themselves"
        assert up.family() == []
        assert "Traceback" not in up.said

        start_up().ready()
        assert _job(viewer, job)["attempt"] <= 1
        wait_until(lambda: _job(viewer, job)["state"] == "COMPLETED", what="the job's video")
        assert _job(viewer, job)["attempt"] == 1


def test_sigterm_stops_everything_too(start_up: StartUp) -> None:
    up = start_up().ready()

    up.process.terminate()

    assert up.exit_code() == 0
    assert up.family() == []


def test_a_second_ctrl_c_does_not_wait(start_up: StartUp) -> None:
    up = start_up().ready()
    up.child("worker").suspend()  # it cannot hear the first one

    up.ctrl_c()
    up.hears("stopping")
    up.ctrl_c()

    assert up.exit_code() == 0
    assert up.events("stopping_now"), "it was not given up before the second one"
    assert up.family() == []


def test_ctrl_c_while_starting_leaves_nothing(start_up: StartUp) -> None:
    up = start_up()
    up.hears("redis_ready")

    up.ctrl_c()

    assert up.exit_code() == 0
    assert up.family() == []


@pytest.mark.parametrize("name", ["worker", "web", "redis"])
def test_a_crashed_child_is_started_again_and_said_so(start_up: StartUp, name: str) -> None:
    up = start_up().ready()
    killed = up.child(name)

    killed.kill()

    wait_until(lambda: [e for e in up.events("process_ended") if e["name"] == name], what="a word of it")
    assert up.events("process_ended")[0]["how"] == "killed by SIGKILL"
    wait_until(lambda: up.child(name).pid != killed.pid, what=f"another {name}")
    with httpx.Client(base_url=f"http://127.0.0.1:{up.port}", timeout=60) as viewer:
        wait_until(lambda: viewer.get("/readyz").status_code == 200, seconds=90, what="readiness")
        job = _upload(viewer)
        wait_until(lambda: _job(viewer, job)["state"] == "COMPLETED", seconds=40, what="a video after it")


def test_children_do_not_outlive_a_killed_supervisor(start_up: StartUp) -> None:
    up = start_up().ready()
    wait_until(lambda: len(up.family()) >= 4, what="redis, web, worker and its renderer")

    up.process.kill()

    wait_until(lambda: not up.family(), what="the end of its children")
    start_up().ready()


def test_a_port_in_use_is_one_sentence(start_up: StartUp, port: int) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()

        up = start_up()

        assert _refusal(up) == (
            f"i2v: Port {port} on 127.0.0.1 is in use by another program. "
            "Stop that one, or set I2V_PORT to a free port."
        )


def test_a_second_start_on_the_same_data_folder_is_one_sentence(start_up: StartUp, running: Up) -> None:
    second = start_up(I2V_PORT="1", I2V_DATA_DIR=running.env["I2V_DATA_DIR"])

    said = _refusal(second)
    assert f"is in use by another i2v (process {running.process.pid})" in said
    assert httpx.get(f"http://127.0.0.1:{running.port}/healthz").status_code == 200


def test_no_redis_is_one_sentence(start_up: StartUp, without_redis: WithoutRedis) -> None:
    said = _refusal(start_up(python=without_redis.python, **without_redis.env))

    assert said.startswith("i2v: No Redis to be had")
    assert "I2V_REDIS_URL" in said


def test_a_folder_of_a_newer_redis_is_one_sentence(start_up: StartUp, env: dict[str, str]) -> None:
    folder = Path(env["I2V_DATA_DIR"]) / "redis"
    folder.mkdir(parents=True)
    (folder / "server.json").write_text('{"product": "redis", "version": [99, 1, 0]}')

    said = _refusal(start_up())

    assert "was written by Redis 99.1.0" in said
    assert "would open it as empty" in said


def test_a_wrong_setting_is_one_sentence(start_up: StartUp) -> None:
    assert _refusal(start_up(I2V_MODEL_SECONDS="soon")).startswith("i2v: I2V_MODEL_SECONDS is 'soon', but")


def test_with_a_redis_of_ones_own_none_is_embedded(start_up: StartUp, env: dict[str, str], tmp_path: Path) -> None:
    server = subprocess.Popen(
        [redis_binary(), "--port", "0", "--unixsocket", str(tmp_path / "own.sock"), "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    try:
        up = start_up(I2V_REDIS_URL=f"unix://{tmp_path}/own.sock").ready()

        assert not any(process.name() in REDIS_NAMES for process in up.family())
        assert not (Path(env["I2V_DATA_DIR"]) / "redis").exists()
        up.ctrl_c()
        assert up.exit_code() == 0
        assert server.poll() is None
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def test_the_embedded_redis_listens_on_no_port(running: Up) -> None:
    redis = running.child("redis")

    assert redis.net_connections(kind="inet") == []
    folder = Path(running.env["I2V_DATA_DIR"]) / "redis"
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    assert oct((folder / "redis.sock").stat().st_mode & 0o777) == "0o600"


def _refusal(up: Up) -> str:
    """What a start that was refused said: one line, and exit code 1."""
    assert up.exit_code() == 1
    assert len(up.said.splitlines()) == 1, up.said
    assert up.family() == []
    return up.said.strip()


def _upload(viewer: httpx.Client) -> str:
    files = {
        "operations": (None, f'{{"query": "{UPLOAD}", "variables": {{"image": null}}}}'),
        "map": (None, '{"0": ["variables.image"]}'),
        "0": ("astronaut.png", PICTURE.read_bytes(), "image/png"),
    }
    answer = viewer.post("/graphql", files=files, headers={"X-I2V-Request": "1"}).json()
    assert "errors" not in answer, answer
    return str(answer["data"]["uploadImage"]["id"])


def _job(viewer: httpx.Client, job: str) -> dict[str, Any]:
    answer = viewer.post("/graphql", json={"query": JOB, "variables": {"id": job}}).json()
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["job"]
    return found
