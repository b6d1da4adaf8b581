"""The page speaks the reader's language: the one of the browser, or the one that was chosen."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.visiting import Server


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
