"""`i2v token`, and asking with one: as its viewer, with its scopes, for as long as it is valid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from i2v_cli.client.commands import Scope
from i2v_cli.client.ending import WrongUsage
from i2v_cli.client.token import read_end
from i2v_core.viewers import Scope as ServersScope
from tests.conftest import PICTURES
from tests.fundamentals.server import Server
from tests.graphql_api.conftest import api
from tests.i2v_cli.client import Client

__all__ = ["api"]

CAT = PICTURES / "chelsea.png"
#: All users of these tests come from one address.
SETTINGS = {"waiting_per_viewer": 1000, "uploads_per_minute": 10_000}


@pytest.fixture(scope="module")
def server(api: Server) -> Server:
    """One API for all of these: each test is a user of its own."""
    return api


@pytest.fixture
def client(server: Server, tmp_path: Path) -> Client:
    return Client(server.url, tmp_path / "home")


def test_a_program_with_a_token_sees_what_its_viewer_sees_and_keeps_no_cookie(
    server: Server, client: Client, tmp_path: Path
) -> None:
    made = client.i2v("token", "create", "ci", "--scopes", "read,write", "--expires", "30d")
    secret = made.stdout.strip()
    program = Client(server.url, tmp_path / "elsewhere", {"I2V_TOKEN": secret})

    _, (cat,) = program.lines("submit", CAT)

    assert made.returncode == 0
    assert secret.startswith("i2v_")
    assert secret not in made.stderr
    assert "may read,write, until " in made.stderr
    assert [job["id"] for job in client.lines("jobs")[1]] == [cat["id"]]
    assert list((tmp_path / "elsewhere").rglob("*.json")) == []


def test_tokens_are_listed_without_their_secret_and_end_when_they_are_revoked(client: Client) -> None:
    _, (made,) = client.lines("token", "create", "watcher", "--scopes", "read")
    client.i2v("submit", CAT)
    watching = client.started("watch", I2V_TOKEN=made["secret"])
    watching.hears("chelsea.png")

    listed = client.i2v("token", "list").stdout
    revoked = client.i2v("token", "revoke", made["id"])
    again = client.i2v("token", "revoke", made["id"])

    assert listed.split("\t")[:3] == [made["id"], "watcher", "read"]
    assert made["secret"] not in listed
    assert (revoked.returncode, revoked.stdout) == (0, f"{made['id']}: revoked\n")
    assert watching.ends() == 4
    assert "I2V_TOKEN" in watching.said["err"]
    assert again.returncode == 1


def test_a_token_may_what_it_was_made_for_and_no_more(client: Client) -> None:
    reader = client.i2v("token", "create", "reader", "--scopes", "read").stdout.strip()

    submitted = client.i2v("submit", CAT, I2V_TOKEN=reader)
    listed = client.i2v("jobs", I2V_TOKEN=reader)
    wrong = client.i2v("jobs", I2V_TOKEN="i2v_nonsense")

    assert submitted.returncode == 4
    assert "does not have the scope WRITE" in submitted.stderr
    assert listed.returncode == 0
    assert wrong.returncode == 4
    assert "This token is not valid" in wrong.stderr
    assert "Make one with `i2v token create`, or unset I2V_TOKEN." in wrong.stderr
    assert "createApiToken" not in wrong.stderr + submitted.stderr


def test_tokens_are_no_business_of_tokens(client: Client) -> None:
    secret = client.i2v("token", "create", "all", "--scopes", "read,write,play").stdout.strip()

    done = client.i2v("token", "list", I2V_TOKEN=secret)

    assert done.returncode == 4
    assert done.stderr == "i2v: A token may not list, make or revoke tokens. Run it without I2V_TOKEN.\n"


def test_who_has_no_tokens_is_told_so(client: Client) -> None:
    told, as_json = client.i2v("token", "list"), client.i2v("token", "list", "--json")

    assert (told.returncode, told.stdout, told.stderr) == (0, "", "You have no tokens.\n")
    assert (as_json.stdout, as_json.stderr) == ("", "")


def test_a_scope_that_there_is_not_is_named(client: Client) -> None:
    done = client.i2v("token", "create", "odd", "--scopes", "read,fly")

    assert done.returncode == 2
    assert "fly is none of read, write, play" in done.stderr
    assert {scope.name for scope in Scope} == {scope.value for scope in ServersScope}


def test_an_end_is_a_span_or_a_date() -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)

    assert read_end("36h", now) - now == timedelta(hours=36)
    assert read_end("2w", now) - now == timedelta(weeks=2)
    assert read_end("2027-01-31T10:00+02:00", now) == datetime(2027, 1, 31, 8, tzinfo=UTC)
    with pytest.raises(WrongUsage, match="12h, 30d or 2w"):
        read_end("soon", now)
