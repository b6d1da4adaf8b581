"""All videos: found, sorted, kept for longer and deleted, one by one or many at once, however many there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Page, Request, Route, expect

from i2v_core.jobs import JobState
from tests.browser.accessibility import assert_accessible
from tests.browser.holding import held, stop_the_clock
from tests.browser.keeping import names, open_gallery, tile
from tests.browser.visiting import Server, add
from tests.conftest import wait_until

Open = Callable[..., Page]
_MANY = 2000


@pytest.fixture
def gallery(page: Page, server: Server) -> Open:
    """Seeds jobs of these names for this visitor (as `seed` takes them) and opens the gallery."""

    return partial(open_gallery, page, server)


def test_it_is_found_by_a_part_of_its_name(gallery: Open) -> None:
    page = gallery(["Beach at night.jpg", "mountain.jpg", "long BEACH.png"])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or ""))
    stop_the_clock(page)

    page.get_by_role("searchbox", name="Search by name").press_sequentially("beach")
    assert [body for body in asked if '"search":"b' in body] == []
    page.clock.fast_forward(1000)
    page.clock.resume()

    expect(names(page)).to_have_text(["Beach at night.jpg", "long BEACH.png"])
    expect(page.get_by_role("status").filter(has_text="2 videos found.")).to_be_attached()
    assert len([body for body in asked if '"search":"b' in body]) == 1, "it was asked with every letter"
    page.reload()
    expect(page.get_by_role("searchbox")).to_have_value("beach")
    expect(names(page)).to_have_text(["Beach at night.jpg", "long BEACH.png"])

    page.get_by_role("searchbox").fill("volcano")
    expect(page.get_by_text("No video is called “volcano”")).to_be_visible()
    page.locator(".gallery-nothing").get_by_role("button", name="Clear the search").click()
    expect(names(page)).to_have_count(3)


def test_states_are_chosen_and_orders_too(gallery: Open) -> None:
    states = {"torn.jpg": JobState.FAILED, "unwanted.jpg": JobState.CANCELLED}
    page = gallery(["c.jpg", "torn.jpg", "a.jpg", "unwanted.jpg"], states=states, days_left={"a.jpg": 20, "c.jpg": 2})

    page.get_by_role("radio", name="Failed or cancelled").check()
    expect(names(page)).to_have_text(["torn.jpg", "unwanted.jpg"])
    page.get_by_role("radio", name="Ready").check()
    expect(names(page)).to_have_text(["c.jpg", "a.jpg"])
    order = page.get_by_label("Sort by")
    order.select_option("Name")
    expect(names(page)).to_have_text(["a.jpg", "c.jpg"])
    order.select_option("Oldest first")
    expect(names(page)).to_have_text(["a.jpg", "c.jpg"])
    order.select_option("Ends soonest")
    expect(names(page)).to_have_text(["c.jpg", "a.jpg"])
    page.get_by_role("radio", name="Waiting").check()
    expect(page.get_by_text("Nothing is waiting")).to_be_visible()
    page.get_by_role("button", name="Show everything").click()
    expect(names(page)).to_have_text(["c.jpg", "unwanted.jpg", "torn.jpg", "a.jpg"])


def test_one_is_kept_for_longer_within_the_operators_limit(gallery: Open) -> None:
    page = gallery(["dear.jpg", "cat.jpg"], days_left={"dear.jpg": 0.01, "cat.jpg": 30})
    expect(tile(page, "cat.jpg").get_by_role("button")).to_have_count(0)  # it is kept as long as it may be

    tile(page, "dear.jpg").get_by_role("button", name=re.compile(r"keep dear\.jpg longer")).click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("at most 30 days")
    assert_accessible(page, "how long to keep")
    sheet.get_by_role("radio", name="14 days from now").check()
    sheet.get_by_role("button", name="Keep", exact=True).click()

    expect(sheet).to_be_hidden()
    expect(tile(page, "dear.jpg")).to_contain_text("14 days left")
    page.reload()
    expect(tile(page, "dear.jpg")).to_contain_text("14 days left")


def test_many_are_kept_for_longer_at_once(gallery: Open) -> None:
    page = gallery([f"{number}.jpg" for number in range(45)])

    page.locator(".tile-link").first.focus()
    page.keyboard.press("Control+a")
    expect(page.get_by_text("45 selected")).to_be_visible()
    page.get_by_role("button", name="Keep longer", exact=True).click()
    page.get_by_role("radio", name="As long as possible").check()
    page.get_by_role("dialog").get_by_role("button", name="Keep", exact=True).click()

    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_label("Sort by").select_option("Ends soonest")
    expect(page.locator(".tile-left").first).to_have_text(re.compile("(29|30) days left"))


def test_many_are_selected_deleted_and_had_back(gallery: Open) -> None:
    page = gallery([f"{number}.jpg" for number in range(8)])

    page.get_by_role("button", name="Select", exact=True).click()
    tile(page, "1.jpg").locator("a").click()
    tile(page, "4.jpg").locator("a").click(modifiers=["Shift"])
    tile(page, "3.jpg").get_by_role("checkbox").uncheck()
    expect(page.get_by_role("status").filter(has_text="3 selected")).to_be_visible()
    assert_accessible(page, "some selected")
    page.get_by_role("button", name="Delete").click()
    expect(names(page)).to_have_text(["0.jpg", "3.jpg", "5.jpg", "6.jpg", "7.jpg"])
    page.get_by_role("button", name="Undo").click()
    expect(names(page)).to_have_count(8)

    tile(page, "2.jpg").locator("a").press("Space")
    page.get_by_role("button", name="Select all 8").click()
    expect(page.get_by_text("8 selected")).to_be_visible()
    tile(page, "5.jpg").locator("a").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Delete")
    expect(names(page)).to_have_text(["5.jpg"])
    expect(page.get_by_text("7 deleted.")).to_be_visible()
    page.reload()  # whoever leaves means it
    expect(names(page)).to_have_text(["5.jpg"])


def _hold(page: Page, part: str) -> list[Route]:
    """What is asked with these words in it waits from now on, until the test lets it go."""
    waiting: list[Route] = []
    page.route(
        "**/graphql",
        lambda route: waiting.append(route) if part in (route.request.post_data or "") else route.fallback(),
    )
    return waiting


def test_selecting_all_ends_with_the_selecting_and_with_what_was_shown(gallery: Open) -> None:
    page = gallery([f"{number}.jpg" for number in range(130)])
    bar = page.locator(".selection-bar")
    select_all = page.get_by_role("button", name="Select all 130")
    second_page = _hold(page, '"after":"')

    page.get_by_role("button", name="Select", exact=True).click()
    select_all.click()
    expect(bar).to_contain_text("Selecting all…")
    page.get_by_role("radio", name="Ready").check()
    expect(bar).to_have_count(0)

    page.get_by_role("button", name="Select", exact=True).click()
    select_all.click()
    expect(bar).to_contain_text("Selecting all…")
    wait_until(lambda: page.evaluate("true") and len(second_page) == 2, what="the second page asked for again")
    page.get_by_role("button", name="End selecting").click()
    second_page[-1].continue_()
    page.locator(".tile-link").first.focus()
    page.keyboard.press("End")
    expect(tile(page, "129.jpg").locator("a")).to_be_focused()  # all are there now
    expect(bar).to_have_count(0)


def test_what_went_wrong_with_keeping_is_told_though_the_sheet_was_closed(gallery: Open) -> None:
    page = gallery(["dear.jpg", "cat.jpg"])
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    keeping = _hold(page, "KeepMany")

    for number in (1, 2):
        tile(page, "dear.jpg").get_by_role("button", name=re.compile("longer")).click()
        page.get_by_role("dialog").get_by_role("radio", name="14 days from now").check()
        page.get_by_role("dialog").get_by_role("button", name="Keep", exact=True).click()
        wait_until(lambda number=number: page.evaluate("true") and len(keeping) == number, what="the order")  # type: ignore[misc]
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    keeping[0].abort()
    expect(page.get_by_role("alert").filter(has_text="try again in a moment")).to_be_visible()

    # It stands beside the way back from a deletion, not over it.
    tile(page, "cat.jpg").locator("a").press("Space")
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Undo").click()
    expect(names(page)).to_have_text(["dear.jpg", "cat.jpg"])
    keeping[1].continue_()
    expect(tile(page, "dear.jpg")).to_contain_text("14 days left")
    assert broken == []


def test_what_is_typed_does_not_take_back_what_is_chosen_meanwhile(gallery: Open) -> None:
    page = gallery(["cat.jpg", "torn cat.jpg", "dog.jpg"], states={"torn cat.jpg": JobState.FAILED})
    stop_the_clock(page)

    page.get_by_role("searchbox").fill("cat")
    page.get_by_role("radio", name="Ready").check()
    expect(names(page)).to_have_text(["cat.jpg", "dog.jpg"])
    page.clock.fast_forward(1000)

    expect(names(page)).to_have_text(["cat.jpg"])
    expect(page.get_by_role("radio", name="Ready")).to_be_checked()


def _is_deletion(request: Request) -> bool:
    return "deleteJobs" in (request.post_data or "")


def test_without_undoing_they_are_deleted_in_portions(gallery: Open) -> None:
    page = gallery([f"{number}.jpg" for number in range(130)])
    page.clock.install()

    page.locator(".tile-link").first.focus()
    page.keyboard.press("Control+a")
    expect(page.get_by_text("130 selected")).to_be_visible()
    page.keyboard.press("Delete")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    portions: list[str] = []
    page.on("request", lambda request: portions.append("deletion") if _is_deletion(request) else None)
    page.clock.fast_forward(8000)

    expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    wait_until(lambda: page.evaluate("true") and len(portions) == 2, what="both portions, before the page is left")
    page.reload()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    assert len(portions) == 2


def test_what_is_made_meanwhile_appears_and_what_is_deleted_elsewhere_goes(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/gallery")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    expect(page.get_by_role("link", name="Add a picture")).to_have_attribute("href", "/")
    other = page.context.new_page()
    other.goto(server.url)
    expect(other.get_by_text("Nothing here yet")).to_be_visible()

    with held(server):
        add(other, "coffee.png")
        expect(tile(page, "coffee.png")).to_contain_text("Being made", timeout=20_000)
        expect(page).to_have_title(re.compile(r"^\d+% · i2v$"))
        expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^data:image/svg"))

    expect(page.locator(".announcer")).to_contain_text("coffee.png is ready to watch", timeout=20_000)
    expect(page).to_have_title("All videos · i2v")
    expect(tile(page, "coffee.png")).to_contain_text("Ready", timeout=20_000)
    expect(tile(page, "coffee.png")).to_contain_text("7 days left")
    expect(tile(page, "coffee.png").get_by_role("link")).to_have_attribute("href", re.compile(r"^\?watch=job_\w{24}$"))
    other.goto(f"{server.url}/gallery")
    tile(other, "coffee.png").locator("a").press("Space")
    other.keyboard.press("Delete")
    expect(other.get_by_text("Nothing here yet")).to_be_visible()
    other.close(run_before_unload=True)
    expect(page.get_by_text("Nothing here yet")).to_be_visible()


def test_two_thousand_are_scrolled_by_a_few_tiles(gallery: Open) -> None:
    page = gallery([f"{number:04}.jpg" for number in range(_MANY)])
    expect(page.get_by_text("2,000 videos.")).to_be_visible()
    expect(names(page).first).to_have_text("0000.jpg")
    tall = page.evaluate("document.documentElement.scrollHeight")

    page.evaluate("scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' })")

    expect(names(page).filter(has_text="1999.jpg")).to_be_visible(timeout=20_000)
    assert page.evaluate("document.documentElement.scrollHeight") == tall, "the page grew as it was read"
    assert page.locator(".tile").count() < 80
    expect(tile(page, "1999.jpg")).to_have_attribute("aria-posinset", str(_MANY))

    # By keyboard too, and the one that has the focus stays while others come and go.
    tile(page, "1999.jpg").locator("a").focus()
    page.keyboard.press("Home")
    expect(tile(page, "0000.jpg").locator("a")).to_be_focused()
    expect(tile(page, "0000.jpg")).to_be_in_viewport()
    page.evaluate("scrollTo({ top: 30000, behavior: 'instant' })")
    expect(tile(page, "0000.jpg").locator("a")).to_be_focused()
    assert page.locator(".tile").count() < 80

    # Away and back: where one was.
    expect(tile(page, "0020.jpg")).to_have_count(0)  # those of the top have gone, but for the row of the focus
    shown = page.locator(".tile").nth(20).locator(".tile-name").inner_text()
    expect(tile(page, shown)).to_be_in_viewport()
    tile(page, shown).locator("a").click()
    expect(page).to_have_url(re.compile("watch=job_"))
    page.go_back()
    expect(tile(page, shown)).to_be_in_viewport(timeout=20_000)  # all before it are read again


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_for_everybody(gallery: Open, scheme: str) -> None:
    long = "A name without any blank in it that is far too long for a tile".replace(" ", "_") + ".jpg"
    gallery([]).emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = gallery([])
    page.reload()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    expect(page.get_by_role("link", name="Add a picture")).not_to_be_focused()
    assert_accessible(page, "empty")

    page = gallery([long, "b.jpg", "c.jpg"], states={"b.jpg": JobState.FAILED}, days_left={"c.jpg": 0.01})
    page.set_viewport_size({"width": 390, "height": 844})
    expect(names(page)).to_have_count(3)
    assert_accessible(page, "some")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    small = page.evaluate(_TARGETS_BELOW_44)
    assert small == []
    first, second = (page.locator(".tile").nth(at).bounding_box() for at in (0, 1))
    assert first is not None
    assert second is not None
    assert first["y"] == second["y"], "two columns on a phone"

    page.get_by_role("searchbox").fill("volcano")
    expect(page.get_by_text("No video is called")).to_be_visible()
    assert_accessible(page, "nothing found")


#: What one can press in the gallery, and is smaller than a finger.
_TARGETS_BELOW_44 = """() => [...document.querySelectorAll('.gallery :is(a, button, select, label, input[type=search])')]
  .filter((target) => { const box = target.getBoundingClientRect(); return box.width < 44 || box.height < 43.5; })
  .map((target) => target.outerHTML.slice(0, 200))"""


def test_the_language_of_the_reader_and_their_dates(gallery: Open, server: Server, browser_name: str) -> None:
    page = gallery(["meer.jpg"], days_left={"meer.jpg": 5.0})
    page.evaluate("localStorage.language = 'de'")
    page.reload()

    expect(page.get_by_role("heading", name="Alle Videos")).to_be_visible()
    expect(tile(page, "meer.jpg")).to_contain_text("Noch 5 Tage")
    tile(page, "meer.jpg").get_by_role("button").click()
    expect(page.get_by_role("dialog")).to_contain_text("„meer.jpg“ länger behalten")
    expect(page.get_by_role("dialog")).to_contain_text(re.compile(r"am \d+\. \w+ 20\d\d gelöscht"))
