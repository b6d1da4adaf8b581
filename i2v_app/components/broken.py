"""What is shown when a script of the page fails. The jobs go on without it."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx
from reflex_components_core.base.error_boundary import ErrorBoundary  # type: ignore[import-untyped]

from i2v_app.messages import words  # noqa: F401 - its scripts must lie where the part below imports them from

_SOURCE = rx.asset("broken.jsx", shared=True)


class BrokenPage(rx.Component):
    """Says that something broke and nothing is lost."""

    library = _SOURCE.importable_path
    tag = "BrokenPage"


def error_boundary() -> rx.Component:
    """Shows a sensible page in place of a broken one."""
    return ErrorBoundary.create(fallback_render=BrokenPage.create())
