"""The invitation: what this is, where pictures go in, what may be chosen, and how long it will take."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

from i2v_app.components.icons import icon
from i2v_app.components.job_card import MOTIONS
from i2v_app.components.uploader.uploader import picture_drop
from i2v_app.messages.words import t
from i2v_app.states.options import OptionsState
from i2v_app.states.queue import QueueState


def invitation() -> rx.Component:
    """The top of the page."""
    return rx.el.section(
        rx.el.h1("Make a picture move"),
        rx.el.p(
            "Add photos and watch each one become a short video. They stay on this server, and no other visitor sees them.",
            class_name="lead",
        ),
        rx.el.div(
            rx.el.div(
                picture_drop(
                    max_bytes=QueueState.max_upload_bytes,
                    formats=QueueState.formats,
                    motion=OptionsState.motion,
                    seconds=OptionsState.seconds,
                    label="Choose pictures",
                ),
                rx.el.p(
                    rx.el.span("or drop them anywhere, or paste", class_name="only-fine-pointer"),
                    class_name="drop-hint",
                ),
                class_name="drop-call",
            ),
            rx.el.p(QueueState.accepted, class_name="drop-accepted"),
            rx.el.div(_motion(), _length(), class_name="options", role="group", aria_label="What the video is to be"),
            class_name="drop",
        ),
        rx.el.p(
            icon("clock", 18),
            rx.el.span(
                rx.cond(QueueState.known, QueueState.summary, "Asking how long it takes…"), " ", QueueState.wait
            ),
            class_name="wait",
            custom_attrs={"data-worker": rx.cond(QueueState.has_worker, "yes", "no")},
        ),
        class_name="invitation",
        aria_label="Add pictures",
    )


def _motion() -> rx.Component:
    return rx.el.label(
        rx.el.span("Motion"),
        rx.el.select(
            *(rx.el.option(t(key), value=name) for name, key in MOTIONS.items()),
            value=OptionsState.motion,
            on_change=OptionsState.choose_motion,
        ),
        class_name="option",
    )


def _length() -> rx.Component:
    return rx.el.label(
        rx.el.span("Length"),
        rx.el.select(
            rx.foreach(QueueState.seconds_choices, lambda seconds: rx.el.option(seconds, " s", value=seconds)),
            value=rx.cond(OptionsState.seconds == "", QueueState.default_seconds, OptionsState.seconds),
            on_change=OptionsState.choose_seconds,
        ),
        class_name="option",
    )
