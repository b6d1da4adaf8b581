"""For addresses that lead nowhere."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

from i2v_app.components.frame import framed
from i2v_app.messages.words import t


def not_found() -> rx.Component:
    """Says so and leads back."""
    return framed(
        rx.el.section(
            rx.el.h1(t("shell.not_found")),
            rx.el.p(t("shell.not_found_why")),
            rx.el.a(t("shell.not_found_back"), href="/", class_name="button primary"),
            class_name="message-page",
        ),
    )
