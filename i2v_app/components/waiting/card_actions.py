"""A card's buttons, as a component of the page."""

from __future__ import annotations

import reflex as rx

_SOURCE = rx.asset("card_actions.jsx", shared=True)


class CardActions(rx.Component):
    """What is to be done with a job. The focus stays among it when the job's state puts other buttons there."""

    library = _SOURCE.importable_path
    tag = "CardActions"


card_actions = CardActions.create
