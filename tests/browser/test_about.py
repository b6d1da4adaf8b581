"""What is told before anybody has to ask: the limits in force, and what becomes of a picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from i2v_app.states.about import whole_days
from tests.browser.holding import held
from tests.browser.visiting import Server, add, running_server


@pytest.mark.parametrize(("hours", "days"), [(168, 7), (24, 1), (36, 0), (0.5, 0)])
def test_days_are_told_only_where_they_are_whole(hours: float, days: int) -> None:
    assert whole_days(hours) == days


def test_the_limits_are_those_of_this_server(page: Page, tmp_path: Path) -> None:
    """Of one with other settings than the others here, reached by the foot of every page."""
    (tmp_path / "another").mkdir()
    with running_server(
        tmp_path / "another",
        I2V_MAX_UPLOAD_MB="12.5",
        I2V_RETENTION_HOURS="36",
        I2V_KEEP_AT_MOST_HOURS="96",
        I2V_SHARE_LINK_MAX_HOURS="5",
        I2V_WATERMARK="off",
        I2V_UPLOADS_PER_MINUTE="1234",
    ) as server:
        page.goto(server.url)
        page.get_by_role("link", name="About and privacy").click()

        expect(page).to_have_title("About · i2v")
        expect(page.get_by_role("link", name="About and privacy")).to_have_attribute("aria-current", "page")
        expect(page.get_by_text("up to 12.5 MB and 50 megapixels")).to_be_visible()
        expect(page.get_by_text("1,234 a minute")).to_be_visible()
        expect(page.get_by_text("36 hours after a video is finished")).to_be_visible()
        expect(page.get_by_text("4 days", exact=True)).to_be_visible()
        expect(page.get_by_text("5 hours", exact=True)).to_be_visible()
        expect(page.get_by_role("heading", name="The mark in the video")).to_have_count(0)


def test_the_mark_is_named_where_videos_carry_one(page: Page) -> None:
    page.get_by_role("link", name="About and privacy").click()

    expect(page.get_by_role("heading", name="The mark in the video")).to_be_visible()
    expect(page.get_by_text("7 days after a video is finished")).to_be_visible()


def test_here_too_the_tab_and_the_voice_tell_of_what_is_being_made(page: Page, server: Server) -> None:
    with held(server):
        add(page, "coffee.png")
        expect(page.locator("[data-state=PROCESSING]")).to_have_count(1, timeout=20_000)
        page.get_by_role("link", name="About and privacy").click()

        expect(page.get_by_role("heading", name="About i2v")).to_be_visible()
        expect(page).to_have_title(re.compile(r"^\d+% · i2v$"))

    expect(page.locator(".announcer")).to_contain_text("coffee.png is ready to watch", timeout=20_000)
    expect(page).to_have_title("About · i2v")
