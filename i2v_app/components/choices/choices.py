"""The choices as a component of the page. What is chosen stays in the browser, where the uploader takes it from."""

from __future__ import annotations

import reflex as rx

# Imported by it; the words must lie where it looks for them when the page is built.
from i2v_app.messages import words as _words  # noqa: F401

_SOURCE = rx.asset("choices.jsx", shared=True)
rx.asset("crop.js", shared=True)
rx.asset("shown_picture.js", shared=True)
rx.asset("wishes.js", shared=True)


class Choices(rx.Component):
    """Motion, length and shape of the next pictures' videos. Lengths are in seconds, as the server's limits say."""

    library = _SOURCE.importable_path
    tag = "Choices"

    min_seconds: rx.Var[float]
    max_seconds: rx.Var[float]
    default_seconds: rx.Var[float]


choices = Choices.create
