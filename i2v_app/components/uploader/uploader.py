"""The uploader's parts as components of the page. Names and ids pass through here, never a picture's bytes."""

from __future__ import annotations

import reflex as rx

# They import these; they must lie where they look for them when the page is built.
from i2v_app.components import new_key as _new_key  # noqa: F401
from i2v_app.components.choices import choices as _choices  # noqa: F401
from i2v_app.components.waiting import undo as _undo  # noqa: F401
from i2v_app.messages import words as _words  # noqa: F401

_DROP = rx.asset("picture_drop.jsx", shared=True)
_CARDS = rx.asset("upload_cards.jsx", shared=True)
_SAMPLES = rx.asset("samples.jsx", shared=True)
_FRAMING = rx.asset("framing.jsx", shared=True)
for _part in (
    "upload_queue.js",
    "upload_request.js",
    "refused_files.js",
    "prepare.js",
    "picture_worker.js",
    "own_videos.js",
    "whole_jpeg.js",
):
    rx.asset(_part, shared=True)


class PictureDrop(rx.Component):
    """The button that chooses pictures, and on phones the camera's; also takes those that are dropped or pasted anywhere."""

    library = _DROP.importable_path
    tag = "PictureDrop"

    #: The largest file in bytes, 0 while it is not known.
    max_bytes: rx.Var[int]
    #: Names of the formats that are taken, for the refusal of others.
    formats: rx.Var[list[str]]
    #: Long side in pixels of what the server keeps: larger pictures are made smaller before they are sent; 0: they are not.
    long_side: rx.Var[int]


class Samples(rx.Component):
    """Pictures to try it with."""

    library = _SAMPLES.importable_path
    tag = "Samples"


class Framing(rx.Component):
    """Pictures that wait for a person to say what of them is to stay; nothing while there are none."""

    library = _FRAMING.importable_path
    tag = "Framing"


class UploadCards(rx.Component):
    """Cards of the pictures that are being sent or were refused."""

    library = _CARDS.importable_path
    tag = "UploadCards"

    #: Ids of the jobs that have a card of their own.
    jobs: rx.Var[list[str]]
    #: Whether these are all that there are; the next visit is told whether there are any.
    known: rx.Var[bool]


picture_drop = PictureDrop.create
samples = Samples.create
framing = Framing.create
upload_cards = UploadCards.create
