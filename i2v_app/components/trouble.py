"""Trouble told calmly: the lost connection, what could not be done."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any

import reflex as rx

from i2v_app.components.icons import icon
from i2v_app.components.said import refusal
from i2v_app.components.waiting.telling import where_offline
from i2v_app.components.waiting.undo import undo_offer
from i2v_app.messages.words import t
from i2v_app.states.jobs import JobsState


def connection_bar() -> rx.Component:
    """Says that the server is away, and that nothing is lost by it. It goes by itself."""
    return rx.el.div(
        where_offline(bar(t("waiting.link_offline")), _server_bars()),
        role="status",
        aria_live="polite",
        class_name="bars",
    )


def _server_bars() -> rx.Component:
    return rx.fragment(
        # Only the first of several is shown: without the socket, what the server said last may be out of date.
        rx.connection_banner(bar(t("waiting.link_lost"))),
        rx.match(
            JobsState.link,
            ("reconnecting", bar(t("waiting.link_reconnecting"))),
            ("refused", bar(t("waiting.link_refused"))),
            ("trouble", bar(t("waiting.link_trouble"))),
            ("no_cookie", bar(t("waiting.link_no_cookie"))),
            rx.fragment(),
        ),
    )


def notice_bar() -> rx.Component:
    """What could not be done, until it is dismissed; and the way back from what was just deleted."""
    notice: Any = JobsState.notice
    message, how_to_fix = refusal(notice.code, notice.message, notice.how_to_fix, notice.limit)
    return rx.el.div(
        rx.el.div(
            rx.cond(
                (notice.key != "") | (notice.code != ""),
                one_notice(
                    rx.match(
                        notice.key,
                        ("server_away", rx.el.span(t("waiting.notice_server_away"))),
                        ("older_unread", rx.el.span(t("waiting.notice_older_unread"))),
                        rx.el.span(message, " ", how_to_fix),
                    ),
                    JobsState.dismiss_notice,
                ),
            ),
            role="alert",
        ),
        undo_offer(icon("close", 18)),
        class_name="notices",
    )


def one_notice(words: rx.Component, on_dismiss: Any) -> rx.Component:
    """What could not be done, with a button that says it was read."""
    return rx.el.div(
        words,
        rx.el.button(
            icon("close", 18),
            on_click=on_dismiss,
            type="button",
            class_name="button round quiet",
            aria_label=t("waiting.dismiss"),
        ),
        class_name="notice",
    )


def bar(sentence: Any) -> rx.Component:
    """One bar with its sentence."""
    return rx.el.div(rx.el.span(class_name="pulse", aria_hidden="true"), rx.el.span(sentence), class_name="bar")
