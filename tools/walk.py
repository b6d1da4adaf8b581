"""The way through the page that the screenshots show: from the first visit to the last picture, as somebody would go."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.seeding import seed, viewer_of
from tests.browser.visiting import Server, add, open_page
from tools.camera import Camera

#: Every state by its name in the files, in the order of docs/ui.md, with what is seen there.
STATES = {
    "first-visit": "The first visit: one invitation, and the wait is told before anything is sent",
    "options": "What may be chosen, each shown with a picture; on a phone it unfolds",
    "framing": "What of one's picture is to stay in another shape, before it is sent",
    "waiting": "Pictures in line, each with its place and when it starts, among those of others",
    "being-made": "One is being made, and can be watched while it grows",
    "finished": "What is done stays until its time is over; what failed says why",
    "undo": "Deleted, with a way back",
    "watching": "One video, large",
    "sharing": "A link to it for others: with an end, counted, and withdrawn again",
    "another": "Another video of the same picture",
    "shared": "What somebody sees who has such a link",
    "gallery": "All that is still kept",
    "selecting": "Many at once",
    "keeping": "Kept for longer, within what the operator allows",
    "preferences": "Language and colours, behind one button",
    "about": "What this server takes, and what becomes of a picture",
    "nowhere": "An address that leads nowhere",
    "offline": "No connection: the page says so and comes back by itself",
}
#: Of somebody who has been here for a while; the pictures behind them are those of tests/browser/seeding.py, in turn.
_SEEN = ("espresso", "evening", "summer palace", "brook", "astronaut", "mountain meadow")
_KEPT = [f"{name} {number}.jpg" for number in range(1, 5) for name in _SEEN]
#: Milliseconds for several pictures of thirty seconds each, on a busy machine.
_PATIENCE = 300_000
_CONTEXT: dict[str, Any] = {"locale": "en-GB", "timezone_id": "Europe/London", "service_workers": "block"}
_DONE = "[data-state=COMPLETED]"


def walk(browser: Browser, server: Server, camera: Camera) -> None:
    """Take every one of STATES."""
    page = open_page(browser.new_context(**_CONTEXT), server)
    camera.css.follow(page)
    _before_anything(page, server, camera)
    _waiting(page, browser, server, camera)
    _finished(page, server, camera)
    _watching(page, browser, camera)
    _keeping(page, server, camera)
    page.goto(server.url)
    page.get_by_role("button", name="Language and colours").click()
    expect(page.get_by_role("radio", name="Dark")).to_be_visible()
    camera.take(page, "preferences")


def walk_components(browser: Browser, server: Server, camera: Camera) -> dict[str, str]:
    """Take every part on the page of all components; their names in the files, and as they stand there."""
    page = browser.new_context(**_CONTEXT, reduced_motion="reduce").new_page()
    camera.css.follow(page)
    page.on("pageerror", lambda error: camera.faults.append(f"the components: {error}"))
    page.on("console", lambda said: said.type == "error" and camera.faults.append(f"the components: {said.text}"))
    page.goto(f"{server.url}/components")
    expect(page.locator(".tile")).to_have_count(8)
    page.wait_for_load_state("networkidle")
    sections = page.locator(".specimen-section")
    names = sections.locator("h2").all_text_contents()
    parts = {"component-" + re.sub(r"\W+", "-", name.lower()): name for name in names}
    camera.take_parts(page, {part: sections.nth(number) for number, part in enumerate(parts)})
    page.get_by_role("button", name="Open the sheet").click()
    camera.look(page, "the components, keeping longer", but=("landmark-unique",))
    page.context.close()
    return parts


def _before_anything(page: Page, server: Server, camera: Camera) -> None:
    camera.take(page, "first-visit")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".choices-line").click()
    camera.take(page, "options")
    for path, words in (("about", "megapixels"), ("nowhere", "nothing at this address")):
        page.goto(f"{server.url}/{path}")
        expect(page.locator("main")).to_contain_text(re.compile(words, re.IGNORECASE))
        camera.take(page, path)
    page.route("**/healthz", lambda route: route.abort())  # or it goes back as soon as it has looked
    page.goto(f"{server.url}/offline.html")
    camera.take(page, "offline")
    page.unroute_all()


def _waiting(page: Page, browser: Browser, server: Server, camera: Camera) -> None:
    page.goto(server.url)
    add(page, "photos/mountains.jpg")
    expect(page.locator(_DONE)).to_have_count(1, timeout=_PATIENCE)
    page.locator(".wish").filter(has_text="1:1").click()
    add(page, "photos/dogs.jpg")
    expect(page.locator(".framing .stage-point")).to_be_visible()
    camera.take(page, "framing")
    page.locator(".wish").filter(has_text="As the picture").click()
    page.get_by_role("button", name="Make the video").click()
    expect(page.locator("[data-job]")).to_have_count(2, timeout=_PATIENCE)
    others = open_page(browser.new_context(**_CONTEXT), server)
    add(others, "coffee.png", "photos/bird.jpg")
    expect(others.locator("[data-job]")).to_have_count(2, timeout=_PATIENCE)
    others.close()
    for count, name in enumerate(("chelsea.png", "photos/flower.jpg"), start=3):
        add(page, name)
        expect(page.locator("[data-job]")).to_have_count(count, timeout=_PATIENCE)
    _lose_the_picture(page, server, "flower.jpg")
    expect(page.locator(".strip-own").first).to_be_visible()
    camera.take(page, "waiting")


def _finished(page: Page, server: Server, camera: Camera) -> None:
    _until(page, 40)
    camera.take(page, "being-made")
    expect(page.locator("[data-state=FAILED]")).to_have_count(1, timeout=_PATIENCE)
    expect(page.locator(_DONE)).to_have_count(3, timeout=_PATIENCE)
    camera.take(page, "finished")
    page.get_by_role("button", name="Delete flower.jpg").click()
    undo = page.get_by_role("button", name="Undo")
    undo.focus()  # the clock stands still while somebody is there
    camera.take(page, "undo", whole=False)  # the message lies at the foot of the window
    undo.click()


def _watching(page: Page, browser: Browser, camera: Camera) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator(_DONE).last.locator(".card-expand").click()
    viewer = page.locator("dialog.viewer")
    expect(viewer.locator(".player[data-phase=playing]")).to_be_visible(timeout=_PATIENCE)
    camera.take(page, "watching", whole=False)
    viewer.get_by_role("button", name="Share").click()
    sheet = viewer.get_by_role("dialog", name="Share this video")
    sheet.get_by_role("button", name="Make a link").click()
    address = sheet.get_by_label("Address of the link").input_value()
    expect(sheet.get_by_role("listitem")).to_be_visible()
    camera.take(page, "sharing", whole=False)
    page.keyboard.press("Escape")
    viewer.get_by_role("button", name="Make another").click()
    expect(viewer.get_by_label("Motion")).to_be_visible()
    camera.take(page, "another", whole=False)
    page.keyboard.press("Escape")

    stranger = browser.new_context(**_CONTEXT).new_page()
    camera.css.follow(stranger)
    stranger.goto(address)
    expect(stranger.locator(".player[data-phase=playing]")).to_be_visible(timeout=_PATIENCE)
    camera.take(stranger, "shared")
    stranger.context.close()


def _keeping(page: Page, server: Server, camera: Camera) -> None:
    days = {name: 1.0 + number % 7 for number, name in enumerate(_KEPT)}
    seed(server, viewer_of(page.context), _KEPT, days_left=days)
    page.goto(f"{server.url}/gallery")
    expect(page.locator(".gallery[data-ready] .tile").first).to_be_visible()
    camera.take(page, "gallery", whole=False)  # what is out of view is not there
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Select", exact=True).click()
    for name in _KEPT[1:4]:
        _tile(page, name).locator("a").click()
    expect(page.get_by_role("status").filter(has_text="3 selected")).to_be_visible()
    camera.take(page, "selecting", whole=False)
    page.locator(".selection-bar").get_by_role("button", name="Keep longer").click()
    expect(page.locator("dialog.keep-sheet")).to_be_visible()
    camera.take(page, "keeping", whole=False)
    page.keyboard.press("Escape")


def _tile(page: Page, name: str) -> Locator:
    return page.locator(".tile").filter(has_text=name)


def _until(page: Page, percent: int) -> None:
    """Wait until the picture that is being made is so far."""
    meter = page.locator("[data-state=PROCESSING] [role=progressbar]")
    while int(meter.first.get_attribute("aria-valuenow", timeout=_PATIENCE) or 0) < percent:
        page.wait_for_timeout(50)


def _lose_the_picture(page: Page, server: Server, name: str) -> None:
    """Make a waiting job fail as a broken disk would; its thumbnail stays."""
    job = page.get_by_role("listitem", name=name).get_attribute("data-job")
    assert job
    for path in (server.data / "media" / job).iterdir():
        if path.name != "thumbnail.webp":
            path.unlink()
