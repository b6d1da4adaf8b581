"""What holds on every page there is: for fingers, for keyboards, in every language and direction, in both schemes; and what it weighs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from i2v_app.messages.words import LANGUAGES, catalogue
from i2v_core.jobs import JobState
from tests.browser.accessibility import assert_accessible
from tests.browser.fitting import assert_a_phone_fits_in_every_language, assert_fits, speak
from tests.browser.holding import held
from tests.browser.seeding import seed, viewer_of
from tests.browser.visiting import Server, add
from tests.conftest import wait_until

#: Those that can be opened by an address alone, and one that there is not; and the message that the tab is called by.
PAGES = {
    "/": "shell.start_title",
    "/gallery": "shell.gallery_title",
    "/about": "about.tab",
    "/shared": "shell.shared_title",
    "/no/such/page": "shell.not_found_title",
}
#: Those that have nothing but what they are for: whoever was shown a video is no guest of the rest.
WITHOUT_FRAME = ["/shared", "/offline.html"]
#: The page as a first visit loads it, in bytes as they come over the wire.
MOST_BYTES = 350_000
#: What browsers call good is 0.1; what nobody sees is this.
MOST_SHIFT = 0.02

_WATCH_SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput) shifts.push([value, sources.map(({ node }) => node?.parentElement?.outerHTML.slice(0, 120))]);
  }).observe({ type: "layout-shift", buffered: true });
"""
#: The words of another language are waited for for two seconds, then English is shown until they come. A machine that is busy
#: with other things takes longer, and what moves then is not looked at here.
_PATIENT = """
  const soon = window.setTimeout;
  window.setTimeout = (then, wait, ...more) => soon(then, wait === 2000 ? 60_000 : wait, ...more);
"""
#: What the server says comes last: the wait and the list, the videos, the limits. Takes what stands where the list is read.
_IS_TOLD = """(looking) => document.readyState === "complete"
  && (location.pathname !== "/" || document.querySelector(".wait"))
  && (!location.pathname.startsWith("/gallery") || document.querySelector(".gallery[data-ready]"))
  && !document.querySelector(".wait .coming")
  && !looking.includes(document.querySelector(".empty p")?.textContent.trim())
  && ![...document.querySelectorAll(".about dd")].some((value) => !value.textContent.trim())"""
_LOOKING = [catalogue(language)["waiting.looking"] for language in LANGUAGES]
#: What a finger is to hit: labels stand for what is in them, and links within a sentence are left as the text has them.
_TOO_SMALL = """() => [...document.querySelectorAll("a[href], button, select, input:not([type=file]), [role=button], summary")]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".visually-hidden, .skip-link"))
  .filter((e) => getComputedStyle(e).display !== "inline")
  .map((e) => [e, (e.closest("label") ?? e).getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 43.9 || height < 43.9)
  .map(([e, { width, height }]) => `${e.outerHTML.slice(0, 120)} ${width} x ${height}`)"""
