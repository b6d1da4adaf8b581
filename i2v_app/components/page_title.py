"""The title of the tab, in the reader's language."""

from __future__ import annotations

import reflex as rx

import i2v_app.components.tab_title  # noqa: F401  # its asset must lie there when the page is built

_SOURCE = rx.asset("page_title.jsx", shared=True)


class PageTitle(rx.Component):
    """Names the tab and shows nothing."""

    library = _SOURCE.importable_path
    tag = "PageTitle"

    title: rx.Var[str]


page_title = PageTitle.create
