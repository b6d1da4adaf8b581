"""The page `/components`: all parts in all states, for whoever changes one of them, and for `make screenshots`."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

from i2v_app.components.choices.choices import choices
from i2v_app.components.icons import icon
from i2v_app.components.preferences import preferences
from i2v_app.pages.components import parts
from i2v_app.pages.components.cards import cards
from i2v_app.pages.components.specimen import section, specimen
from i2v_app.pages.components.waiting import empty, strips, trouble

#: The stylesheet of this page alone.
SHEET = rx.asset("components.css", shared=True).importable_path.removeprefix("$/public")


def components() -> rx.Component:
    """The whole page. Not framed: what the frame tells of the server would be one more state, by chance."""
    return rx.el.div(
        rx.el.main(
            parts.Still.create(
                rx.el.h1("Components"),
                _controls(),
                section("Preferences", specimen("behind one button", preferences())),
                section(
                    "Options",
                    rx.el.div(choices(min_seconds=3, max_seconds=10, default_seconds=5), class_name="drop"),
                    wide=True,
                ),
                section("Upload card", parts.Uploads.create()),
                section("Framing", parts.Framings.create(), wide=True),
                cards(),
                strips(),
                trouble(),
                section("Undo", parts.Undos.create(icon("close", 18)), wide=True),
                section("Player", parts.Players.create()),
                section("Viewer", parts.Watching.create()),
                section("Gallery tile", parts.Tiles.create()),
                section("Gallery", parts.Keeping.create(), wide=True),
                section("Nothing kept", parts.NothingKept.create()),
                empty(),
            ),
            id="main",
        ),
        class_name="page",
    )


def _controls() -> rx.Component:
    return section(
        "Buttons and fields",
        specimen("of first rank", _button("Add pictures", "primary")),
        specimen("plain", _button("Try again")),
        specimen("small", _button("Try again", "small")),
        specimen("quiet", _button("Cancel", "quiet small")),
        specimen("dangerous", _button("Delete", "danger small")),
        specimen("round", _round()),
        specimen("a link that looks like one", rx.el.a("To your videos", href="#main", class_name="button")),
        specimen(
            "one of several",
            rx.el.label(
                rx.el.span("Sort by"),
                rx.el.select(rx.el.option("Newest first"), rx.el.option("Name")),
                class_name="option",
            ),
        ),
    )


def _button(words: str, kind: str = "") -> rx.Component:
    return rx.el.button(words, type="button", class_name=f"button {kind}".strip())


def _round() -> rx.Component:
    return rx.el.button(icon("bin"), type="button", class_name="button round quiet", aria_label="Delete dandelions.jpg")
