"""Over plain http from another machine browsers have no encryption: the page says so, and what to do, and still takes pictures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.visiting import CHROMIUM_ARGS, Server, add, chromium

_HOST = "insecure.test"


@pytest.fixture
def elsewhere(playwright: Playwright, page: Page) -> Iterator[Browser]:
    """A browser for which this machine has a name, so that it takes it for another."""
    browser = playwright.chromium.launch(
        executable_path=chromium(), args=[*CHROMIUM_ARGS, f"--host-resolver-rules=MAP {_HOST} 127.0.0.1"]
    )
    yield browser
    browser.close()


def test_without_https_the_page_says_what_is_missing_and_what_to_do(elsewhere: Browser, server: Server) -> None:
    page = elsewhere.new_page(viewport={"width": 1440, "height": 900})
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(f"http://{_HOST}:{server.port}")

    assert not page.evaluate("isSecureContext"), "the control: the browser does take it for another machine"
    notice = page.get_by_label("Videos cannot be watched at this address")
    expect(notice).to_contain_text("https")
    expect(notice).to_contain_text("docs/operations.md")
    add(page, "coffee.png")
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)

    said = page.locator(".player-trouble")
    expect(said).to_contain_text("https")
    expect(page.get_by_role("button", name="Play coffee.png")).to_have_count(0)
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    assert broken == []


def test_who_was_sent_a_link_is_told_in_their_language_and_of_nothing_that_is_the_operators(
    elsewhere: Browser, server: Server
) -> None:
    page = elsewhere.new_page(locale="de-DE")
    page.goto(f"http://{_HOST}:{server.port}/shared")

    notice = page.get_by_label("Unter dieser Adresse lassen sich keine Videos ansehen")
    expect(notice).to_contain_text("Bitten Sie um einen Link, der mit https beginnt.")
    expect(notice).not_to_contain_text("docs/")


def test_on_the_servers_own_machine_nothing_is_said(page: Page) -> None:
    expect(page.get_by_role("button", name="Choose pictures")).to_be_visible()
    expect(page.get_by_label("Videos cannot be watched at this address")).to_have_count(0)
