"""What the page says when a picture is not taken, and what can be undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.holding import held
from tests.browser.visiting import Server, add


def test_a_text_file_with_a_pictures_name_is_explained(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_text("this is no picture")

    add(page, path)

    card = page.get_by_role("listitem", name="holiday.jpg")
    expect(card.get_by_role("alert")).to_contain_text("not a picture")
    expect(card.get_by_role("alert")).to_contain_text("JPEG")
    card.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()


def test_a_file_that_is_too_big_is_refused_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "poster.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(21_000_000))
    posted = _posted(page)

    add(page, path)

    alert = page.get_by_role("listitem", name="poster.png").get_by_role("alert")
    expect(alert).to_contain_text("at most 20 MB")
    assert not posted


def test_what_is_plainly_no_picture_is_refused_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader")
    posted = _posted(page)

    add(page, path)

    expect(page.get_by_role("listitem", name="letter.txt").get_by_role("alert")).to_contain_text("not a picture")
    assert not posted


def test_an_upload_survives_a_lost_connection(page: Page) -> None:
    attempts: list[int] = []

    def fail_once(route: object) -> None:
        attempts.append(1)
        route.abort() if len(attempts) == 1 else route.continue_()  # type: ignore[attr-defined]

    page.route("**/graphql", fail_once)
    add(page, "chelsea.png")

    expect(page.locator("[data-job]")).to_have_count(1, timeout=10_000)
    assert len(attempts) >= 2


def test_a_waiting_picture_can_be_cancelled_and_deleted(page: Page, server: Server) -> None:
    card = page.get_by_role("listitem", name="coffee.png")
    with held(server):
        add(page, "astronaut.png", "chelsea.png", "coffee.png")
        page.get_by_role("button", name="Cancel coffee.png").click()
        expect(card).to_contain_text("Cancelled")

    page.get_by_role("button", name="Delete coffee.png").click()
    expect(card).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(card).to_be_visible()
    page.get_by_role("button", name="Delete coffee.png").click()

    expect(card).to_have_count(0)


@pytest.mark.parametrize("address", ["/_upload", "/_upload/anything", "/_all_routes"])
def test_reflexs_own_routes_are_closed(context: BrowserContext, server: Server, address: str) -> None:
    answer = context.request.post(
        server.url + address, multipart={"files": {"name": "a", "mimeType": "x/y", "buffer": b"a"}}
    )

    assert answer.status == 404


def _posted(page: Page) -> list[str]:
    """The addresses to which the page posts anything, from now on."""
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    return posted
