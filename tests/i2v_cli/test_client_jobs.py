"""`i2v jobs`, `cancel`, `retry` and `delete`, and how the command line stays the same viewer."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from i2v_cli.client.commands import Motion, State
from i2v_cli.client.pictures import SUFFIXES
from tests.conftest import PICTURES
from tests.fundamentals.server import Server
from tests.graphql_api.conftest import api
from tests.i2v_cli.client import ROOT, Client, Terminal, command

__all__ = ["api"]

CAT, COFFEE, STREET = PICTURES / "chelsea.png", PICTURES / "coffee.png", PICTURES / "landscape_1.jpg"
#: All users of these tests come from one address.
SETTINGS = {"waiting_per_viewer": 1000, "uploads_per_minute": 10_000}


@pytest.fixture(scope="module")
def server(api: Server) -> Server:
    """One API for all of these: each test is a user of its own."""
    return api


@pytest.fixture
def client(server: Server, tmp_path: Path) -> Client:
    return Client(server.url, tmp_path / "home")


def test_what_one_command_submits_the_next_one_lists(client: Client) -> None:
    _, sent = client.lines("submit", CAT, COFFEE, STREET)

    code, listed = client.lines("jobs")
    in_a_pipe = client.i2v("jobs", "--limit", 2).stdout.splitlines()

    assert code == 0
    assert [job["id"] for job in listed] == [job["id"] for job in reversed(sent)]
    assert set(listed[0]) == set(sent[0]) - {"event", "file", "repeated"}
    assert [line.split("\t")[0] for line in in_a_pipe] == [job["id"] for job in listed[:2]]
    assert in_a_pipe[0].split("\t")[2:4] == ["QUEUED", "landscape_1.jpg"]


def test_they_can_be_told_apart_by_state(client: Client) -> None:
    _, (cat, coffee) = client.lines("submit", CAT, COFFEE)
    client.i2v("cancel", cat["id"])

    _, cancelled = client.lines("jobs", "--state", "cancelled")
    _, both = client.lines("jobs", "--state", "cancelled", "--state", "queued")

    assert [job["id"] for job in cancelled] == [cat["id"]]
    assert [job["id"] for job in both] == [coffee["id"], cat["id"]]


@pytest.mark.parametrize("columns", [120, 50])
def test_in_a_terminal_it_is_a_table_with_whole_ids(columns: int, client: Client) -> None:
    _, (cat,) = client.lines("submit", CAT)

    terminal = Terminal(client, "jobs", columns=columns, NO_COLOR="1")

    assert terminal.ends() == 0
    assert cat["id"] in terminal.drawn
    assert max(len(re.sub(r"\x1b\[[0-9;?]*\w", "", line)) for line in terminal.drawn.splitlines()) <= columns


def test_a_job_is_cancelled_made_again_and_deleted(client: Client) -> None:
    _, (cat,) = client.lines("submit", CAT)

    cancelled = client.i2v("cancel", cat["id"])
    too_late = client.i2v("cancel", cat["id"])
    retried = client.lines("retry", cat["id"])
    deleted = client.i2v("delete", cat["id"])
    gone = client.lines("delete", cat["id"])

    assert (cancelled.returncode, cancelled.stdout) == (0, f"{cat['id']}: cancelled\n")
    assert too_late.returncode == 1
    assert "This job has ended already." in too_late.stderr
    assert retried[0] == 0
    assert (retried[1][0]["event"], retried[1][0]["state"]) == ("retried", "QUEUED")
    assert deleted.stdout == f"{cat['id']}: deleted, with its picture and its video\n"
    assert gone[0] == 1
    assert (gone[1][0]["event"], gone[1][0]["code"]) == ("refused", "JOB_NOT_FOUND")


def test_a_picture_whose_job_was_cancelled_is_made_again_by_the_same_job(client: Client) -> None:
    _, (cat,) = client.lines("submit", CAT)
    client.i2v("cancel", cat["id"])

    _, (again,) = client.lines("submit", CAT)

    assert again["id"] == cat["id"]
    assert client.lines("jobs")[1][0]["state"] == "QUEUED"


def test_who_one_is_lies_in_a_file_that_is_ones_own(server: Server, client: Client) -> None:
    client.i2v("submit", CAT)

    (kept,) = (client.home / "i2v" / "viewers").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert json.loads(kept.read_text())["url"] == server.url


def test_commands_that_begin_at_once_are_the_same_viewer(client: Client) -> None:
    with ThreadPoolExecutor(4) as at_once:
        list(at_once.map(lambda picture: client.i2v("submit", picture), (CAT, COFFEE, STREET)))

    assert len(client.lines("jobs")[1]) == 3


def test_another_user_sees_none_of_them(server: Server, client: Client, tmp_path: Path) -> None:
    client.i2v("submit", CAT)

    assert Client(server.url, tmp_path / "another").lines("jobs") == (0, [])


def test_whoever_reads_may_have_read_enough(client: Client) -> None:
    client.i2v("submit", CAT)
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(command(("jobs",)), env=client.env, stdout=writing, stderr=subprocess.PIPE, cwd=ROOT)
    os.close(writing)

    assert (done.returncode, done.stderr) == (0, b"")


def test_it_takes_what_the_server_takes() -> None:
    from graphql_api.picture_formats import FORMATS
    from i2v_core.jobs import JobState
    from i2v_core.jobs import Motion as ServersMotion

    assert {motion.name for motion in Motion} == {motion.value for motion in ServersMotion}
    assert {state.name for state in State} == {state.value for state in JobState}
    assert {f".{name.lower()}" for name in FORMATS} <= SUFFIXES


def test_the_client_loads_none_of_the_heavy_parts() -> None:
    modules = [f"i2v_cli.client.{path.stem}" for path in (ROOT / "i2v_cli" / "client").glob("[a-z]*.py")]
    seen = f"import sys, {', '.join(modules)}; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True, cwd=ROOT).stdout

    heavy = {"graphql_api", "worker", "i2v_app", "strawberry", "graphql", "redis", "pydantic", "numpy", "starlette"}
    assert heavy & set(loaded.split()) == set()
