"""The examples of docs/rest.md, run as they stand there: each in turn, with curl, in one folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphql_api.rest import openapi
from graphql_api.rest.problems import STATUS
from tests.conftest import PICTURES
from tests.fundamentals.server import Server
from tests.graphql_api.serving import serving

DOCS = (Path(__file__).parents[2] / "docs" / "rest.md").read_text()
EXAMPLES = re.findall(r"^```sh\n(.*?)^```", DOCS, flags=re.MULTILINE | re.DOTALL)
#: Ends each example's output: what one leaves in the shell (`JOB=...`) the next one uses.
_END = "--- end of example"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("docs"), "api", "worker") as server:
        yield server


def test_every_example_does_what_the_text_says(server: Server, tmp_path: Path) -> None:
    shutil.copy(PICTURES / "landscape_1.jpg", tmp_path / "photo.jpg")
    script = "set -e\n" + "".join(f"{example}\nprintf '\\n{_END}\\n'\n" for example in EXAMPLES)

    run = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "I2V_URL": server.url},
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stderr == ""
    said = [part.strip() for part in run.stdout.split(f"{_END}\n")]
    form, raw, listed, job, picture, events, again, ordered, deleted, server_side, refused, _ = said
    assert form == ""
    created = json.loads((tmp_path / "job.json").read_text())
    assert (created["name"], created["options"]["motion"], created["options"]["seconds"]) == ("photo.jpg", "PAN", 4.0)
    assert json.loads(raw)["name"] == "photo.jpg"
    assert (json.loads(raw)["options"]["shape"], json.loads(raw)["options"]["focus"]) == ("TALL", {"x": 0.3, "y": 0.5})
    assert json.loads(listed)["totalCount"] == 2
    assert 'rel="next"' in (tmp_path / "headers").read_text()
    assert json.loads(job)["id"] == created["id"]
    assert picture == ""
    assert (tmp_path / "picture.jpg").read_bytes().startswith(b"\xff\xd8")  # as a JPEG does
    assert events.endswith(f'data: {{"jobId": "{created["id"]}", "state": "COMPLETED"}}')
    assert again == "204"
    states = re.findall(r'"state":"([A-Z]+)"', ordered)
    assert states[0] == "CANCELLED"
    assert states[1] in ("QUEUED", "PROCESSING")
    assert deleted == ""
    assert '"length":' in server_side
    assert '"maxUploadBytes":' in server_side
    assert json.loads(refused)["code"] == "NOT_A_PICTURE"


def test_there_is_an_example_of_every_route_and_a_line_for_every_code() -> None:
    told = "\n".join(EXAMPLES)

    for method, path, _ in openapi.operations():
        address = re.escape(f'"$I2V_URL{path}').replace(re.escape("{id}"), r"\$\w+")
        lines = [line for line in told.replace("\\\n", " ").splitlines() if re.search(address + r'[?"]', line)]
        if method == "DELETE":
            lines = [line for line in lines if f"-X {method}" in line]
        assert lines, f"{method} {path}"
    missing = [code for code in STATUS if not re.search(rf"^\| {STATUS[code]} \|.*`{code.value}`", DOCS, re.MULTILINE)]
    assert missing == []
