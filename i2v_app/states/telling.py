"""Telling the browser what is news and no more: Reflex sends a whole variable as soon as it is assigned, changed or not."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from i2v_app.states.cards import Card


def tell(state: rx.State, **values: object) -> None:
    """Set those of the state's variables that differ from these values."""
    for name, value in values.items():
        if getattr(state, name) != value:
            setattr(state, name, value)


class CardList:
    """The cards as the browser is told of them: a list, and by id what is otherwise by now; None for a card that is gone.

    A job that starts or ends changes one card of a hundred: the list is sent again only when what differs from it would
    cost as much. What differs is always all that does, so that it does not matter which of the tellings the browser sees.
    """

    def __init__(self) -> None:
        self.listed: list[Card] = []
        self.changed: dict[str, Card | None] = {}

    def take(self, cards: Sequence[Card]) -> None:
        """Take in the cards as they are now."""
        before = {card.id: card for card in self.listed}
        changed: dict[str, Card | None] = {card.id: card for card in cards if before.get(card.id) != card}
        changed.update(dict.fromkeys(before.keys() - {card.id for card in cards}))
        # With n cards, and every k-th telling a list, a telling costs k/2 + n/k cards: the least at k = √2n.
        if len(changed) ** 2 > 2 * len(cards):
            self.listed, self.changed = list(cards), {}
        else:
            self.changed = changed
