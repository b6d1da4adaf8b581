"""The whole queue as a picture, as a component of the page."""

from __future__ import annotations

import reflex as rx

import i2v_app.components.clock
import i2v_app.components.waiting.telling
import i2v_app.components.waiting.undo
import i2v_app.messages.words  # noqa: F401  # their assets must lie there when the page is built
from i2v_app.states.cards import Card, Running, Waiting
from i2v_app.states.line import Slot

_SOURCE = rx.asset("queue_strip.jsx", shared=True)
for _module in ("lane.js", "move_menu.jsx", "order.js", "tell_me.jsx", "use_drag.js", "use_flow.js"):
    rx.asset(_module, shared=True)


def _moved(job: rx.Var[str], before: rx.Var[str]) -> tuple[rx.Var[str], rx.Var[str]]:
    return (job, before)


class QueueStrip(rx.Component):
    """What is being made and who waits, with the viewer's own among the others. Nothing while they have nothing to do."""

    library = _SOURCE.importable_path
    tag = "QueueStrip"

    cards: rx.Var[list[Card]]
    waiting: rx.Var[dict[str, Waiting]]
    running: rx.Var[dict[str, Running]]
    #: How many wait in all, what the slots do, whether the queue is paused.
    length: rx.Var[int]
    slots: rx.Var[list[Slot]]
    paused: rx.Var[bool]
    #: Counts the moves that the server did not follow.
    refused: rx.Var[int]

    #: The viewer puts a waiting job before another of theirs, or at their end ("").
    on_move: rx.EventHandler[_moved]  # type: ignore[type-arg, valid-type]


queue_strip = QueueStrip.create
