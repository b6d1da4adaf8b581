"""Without a connection there is a page that says so and comes back by itself; and i2v can be installed like an app."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.visiting import Server, add, open_page
from tests.conftest import wait_until

_CONTROLLED = "() => navigator.serviceWorker.controller?.state === 'activated'"
#: Only a tap of a person's may bring a page into view: what the tap leads to is noted instead.
_TAP = """async () => {
  const done = [];
  let end;
  WindowClient.prototype.focus = async function () { done.push(`shown ${new URL(this.url).pathname}`); };
  clients.openWindow = async (address) => { done.push(`opened ${address}`); };
  const event = new Event('notificationclick');
  event.notification = { tag: 'job 1', close: () => done.push('closed') };
  event.waitUntil = (promise) => { end = promise; };
  dispatchEvent(event);
  await end;
  return done;
}"""
_STORED = """async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
  return found;
}"""


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """With the service worker, as everybody has it."""
    return {**browser_context_args, "service_workers": "allow"}


def test_where_the_server_is_away_a_page_says_so_and_comes_back_by_itself(
    browser: Browser, unsteady_server: Server
) -> None:
    context = browser.new_context(locale="de-DE", color_scheme="dark")
    page = context.new_page()
    page.goto(unsteady_server.url)
    page.wait_for_function(_CONTROLLED)
    unsteady_server.stop()
    page.goto(f"{unsteady_server.url}/about")

    expect(page.get_by_role("heading", level=1)).to_have_text("Der Server ist nicht erreichbar")
    expect(page.get_by_text("sicher")).to_be_visible()
    expect(page).to_have_title("Keine Verbindung · i2v")
    context.set_offline(True)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind offline")
    context.set_offline(False)
    unsteady_server.start()

    expect(page.get_by_role("heading", level=1)).to_have_text("Über i2v", timeout=15_000)
    assert page.url.rstrip("/") == f"{unsteady_server.url}/about", "where it was to go"
    context.close()


def test_a_tap_on_a_notification_brings_the_page_back(context: BrowserContext, server: Server) -> None:
    page = open_page(context, server)
    page.wait_for_function(_CONTROLLED)
    (worker,) = context.service_workers

    assert worker.evaluate(_TAP) == ["closed", "shown /"]
    page.goto("about:blank")
    wait_until(lambda: worker.evaluate("clients.matchAll().then((all) => all.length)") == 0, what="no page being left")
    assert worker.evaluate(_TAP) == ["closed", "opened /?watch=job%201"]


def test_nothing_but_that_page_is_stored_in_the_browser(context: BrowserContext, server: Server) -> None:
    page = open_page(context, server)
    page.wait_for_function(_CONTROLLED)
    add(page, "coffee.png")
    expect(page.locator(".player")).to_have_attribute("data-phase", "playing", timeout=20_000)
    page.goto(f"{server.url}/about")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("About i2v")

    assert page.evaluate(_STORED) == ["/offline.html"]


def test_the_browser_finds_nothing_that_keeps_it_from_being_installed(page: Page) -> None:
    page.wait_for_function(_CONTROLLED)
    cdp = page.context.new_cdp_session(page)

    assert cdp.send("Page.getAppManifest")["errors"] == []
    # Browsers do not install from a private window, which is what every test's context is.
    wait_until(
        lambda: (
            [error["errorId"] for error in cdp.send("Page.getInstallabilityErrors")["installabilityErrors"]]
            == ["in-incognito"]
        ),
        what="the browser to have looked at manifest and icons",
    )
