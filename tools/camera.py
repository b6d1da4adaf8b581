"""Takes a page as it stands, at several sizes and in both schemes, and has axe look at it."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page

from tests.browser.accessibility import assert_accessible
from tests.conftest import wait_until
from tools.css_use import CssUse

SIZES = ({"width": 390, "height": 844}, {"width": 820, "height": 1180}, {"width": 1440, "height": 900})
SCHEMES = ("light", "dark")
#: What docs/ui.md shows of a state. The great ones are there at every size in both schemes.
_SHOWN = {(390, "light"), (820, "dark"), (1440, "light")}
_GREAT = {"first-visit", "being-made"}
#: Of a part: kept is one picture, looked at is either scheme.
_OF_PARTS = {(390, "dark"): True, (1440, "light"): False}
#: A page that is much to read is shown from its beginning.
_MOST_HEIGHT = 1600
_QUALITY = 45
#: On the page of all components many parts are there many times, and axe wants a name for each.
_THERE_MANY_TIMES = ("landmark-unique",)


class Camera:
    """What it has `taken`, and the `faults` that were found on the way."""

    def __init__(self, folder: Path) -> None:
        self.taken: set[str] = set()
        self.faults: list[str] = []
        self.css = CssUse()
        self._folder = folder

    def take(self, page: Page, state: str, *, whole: bool = True) -> None:
        """The page, all of it unless a dialog lies over it (`whole`)."""
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for size in SIZES:
                page.set_viewport_size(size)  # type: ignore[arg-type]
                page.mouse.move(0, 0)
                _come_to_rest(page)
                self.css.take(page)
                if state in _GREAT or (size["width"], scheme) in _SHOWN:
                    height = page.evaluate("document.documentElement.scrollHeight") if whole else size["height"]
                    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(height, _MOST_HEIGHT)}
                    shot = page.screenshot(full_page=whole, scale="css", clip=clip)  # type: ignore[arg-type]
                    self._keep(shot, f"{state}-{size['width']}-{scheme}")
            self.look(page, f"{state} in {scheme}")
        self.taken.add(state)

    def take_parts(self, page: Page, parts: dict[str, Locator]) -> None:
        """Parts of one page, by their names."""
        for (width, scheme), is_kept in _OF_PARTS.items():
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            _come_to_rest(page)
            self.css.take(page)
            for name, part in parts.items() if is_kept else ():
                self._keep(part.screenshot(scale="css"), f"{name}-{width}-{scheme}")
            self.look(page, f"the components in {scheme}", but=_THERE_MANY_TIMES)

    def look(self, page: Page, state: str, *, but: tuple[str, ...] = ()) -> None:
        """Hold the page against axe, without the rules that `but` names."""
        try:
            assert_accessible(page, state, but=but)
        except AssertionError as fault:
            self.faults.append(str(fault))

    def _keep(self, shot: bytes, name: str) -> None:
        image = Image.open(io.BytesIO(shot)).convert("RGB")
        image.save(self._folder / f"{name}.webp", quality=_QUALITY, method=6)


def _come_to_rest(page: Page) -> None:
    """Wait until nothing is on its way from one colour or place to another: axe would measure what stands between."""
    page.wait_for_timeout(300)
    # Asked from here: what a page asks itself again and again its policy takes for `eval`.
    at_rest = "document.getAnimations().every((one) => !(one instanceof CSSTransition))"
    wait_until(lambda: page.evaluate(at_rest), 30, "everything at its place")
