"""The clients from npm do what docs/api.md says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.conftest import Run

#: The example, and which of its ways to subscribe it takes.
CLIENTS = [
    ("apollo.mjs", "graphql-ws"),
    ("apollo.mjs", "multipart"),
    ("urql.mjs", "graphql-ws"),
    ("urql.mjs", "graphql-sse"),
    ("urql.mjs", "fetch"),
    ("graphql_ws.mjs", "graphql-ws"),
    ("graphql_sse.mjs", "graphql-sse"),
    ("relay.mjs", "graphql-ws"),
]

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.mark.parametrize(("client", "way"), CLIENTS)
def test_it_uploads_watches_to_the_end_and_lists(client: str, way: str, run: Run, picture: Path) -> None:
    ran = run("node", client, picture, I2V_SUBSCRIBE=way)

    assert ran.code == 0, ran.err
    assert ran.out[0].startswith("job_")
    assert ran.out[0].endswith(" QUEUED")
    assert any(line.startswith("PROCESSING") for line in ran.out), ran
    assert ran.out.count("COMPLETED 100 %") == 1, ran
    assert ran.out[-1] == "listed: astronaut.png COMPLETED"


@pytest.mark.parametrize("client", sorted({client for client, _ in CLIENTS}))
def test_it_shows_why_a_file_was_refused(client: str, run: Run, no_picture: Path) -> None:
    ran = run("node", client, no_picture)

    assert ran.code == 1
    assert ran.out == []
    assert ran.err.startswith("UploadRefused NOT_A_PICTURE: ")


@pytest.mark.parametrize(("client", "way"), CLIENTS)
def test_it_stops_watching_and_shows_what_is_wrong(client: str, way: str, run: Run, picture: Path) -> None:
    ran = run("node", client, picture, "errors", I2V_SUBSCRIBE=way)

    assert ran.code == 0, ran.err
    stopped, cancelled, unknown, bad_input, *invalid = ran.out
    assert stopped in ("stopped watching at QUEUED", "stopped watching at PROCESSING")
    assert cancelled == "cancelled: CANCELLED"
    assert unknown == "JobNotFound JOB_NOT_FOUND"
    assert bad_input.startswith("BAD_USER_INPUT 'first' ")
    if client == "relay.mjs":
        return  # its compiler lets no such operation through: test_relay.py
    assert len(invalid) == 1, ran
    assert invalid[0].startswith("GRAPHQL_VALIDATION_FAILED Cannot query field 'nonsense'")
