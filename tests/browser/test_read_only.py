"""The attack table: what gets the video out of the page and what does not.

Every attack is first made on the same video behind a plain `<video src>`, where it must succeed; then on ours, where it must
have the outcome that docs/threat-model.md states, be it nothing or the video.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Error, Response

from tests.browser.read_only import downloaders, inside_the_page
from tests.browser.read_only.scripted_client import ScriptedClient, opened_chunks
from tests.browser.read_only.threat_table import documented
from tests.browser.read_only.watching import (
    AES_GCM,
    CENC,
    PLAIN,
    Target,
    Viewing,
    finished_video,
    watch,
    watch_clear_mse,
)
from tests.browser.visiting import Server

TABLE = documented()
Attack = Callable[[Viewing], bool]


@pytest.fixture(scope="module")
def target(server: Server) -> Iterator[Target]:
    """The video that everything here is after."""
    with finished_video(server) as target:
        yield target


@pytest.fixture(scope="module")
def control(browser: Browser, target: Target) -> Iterator[Viewing]:
    """The same video in a page that protects nothing."""
    with browser.new_context() as context:
        yield watch(context, target, PLAIN)


@pytest.fixture(scope="module", params=[CENC, AES_GCM])
def viewing(request: pytest.FixtureRequest, browser: Browser, target: Target) -> Iterator[Viewing]:
    """The video in our page, under one protection and under the other."""
    with browser.new_context() as context:
        yield watch(context, target, request.param)


@pytest.fixture(scope="module")
def appended_in_the_clear(browser: Browser, target: Target) -> bytes:
    """What hooks take from a page that hands the clear video to Media Source Extensions: their control."""
    with browser.new_context() as context:
        return inside_the_page.taken_by_hooks(watch_clear_mse(context, target)).appended


#: Attacks that record what is shown: a machine without graphics may miss it once.
_TRIES = 3
#: What has succeeded against the control: once says it for both protections.
_PROVEN: set[str] = set()


def _is_as_documented(name: str, attack: Attack, control: Viewing, viewing: Viewing) -> None:
    assert TABLE[name][PLAIN], f"{name}: the table says that not even the control is copied"
    if name not in _PROVEN:
        assert attack(control), f"{name}: it did not succeed against the control, so it says nothing"
        _PROVEN.add(name)

    gets_it = attack(viewing)

    assert gets_it is TABLE[name][viewing.protection], f"{name}, {viewing.protection}"


def _stated(name: str) -> dict[str, bool]:
    return {protection: TABLE[name][protection] for protection in (CENC, AES_GCM)}


def _within_the_tries(record: Callable[[], tuple[Any, str | None]], shows_it: Callable[[Any], bool]) -> bool:
    """Whether what is recorded shows the video, in one try of several; the browser refuses no other than the first."""
    for _ in range(_TRIES):
        recorded, refused = record()
        if shows_it(recorded):
            return True
        if refused:
            break
    return False


# --- from outside the page ------------------------------------------------------------------------------------------


def test_replay_of_the_network_log(target: Target, control: Viewing, viewing: Viewing) -> None:
    assert all("i2v-ticket" in r.headers for r in viewing.log.requests if r.url in viewing.log.media)

    def attack(on: Viewing) -> bool:
        return any(
            target.truth.is_in(data)
            for answers in downloaders.replays(on.log, on.cookie)
            for data in (*answers, b"".join(answers))
        )

    _is_as_documented("replay of every logged address", attack, control, viewing)


def test_replay_of_the_opening(target: Target, control: Viewing, viewing: Viewing) -> None:
    def attack(on: Viewing) -> bool:
        if on is control:
            return target.truth.is_in(downloaders.fetched(on.log.media[0], on.cookie))
        # Fresh tickets, and with them every segment: but the key is wrapped for a key pair that the page made and lost.
        opened = target.owner.http.post("/graphql", json=json.loads(on.log.opening)).json()["data"]["openPlayback"]
        pieces = target.owner.fetch(opened)
        assert len(pieces) > 3
        bodies = [(f"/media/{number}", piece) for number, piece in enumerate(pieces, -1)]
        return any(map(target.truth.is_in, downloaders.joined(bodies)))

    _is_as_documented("replay of the opening, with its new tickets", attack, control, viewing)


def test_plain_fetches(target: Target, control: Viewing, viewing: Viewing) -> None:
    def attack(on: Viewing) -> bool:
        return any(target.truth.is_in(downloaders.fetched(url, on.cookie)) for url in (on.page.url, *on.log.media))

    _is_as_documented("plain fetches (curl, wget)", attack, control, viewing)


def test_ffmpeg(target: Target, control: Viewing, viewing: Viewing) -> None:
    def attack(on: Viewing) -> bool:
        found = (downloaders.played_by_ffmpeg(url, on.cookie) for url in (on.page.url, *on.log.media))
        return any(map(target.truth.is_shown_by, found))

    _is_as_documented("FFmpeg", attack, control, viewing)


def test_yt_dlp(target: Target, control: Viewing, viewing: Viewing, tmp_path: Path) -> None:
    def attack(on: Viewing) -> bool:
        urls = [on.page.url, *on.log.media[:3]]
        saved = [
            downloaders.saved_by_yt_dlp(url, on.cookie, tmp_path / on.protection / str(number))
            for number, url in enumerate(urls)
        ]
        return any(target.truth.is_in(file) for files in saved for file in files)

    _is_as_documented("yt-dlp", attack, control, viewing)


# --- with the browser's own means -----------------------------------------------------------------------------------


def test_address_bar(control: Viewing, viewing: Viewing) -> None:
    def attack(on: Viewing) -> bool:
        tab = on.page.context.new_page()
        try:
            return any(_shows_a_video_document(tab.goto, tab.locator("video").count, url) for url in on.log.media)
        finally:
            tab.close()

    _is_as_documented("media address in the address bar", attack, control, viewing)


def _shows_a_video_document(goto: Callable[[str], Any], videos: Callable[[], int], url: str) -> bool:
    try:
        goto(url)
    except Error as refusal:
        if "ERR_HTTP_RESPONSE_CODE_FAILURE" not in str(refusal):  # an empty 403
            raise
        return False
    return videos() > 0


def test_context_menu(target: Target, control: Viewing, viewing: Viewing) -> None:
    def attack(on: Viewing) -> bool:
        saved = inside_the_page.saved_by_menu(on.page)
        return saved.menu_opens or target.truth.is_in(saved.data)

    _is_as_documented("context menu, save video as", attack, control, viewing)


def test_browser_cache(
    target: Target, browser_type: BrowserType, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> None:
    def finds(protection: str) -> bool:
        profile = tmp_path / protection
        with browser_type.launch_persistent_context(profile, **browser_type_launch_args) as context:
            answers: list[Response] = []
            context.on("response", lambda answer: answers.append(answer))
            watch(context, target, protection)
            # What came over the network is all that a cache could have: under either protection that is not the clear file.
            bodies = [answer.body() for answer in answers if "/media/playbacks/" in answer.url]
        assert len(bodies) > 3 or protection == PLAIN, "it came in no segments, so it says nothing"
        files = [path.read_bytes() for path in profile.rglob("*") if path.is_file()]
        wanted = [body[len(body) // 2 :][:64] for body in (target.truth.file, *bodies)]
        return any(some in file for some in wanted for file in files)

    assert finds(PLAIN)

    assert {protection: finds(protection) for protection in (CENC, AES_GCM)} == _stated("browser's cache")


def test_har_with_bodies(browser: Browser, target: Target, tmp_path: Path) -> None:
    def shows(protection: str) -> bool:
        har = tmp_path / f"{protection}.har"
        with browser.new_context(record_har_path=har, record_har_content="embed") as context:
            pieces = watch(context, target, protection).log.media
        bodies = []
        for entry in json.loads(har.read_text())["log"]["entries"]:
            content = entry["response"]["content"]
            text = content.get("text") or ""
            body = base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()
            bodies.append((entry["request"]["url"], body))
        assert set(pieces) <= {url for url, body in bodies if body}, "the file lacks media, so it says nothing"
        return any(map(target.truth.is_in, downloaders.joined(bodies)))

    assert shows(PLAIN)

    gets_it = {protection: shows(protection) for protection in (CENC, AES_GCM)}

    assert gets_it == _stated("HAR with bodies, joined in any order")


# --- with a script inside the page ----------------------------------------------------------------------------------


def test_hook_on_append_buffer(appended_in_the_clear: bytes, target: Target, viewing: Viewing) -> None:
    assert target.truth.is_in(appended_in_the_clear)

    taken = inside_the_page.taken_by_hooks(viewing.page)

    assert len(taken.appended) > len(target.truth.file) / 2
    gets_it = any(map(target.truth.is_in, (taken.appended, downloaders.unmarked(taken.appended))))
    assert gets_it is TABLE["hook on `appendBuffer`"][viewing.protection]


def test_hook_on_append_buffer_and_on_the_licence(
    appended_in_the_clear: bytes, target: Target, viewing: Viewing
) -> None:
    assert target.truth.is_in(appended_in_the_clear)

    taken = inside_the_page.taken_by_hooks(viewing.page)

    keys = [_key(licence) for licence in taken.licences] or [None]
    gets_it = any(target.truth.is_in(taken.appended, key) for key in keys)
    assert gets_it is TABLE["hook on `appendBuffer` and `MediaKeySession.update`"][viewing.protection]


def _key(licence: str) -> bytes:
    return base64.urlsafe_b64decode(json.loads(licence)["keys"][0]["k"] + "==")


def test_capture_stream(target: Target, control: Viewing, viewing: Viewing) -> None:
    def attack(on: Viewing) -> bool:
        return _within_the_tries(lambda: inside_the_page.recorded(on.page), target.truth.is_in)

    _is_as_documented("captureStream and MediaRecorder", attack, control, viewing)


def test_canvas(target: Target, control: Viewing, viewing: Viewing) -> None:
    def attack(on: Viewing) -> bool:
        return _within_the_tries(lambda: inside_the_page.drawn_on_canvas(on.page), target.truth.is_moving_in)

    _is_as_documented("canvas", attack, control, viewing)


# --- with patience, or a camera -------------------------------------------------------------------------------------


def test_scripted_client_of_the_whole_protocol(target: Target, control: Viewing, viewing: Viewing) -> None:
    def attack(on: Viewing) -> bool:
        if on is control:
            return target.truth.is_in(downloaders.fetched(target.plain.file, ""))
        opened = target.owner.open(target.job, on.protection)
        pieces = target.owner.fetch(opened.answer)
        if on.protection == AES_GCM:
            return target.truth.is_in(opened_chunks(opened, pieces))
        return target.truth.is_in(b"".join(pieces), opened.key)

    _is_as_documented("scripted client of the whole protocol", attack, control, viewing)


def test_screen_recorder(target: Target, control: Viewing, viewing: Viewing) -> None:
    def attack(on: Viewing) -> bool:
        return any(target.truth.is_moving_in(inside_the_page.recorded_from_the_screen(on.page)) for _ in range(_TRIES))

    _is_as_documented("screen recorder", attack, control, viewing)


def test_another_viewer_gets_nothing_at_all(target: Target) -> None:
    stranger = ScriptedClient(target.server.url)
    opened = target.owner.open(target.job, CENC)
    addresses = [f"/media/playbacks/{opened.answer['id']}/{index}" for index in ("init", 0, 1)]
    tickets = {ticket["index"]: ticket["value"] for ticket in opened.answer["tickets"]}

    answers = [
        stranger.http.get(address, headers={**downloaders.FORGED, "I2V-Ticket": tickets[index]})
        for address, index in zip(addresses, (-1, 0, 1), strict=True)
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert not any(answer.content for answer in answers)


def test_every_row_of_the_table_has_its_test() -> None:
    source = Path(__file__).read_text()

    assert len(TABLE) == 15
    assert [name for name in TABLE if f'"{name}"' not in source] == []
