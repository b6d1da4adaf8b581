"""Everything that is still kept."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

from i2v_app.components.clock import server_clock
from i2v_app.components.frame import framed
from i2v_app.components.gallery.gallery import gallery
from i2v_app.components.viewer.viewer import viewer
from i2v_app.messages.words import t
from i2v_app.states.jobs import JobsState


def all_videos() -> rx.Component:
    """The whole page."""
    return framed(
        rx.el.h1(t("keeping.title"), class_name="gallery-title"),
        rx.el.div(gallery(), id="all-videos", tab_index=-1),
        server_clock(now=JobsState.server_time),
        viewer(),
        skip_to="all-videos",
        skip_words=t("keeping.skip"),
    )
