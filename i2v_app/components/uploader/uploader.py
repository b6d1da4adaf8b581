"""The uploader's two parts as components of the page. Names and ids pass through here, never a picture's bytes."""

from __future__ import annotations

import reflex as rx

_DROP = rx.asset("picture_drop.jsx", shared=True)
_CARDS = rx.asset("upload_cards.jsx", shared=True)
# Imported by both; they must lie beside them when the page is built.
rx.asset("upload_queue.js", shared=True)
rx.asset("upload_request.js", shared=True)


class PictureDrop(rx.Component):
    """The button that chooses pictures; it also takes those that are dropped anywhere on the page or pasted."""

    library = _DROP.importable_path
    tag = "PictureDrop"

    #: The largest file in bytes, 0 while it is not known.
    max_bytes: rx.Var[int]
    #: Names of the formats that are taken, for the refusal of others.
    formats: rx.Var[list[str]]
    motion: rx.Var[str]
    #: Length of the video in seconds as chosen; empty is the server's default.
    seconds: rx.Var[str]
    label: rx.Var[str]


class UploadCards(rx.Component):
    """Cards of the pictures that are being sent or were refused."""

    library = _CARDS.importable_path
    tag = "UploadCards"

    #: Ids of the jobs that have a card of their own.
    jobs: rx.Var[list[str]]


picture_drop = PictureDrop.create
upload_cards = UploadCards.create
