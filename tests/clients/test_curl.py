"""curl and a shell do what docs/api.md says of them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import Run

pytestmark = pytest.mark.skipif(
    not shutil.which("curl") and os.environ.get("CI") != "true", reason="there is no curl here: apt-get install curl"
)


def test_it_uploads_watches_to_the_end_and_lists(run: Run, picture: Path) -> None:
    ran = run("sh", "curl.sh", picture)

    assert ran.code == 0, ran
    first, *events, last = answers(ran.out)
    uploaded = first["data"]["uploadImage"]
    assert uploaded["state"] == "QUEUED"
    seen = [event["data"]["jobProgress"] for event in events]
    assert seen[0]["state"] in ("QUEUED", "PROCESSING")
    assert seen[-1] == {"__typename": "JobProgress", "state": "COMPLETED", "percent": 100.0}
    [edge] = last["data"]["jobs"]["edges"]
    assert edge["node"]["id"] == uploaded["id"]
    assert edge["node"]["state"] == "COMPLETED"


def test_it_shows_why_a_file_was_refused(run: Run, no_picture: Path) -> None:
    ran = run("sh", "curl.sh", no_picture)

    assert ran.code != 0
    [answer] = answers(ran.out)
    assert answer["data"]["uploadImage"]["__typename"] == "UploadRefused"
    assert answer["data"]["uploadImage"]["code"] == "NOT_A_PICTURE"


def test_it_stops_watching_and_shows_what_is_wrong(run: Run, picture: Path) -> None:
    ran = run("sh", "curl_errors.sh", picture)

    stopped, cancelled, unknown, bad_input, invalid = answers(ran.out)
    assert stopped["data"]["jobProgress"]["state"] in ("QUEUED", "PROCESSING")
    assert cancelled["data"]["cancelJob"] == {"state": "CANCELLED"}
    assert unknown["data"]["jobProgress"]["code"] == "JOB_NOT_FOUND"
    assert bad_input["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert invalid["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def answers(lines: list[str]) -> list[Any]:
    """The JSON of what curl wrote: whole answers, and what follows `data:` in events."""
    texts = [line.removeprefix("data:").strip() for line in lines]
    return [json.loads(text) for text in texts if text.startswith("{")]
