"""One picture on its way to one video, as a card: first its place in line, then its progress, then the video."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any, TypeAlias

import reflex as rx

from i2v_app.components.clock import local_time
from i2v_app.components.held import held
from i2v_app.components.icons import icon
from i2v_app.components.player.player import player
from i2v_app.components.viewer.viewer import expand
from i2v_app.states.jobs import JobsState

#: A Reflex variable that stands for a `Card` in the browser; type checkers cannot follow its attributes.
CardVar: TypeAlias = Any

# A card and what changes faster than it come and go together.
_RUNNING: Any = held("heldRunning", JobsState.running, JobsState.ready)
_WAITING: Any = held("heldWaiting", JobsState.waiting, JobsState.ready)

_CANCELLED = "Cancelled while it was being made."


def job_card(card: CardVar) -> rx.Component:
    """The card of a job in whatever state it is."""
    return rx.el.li(
        rx.el.div(
            rx.el.img(src=card.thumbnail, alt="", class_name="card-backdrop"),
            # Until the player's script is there; then the player's poster lies on it, the same picture in the same place.
            rx.el.img(src=card.thumbnail, alt="", class_name="card-picture"),
            _player(card),
            expand(card),
            rx.match(
                card.state,
                ("QUEUED", _place(card)),
                ("PROCESSING", _progress(card)),
                rx.fragment(),
            ),
            class_name="card-media",
        ),
        rx.el.div(
            rx.el.h3(card.name, title=card.name, class_name="card-name"),
            rx.match(
                card.state,
                ("QUEUED", _waiting(card)),
                ("PROCESSING", _running(card)),
                ("COMPLETED", _completed(card)),
                ("FAILED", _failed(card)),
                rx.el.p("Cancelled. No video was made.", class_name="card-status"),
            ),
            rx.el.div(
                rx.match(
                    card.state,
                    ("QUEUED", _cancel(card)),
                    ("PROCESSING", _cancel(card)),
                    _delete(card),
                ),
                class_name="card-actions",
            ),
            class_name="card-body",
        ),
        key=card.id,
        class_name="card",
        aria_label=card.name,
        custom_attrs={"data-state": card.state, "data-job": card.id},
    )


def _player(card: CardVar) -> rx.Component:
    # One player from the first segment to the last: nothing here may depend on the state but what it is told.
    progress = _RUNNING[card.id]
    return player(
        job_id=card.id,
        state=card.state,
        attempt=rx.cond(card.state == "PROCESSING", progress.attempt, 0),
        watchable=(card.state == "COMPLETED") | ((card.state == "PROCESSING") & progress.watchable),
        message=rx.cond(card.state == "CANCELLED", _CANCELLED, card.failure),
        how_to_fix=rx.cond(card.state == "CANCELLED", "Add the picture again to have it made anew.", card.how_to_fix),
        poster=card.thumbnail,
        name=card.name,
        seconds=card.seconds,
    )


def _place(card: CardVar) -> rx.Component:
    place = _WAITING[card.id]
    return rx.cond(
        place.place == 1,
        rx.el.span("Next in line", class_name="card-place"),
        rx.cond(place.place > 1, rx.el.span(place.ordinal, " in line", class_name="card-place")),
    )


def _waiting(card: CardVar) -> rx.Component:
    place = _WAITING[card.id]
    return rx.el.p(
        rx.cond(
            place.starts_at > 0,
            rx.el.span("Starts about ", local_time(at=place.starts_at)),
            rx.el.span("Starts when the video maker is back"),
        ),
        rx.cond(place.attempt > 0, rx.el.span(" · starting over")),
        class_name="card-status",
    )


def _progress(card: CardVar) -> rx.Component:
    percent = _RUNNING[card.id].percent
    return rx.fragment(
        # Where the place in line stood before; said to screen readers by the bar.
        rx.el.span(percent, "%", class_name="card-place card-percent", aria_hidden="true"),
        rx.el.div(
            rx.el.span(style={"--part": percent / 100}),
            role="progressbar",
            class_name="meter",
            aria_label=rx.Var.create("Progress of ") + card.name.to(str),
            aria_valuenow=percent,
            aria_valuemin=0,
            aria_valuemax=100,
        ),
    )


def _running(card: CardVar) -> rx.Component:
    progress = _RUNNING[card.id]
    return rx.el.p(
        progress.stage,
        rx.cond(progress.remaining > 0, rx.el.span(" · ", progress.remaining, " s left")),
        rx.cond(progress.attempt > 1, rx.el.span(" · attempt ", progress.attempt)),
        class_name="card-status",
    )


def _completed(card: CardVar) -> rx.Component:
    return rx.el.p(
        card.wish,
        rx.cond(card.expires_at > 0, rx.el.span(" · kept until ", local_time(at=card.expires_at, day=True))),
        class_name="card-status",
    )


def _failed(card: CardVar) -> rx.Component:
    return rx.fragment(
        rx.el.div(rx.el.strong(card.failure), rx.el.span(card.how_to_fix), class_name="card-trouble"),
        # Where the player says the same over the last picture.
        rx.el.p("No video was made.", class_name="card-status card-ended"),
    )


def _cancel(card: CardVar) -> rx.Component:
    return rx.el.button(
        "Cancel",
        on_click=JobsState.cancel(card.id),  # type: ignore[misc]
        type="button",
        class_name="button quiet small",
        aria_label=rx.Var.create("Cancel ") + card.name.to(str),
    )


def _delete(card: CardVar) -> rx.Component:
    # The browser's own popover: it opens without asking the server, Escape closes it, and focus goes back to the button.
    sheet, title = rx.Var.create("delete-") + card.id.to(str), rx.Var.create("delete-title-") + card.id.to(str)
    return rx.fragment(
        rx.el.button(
            icon("bin"),
            type="button",
            class_name="button round quiet",
            aria_label=rx.Var.create("Delete ") + card.name.to(str),
            custom_attrs={"popoverTarget": sheet},
        ),
        rx.el.div(
            rx.el.p("Delete this picture and its video?", custom_attrs={"id": title}, class_name="sheet-title"),
            rx.el.p(card.name, class_name="card-status"),
            rx.el.div(
                rx.el.button(
                    "Keep",
                    type="button",
                    class_name="button small",
                    # The attribute: the browser looks for it when the popover opens. React's autoFocus acts once, too soon.
                    custom_attrs={"autofocus": "", "popoverTarget": sheet, "popoverTargetAction": "hide"},
                ),
                rx.el.button(
                    "Delete",
                    type="button",
                    on_click=JobsState.delete(card.id),  # type: ignore[misc]
                    class_name="button danger small",
                ),
                class_name="sheet-actions",
            ),
            role="dialog",
            aria_labelledby=title,
            class_name="sheet",
            custom_attrs={"popover": "auto", "id": sheet},
        ),
    )
