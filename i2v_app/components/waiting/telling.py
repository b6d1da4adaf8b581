"""How one is told: by the page's voice, the tab's title and icon, and the browser's notifications. And of the network."""

from __future__ import annotations

from typing import Any

import reflex as rx

# Imported by the parts below.
import i2v_app.components.tab_title
import i2v_app.messages.words  # noqa: F401
from i2v_app.states.cards import Card, Running, Waiting

_ANNOUNCER = rx.asset("announcer.jsx", shared=True)
_TAB = rx.asset("tab_progress.jsx", shared=True)
_CONNECTION = rx.asset("connection.jsx", shared=True)
# The others import these from here: each of them has a memory that there may be only one of.
for _module in ("announce.js", "changes.js", "told.js"):
    rx.asset(_module, shared=True)


class Announcer(rx.Component):
    """Tells screen readers what becomes of the jobs: states at once, percentages seldom."""

    library = _ANNOUNCER.importable_path
    tag = "Announcer"

    cards: rx.Var[list[Card]]
    running: rx.Var[dict[str, Running]]
    #: Whether the cards have been read.
    known: rx.Var[bool]


class TabProgress(rx.Component):
    """Shows in the tab's title and icon how far the video is, and tells by a notification that one is ready."""

    library = _TAB.importable_path
    tag = "TabProgress"

    cards: rx.Var[list[Card]]
    waiting: rx.Var[dict[str, Waiting]]
    running: rx.Var[dict[str, Running]]
    known: rx.Var[bool]


class WhereOffline(rx.Component):
    """Its first child while the browser has no network, its second otherwise."""

    library = _CONNECTION.importable_path
    tag = "WhereOffline"


announcer = Announcer.create
tab_progress = TabProgress.create


def where_offline(offline: Any, otherwise: Any) -> Any:
    """`offline` while the browser has no network, else `otherwise`."""
    return WhereOffline.create(rx.el.div(offline), rx.el.div(otherwise))
