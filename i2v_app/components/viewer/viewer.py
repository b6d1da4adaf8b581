"""The video large, over the page: a dialog that the address opens, and the link on a card that leads to it."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any

import reflex as rx

# Imported by the parts below.
import i2v_app.components.player.player
import i2v_app.components.viewer.address
import i2v_app.messages.words  # noqa: F401
from i2v_app.components.icons import icon
from i2v_app.messages.words import t

_SOURCE = rx.asset("viewer.jsx", shared=True)
_SHARED = rx.asset("shared.jsx", shared=True)
for _module in (
    "another.jsx",
    "asking.js",
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
    """Shows a job's video large when the address says `?watch=<job id>`. It asks the API for all that it shows."""

    library = _SOURCE.importable_path
    tag = "Viewer"


class SharedVideo(rx.NoSSRComponent):
    """The video behind a link, whose secret it reads from the address: nothing of it passes through the page's state."""

    library = _SHARED.importable_path
    tag = "SharedVideo"


viewer = Viewer.create
shared_video = SharedVideo.create


def expand(card: Any) -> rx.Component:
    """The link in a card's picture that shows it large; it can be opened in another tab as well. `card` is a `Card` variable."""
    return rx.el.a(
        icon("expand"),
        href=rx.Var.create("?watch=") + card.id.to(str),
        class_name="card-expand",
        aria_label=t("watching.large", name=card.name),
        custom_attrs={"data-watch": card.id},
    )
