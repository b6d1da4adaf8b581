"""Icons as plain SVG: a handful of strokes each, drawn for a 24 by 24 box, hidden from screen readers."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

_PATHS = {
    "sun": "M12 4V2M12 22v-2M4 12H2M22 12h-2M6.3 6.3 4.9 4.9M19.1 19.1l-1.4-1.4M6.3 17.7l-1.4 1.4M19.1 4.9l-1.4 1.4"
    "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0z",
    "moon": "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
    "bin": "M4 7h16M10 4h4M6 7l1 13h10l1-13M10 11v5M14 11v5",
    "close": "M6 6l12 12M18 6 6 18",
    "expand": "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7",
    "sliders": "M4 8h10M18 8h2M4 16h2M10 16h10M14 5v6M6 13v6",
    "lock": "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
    "clock": "M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z",
}


def icon(name: str, size: int = 20) -> rx.Component:
    """The icon of this name, `size` pixels wide, in the colour of the text around it."""
    return rx.el.svg(
        rx.el.path(
            d=_PATHS[name],
            fill="none",
            stroke="currentColor",
            stroke_width="1.8",
            stroke_linecap="round",
            stroke_linejoin="round",
        ),
        view_box="0 0 24 24",
        width=str(size),
        height=str(size),
        aria_hidden="true",
        custom_attrs={"focusable": "false"},
    )
