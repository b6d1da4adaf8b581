"""The player as a component of the page. What it plays it asks the API for by itself: only names pass through here."""

from __future__ import annotations

import reflex as rx

_SOURCE = rx.asset("player.jsx", shared=True)
# Imported by player.jsx; each must lie beside it when the page is built.
for _module in (
    "use_playback.js",
    "playback_session.js",
    "segment_source.js",
    "media_feed.js",
    "stage.js",
    "graphql.js",
    "patience.js",
):
    rx.asset(_module, shared=True)


class Player(rx.NoSSRComponent):
    """Plays one job's video, muted and in a loop, while it is in view."""

    library = _SOURCE.importable_path
    tag = "Player"

    job_id: rx.Var[str]
    #: Address of the picture that stands there until the first frame.
    poster: rx.Var[str]
    #: What the video is called, for screen readers.
    name: rx.Var[str]


player = Player.create
