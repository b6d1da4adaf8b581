"""`python tools/screenshots.py`: makes the pictures of the README from a really running server, with the true model time.

It takes about a minute and a half and needs Chromium and the development packages.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.visiting import CHROMIUM_ARGS, Server, add, chromium, open_page, running_server  # noqa: E402

IMAGES = ROOT / "docs" / "images"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
#: Milliseconds for one picture's thirty seconds and whatever stands before it.
_PATIENCE = 90_000


def main() -> None:
    """Make them all anew."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "i2v_app.build"], cwd=ROOT, check=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), I2V_MODEL_SECONDS="30") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
        _take_all(browser, server)
        browser.close()


def _take_all(browser: Browser, server: Server) -> None:
    page = open_page(browser.new_context(color_scheme="light"), server)
    _take(page, "empty", DESKTOP)
    add(page, "chelsea.png")
    expect(page.locator(".player")).to_have_attribute("data-phase", "playing", timeout=_PATIENCE)
    add(page, "astronaut.png", "coffee.png")
    meter = page.locator("[data-state=PROCESSING] [role=progressbar]")
    for name, scheme, size, percent in (
        ("working", "light", DESKTOP, 35),
        ("working-phone", "light", PHONE, 45),
        ("working-dark", "dark", DESKTOP, 55),
        ("working-phone-dark", "dark", PHONE, 65),
    ):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_timeout(50)
        while int(meter.get_attribute("aria-valuenow") or 0) < percent:
            page.wait_for_timeout(50)
        _take(page, name, size)


def _take(page: Page, name: str, size: dict[str, int]) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)  # transitions come to rest
    page.screenshot(path=IMAGES / f"{name}.png", full_page=True, scale="css")


if __name__ == "__main__":
    main()
