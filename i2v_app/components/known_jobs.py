"""The viewer's jobs as the browser knows them, and what tells of them on whichever page one is."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any

import reflex as rx

from i2v_app.components.card_list import card_list
from i2v_app.components.held import held
from i2v_app.components.waiting.telling import announcer, tab_progress
from i2v_app.states.jobs import JobsState
from i2v_app.states.progress import ProgressState

#: The cards as the server last told them, which are none for a moment after its restart.
TOLD: Any = card_list("toldCards", JobsState.cards, JobsState.changed)
# A card and what changes faster than it come and go together.
CARDS: Any = held("heldCards", TOLD, JobsState.ready)
RUNNING: Any = held("heldRunning", ProgressState.running, JobsState.ready)
WAITING: Any = held("heldWaiting", ProgressState.waiting, JobsState.ready)


def telling() -> rx.Component:
    """The voice for screen readers, and the tab's title and icon. Every page is told of the jobs anyway: it costs no more."""
    return rx.fragment(
        announcer(cards=CARDS, running=RUNNING, known=JobsState.ready),
        tab_progress(cards=CARDS, waiting=WAITING, running=RUNNING, known=JobsState.ready),
    )
