"""The job card, in every state."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from dataclasses import replace

import reflex as rx

from i2v_app.components.job_card import job_card
from i2v_app.pages.components.specimen import section, specimen
from i2v_app.states.cards import Card, Running, Waiting

#: A Tuesday noon in spring, in UNIX seconds: whoever compares two pictures of the page sees the page's changes alone.
NOON = 1_776_772_800.0
_DAY = 24 * 3600.0

#: What the others are made of.
CARD = Card(
    id="specimen",
    name="dandelions.jpg",
    state="QUEUED",
    thumbnail="/samples/dandelions-small.webp",
    shape=1.78,
    motion="AUTO",
    seconds=5.0,
    created_at=NOON,
    expires_at=0.0,
    failure_code="",
    failure="",
    how_to_fix="",
)
_MADE = replace(CARD, state="PROCESSING", name="cat.jpg", thumbnail="/samples/cat-small.webp")
_DONE = replace(CARD, state="COMPLETED", name="coffee.jpg", thumbnail="/samples/coffee-small.webp")
_DONE = replace(_DONE, motion="ORBIT", expires_at=NOON + 7 * _DAY)
_FAILED = replace(
    CARD,
    state="FAILED",
    failure_code="PICTURE_MISSING",
    failure="The picture is gone.",
    how_to_fix="Add it again.",
)
_LONG = "a very long name that somebody's telephone has thought of, 2026-04-21 at 12.00.00 (edited, final, really).jpg"
_RUNNING = Running(stage="GENERATING", percent=42, attempt=1, remaining=18, watchable=False)


def cards() -> rx.Component:
    """Each as one sees it, from its place in line to its end."""
    return section(
        "Job card",
        _queued("queued, next in line", Waiting(place=1, starts_at=NOON + 90, attempt=0)),
        _queued("queued, far behind", Waiting(place=104, starts_at=NOON + 3600, attempt=0)),
        _queued("queued, the line is paused", Waiting(place=3, starts_at=0.0, attempt=0), standing="paused"),
        _queued("queued, no worker is there", Waiting(place=2, starts_at=0.0, attempt=0), standing="away"),
        _queued("queued, its place not told yet", Waiting(place=0, starts_at=0.0, attempt=0)),
        _queued("queued again after a worker was lost", Waiting(place=1, starts_at=NOON + 5, attempt=1)),
        _running("processing, preparing", replace(_RUNNING, stage="PREPARING", percent=0, remaining=-1)),
        _running("processing, generating", _RUNNING),
        _running("processing, finishing", replace(_RUNNING, stage="FINISHING", percent=99, remaining=1)),
        _running("processing, attempt 2", replace(_RUNNING, percent=7, attempt=2)),
        _ended("completed", _DONE),
        _ended("completed, without a name, upright", replace(_DONE, id="unnamed", name="", shape=0.56)),
        _ended("completed, with a long name, very wide", replace(_DONE, id="long", name=_LONG, shape=3.2)),
        _ended("failed", _FAILED),
        _ended("failed, for a reason that the page has no words for", replace(_FAILED, id="new", failure_code="NEW")),
        _ended("cancelled", replace(CARD, state="CANCELLED")),
    )


def _queued(state: str, waiting: Waiting, standing: str = "line") -> rx.Component:
    card = replace(CARD, id=f"queued-{waiting.place}-{waiting.attempt}")
    return _shown(state, card, waiting=waiting, standing=standing)


def _running(state: str, running: Running) -> rx.Component:
    return _shown(state, replace(_MADE, id=f"running-{running.percent}"), running=running)


def _ended(state: str, card: Card) -> rx.Component:
    return _shown(state, card)


def _shown(
    state: str, card: Card, waiting: Waiting | None = None, running: Running | None = None, standing: str = "line"
) -> rx.Component:
    shown = job_card(
        card=rx.Var.create(card),
        waiting=rx.Var.create(waiting),
        running=rx.Var.create(running),
        standing=rx.Var.create(standing),
    )
    return specimen(state, rx.el.ul(shown, class_name="cards", role="list"))
