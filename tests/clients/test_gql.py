"""gql does what docs/api.md says of it."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.clients.conftest import Run


def test_it_uploads_watches_to_the_end_and_lists(run: Run, picture: Path) -> None:
    ran = run(sys.executable, "gql_client.py", picture)

    assert ran.code == 0, ran
    assert ran.out[0].startswith("job_")
    assert any(line.startswith("PROCESSING") for line in ran.out), ran
    assert ran.out.count("COMPLETED 100.0 %") == 1, ran
    assert ran.out[-2:] == ["COMPLETED 100.0 %", "listed: astronaut.png COMPLETED"]


def test_it_shows_why_a_file_was_refused(run: Run, no_picture: Path) -> None:
    ran = run(sys.executable, "gql_client.py", no_picture)

    assert ran.code == 1
    assert ran.out == []
    assert ran.err.startswith("UploadRefused NOT_A_PICTURE: ")


def test_it_stops_watching_and_shows_what_is_wrong(run: Run, picture: Path) -> None:
    ran = run(sys.executable, "gql_errors.py", picture)

    assert ran.code == 0, ran
    assert len(ran.out) == 5, ran
    stopped, cancelled, unknown, bad_input, invalid = ran.out
    assert stopped in ("stopped watching at QUEUED", "stopped watching at PROCESSING")
    assert cancelled == "{'state': 'CANCELLED'}"
    assert unknown == "JobNotFound JOB_NOT_FOUND"
    assert bad_input.startswith("BAD_USER_INPUT 'first' ")
    assert invalid.startswith("GRAPHQL_VALIDATION_FAILED Cannot query field 'nonsense'")
