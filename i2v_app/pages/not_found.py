"""For addresses that lead nowhere."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

from i2v_app.components.frame import framed


def not_found() -> rx.Component:
    """Says so and leads back."""
    return framed(
        rx.el.section(
            rx.el.h1("There is nothing at this address"),
            rx.el.p("It may have been mistyped, or what was here has been deleted. Your videos are on the start page."),
            rx.el.a("To your videos", href="/", class_name="button primary"),
            class_name="message-page",
        )
    )
