"""More pictures than may wait: the rest go up by themselves as soon as there is room, and the page says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Request, expect

from tests.browser.holding import held
from tests.browser.visiting import Server, add, open_page, running_server
from tests.conftest import wait_until


@pytest.fixture(scope="module")
def server(built_page: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that lets two pictures wait."""
    settings = {"I2V_MODEL_SECONDS": "1.5", "I2V_VIDEO_SECONDS": "3", "I2V_WAITING_PER_VIEWER": "2"}
    with running_server(tmp_path_factory.mktemp("bounded"), **settings) as server:
        yield server


def test_more_than_may_wait_go_up_as_soon_as_there_is_room(
    context: BrowserContext, server: Server, tmp_path: Path
) -> None:
    pictures = []
    for number in range(5):
        pictures.append(tmp_path / f"picture-{number}.png")
        Image.new("RGB", (160, 120), (40 * number, 90, 60)).save(pictures[-1])
    page = open_page(context, server)
    with held(server):
        add(page, *pictures)

        kept = page.locator("[data-state=uploading]", has_text="You have 2 pictures waiting")
        expect(kept.first).to_contain_text("sent as soon as there is room", timeout=20_000)
        expect(kept.get_by_role("alert"), "it is no error").to_have_count(0)

    expect(page.locator("[data-state=COMPLETED]")).to_have_count(5, timeout=60_000)
    shown = page.locator(".card-name").all_inner_texts()
    assert shown == [picture.name for picture in reversed(pictures)], "out of order"


def test_an_upload_whose_answer_was_lost_is_not_made_twice(context: BrowserContext, server: Server) -> None:
    page = open_page(context, server)
    sent: list[Request] = []

    def lose_the_answer(route: object) -> None:
        request = route.request  # type: ignore[attr-defined]
        if "multipart" not in request.headers.get("content-type", ""):
            return route.continue_()  # type: ignore[attr-defined]
        sent.append(request)
        if len(sent) > 1:
            return route.continue_()  # type: ignore[attr-defined]
        route.fetch()  # type: ignore[attr-defined]  # the server takes it in, and nobody hears of it
        return route.abort()  # type: ignore[attr-defined]

    page.route("**/graphql", lose_the_answer)
    add(page, "coffee.png")

    wait_until(lambda: page.evaluate("true") and len(sent) == 2, what="the second sending")
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=30_000)
    assert len(sent) == 2
    expect(page.locator("[data-job]")).to_have_count(1)
