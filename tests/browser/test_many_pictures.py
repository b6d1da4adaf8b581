"""Many pictures at once are made one after the other, in the order in which they were chosen."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, expect

from tests.browser.visiting import add, open_page, running_server

COUNT = 11


def test_eleven_at_once_are_made_in_order(built_page: None, context: BrowserContext, tmp_path: Path) -> None:
    pictures = [_picture(tmp_path, number) for number in range(COUNT)]

    with running_server(tmp_path, I2V_MODEL_SECONDS="0.7", I2V_VIDEO_SECONDS="3") as server:
        page = open_page(context, server)
        page.evaluate(_RECORD_STARTS)
        add(page, *pictures)
        expect(page.locator("[data-state=COMPLETED]")).to_have_count(COUNT, timeout=60_000)

        assert page.evaluate("window.started") == [picture.name for picture in pictures]
        assert page.evaluate("window.mostAtOnce") == 1
        shown = page.locator(".card-name").all_inner_texts()
        assert shown == [picture.name for picture in reversed(pictures)], "newest first"


def _picture(folder: Path, number: int) -> Path:
    path = folder / f"picture-{number:02}.png"
    Image.new("RGB", (160, 120), (20 * number, 90, 200 - 15 * number)).save(path)
    return path


#: Remembers the order in which cards begin to be made, and how many there were at once.
_RECORD_STARTS = """() => {
  window.started = [];
  window.mostAtOnce = 0;
  const look = () => {
    const now = [...document.querySelectorAll('[data-state=PROCESSING]')].map((card) => card.ariaLabel);
    window.mostAtOnce = Math.max(window.mostAtOnce, now.length);
    for (const name of now) if (!window.started.includes(name)) window.started.push(name);
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""