#: What the Tab key must come to: of radio buttons of one group it comes to one.
_REACHABLE = """() => {
  const seen = new Set();
  return [...document.querySelectorAll("a[href], button, select, input, textarea, [tabindex='0']")]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled && e.tabIndex >= 0)
    .filter((e) => e.type !== "radio" || (!seen.has(e.name) && seen.add(e.name)))
    .map((e) => (e.dataset.reach = seen.size + Math.random(), e.dataset.reach)).length;
}"""
_FOCUSED = """() => {
  const e = document.activeElement;
  const style = getComputedStyle(e.type === "radio" ? e.closest("label") : e);
  return [e.dataset.reach ?? null, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, e.outerHTML.slice(0, 120)];
}"""


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Any]:
    """Makes contexts and closes them."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        made.append(browser.new_context(**options))
        return made[-1]

    yield make
    for context in made:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_axe_violation(new_context: Any, server: Server, scheme: str) -> None:
    page: Page = new_context(color_scheme=scheme, reduced_motion="reduce").new_page()
    for path in [*PAGES, "/offline.html"]:
        _visit(page, server, path)
        assert_accessible(page, f"{path} in {scheme}")

    _visit(page, server, "/about")
    page.get_by_role("button", name="Language and colours").click()
    expect(page.get_by_role("radio", name="Dark")).to_be_visible()
    assert_accessible(page, f"preferences in {scheme}")


def test_no_page_scrolls_sideways_in_any_language_or_direction(new_context: Any, server: Server) -> None:
    page: Page = new_context().new_page()
    for path, title in PAGES.items():
        _visit(page, server, path)
        for language in LANGUAGES:
            if path in WITHOUT_FRAME:
                page.evaluate("(language) => (localStorage.language = language)", language)
                _visit(page, server, path)
            else:
                speak(page, language)
            expect(page).to_have_title(catalogue(language)[title])
            assert_fits(page, f"{path} in {language}")


def test_nothing_scrolls_sideways_where_there_are_videos(page: Page, server: Server) -> None:
    names = [f"{'a_name_without_any_blank_in_it_' * 3}.png", "torn.jpg", "unwanted.jpg", *"1234567"]
    states = {"torn.jpg": JobState.FAILED, "unwanted.jpg": JobState.CANCELLED}
    ids = seed(server, viewer_of(page.context), names, states=states)
    page.reload()
    expect(page.locator("[data-job]")).to_have_count(len(names))
    why, card = (page.locator(f"[data-state=FAILED] .card-{part}").bounding_box() for part in ("trouble", "body"))
    assert why is not None
    assert card is not None
    assert why["width"] > 0.85 * card["width"], "its sentence is not squeezed beside the buttons"
    with held(server):
        add(page, "coffee.png", "astronaut.png", "chelsea.png")
        expect(page.locator("[data-state=PROCESSING]")).to_have_count(1, timeout=20_000)
        expect(page.locator("[data-state=QUEUED]")).to_have_count(2, timeout=20_000)
        assert_fits(page, "cards")
        assert_a_phone_fits_in_every_language(page, "cards")
        page.get_by_role("button", name="Language and colours").click()
        assert_a_phone_fits_in_every_language(page, "cards and preferences")

        page.goto(f"{server.url}/gallery")
        expect(
            page.locator(".gallery[data-ready] .tile-name").first
        ).to_be_visible()  # only those near the view are there
        page.locator(".tile-link").first.focus()
        page.keyboard.press("Control+a")
        expect(page.get_by_text("13 selected")).to_be_visible()
        assert_fits(page, "all selected")
        assert_a_phone_fits_in_every_language(page, "all selected")
        page.get_by_role("button", name="Keep longer", exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert_a_phone_fits_in_every_language(page, "how long to keep")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_role("button", name="Undo").focus()  # it waits for as long as it has the focus
        assert_a_phone_fits_in_every_language(page, "deleted, with a way back")
        page.get_by_role("button", name="Undo").click()

    page.goto(f"{server.url}/?watch={ids[names[0]]}")
    for name in ("Make another", "Share", "Keys"):
        page.locator(".viewer").get_by_role("button", name=name).click()
        expect(page.locator(".viewer [role=dialog]:popover-open")).to_be_visible()
        assert_a_phone_fits_in_every_language(page, f"large, {name}")
        page.keyboard.press("Escape")


def test_a_finger_hits_everything(new_context: Any, server: Server) -> None:
    page: Page = new_context(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}).new_page()
    for path in [*PAGES, "/offline.html"]:
        _visit(page, server, path)
        if path not in WITHOUT_FRAME:
            page.get_by_role("button", name="Language and colours").click()
            expect(page.get_by_role("radio", name="Dark")).to_be_visible()

        assert page.evaluate(_TOO_SMALL) == [], path


def test_the_tab_key_comes_to_everything_and_one_sees_where_it_is(new_context: Any, server: Server) -> None:
    page: Page = new_context(viewport={"width": 1440, "height": 900}).new_page()
    for path in PAGES:
        _visit(page, server, path)
        count = page.evaluate(_REACHABLE)
        assert count >= 5 or path in WITHOUT_FRAME, "name, two ways, preferences, about"
        reached = set()
        for _ in range(2 * count + 2):
            page.keyboard.press("Tab")
            reach, is_seen, html = page.evaluate(_FOCUSED)
            if reach:
                assert is_seen, f"{path}: no outline on {html}"
                reached.add(reach)

        assert len(reached) == count, path


def test_the_page_one_is_on_is_marked_among_the_ways(page: Page, server: Server) -> None:
    marked = page.locator("nav.ways, .foot").get_by_role("link").and_(page.locator("[aria-current=page]"))
    expect(marked).to_have_text("Start")
    for name in ("All videos", "About and privacy", "Start"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(marked).to_have_text(name)

    for path, name in {"/gallery": "All videos", "/about": "About and privacy", "/": "Start"}.items():
        _visit(page, server, path)
        expect(marked).to_have_text(name)
    _visit(page, server, "/no/such/page")
    expect(marked).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "name", "target"), [("/", "your videos", "videos"), ("/gallery", "the videos", "all-videos")]
)
def test_a_keyboard_skips_to_the_videos(page: Page, server: Server, path: str, name: str, target: str) -> None:
    _visit(page, server, path)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=f"Skip to {name}")).to_be_focused()

    page.keyboard.press("Enter")

    expect(page.locator(f"#{target}")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate(
        "(id) => document.activeElement.compareDocumentPosition(document.getElementById(id)) & Node.DOCUMENT_POSITION_PRECEDING",
        target,
    ), "one goes on from there"


def test_a_first_visit_weighs_little(new_context: Any, server: Server) -> None:
    context: BrowserContext = new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    cdp.send("Network.enable")
    names: dict[str, str] = {}
    sizes: dict[str, float] = {}
    cdp.on("Network.requestWillBeSent", lambda e: names.__setitem__(e["requestId"], e["request"]["url"]))
    cdp.on("Network.loadingFinished", lambda e: sizes.__setitem__(names[e["requestId"]], e["encodedDataLength"]))
    page.goto(server.url)
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    page.wait_for_load_state("networkidle")

    weighed = {url: size for url, size in sizes.items() if not url.startswith(("data:", "blob:"))}
    assert all(url.startswith(server.url) for url in weighed)
    assert any(url.endswith(".woff2") for url in weighed), "the control: the font is among what was counted"
    assert sum(weighed.values()) < MOST_BYTES, sorted(weighed.items(), key=lambda item: -item[1])


@pytest.mark.parametrize(("width", "locale"), [(390, "de-DE"), (390, "en-GB"), (1440, "de-DE"), (1440, "en-GB")])
def test_nothing_moves_while_a_page_loads(new_context: Any, server: Server, width: int, locale: str) -> None:
    context: BrowserContext = new_context(viewport={"width": width, "height": 900}, locale=locale)
    context.add_init_script(_WATCH_SHIFTS + _PATIENT)
    page = context.new_page()
    for path in PAGES:
        for _ in range(3):
            _visit(page, server, path)
            page.wait_for_load_state("networkidle")
            if not page.locator(".bars > *").count():
                break  # else this machine was too busy to answer, and a bar that says so has come above
        shifts = page.evaluate("shifts")

        assert sum(value for value, _ in shifts) < MOST_SHIFT, f"{path}: {shifts}"


@pytest.mark.parametrize("width", [390, 1440])
def test_where_there_are_videos_the_invitation_is_small_and_nothing_moves_for_it(
    new_context: Any, server: Server, width: int
) -> None:
    context: BrowserContext = new_context(viewport={"width": width, "height": 844}, has_touch=True, is_mobile=True)
    context.add_init_script(_WATCH_SHIFTS)
    page = context.new_page()
    lead = page.locator(".lead")
    _visit(page, server, "/")
    expect(lead).to_be_visible()
    add(page, "coffee.png")
    expect(page.locator("[data-job]")).to_have_count(1, timeout=20_000)
    expect(lead).to_be_hidden()
    assert page.evaluate("document.getElementById('videos').getBoundingClientRect().top + scrollY") < 844 / 2
    for name in ("Choose pictures", "Take a photo", "Try a cat"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport()
    assert page.evaluate(_TOO_SMALL) == []
    # The line, which comes and goes with what is in it, is not what is looked at here.
    expect(page.locator("[data-job]")).to_have_attribute("data-state", "COMPLETED", timeout=20_000)
    expect(page.locator(".strip")).to_have_count(0, timeout=20_000)

    _visit(page, server, "/")
    expect(page.locator("[data-job]")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    expect(lead).to_be_hidden()
    shifts = page.evaluate("shifts")
    assert sum(value for value, _ in shifts) < MOST_SHIFT, shifts

    context.clear_cookies()  # as after a while: no video is there any more
    _visit(page, server, "/")
    page.wait_for_function("() => !localStorage.videos")
    _visit(page, server, "/")
    expect(lead).to_be_visible()


def test_where_a_script_breaks_the_page_says_so_in_the_readers_language(new_context: Any, server: Server) -> None:
    context: BrowserContext = new_context(locale="es-ES")
    page: Page = context.new_page()
    # A part of the start page asks for it while it is drawn.
    page.add_init_script(
        "Object.defineProperty(window, 'isSecureContext', { get() { if (!window.mended) throw new Error(); return true; } })"
    )
    page.goto(server.url)

    expect(page.get_by_role("heading", level=1)).to_have_text("Algo ha fallado en esta página")
    page.wait_for_load_state("networkidle")
    assert_accessible(page, "a broken page")
    page.add_init_script("window.mended = true")
    page.get_by_role("link", name="Volver a cargar la página").click()
    expect(page.get_by_role("navigation").first).to_be_visible()


def _visit(page: Page, server: Server, path: str) -> None:
    if path == "/offline.html":
        page.route("**/healthz", lambda route: route.abort())  # or it leaves as soon as it has looked
    page.goto(f"{server.url}{path}")
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    wait_until(lambda: page.evaluate(_IS_TOLD, _LOOKING), what=f"{path} being told all")
