"""Trouble told calmly: the lost connection, what could not be done."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

from i2v_app.components.icons import icon
from i2v_app.states.jobs import JobsState

_SAFE = "Your pictures are safe; reconnecting…"


def connection_bar() -> rx.Component:
    """Says that the server is away, and that nothing is lost by it. It goes by itself."""
    return rx.el.div(
        # Only the first of several is shown: without the socket, what the server said last may be out of date.
        rx.connection_banner(_bar(f"Connection lost. {_SAFE}")),
        rx.match(
            JobsState.link,
            ("reconnecting", _bar(f"The server is restarting. {_SAFE}")),
            (
                "no_cookie",
                _bar("This page needs a cookie to know your pictures by. Allow cookies for it, then reload."),
            ),
            rx.fragment(),
        ),
        role="status",
        aria_live="polite",
        class_name="bars",
    )


def notice_bar() -> rx.Component:
    """What could not be done, until it is dismissed."""
    return rx.el.div(
        rx.cond(
            JobsState.notice != "",
            rx.el.div(
                rx.el.span(JobsState.notice),
                rx.el.button(
                    icon("close", 18),
                    on_click=JobsState.dismiss_notice,
                    type="button",
                    class_name="button round quiet",
                    aria_label="Dismiss",
                ),
                class_name="notice",
            ),
        ),
        role="alert",
        class_name="notices",
    )


def _bar(sentence: str) -> rx.Component:
    return rx.el.div(rx.el.span(class_name="pulse", aria_hidden="true"), rx.el.span(sentence), class_name="bar")
