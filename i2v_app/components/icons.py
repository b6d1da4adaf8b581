"""Icons as plain SVG: a handful of strokes each, drawn for a 24 by 24 box, hidden from screen readers."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

_PATHS = {
    "globe": "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM3.5 9.5h17M3.5 14.5h17M12 3c-5 6-5 12 0 18M12 3c5 6 5 12 0 18",
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
            # As attributes. Properties would become a style element beside each icon in the document.
            custom_attrs={
                "fill": "none",
                "stroke": "currentColor",
                "strokeWidth": "1.8",
                "strokeLinecap": "round",
                "strokeLinejoin": "round",
            },
        ),
        view_box="0 0 24 24",
        width=str(size),
        height=str(size),
        aria_hidden="true",
        custom_attrs={"focusable": "false"},
    )
