"""Holds a page against the width of its window: in every language, in both directions of writing, at three widths."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page, expect

from i2v_app.messages.words import LANGUAGES
from tests.conftest import wait_until

WIDTHS = [390, 820, 1440]

#: What is wider than it may be: the page, or a sheet that is open over it. Both directions are tried.
_TOO_WIDE = """() => {
  const root = document.documentElement;
  const outside = (e) => {
    const { left, right } = e.getBoundingClientRect();
    return right > innerWidth + 1 || left < -1;
  };
  const told = (elements) => elements.slice(-3).map((e) => e.outerHTML.slice(0, 120));
  return ["rtl", "ltr"].flatMap((direction) => {
    root.dir = direction;
    const sheets = [...document.querySelectorAll("dialog[open], :popover-open")];
    const wide = sheets.filter((sheet) => sheet.scrollWidth > sheet.clientWidth || outside(sheet));
    if (root.scrollWidth > innerWidth) wide.push(...[...document.querySelectorAll("*")].filter((e) => e.checkVisibility() && outside(e)));
    return wide.length || root.scrollWidth > innerWidth ? [direction, ...told(wide)] : [];
  });
}"""


def assert_fits(page: Page, state: str, widths: Sequence[int] = WIDTHS) -> None:
    """Fail if anything is to be scrolled sideways at one of the widths; `state` says in the message what the page shows."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        try:
            wait_until(lambda: not page.evaluate(_TOO_WIDE), 5)  # what a script places comes a moment later
        except AssertionError:
            raise AssertionError(f"{state} at {width}: {page.evaluate(_TOO_WIDE)}") from None


def assert_a_phone_fits_in_every_language(page: Page, state: str) -> None:
    """The same on the narrowest, in every language, chosen where readers choose it, whatever lies open over that."""
    for language in reversed(LANGUAGES):  # English, in which the test goes on, is the last
        speak(page, language)
        assert_fits(page, f"{state} in {language}", WIDTHS[:1])


def speak(page: Page, language: str) -> None:
    """Choose the language as its radio button does, open or not."""
    choices = page.locator(".preferences input[name=language]")
    choices.nth(list(LANGUAGES).index(language)).evaluate("(choice) => choice.click()")
    expect(page.locator("html")).to_have_attribute("lang", language)
