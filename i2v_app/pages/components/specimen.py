"""How a state is shown: under its name, within the section of its part."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import BaseComponent


def section(title: str, *specimens: rx.Component, wide: bool = False) -> rx.Component:
    """All states of one part, side by side or, where they are `wide`, one below the other."""
    return rx.el.section(
        rx.el.h2(title),
        rx.el.div(*specimens, class_name="specimens", custom_attrs={"data-wide": ""} if wide else {}),
        class_name="specimen-section",
    )


def specimen(state: str, *content: BaseComponent) -> rx.Component:
    """One state by its name."""
    return rx.el.div(rx.el.h3(state, class_name="specimen-name"), *content, class_name="specimen")
