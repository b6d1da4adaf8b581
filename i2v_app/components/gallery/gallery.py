"""The gallery as a component of the page. What it shows it asks the API for by itself: nothing passes through the page's state."""

from __future__ import annotations

import reflex as rx

# What the gallery's code imports from elsewhere must lie in its place when the page is built: these bring it there.
from i2v_app.components import clock as _clock  # noqa: F401
from i2v_app.components.player import player as _player  # noqa: F401
from i2v_app.components.viewer import address as _address  # noqa: F401
from i2v_app.messages import words as _words  # noqa: F401

_SOURCE = rx.asset("gallery.jsx", shared=True)
# Imported by gallery.jsx, by name or by way of one another; each must lie beside it when the page is built.
for _module in (
    "days.js",
    "deletions.js",
    "filters.jsx",
    "grid.jsx",
    "icon.jsx",
    "intro.jsx",
    "keep_sheet.jsx",
    "keeping.js",
    "live.js",
    "nothing.jsx",
    "operations.js",
    "place.js",
    "selection_bar.jsx",
    "tile.jsx",
    "trouble.jsx",
    "undo_toast.jsx",
    "use_bounds.js",
    "use_grid_keys.js",
    "use_now.js",
    "use_selection.js",
    "video_list.js",
):
    rx.asset(_module, shared=True)


class Gallery(rx.NoSSRComponent):
    """All jobs that are kept: found, sorted, kept longer and deleted, one by one or many at once."""

    library = _SOURCE.importable_path
    tag = "Gallery"


gallery = Gallery.create
