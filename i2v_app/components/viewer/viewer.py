"""The video large, over the page: a dialog that the address opens, and the link on a card that leads to it."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any

import reflex as rx

# Imported by the parts below.
import i2v_app.components.clock
import i2v_app.components.gallery.gallery
import i2v_app.components.new_key
import i2v_app.components.player.player
import i2v_app.components.tab_title
import i2v_app.components.viewer.address
import i2v_app.components.waiting.telling
import i2v_app.messages.words  # noqa: F401
from i2v_app.components.icons import icon
from i2v_app.components.trouble import connection_bar, notice_bar
from i2v_app.messages.words import t

_SOURCE = rx.asset("viewer.jsx", shared=True)
_SHARED = rx.asset("shared.jsx", shared=True)
for _module in (
    "another.jsx",
    "asking.js",
    "ends.js",
    "facts.jsx",
    "frames.js",
    "help.jsx",
    "keys.js",
    "neighbours.js",
    "original.jsx",
    "panel.jsx",
    "screen.jsx",
    "share.jsx",
    "sharing.js",
    "trouble.jsx",
    "use_frame.js",
    "use_hold.js",
    "use_idle.js",
    "use_job.js",
    "use_swipe.js",
):
    rx.asset(_module, shared=True)


class Viewer(rx.NoSSRComponent):
    """Shows a job's video large when the address says `?watch=<job id>`. It asks the API for all that it shows.

    Its children are shown over it, and only with it: what lies behind a modal dialog is neither heard nor reached.
    """

    library = _SOURCE.importable_path
    tag = "Viewer"


class SharedVideo(rx.NoSSRComponent):
    """The video behind a link, whose secret it reads from the address: nothing of it passes through the page's state."""

    library = _SHARED.importable_path
    tag = "SharedVideo"


shared_video = SharedVideo.create


def viewer() -> rx.Component:
    """Lies over the page when the address says so, with the bars that tell of trouble."""
    return Viewer.create(connection_bar(), notice_bar())


def expand(job_id: Any, name: rx.Var[str]) -> rx.Component:
    """The link in a card's picture that shows it large; it can be opened in another tab as well. Both are variables."""
    # Not `rx.el.a`, which is the router's link: it would read the page anew, and begin it at its top.
    return rx.el.A.create(
        icon("expand"),
        href=rx.Var.create("?watch=") + job_id.to(str),
        class_name="card-expand",
        aria_label=t("watching.large", name=name),
        custom_attrs={"data-watch": job_id},
    )
