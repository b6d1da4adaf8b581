"""docs/command-line.md: its examples work as they stand there, and its tables name what there is."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from i2v_cli.client.ending import Exit
from tests.conftest import PICTURES
from tests.fundamentals.conftest import server
from tests.fundamentals.server import Server
from tests.i2v_cli.client import ROOT, Client

__all__ = ["server"]

TEXT = (ROOT / "docs" / "command-line.md").read_text()


def test_every_example_works(server: Server, tmp_path: Path) -> None:
    server.start("api", "worker")
    client = Client(server.url, tmp_path / "home")
    (tmp_path / "holiday").mkdir()
    for place in ("cat.jpg", "holiday/1.jpg", "holiday/2.jpg"):
        shutil.copy(PICTURES / "landscape_1.jpg", tmp_path / place)
    commands = "".join(re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL))
    if shutil.which("jq") is None:  # everybody's, but not ours
        commands = re.sub(r"\| jq .*", "", commands)
    path = f"{Path(sys.executable).parent}:{client.env['PATH']}"

    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", commands],
        env=client.env | {"PATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=90,
    )

    assert (done.returncode, done.stderr.count("i2v:")) == (0, 0), done.stderr
    assert commands.count("i2v ") >= 9
    assert (
        len(client.lines("jobs")[1]) == 7
    )  # cat and holiday, holiday zoomed in, cat upright, and the one from the pipe


def test_every_exit_code_is_there() -> None:
    table = TEXT[TEXT.index("| exit code |") :].split("\n\n")[0]

    assert {
        int(number) for number in re.findall(r"^\| (\d+)|, (\d+) \|", table, flags=re.M) for number in number if number
    } == {int(code) for code in Exit}
