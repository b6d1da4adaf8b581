"""The playground as a person uses it: a picture goes in, in the page, and its progress is watched to the end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    ViewportSize,
    WebSocket,
    expect,
)

from graphql_api.playground.files import Files
from tests.browser.holding import held
from tests.browser.visiting import Server, open_page, running_server
from tests.conftest import PICTURES, wait_until

#: Longer than the page's scripts take to start, or a job to end, on a machine that is busy with other tests.
_SLOW = 30_000
_LAPTOP = ViewportSize(width=1440, height=900)
_PHONE = ViewportSize(width=390, height=844)
#: zod, which Altair brings, tries whether it may make a function of an empty text, is refused, and goes on without.
_PROBE = re.compile(r"new \w+\(\"\"\),!0\}catch\{return!1\}")
_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber, columnNumber }) =>
  console.error("CSP " + JSON.stringify({ violatedDirective, blockedURI, sourceFile, lineNumber, columnNumber })));
"""


class Playground:
    """The open page, what came over its sockets, and what it did that it should not."""

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self.frames: list[str] = []
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        self.page = context.new_page()
        self._url = f"{server.url}/graphql"
        self._own = (server.url, server.url.replace("http", "ws"), "data:", "blob:")
        self.page.on("request", lambda request: self._note(request.url))
        self.page.on("websocket", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        self.page.add_init_script(_REPORT_VIOLATIONS)

    def open(self) -> None:
        """Open the page, or open it again."""
        self.page.set_viewport_size(_LAPTOP)
        self.page.goto(self._url)
        expect(self.page.locator(".i2v-wait")).to_have_count(0, timeout=_SLOW)

    def tab(self, name: str) -> Locator:
        return self.page.locator(".window-switcher__item", has_text=name)

    def set_variables(self, variables: dict[str, object]) -> None:
        self.page.locator("app-variables-editor .cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(json.dumps(variables))

    def send(self) -> Locator:
        """Send what the open tab holds; where the answers come."""
        self.page.get_by_role("button", name="Send Request").click()
        return self.page.locator("app-query-result")

    def upload(self, picture: str = "coffee.png") -> str:
        """Choose a picture as a person does and send it; the id of its job."""
        self.tab("Upload").click()
        with self.page.expect_file_chooser() as choosing:
            self.page.get_by_role("button", name="Select files").last.click()
        choosing.value.set_files(PICTURES / picture)
        answers = self.send()
        expect(answers).to_contain_text('"__typename": "Job"', timeout=_SLOW)
        found = re.search(r'"id": "(job_\w+)"', answers.inner_text())
        assert found
        return found[1]

    def progress(self) -> list[dict[str, Any]]:
        """What `jobProgress` has streamed so far."""
        return [frame["payload"]["data"]["jobProgress"] for frame in map(json.loads, self.frames) if "payload" in frame]

    def _listen(self, socket: WebSocket) -> None:
        self._note(socket.url)
        socket.on("framereceived", lambda data: self.frames.append(str(data)))

    def _hear(self, line: ConsoleMessage) -> None:
        if line.type == "error" and not _is_probe(line.text):
            self.complaints.append(line.text)

    def _note(self, url: str) -> None:
        if not url.startswith(self._own):
            self.elsewhere.append(url)


def _is_probe(line: str) -> bool:
    """Whether this is zod being refused: what stands in the source at the place of the violation says so."""
    if not line.startswith("CSP "):
        return False
    violation = json.loads(line.removeprefix("CSP "))
    source = Files().path(violation["sourceFile"].rpartition("/")[2])
    if violation["blockedURI"] != "eval" or source is None:
        return False
    place = source.read_text().split("\n")[violation["lineNumber"] - 1][violation["columnNumber"] - 1 :]
    return _PROBE.match(place) is not None


@pytest.fixture(scope="module")
def server(built_page: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One of its own: others' jobs must not stand in these tests' way."""
    with running_server(tmp_path_factory.mktemp("playground")) as server:
        yield server


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture(scope="module")
def opened(visitor: BrowserContext, server: Server) -> Playground:
    """One page for all tests: it takes seconds to open."""
    playground = Playground(visitor, server)
    playground.open()
    return playground


@pytest.fixture
def playground(opened: Playground) -> Iterator[Playground]:
    """The page, at the size of a laptop; whatever is done in it asks no other host and breaks no rule."""
    opened.page.set_viewport_size(_LAPTOP)
    yield opened
    assert opened.elsewhere == []
    assert opened.complaints == []


def test_five_examples_are_there_and_the_schemas_docs(playground: Playground) -> None:
    page = playground.page
    names = page.locator(".window-switcher__item .window-switcher__input")

    expect(names).to_have_text(["Upload", "Watch", "List", "Cancel", "Playback"])
    expect(page).to_have_title("i2v playground")
    expect(page.get_by_role("tab").filter(visible=True)).to_have_text(["Query", "Auth", "Result", "Response headers"])
    page.get_by_role("button", name="Docs").click()
    page.locator("app-doc-viewer").get_by_text("Mutation", exact=True).click(timeout=_SLOW)
    expect(page.locator("app-doc-viewer")).to_contain_text("uploadImage")
    expect(page.locator("app-doc-viewer")).to_contain_text("From the moment you have the job's id, nothing loses it.")
    page.get_by_role("button", name="Docs").click()
    expect(page.locator("app-doc-viewer")).not_to_be_in_viewport()


def test_a_picture_is_uploaded_in_the_page_and_watched_to_the_end(
    playground: Playground, visitor: BrowserContext, server: Server
) -> None:
    with held(server):  # it must not be done before somebody comes to watch it
        job = playground.upload()
        playground.tab("Watch").click()
        playground.set_variables({"jobId": job})
        answers = playground.send()
        wait_until(lambda: playground.page.evaluate("true") and playground.progress(), what="what stands first")

    newest = answers.locator(".query-result__list-item").last
    expect(newest).to_contain_text('"state": "COMPLETED"', timeout=2 * _SLOW)
    expect(newest).to_contain_text('"percent": 100,')
    expect(newest.get_by_text('"percent"')).to_be_in_viewport()
    progress = playground.progress()
    assert (progress[-1]["state"], progress[-1]["percent"]) == ("COMPLETED", 100)
    percents = [one["percent"] for one in progress]
    assert percents == sorted(percents)
    assert len(set(percents)) >= 3, "it came live, not in one piece at the end"

    playground.tab("Playback").click()
    written = playground.page.locator("app-variables-editor .cm-content")
    expect(written).to_contain_text("publicKey")
    variables = json.loads(written.inner_text())
    assert re.fullmatch(r"[\w-]{87}", variables["publicKey"]), "an uncompressed point on P-256, made by the browser"
    playground.set_variables({**variables, "jobId": job})
    expect(playground.send()).to_contain_text('"__typename": "Playback"')

    page = open_page(visitor, server)
    expect(page.locator(f"[data-job='{job}']")).to_be_visible()
    page.close()


def test_a_job_is_listed_and_cancelled(playground: Playground) -> None:
    job = playground.upload("astronaut.png")

    playground.tab("List").click()
    expect(playground.send()).to_contain_text(f'"id": "{job}"')
    playground.tab("Cancel").click()
    playground.set_variables({"id": job})
    expect(playground.send()).to_contain_text(re.compile('"state": "CANCELLED"|JobAlreadyFinished'))


def test_on_a_phone_nothing_is_cut_off(playground: Playground) -> None:
    page = playground.page
    page.set_viewport_size(_PHONE)
    playground.tab("Upload").click()

    for name in ("Send Request", "Docs", "Select files"):
        expect(page.get_by_role("button", name=name).last).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= _PHONE["width"]
    page.get_by_role("button", name="Docs").click()
    expect(page.get_by_placeholder("Search docs...").last).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Docs").click()
    expect(page.get_by_role("button", name="Select files").last).to_be_in_viewport(ratio=1)
    expect(page.locator("app-doc-viewer")).not_to_be_in_viewport()


def test_examples_are_there_again_after_they_were_changed(playground: Playground) -> None:
    playground.tab("Cancel").locator(".window-switcher__close").click()
    expect(playground.tab("Cancel")).to_have_count(0)

    playground.open()

    expect(playground.tab("Cancel")).to_have_count(1)
