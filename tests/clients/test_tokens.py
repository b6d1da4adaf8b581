"""The same examples with a token in the place of the cookie."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.clients.conftest import Run


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize(
    "command", [("node", "apollo.mjs"), ("node", "relay.mjs"), (sys.executable, "gql_client.py")], ids=lambda c: c[1]
)
def test_a_program_with_a_token_sees_what_its_viewer_sees(command: tuple[str, str], run: Run, picture: Path) -> None:
    """Over HTTP in a header, over a WebSocket in `connectionParams` (graphql-ws) or in the handshake's header (gql)."""
    ran = run(*command, picture, with_token=True)

    assert ran.code == 0, ran
    assert ran.out[-1] == "listed: astronaut.png COMPLETED"
    assert len([line for line in run(*command, picture).out if line.startswith("listed:")]) == 2


@pytest.mark.usefixtures("npm_folder")
def test_a_token_that_is_none_is_refused_and_nothing_is_taken_in(run: Run, picture: Path) -> None:
    ran = run("node", "apollo.mjs", picture, I2V_TOKEN="i2v_mistyped")

    assert ran.code != 0
    assert ran.out == []
    assert "UNAUTHENTICATED" in ran.err or "This token is not valid" in ran.err, ran.err
