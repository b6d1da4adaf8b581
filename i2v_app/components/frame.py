"""What every page has around its content: the name at the top, the colour scheme, the bars that tell of trouble."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx
from reflex.style import resolved_color_mode, toggle_color_mode

from i2v_app.components.icons import icon
from i2v_app.components.trouble import connection_bar, notice_bar
from i2v_app.messages.words import t


def framed(*content: rx.Component, skip_to: str = "", skip_words: str | rx.Var[str] = "") -> rx.Component:
    """The content as a whole page. `skip_to` is the id of what a keyboard may want to go to at once."""
    return rx.el.div(
        rx.el.a(skip_words, href=f"#{skip_to}", class_name="skip-link") if skip_to else rx.fragment(),
        _header(),
        connection_bar(),
        rx.el.main(*content, id="main"),
        notice_bar(),
        class_name="page",
    )


def _header() -> rx.Component:
    return rx.el.header(
        rx.el.a(
            _mark(),
            rx.el.span("i2v"),
            href="/",
            class_name="wordmark",
            aria_label=t("shell.home"),
        ),
        rx.el.button(
            # Both are there and the stylesheet shows one: the scheme is known before any script runs.
            rx.el.span(icon("moon"), class_name="only-light"),
            rx.el.span(icon("sun"), class_name="only-dark"),
            on_click=toggle_color_mode,
            type="button",
            class_name="button round quiet",
            aria_label=rx.cond(resolved_color_mode == "dark", t("shell.use_light"), t("shell.use_dark")),
        ),
        class_name="top",
    )


def _mark() -> rx.Component:
    """A still that begins to move: a frame and the frame after it."""
    return rx.el.svg(
        rx.el.rect(x="2", y="5", width="14", height="14", rx="4", class_name="mark-still"),
        rx.el.rect(x="8", y="5", width="14", height="14", rx="4", class_name="mark-moving"),
        rx.el.path(d="M13 9.2v5.6l4.6-2.8z", class_name="mark-play"),
        view_box="0 0 24 24",
        width="28",
        height="28",
        aria_hidden="true",
    )
