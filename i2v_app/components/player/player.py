"""The player as a component of the page. What it plays it asks the API for by itself: only names pass through here."""

from __future__ import annotations

import reflex as rx

# Imported by the parts below.
import i2v_app.components.viewer.address
import i2v_app.messages.words  # noqa: F401

_SOURCE = rx.asset("player.jsx", shared=True)
# Imported by player.jsx, by name or by way of one another; each must lie beside it when the page is built.
for _module in (
    "bar.jsx",
    "base64url.js",
    "controls.jsx",
    "encrypted_media.js",
    "frame_rate.js",
    "graphql.js",
    "growing_edge.js",
    "icon.jsx",
    "key_pairs.js",
    "licence.js",
    "media_feed.js",
    "pace.js",
    "patience.js",
    "playback_session.js",
    "player_life.js",
    "protection.js",
    "protocol.js",
    "sealed_segments.js",
    "silence.js",
    "stage.js",
    "surface.jsx",
    "use_clock.js",
    "use_playback.js",
    "use_seek.js",
    "viewing.js",
):
    rx.asset(_module, shared=True)


class Player(rx.NoSSRComponent):
    """Plays one job's video, muted and in a loop, while it is in view: from its first segment on, while it is being made.

    It stays mounted through all states of the job, so that nothing flashes or starts again when one changes.
    """

    library = _SOURCE.importable_path
    tag = "Player"

    job_id: rx.Var[str]
    #: The job's state and attempt, as the API names and counts them.
    state: rx.Var[str]
    attempt: rx.Var[int]
    #: Whether there is something to see.
    watchable: rx.Var[bool]
    #: Why the job ended without a video, and what to do about it; empty if it did not.
    message: rx.Var[str]
    how_to_fix: rx.Var[str]
    #: Address of the picture that stands there until the first frame.
    poster: rx.Var[str]
    #: What the video is called, for screen readers.
    name: rx.Var[str]
    #: How long the video is to be, shown until the browser knows; 0 if that is not known.
    seconds: rx.Var[float]


player = Player.create
