"""One picture on its way to one video, as a card: first its place in line, then its progress, then the video."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any, TypeAlias

import reflex as rx

from i2v_app.components.clock import local_time
from i2v_app.components.icons import icon
from i2v_app.components.player.player import player
from i2v_app.components.said import refusal
from i2v_app.components.viewer.viewer import expand
from i2v_app.components.waiting.card_actions import card_actions
from i2v_app.components.waiting.undo import delete_button
from i2v_app.messages.words import t
from i2v_app.states.cards import Card, Running, Waiting
from i2v_app.states.jobs import JobsState

#: A Reflex variable that stands for a `Card` (`Waiting`, `Running`) in the browser; type checkers cannot follow its attributes.
CardVar: TypeAlias = Any

#: The API's motions.
_MOTIONS = ("AUTO", "ZOOM_IN", "ZOOM_OUT", "PAN", "DRIFT", "ORBIT")


# Drawn anew only when what it is given changes: the others stand still while one makes progress.
@rx.memo
def job_card(
    card: rx.Var[Card], waiting: rx.Var[Waiting], running: rx.Var[Running], standing: rx.Var[str]
) -> rx.Component:
    """The card of a job in whatever state it is. `waiting` and `running` are there in those states.

    `standing`: how the queue of everybody stands, as `QueueState` has it.
    """
    job: CardVar = card
    return rx.el.li(
        rx.el.div(
            # Until the player's script is there; then the player's poster lies on it, the same picture in the same place.
            rx.el.img(src=job.thumbnail, alt="", class_name="card-picture"),
            _player(job, running),
            expand(job.id, _name(job)),
            rx.match(
                job.state,
                ("QUEUED", _place(waiting)),
                ("PROCESSING", _progress(job, running)),
                rx.fragment(),
            ),
            class_name="card-media",
            style={"--shape": job.shape},
        ),
        rx.el.div(
            rx.el.h3(_name(job), title=_name(job), class_name="card-name"),
            rx.match(
                job.state,
                ("QUEUED", _waiting(waiting, standing)),
                ("PROCESSING", _running(running)),
                ("COMPLETED", _completed(job)),
                ("FAILED", _failed(job)),
                rx.el.p(t("waiting.cancelled"), class_name="card-status"),
            ),
            card_actions(
                rx.match(
                    job.state,
                    ("QUEUED", _cancel(job)),
                    ("PROCESSING", _cancel(job)),
                    ("COMPLETED", _delete(job)),
                    # Without its picture it would wait a whole turn to fail again.
                    rx.fragment(rx.cond(job.failure_code != "PICTURE_LOST", _retry(job)), _delete(job)),
                ),
            ),
            class_name="card-body",
        ),
        class_name="card",
        aria_label=_name(job),
        custom_attrs={"data-state": job.state, "data-job": job.id},
    )


def _name(card: CardVar) -> rx.Var[str]:
    return rx.cond(card.name != "", card.name, t("waiting.unnamed"))


def _player(card: CardVar, progress: CardVar) -> rx.Component:
    # One player from the first segment to the last: nothing here may depend on the state but what it is told.
    message, how_to_fix = refusal(card.failure_code, card.failure, card.how_to_fix)
    is_cancelled = card.state == "CANCELLED"
    return player(
        job_id=card.id,
        state=card.state,
        attempt=rx.cond(card.state == "PROCESSING", progress.attempt, 0),
        watchable=(card.state == "COMPLETED") | ((card.state == "PROCESSING") & progress.watchable),
        message=rx.cond(is_cancelled, t("waiting.cancelled_midway"), message),
        how_to_fix=rx.cond(is_cancelled, t("waiting.cancelled_what_now"), how_to_fix),
        poster=card.thumbnail,
        name=_name(card),
        seconds=card.seconds,
    )


def _place(waiting: CardVar) -> rx.Component:
    return rx.cond(
        waiting.place > 0,
        rx.el.span(t("waiting.place", place=waiting.place), class_name="card-place"),
    )


def _waiting(waiting: CardVar, standing: rx.Var[str]) -> rx.Component:
    return rx.el.p(
        rx.cond(
            # Told as soon as it changes; how the queue stands is asked for every few seconds.
            waiting.starts_at > 0,
            rx.el.span(t("waiting.starts_about"), " ", local_time(at=waiting.starts_at)),
            rx.match(
                standing,
                ("paused", rx.el.span(t("waiting.starts_when_resumed"))),
                ("away", rx.el.span(t("waiting.starts_when_back"))),
                rx.el.span(t("waiting.in_line")),
            ),
        ),
        rx.cond(waiting.attempt > 0, rx.el.span(" · ", t("waiting.starting_over"))),
        class_name="card-status",
    )


def _progress(card: CardVar, progress: CardVar) -> rx.Component:
    return rx.fragment(
        # Where the place in line stood before; said to screen readers by the bar.
        rx.el.span(
            t("waiting.percent", part=progress.percent / 100),
            class_name="card-place card-percent",
            aria_hidden="true",
        ),
        rx.el.div(
            rx.el.span(style={"--part": progress.percent / 100}),
            role="progressbar",
            class_name="meter",
            aria_label=t("waiting.progress_of", name=_name(card)),
            aria_valuenow=progress.percent,
            aria_valuemin=0,
            aria_valuemax=100,
        ),
    )


def _running(progress: CardVar) -> rx.Component:
    return rx.el.p(
        rx.match(
            progress.stage,
            ("PREPARING", t("waiting.stage_PREPARING")),
            ("FINISHING", t("waiting.stage_FINISHING")),
            t("waiting.stage_GENERATING"),
        ),
        rx.cond(progress.remaining > 0, rx.el.span(" · ", t("waiting.seconds_left", count=progress.remaining))),
        rx.cond(progress.attempt > 1, rx.el.span(" · ", t("waiting.attempt", count=progress.attempt))),
        class_name="card-status",
    )


def _completed(card: CardVar) -> rx.Component:
    return rx.el.p(
        rx.match(card.motion, *((motion, t(f"options.motion_{motion}")) for motion in _MOTIONS), card.motion),
        " · ",
        t("waiting.length", seconds=card.seconds),
        rx.cond(
            card.expires_at > 0,
            rx.el.span(" · ", t("waiting.kept_until"), " ", local_time(at=card.expires_at, day=True)),
        ),
        class_name="card-status",
    )


def _failed(card: CardVar) -> rx.Component:
    message, how_to_fix = refusal(card.failure_code, card.failure, card.how_to_fix)
    return rx.fragment(
        rx.el.div(rx.el.strong(message), rx.el.span(how_to_fix), class_name="card-trouble"),
        # Where the player says the same over the last picture.
        rx.el.p(t("waiting.no_video"), class_name="card-status card-ended"),
    )


def _cancel(card: CardVar) -> rx.Component:
    return rx.el.button(
        t("waiting.cancel"),
        on_click=JobsState.cancel(card.id),  # type: ignore[misc]
        type="button",
        class_name="button quiet small",
        aria_label=t("waiting.cancel_name", name=_name(card)),
    )


def _retry(card: CardVar) -> rx.Component:
    return rx.el.button(
        t("waiting.retry"),
        on_click=JobsState.retry(card.id),  # type: ignore[misc]
        type="button",
        class_name="button small",
        aria_label=t("waiting.retry_name", name=_name(card)),
    )


def _delete(card: CardVar) -> rx.Component:
    return delete_button(icon("bin"), job=card.id, name=card.name)
