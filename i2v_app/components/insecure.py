"""What the page says where browsers keep encryption from it: over plain http from another machine."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

from i2v_app.components.icons import icon

_SOURCE = rx.asset("insecure.jsx", shared=True)


class WhereInsecure(rx.Component):
    """Shows its children in a context that is not secure, and nothing in one that is."""

    library = _SOURCE.importable_path
    tag = "WhereInsecure"


def insecure_notice() -> rx.Component:
    """That videos cannot be watched here, and what to do about it."""
    return WhereInsecure.create(
        rx.el.aside(
            icon("lock"),
            rx.el.div(
                rx.el.strong("Videos cannot be watched at this address"),
                rx.el.p(
                    "They are encrypted for each viewing, and browsers allow that only over https or on the server's own "
                    "machine. You can add pictures here; to watch the videos, open this page by its https address."
                ),
                rx.el.p("If you run this server: docs/operations.md, TLS, says how to give it one."),
            ),
            class_name="insecure",
            aria_label="Videos cannot be watched at this address",
        )
    )
