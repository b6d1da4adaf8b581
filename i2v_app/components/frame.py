"""What every page has around its content: the name and the ways at the top, the bars that tell of trouble, the foot."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

from i2v_app.components.known_jobs import telling
from i2v_app.components.preferences import preferences
from i2v_app.components.trouble import connection_bar, notice_bar
from i2v_app.messages.words import t


class NavLink(rx.Component):
    """A link to another page that says so (`aria-current`) when it is this one. It loads no document: uploads go on."""

    library = "react-router"
    tag = "NavLink"

    to: rx.Var[str]


def framed(*content: rx.Component, skip_to: str = "", skip_words: str | rx.Var[str] = "") -> rx.Component:
    """The content as a whole page. `skip_to` is the id of what a keyboard may want to go to at once."""
    return rx.el.div(
        _skip_link(skip_to, skip_words) if skip_to else rx.fragment(),
        _header(),
        connection_bar(),
        rx.el.main(*content, id="main"),
        _footer(),
        notice_bar(),
        telling(),
        class_name="page",
    )


def _skip_link(to: str, words: str | rx.Var[str]) -> rx.Component:
    # Not `rx.el.a`, which is the router's link: that would put the name into the address, and leave the focus where it is.
    return rx.el.A.create(words, href=f"#{to}", class_name="skip-link")


def _header() -> rx.Component:
    return rx.el.header(
        rx.el.a(_mark(), rx.el.span("i2v"), href="/", class_name="wordmark", aria_label=t("shell.home")),
        rx.el.nav(
            _way("/", t("shell.nav_start")),
            _way("/gallery", t("shell.nav_gallery")),
            class_name="ways",
            aria_label=t("shell.nav"),
        ),
        preferences(),
        class_name="top",
    )


def _footer() -> rx.Component:
    return rx.el.footer(_way("/about", t("shell.nav_about")), class_name="foot")


def _way(to: str, name: rx.Var[str]) -> rx.Component:
    # Without `end`: a page that is loaded by its address is built as "/about/", which would not be "/about" then.
    return NavLink.create(name, to=to, class_name="way")


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
