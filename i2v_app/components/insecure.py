"""What the page says where browsers keep encryption from it: over plain http from another machine."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

from i2v_app.components.icons import icon
from i2v_app.messages.words import t

_SOURCE = rx.asset("insecure.jsx", shared=True)


class WhereInsecure(rx.Component):
    """Shows its children in a context that is not secure, and nothing in one that is."""

    library = _SOURCE.importable_path
    tag = "WhereInsecure"


def insecure_notice() -> rx.Component:
    """That videos cannot be watched here, and what to do about it."""
    return _notice(
        rx.el.p(t("shell.insecure_why"), " ", t("shell.insecure_start")),
        rx.el.p(t("shell.insecure_operator")),
    )


def insecure_link_notice() -> rx.Component:
    """The same for whom a link was sent: they add no pictures here, and the server is somebody else's."""
    return _notice(rx.el.p(t("shell.insecure_why"), " ", t("shell.insecure_shared")))


def _notice(*sentences: rx.Component) -> rx.Component:
    return WhereInsecure.create(
        rx.el.aside(
            icon("lock"),
            rx.el.div(
                rx.el.strong(t("shell.insecure")),
                *sentences,
            ),
            class_name="insecure",
            aria_label=t("shell.insecure"),
        )
    )
