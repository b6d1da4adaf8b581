"""`python tools/screenshots.py`: the pictures of docs/ui.md and the README, from a really running server with the true model time.

Every state of the page, at three widths and in both schemes, as WebP into docs/screenshots. It takes some three minutes and
needs Chromium and the development packages.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.visiting import CHROMIUM_ARGS, Server, add, chromium, open_page, running_server  # noqa: E402

SCREENSHOTS = ROOT / "docs" / "screenshots"
SIZES = ({"width": 390, "height": 844}, {"width": 820, "height": 1180}, {"width": 1440, "height": 900})
SCHEMES = ("light", "dark")
UI = ROOT / "docs" / "ui.md"
#: Every state by its name in the files, in the order of docs/ui.md, with what is seen there.
STATES = {
    "first-visit": "The first visit: one invitation, and the wait is told before anything is sent",
    "waiting": "Pictures in line, each with its place and when it starts",
    "being-made": "One is being made, and can be watched while it grows",
    "finished": "What is done stays until its time is over; what failed says why",
    "watching": "One video, large",
    "gallery": "All that is still kept",
    "preferences": "Language and colours, behind one button",
    "about": "What this server takes, and what becomes of a picture",
    "nowhere": "An address that leads nowhere",
    "offline": "No connection: the page says so and comes back by itself",
}
#: The table of them in it stands between these.
_BEGIN, _END = "<!-- screenshots: made by tools/screenshots.py -->\n", "<!-- end of screenshots -->\n"
#: Milliseconds for three pictures of thirty seconds each, on a busy machine.
_PATIENCE = 240_000
#: A page that is much to read is shown from its beginning.
_MOST_HEIGHT = 1600
#: All of them together, in bytes: they are part of every clone.
_MOST_BYTES = 3_000_000


def main() -> int:
    """Make them all anew. The exit code: 1 if they have become too large."""
    subprocess.run([sys.executable, "-m", "i2v_app.build"], cwd=ROOT, check=True)
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    SCREENSHOTS.mkdir(parents=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), I2V_MODEL_SECONDS="30") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
        _walk(browser, server)
        browser.close()
    _show_in_the_document()
    size = sum(path.stat().st_size for path in SCREENSHOTS.iterdir())
    print(f"{len(list(SCREENSHOTS.iterdir()))} screenshots, {size / 1e6:.2f} MB")
    return 0 if size < _MOST_BYTES else 1


def _walk(browser: Browser, server: Server) -> None:
    """From the first visit to the last picture, as somebody would go."""
    page = open_page(browser.new_context(locale="en-GB"), server)
    _take(page, "first-visit")
    for path in ("about", "nowhere"):
        page.goto(f"{server.url}/{path}")
        page.wait_for_load_state("networkidle")
        _take(page, path)
    page.route("**/healthz", lambda route: route.abort())  # or it goes back as soon as it has looked
    page.goto(f"{server.url}/offline.html")
    _take(page, "offline")
    page.unroute_all()

    page.goto(server.url)
    add(page, "photos/mountains.jpg")
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=_PATIENCE)
    for count, name in enumerate(("photos/dogs.jpg", "chelsea.png", "photos/flower.jpg"), start=2):
        add(page, name)
        expect(page.locator("[data-job]")).to_have_count(count, timeout=_PATIENCE)
    _take(page, "waiting")
    _until(page, 40)
    _take(page, "being-made")
    _lose_the_picture(page, server, "flower.jpg")
    expect(page.locator("[data-state=FAILED]")).to_have_count(1, timeout=_PATIENCE)
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(3, timeout=_PATIENCE)
    _take(page, "finished")

    job = page.locator("[data-state=COMPLETED]").first.get_attribute("data-job")
    for state, path, seen in (
        ("gallery", "/gallery", "[data-job]"),
        ("watching", f"/?watch={job}", "dialog[open] video"),
    ):
        page.goto(f"{server.url}{path}")
        page.wait_for_load_state("networkidle")
        if page.locator(seen).count():
            _take(page, state)
    page.goto(server.url)
    page.get_by_role("button", name="Language and colours").click()
    _take(page, "preferences")


def _show_in_the_document() -> None:
    """Write the table of docs/ui.md anew."""
    rows = [
        f"| {seen} | ![](screenshots/{state}-390-light.webp) | ![](screenshots/{state}-820-dark.webp) "
        f"| ![](screenshots/{state}-1440-light.webp) |\n"
        for state, seen in STATES.items()
        if (SCREENSHOTS / f"{state}-390-light.webp").exists()
    ]
    before, rest = UI.read_text().split(_BEGIN)
    after = rest.split(_END)[1]
    head = "| | phone | tablet, dark | desktop |\n|---|---|---|---|\n"
    UI.write_text(f"{before}{_BEGIN}\n{head}{''.join(rows)}\n{_END}{after}")


def _until(page: Page, percent: int) -> None:
    """Wait until the picture that is being made is so far."""
    meter = page.locator("[data-state=PROCESSING] [role=progressbar]")
    while int(meter.first.get_attribute("aria-valuenow", timeout=_PATIENCE) or 0) < percent:
        page.wait_for_timeout(50)


def _lose_the_picture(page: Page, server: Server, name: str) -> None:
    """Make a waiting job fail as a broken disk would."""
    job = page.get_by_role("listitem", name=name).get_attribute("data-job")
    assert job
    shutil.rmtree(server.data / "media" / job)


def _take(page: Page, state: str) -> None:
    """The page as it is, at every size and in both schemes."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for size in SIZES:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.mouse.move(0, 0)
            page.wait_for_timeout(300)  # transitions come to rest
            height = min(page.evaluate("document.documentElement.scrollHeight"), _MOST_HEIGHT)
            taken = page.screenshot(
                full_page=True, scale="css", clip={"x": 0, "y": 0, "width": size["width"], "height": height}
            )
            Image.open(io.BytesIO(taken)).convert("RGB").save(
                SCREENSHOTS / f"{state}-{size['width']}-{scheme}.webp", quality=70, method=6
            )


if __name__ == "__main__":
    sys.exit(main())
