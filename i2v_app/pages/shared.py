"""For whoever has a link to a video: that video, and nothing else of whose it is."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

from i2v_app.components.insecure import insecure_link_notice
from i2v_app.components.viewer.viewer import shared_video

#: Not for search engines, and no address of it for anybody that it might lead to.
META = [{"name": "robots", "content": "noindex, nofollow"}, {"name": "referrer", "content": "no-referrer"}]


def shared() -> rx.Component:
    """The whole page. It has no ways to the visitor's own videos: it is somebody else's."""
    return rx.el.div(rx.el.main(insecure_link_notice(), shared_video(), id="main"), class_name="page")
