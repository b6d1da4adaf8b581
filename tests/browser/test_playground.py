"""The playground as a person uses it: a picture goes in, in the page, and its progress is watched to the end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, expect

from tests.browser.visiting import Server, open_page, running_server
from tests.conftest import PICTURES

#: Longer than the first start of the page's scripts on a machine that is busy with other tests.
_SLOW = 30_000
#: A library of Altair's tries whether it may make functions of text, is refused, and goes on without.
_PROBE = "CSP script-src eval"


class Playground:
    """The open page, and what it did that it should not."""

    def __init__(self, context: BrowserContext, server: Server, width: int = 1440, height: int = 900) -> None:
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        self.page = context.new_page()
        self.page.set_viewport_size({"width": width, "height": height})
        own = (server.url, server.url.replace("http", "ws"), "data:", "blob:")
        self.page.on("request", lambda request: self._note(request.url, own))
        #: What came over its sockets.
        self.frames: list[str] = []
        self.page.on("websocket", lambda socket: self._note(socket.url, own))
        self.page.on("websocket", lambda socket: socket.on("framereceived", lambda data: self.frames.append(str(data))))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        self.page.add_init_script(
            "document.addEventListener('securitypolicyviolation', (e) => console.error(`CSP ${e.violatedDirective} ${e.blockedURI}`))"
        )
        self.page.goto(f"{server.url}/graphql")
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

    def _hear(self, line: ConsoleMessage) -> None:
        if line.type == "error" and line.text != _PROBE:
            self.complaints.append(line.text)

    def _note(self, url: str, own: tuple[str, ...]) -> None:
        if not url.startswith(own):
            self.elsewhere.append(url)


@pytest.fixture(scope="module")
def server(built_page: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One with a model slow enough for a person: a job must not be done before they come to watch it."""
    with running_server(tmp_path_factory.mktemp("playground"), I2V_MODEL_SECONDS="8") as server:
        yield server


@pytest.fixture
def playground(context: BrowserContext, server: Server) -> Playground:
    """The playground as a new viewer opens it."""
    return Playground(context, server)


def test_five_examples_are_there_and_the_schemas_docs(playground: Playground) -> None:
    page = playground.page
    names = page.locator(".window-switcher__item .window-switcher__input")

    expect(names).to_have_text(["Upload", "Watch", "List", "Cancel", "Playback"])
    expect(page).to_have_title("i2v playground")
    page.get_by_role("button", name="Docs").click()
    page.locator("app-doc-viewer").get_by_text("Mutation", exact=True).click(timeout=_SLOW)
    expect(page.locator("app-doc-viewer")).to_contain_text("uploadImage")
    expect(page.locator("app-doc-viewer")).to_contain_text("From the moment you have the job's id, nothing loses it.")
    assert playground.elsewhere == []
    assert playground.complaints == []


def test_it_is_signed_in_as_the_pages_viewer(playground: Playground, context: BrowserContext, server: Server) -> None:
    job = _upload(playground)

    page = open_page(context, server)

    expect(page.locator(f"[data-job='{job}']")).to_be_visible()


def test_the_other_examples_can_be_sent_as_they_are(playground: Playground) -> None:
    job = _upload(playground)

    playground.tab("List").click()
    expect(playground.send()).to_contain_text(f'"id": "{job}"')
    playground.tab("Cancel").click()
    playground.set_variables({"id": job})
    expect(playground.send()).to_contain_text(re.compile('"state": "CANCELLED"|JobAlreadyFinished'))
    playground.tab("Playback").click()
    variables = json.loads(playground.page.locator("app-variables-editor .cm-content").inner_text())
    assert re.fullmatch(r"[\w-]{87}", variables["publicKey"]), "an uncompressed point on P-256, made by the browser"
    playground.set_variables({**variables, "jobId": "job_that_is_not_there"})
    expect(playground.send()).to_contain_text("JobNotFound")


def test_examples_are_there_again_after_they_were_changed(
    playground: Playground, context: BrowserContext, server: Server
) -> None:
    playground.tab("Cancel").locator(".window-switcher__close").click()
    expect(playground.tab("Cancel")).to_have_count(0)

    again = Playground(context, server)

    expect(again.tab("Cancel")).to_have_count(1)


def test_on_a_phone_nothing_is_cut_off(context: BrowserContext, server: Server) -> None:
    page = Playground(context, server, width=390, height=844).page

    for what in (page.get_by_role("button", name="Send Request"), page.get_by_text("Select files", exact=False).last):
        box = what.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["y"] + box["height"] <= 844
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.fixture(scope="module")
def server_without(built_page: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("without"), I2V_PLAYGROUND="off") as server:
        yield server


def test_turned_off_a_browser_is_told_so(context: BrowserContext, server_without: Server) -> None:
    page = context.new_page()

    answer = page.goto(f"{server_without.url}/graphql")

    assert answer is not None
    assert answer.status == 404
    expect(page.locator("body")).to_contain_text("The playground is turned off on this server.")


def _upload(playground: Playground, picture: Path = PICTURES / "coffee.png") -> str:
    """Choose a picture as a person does and send it; the id of its job."""
    with playground.page.expect_file_chooser() as choosing:
        playground.page.get_by_role("button", name="Select files").last.click()
    choosing.value.set_files(picture)
    answers = playground.send()
    expect(answers).to_contain_text('"__typename": "Job"', timeout=_SLOW)
    found = re.search(r'"id": "(job_\w+)"', answers.inner_text())
    assert found
    return found[1]
