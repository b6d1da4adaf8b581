"""What changes fast on an open page: places in the queue and percentages. Nothing else is sent when one of them changes."""

from __future__ import annotations

import reflex as rx

from i2v_app.states.cards import Running, Waiting
from i2v_app.states.telling import tell


class ProgressState(rx.State):
    """Of each unfinished job by its id: where it waits, or how far it is."""

    waiting: rx.Field[dict[str, Waiting]] = rx.field(default_factory=dict)
    running: rx.Field[dict[str, Running]] = rx.field(default_factory=dict)

    def take(self, waiting: dict[str, Waiting], running: dict[str, Running]) -> None:
        """Take in what stands."""
        tell(self, waiting=dict(waiting), running=dict(running))
