"""A player that goes gives back all that it had: keys, sessions, listeners, elements, memory, connections."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, CDPSession, Page, Request, expect

from tests.browser.probe import place
from tests.browser.visiting import Server, add, open_page
from tests.conftest import wait_until

MOUNTS = 200
#: Mounts before the first count: what is made once for the page is then made.
_FIRST = 6
#: What Chromium itself counts, and how many more there may be in the end. A spare pair of MediaKeys may be kept for the next
#: player, and the page around it (its list is read again with every turn) may be caught between two states.
_COUNTED = {"MediaKeySessions": 0, "MediaKeys": 1, "ArrayBufferContents": 4, "JSEventListeners": 20, "Nodes": 100}
#: Bytes of JavaScript's heap that 200 mounts may leave: a leaked player holds a segment of 50 KB at the least.
_HEAP = 3_000_000
#: Mounts that are asked for at once: all in one would be one long silence to whoever waits for it.
_AT_ONCE = 20
#: Goes back and forth as the router does when somebody uses the browser's history: the page stays, its content goes. Within
#: the page, because asking it from outside would take longer than the mounts themselves.
_MOUNT = """async (turns) => {
  const go = (to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate', { state: null })); };
  const until = (holds, what) => new Promise((done, fail) => {
    const end = performance.now() + 30_000;
    const look = () => holds() ? done() : performance.now() > end ? fail(new Error(what)) : setTimeout(look, 5);
    look();
  });
  for (const turn of turns) {
    go('/elsewhere');
    await until(() => !document.querySelector('.player'), 'the player is gone');
    go('/');
    await until(() => document.querySelector('.player'), 'another player');
    if (turn % 2) await until(() => document.querySelector('video')?.currentTime > 0, 'the picture moves');
  }
}"""


def test_two_hundred_players_leave_nothing_behind(context: BrowserContext, server: Server) -> None:
    under_way: set[Request] = set()
    context.on("request", lambda request: under_way.add(request) if "/media/playbacks/" in request.url else None)
    context.on("requestfinished", lambda request: under_way.discard(request))
    context.on("requestfailed", lambda request: under_way.discard(request))
    page = open_page(context, server)
    add(page, "coffee.png")
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)
    counter = context.new_cdp_session(page)
    counter.send("Performance.enable")
    _mount_again(page, range(_FIRST))
    before = _count(counter, page)

    for first in range(0, MOUNTS, _AT_ONCE):
        _mount_again(page, range(first, first + _AT_ONCE))

    after = _count(counter, page)
    assert {
        name: after[name] - before[name] for name, more in _COUNTED.items() if after[name] > before[name] + more
    } == {}
    assert after["MediaKeySessions"] == 1, "the one that plays"
    assert after["JSHeapUsedSize"] - before["JSHeapUsedSize"] < _HEAP
    wait_until(lambda: page.evaluate("true") and not under_way, what="all requests ending")
    expect(page.locator(".player")).to_have_attribute("data-phase", "playing")


def _mount_again(page: Page, turns: range) -> None:
    """Take the player away, in one turn while it plays and in the next while it is starting, and bring another."""
    page.evaluate(_MOUNT, list(turns))


def _count(counter: CDPSession, page: Page) -> dict[str, float]:
    """Chromium's own counts, with one player on the page that plays and all that is unreachable collected."""
    wait_until(lambda: place(page.locator("video")) > 0.2, what="the picture moving")
    for _ in range(3):  # what the first round frees lets go of more
        counter.send("HeapProfiler.collectGarbage")
    return {metric["name"]: metric["value"] for metric in counter.send("Performance.getMetrics")["metrics"]}
