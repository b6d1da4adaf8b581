"""Times in the viewer's zone and language."""

from __future__ import annotations

import reflex as rx

_SOURCE = rx.asset("clock.jsx", shared=True)
rx.asset("moments.js", shared=True)  # imported by it


class ServerClock(rx.Component):
    """Tells the browser the server's time, so that times are right though the two clocks differ."""

    library = _SOURCE.importable_path
    tag = "ServerClock"

    #: The server's time in UNIX seconds.
    now: rx.Var[float]


class LocalTime(rx.Component):
    """A moment by the viewer's clock."""

    library = _SOURCE.importable_path
    tag = "LocalTime"

    #: The moment in UNIX seconds by the server's clock.
    at: rx.Var[float]
    #: The day alone, without the hour.
    day: rx.Var[bool]


server_clock = ServerClock.create
local_time = LocalTime.create
