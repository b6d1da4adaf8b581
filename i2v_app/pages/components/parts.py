"""The specimens of what is JSX, as components of the page."""

from __future__ import annotations

import reflex as rx

# What the specimens show must lie in its place when the page is built: these bring it there.
from i2v_app.components.gallery import gallery as _gallery  # noqa: F401
from i2v_app.components.player import player as _player  # noqa: F401
from i2v_app.components.uploader import uploader as _uploader  # noqa: F401
from i2v_app.components.viewer import viewer as _viewer  # noqa: F401
from i2v_app.components.waiting import undo as _undo  # noqa: F401

_KEEPING = rx.asset("keeping.jsx", shared=True)
_UPLOADING = rx.asset("uploading.jsx", shared=True)
_WATCHING = rx.asset("watching.jsx", shared=True)
rx.asset("specimen.jsx", shared=True)


class _Kept(rx.NoSSRComponent):
    library = _KEEPING.importable_path


class _Uploading(rx.NoSSRComponent):
    library = _UPLOADING.importable_path


class _Watched(rx.NoSSRComponent):
    library = _WATCHING.importable_path


class Tiles(_Kept):
    """The gallery's tile."""

    tag = "Tiles"


class Keeping(_Kept):
    """What lies above and over the tiles."""

    tag = "Keeping"


class NothingKept(_Kept):
    """The gallery without a tile."""

    tag = "NothingKept"


class Uploads(_Uploading):
    """The card of a picture that is on its way."""

    tag = "Uploads"


class Framings(_Uploading):
    """What of a picture is to stay."""

    tag = "Framings"


class Still(_Watched):
    """Shows its children, and keeps their players from playing."""

    tag = "Still"


class Players(_Watched):
    """The player's picture and controls."""

    tag = "Players"


class Watching(_Watched):
    """What stands around a video that is shown large."""

    tag = "Watching"


class Undos(_Watched):
    """The way back from a deletion. Its child is the sign of its closing button."""

    tag = "Undos"
