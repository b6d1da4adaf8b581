"""The queue of everybody as the strip draws it: the slots at work and how many wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import reflex as rx

from i2v_app.states.telling import tell


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot at work: how far its job is, in percent, and whether it is one of the viewer's."""

    percent: int
    is_mine: bool


class LineState(rx.State):
    """The whole queue, of which the viewer's own jobs are a part. Others are only counted."""

    length: int = 0
    slots: rx.Field[list[Slot]] = rx.field(default_factory=list)
    paused: bool = False
    #: How often an order of the viewer's jobs was refused: what the strip had shown already is put right by it.
    refused: int = 0

    def take(self, queue: Mapping[str, Any]) -> None:
        """Take in the API's `Queue`."""
        at_work = [slot for slot in queue["slots"] if slot["remainingSeconds"] is not None]
        slots = [Slot(percent=int(slot["percent"]), is_mine=slot["isMine"]) for slot in at_work]
        tell(self, length=queue["length"], slots=slots, paused=queue["paused"])
