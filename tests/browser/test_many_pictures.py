"""Many pictures at once are made one after the other, in the order in which they were chosen."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.visiting import add, open_page, running_server
from tests.conftest import PICTURES

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


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_pictures_come_in_by_drop_anywhere_and_by_paste(page: Page, way: str) -> None:
    data = base64.b64encode((PICTURES / "coffee.png").read_bytes()).decode()

    page.evaluate(_GIVE, [way, data, ["one.png", "two.png"]])

    expect(page.locator("[data-job]")).to_have_count(2)
    assert page.locator(".card-name").all_inner_texts() == ["two.png", "one.png"]


#: Dispatches the event that the browser would, with files made of one picture under several names.
_GIVE = """([way, data, names]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  for (const name of names) transfer.items.add(new File([bytes], name, { type: 'image/png' }));
  const event = way === 'drop'
    ? new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })
    : new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true });
  document.querySelector('footer, main').dispatchEvent(event);
}"""
