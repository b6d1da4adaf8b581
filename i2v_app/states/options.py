"""What video the next pictures are to become."""

from __future__ import annotations

import reflex as rx


class OptionsState(rx.State):
    """The chosen motion and length; right as they are for who touches nothing."""

    motion: str = "AUTO"
    seconds: str = ""

    @rx.event
    def choose_motion(self, motion: str) -> None:
        """Use this motion for the next pictures."""
        self.motion = motion

    @rx.event
    def choose_seconds(self, seconds: str) -> None:
        """Use this length for the next pictures; empty is the server's default."""
        self.seconds = seconds
