"""`python tools/screenshots.py`: the pictures of docs/ui.md and the README, from a really running server with the true model time.

Every state of the page (tools/walk.py) and, on the page of all components, every part in all its states, as WebP into
docs/screenshots. On the way axe looks at each of them in both schemes, and Chromium counts which rules of the stylesheet are
used. It takes some six minutes and needs Chromium, a font for Chinese and the development packages. It fails if a state could not be taken, if
axe or the console has anything to say, or if the pictures have become too large.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.visiting import CHROMIUM_ARGS, chromium, running_server  # noqa: E402
from tools.camera import Camera  # noqa: E402
from tools.walk import STATES, walk, walk_components  # noqa: E402

SCREENSHOTS = ROOT / "docs" / "screenshots"
UI = ROOT / "docs" / "ui.md"
#: The tables of the states and of the components stand in it between these.
_STATES = ("<!-- screenshots: made by tools/screenshots.py -->\n", "<!-- end of screenshots -->\n")
_PARTS = ("<!-- components: made by tools/screenshots.py -->\n", "<!-- end of components -->\n")
#: Milliseconds for what the page does by itself, on a busy machine.
_PATIENCE = 60_000
#: All of them together, in bytes: they are part of every clone.
_MOST_BYTES = 3_000_000


def main() -> int:
    """Make them all anew. The exit code: 1 if anything is wrong with them."""
    if not _has_chinese():
        sys.exit(
            "wrong: no font for Chinese here, the page's 中文 would be empty boxes: apt-get install fonts-wqy-microhei"
        )
    with_components = {**os.environ, "I2V_COMPONENT_GALLERY": "1"}
    subprocess.run([sys.executable, "-m", "i2v_app.build"], cwd=ROOT, env=with_components, check=True)
    with tempfile.TemporaryDirectory() as folder:
        return _make(Path(folder))


def _has_chinese() -> bool:
    """Whether the system has a font for it, as far as it can be asked."""
    fc_list = shutil.which("fc-list")
    return not fc_list or bool(subprocess.run([fc_list, ":lang=zh"], capture_output=True, check=True).stdout)


def _make(folder: Path) -> int:
    shots = folder / "shots"
    shots.mkdir()
    camera = Camera(shots)
    expect.set_options(timeout=_PATIENCE)
    with (
        running_server(folder, I2V_MODEL_SECONDS="30") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
        parts = walk_components(browser, server, camera)
        walk(browser, server, camera)
        browser.close()
    # All or none: whoever stops it half way has the former ones.
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    shutil.copytree(shots, SCREENSHOTS)
    head = "| | phone | tablet, dark | desktop |\n|---|---|---|---|\n"
    rows = [_row(said, state, "390-light", "820-dark", "1440-light") for state, said in STATES.items()]
    _write(_STATES, head + "".join(rows))
    head = "| | phone, dark |\n|---|---|\n"
    _write(_PARTS, head + "".join(_row(name, part, "390-dark") for part, name in parts.items()))
    size = sum(path.stat().st_size for path in SCREENSHOTS.iterdir())
    print(f"{len(list(SCREENSHOTS.iterdir()))} screenshots, {size / 1e6:.2f} MB")
    print(camera.css.report())
    faults = [*camera.faults, *(f"{state} was not taken" for state in STATES if state not in camera.taken)]
    if size > _MOST_BYTES:
        faults.append(f"more than {_MOST_BYTES / 1e6} MB")
    print(*(f"wrong: {fault}" for fault in faults), sep="\n", file=sys.stderr)
    return 1 if faults else 0


def _row(said: str, name: str, *shots: str) -> str:
    return f"| {said} | " + " | ".join(f"![](screenshots/{name}-{shot}.webp)" for shot in shots) + " |\n"


def _write(between: tuple[str, str], table: str) -> None:
    begin, end = between
    before, rest = UI.read_text().split(begin)
    UI.write_text(f"{before}{begin}\n{table}\n{end}{rest.split(end)[1]}")


if __name__ == "__main__":
    sys.exit(main())
