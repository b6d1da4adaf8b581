"""The stylesheets in the order in which they apply."""

from __future__ import annotations

import reflex as rx


def _sheet(name: str) -> str:
    # Without the version that Reflex appends to addresses: stylesheets are bundled from their path, never fetched.
    return rx.asset(name, shared=True).importable_path.removeprefix("$/public")


STYLESHEETS = [
    _sheet(name)
    for name in (
        "tokens.css",
        "base.css",
        "frame.css",
        "controls.css",
        "invitation.css",
        "choices.css",
        "framing.css",
        "cards.css",
        "strip.css",
        "gallery.css",
        "gallery_tiles.css",
        "gallery_actions.css",
        "player.css",
        "viewer_sheets.css",
        "viewer.css",
        "trouble.css",
        "about.css",
    )
]
