"""The page speaks the reader's language: the one of the browser, or the one that was chosen."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from tests.browser.seeding import seed, viewer_of
from tests.browser.visiting import Server, open_page


def test_the_page_is_in_the_browsers_language(browser: Browser, server: Server) -> None:
    for locale, words in (
        ("de-AT", "zum Anfang"),
        ("es-MX", "al inicio"),
        ("zh-CN", "回到首页"),
        ("fr-FR", "to the start"),
    ):
        context = browser.new_context(locale=locale)
        page = context.new_page()
        page.goto(server.url)

        expect(page.locator(".wordmark")).to_have_accessible_name(
            f"i2v, {words}" if words[0] < "é" else f"i2v，{words}"
        )
        expect(page.locator("html")).to_have_attribute("lang", "en" if locale == "fr-FR" else locale.split("-")[0])
        expect(page.locator("body")).to_be_visible()
        context.close()


def test_dates_and_days_are_written_in_one_way_wherever_they_stand(browser: Browser, server: Server) -> None:
    context = browser.new_context(locale="en-GB")
    page = open_page(context, server)
    seed(server, viewer_of(context), ["coffee.png"], days_left={"coffee.png": 1.0})

    page.goto(f"{server.url}/gallery")

    page.get_by_role("button", name="Ends tomorrow: keep coffee.png longer").click()
    expect(page.locator(".keep-date").first).to_have_text(re.compile(r"^until \d{1,2} \w{3,4} \d{4}$"))
    page.keyboard.press("Escape")
    page.get_by_role("link", name="coffee.png").click()
    expect(page.locator(".viewer-facts")).to_contain_text("Ends tomorrow")
    context.close()
