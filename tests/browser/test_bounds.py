"""More pictures than may wait: the rest go up by themselves as soon as there is room, and the page says so."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Request, expect

from tests.browser.visiting import add, open_page, running_server


def test_more_than_may_wait_go_up_as_soon_as_there_is_room(
    built_page: None, context: BrowserContext, tmp_path: Path
) -> None:
    pictures = []
    for number in range(5):
        pictures.append(tmp_path / f"picture-{number}.png")
        Image.new("RGB", (160, 120), (40 * number, 90, 60)).save(pictures[-1])
    settings = {"I2V_MODEL_SECONDS": "1.5", "I2V_VIDEO_SECONDS": "3", "I2V_WAITING_PER_VIEWER": "2"}

    with running_server(tmp_path, **settings) as server:
        page = open_page(context, server)
        add(page, *pictures)

        held = page.locator("[data-state=uploading]", has_text="You have 2 pictures waiting")
        # One that is held, and it is no error.
        expect(held.filter(has_not=page.get_by_role("alert")).first).to_contain_text("sent as soon as there is room")
        expect(page.locator("[data-state=COMPLETED]")).to_have_count(5, timeout=60_000)
        shown = page.locator(".card-name").all_inner_texts()
        assert shown == [picture.name for picture in reversed(pictures)], "out of order"


def test_an_upload_whose_answer_was_lost_is_not_made_twice(
    context: BrowserContext, tmp_path: Path, built_page: None
) -> None:
    with running_server(tmp_path, I2V_MODEL_SECONDS="1", I2V_VIDEO_SECONDS="3") as server:
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

        expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=30_000)
        assert len(sent) == 2
        expect(page.locator("[data-job]")).to_have_count(1)
