"""Watching from the command line: bars in a terminal, and no ending is missed, whatever happens to the connection."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from redis.asyncio import Redis

from i2v_core.jobs import JobState
from i2v_core.queue import JobQueue
from tests.conftest import PICTURES, eventually
from tests.fundamentals.conftest import server
from tests.fundamentals.server import Server
from tests.i2v_cli.client import Client, Terminal

__all__ = ["server"]

CAT, COFFEE = PICTURES / "chelsea.png", PICTURES / "coffee.png"
JOB = re.compile(r"job_[0-9a-z]{24}")


@pytest.fixture
def client(server: Server, tmp_path: Path) -> Client:
    return Client(server.url, tmp_path / "home")


def model_takes(server: Server, seconds: float) -> None:
    server.settings = server.settings.model_copy(update={"model_seconds": seconds})


async def is_in(redis: Redis, server: Server, job_id: str, state: JobState) -> None:
    async def there() -> bool:
        job = await JobQueue(redis, server.settings).get(job_id)
        return job is not None and job.state is state

    await eventually(there, what=f"{job_id} {state.value}")


def test_in_a_terminal_each_picture_has_a_bar_and_its_end_is_a_line(server: Server, client: Client) -> None:
    model_takes(server, 5.0)
    server.start("api", "worker")

    terminal = Terminal(client, "submit", CAT, COFFEE, "--watch")
    terminal.shows(lambda drawn: re.search(r"chelsea\.png.*━.*\d+ % being made", drawn), "a bar with its percent")
    terminal.shows(lambda drawn: re.search(r"coffee\.png.*━.*next in line, starts", drawn), "a place in line")
    terminal.shows(lambda drawn: "1 being made, 1 waiting" in drawn, "how many there are")

    assert terminal.ends() == 0
    assert len(re.findall(r"completed in \d+ s \(job_", terminal.drawn)) == 2
    assert "2 completed" in terminal.drawn


def test_a_narrow_terminal_without_colours_is_not_overrun(server: Server, client: Client) -> None:
    server.start("api", "worker")

    terminal = Terminal(client, "submit", CAT, "--watch", columns=40, NO_COLOR="1")

    assert terminal.ends() == 0
    assert "completed in" in " ".join(terminal.drawn.split())
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", terminal.drawn)  # no colour


async def test_a_server_that_is_restarted_is_waited_for_and_what_ended_meanwhile_is_known(
    server: Server, client: Client, redis: Redis
) -> None:
    model_takes(server, 5.0)
    server.start("api", "worker")
    watching = client.started("submit", CAT, COFFEE, "--watch")
    cat = JOB.search(watching.hears("chelsea.png: being made"))
    assert cat

    server.stop("api")
    watching.hears("the connection is lost; trying again", of="err")
    await is_in(redis, server, cat[0], JobState.COMPLETED)
    server.start("api")

    assert watching.ends() == 0, watching.said
    assert watching.said["out"].count(": completed in") == 2


def test_a_server_that_stays_away_is_given_up_in_the_end(server: Server, client: Client) -> None:
    server.start("api")
    watching = client.started("submit", CAT, "--watch", "--give-up-after", "0.5")
    watching.hears("in line")

    server.stop("api")

    assert watching.ends() == 3
    assert "does not answer any more. What was taken in is not lost" in watching.said["err"]


def test_ctrl_c_ends_no_job_and_watch_shows_it_again(server: Server, client: Client) -> None:
    server.start("api")
    submitting = client.started("submit", CAT, "--watch")
    cat = JOB.search(submitting.hears("in line"))
    assert cat
    submitting.interrupt()
    code = submitting.ends()

    watching = client.started("watch")
    watching.hears("in line")
    server.start("worker")

    assert code == 130
    assert "The job goes on without this command: `i2v watch` shows" in submitting.said["err"]
    assert "Traceback" not in submitting.said["err"]
    assert watching.ends() == 0
    assert re.search(rf"chelsea\.png: completed in \d+ s \({cat[0]}\)", watching.said["out"])
    assert client.i2v("watch").stdout == "Nothing of yours waits or is being made.\n"


def test_ctrl_c_at_the_terminal_puts_it_in_order(server: Server, client: Client) -> None:
    server.start("api")
    terminal = Terminal(client, "submit", CAT, COFFEE, "--watch")
    terminal.shows(lambda drawn: "2 waiting" in drawn, "both")

    terminal.types(b"\x03")

    assert terminal.ends() == 130
    assert terminal.drawn.rindex("\x1b[?25h") > terminal.drawn.rindex("\x1b[?25l")  # the cursor is back
    assert "The 2 jobs go on without this command" in terminal.drawn


def test_a_job_that_is_deleted_or_cancelled_while_it_is_watched_has_not_succeeded(
    server: Server, client: Client
) -> None:
    server.start("api")
    _, (cat, coffee) = client.lines("submit", CAT, COFFEE)
    watching = client.started("watch", cat["id"], coffee["id"])
    watching.hears("coffee.png")

    client.i2v("delete", cat["id"])
    client.i2v("cancel", coffee["id"])

    assert watching.ends() == 1
    assert f"chelsea.png: deleted ({cat['id']})" in watching.said["out"]
    assert f"coffee.png: cancelled ({coffee['id']})" in watching.said["out"]


def test_following_shows_what_comes_until_it_is_interrupted(server: Server, client: Client) -> None:
    server.start("api", "worker")
    following = client.started("watch", "--follow")
    _, (cat,) = client.lines("submit", CAT)

    line = following.hears(f" s ({cat['id']})")
    assert re.search(r"chelsea\.png: completed in \d+ s", line)
    following.interrupt()

    assert following.ends() == 130


def test_a_job_that_there_is_not_is_said_so(server: Server, client: Client) -> None:
    server.start("api")

    done = client.i2v("watch", "job_" + "0" * 24)

    assert done.returncode == 1
    assert done.stdout.startswith(f"job_{'0' * 24}: There is no such job of yours")


def test_who_watches_too_much_at_once_waits_until_there_is_room(server: Server, client: Client) -> None:
    server.settings = server.settings.model_copy(update={"subscriptions_per_viewer": 1})
    server.start("api")
    client.i2v("submit", CAT)
    first = client.started("watch", "--follow")
    first.hears("in line")

    second = client.started("watch", "--follow")
    second.hears("the server asks to wait", of="err")
    for watching in (first, second):
        watching.interrupt()

        assert watching.ends() == 130, watching.said
