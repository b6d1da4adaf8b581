"""A bar for each picture, all in one live display: what stands above it has ended, a line below says how many there are."""

from __future__ import annotations

import time
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Column, Table
from rich.text import Text

from i2v_cli.client.job_view import JobView, duration
from i2v_cli.client.reports import Track, line, summary

#: Times a second that the screen is drawn: expected starts count down by the second.
_A_SECOND = 8
#: Columns of a bar, and of a terminal that is too narrow for one.
_BAR, _NARROW = 24, 60
#: Lines that are not bars: how many more there are, what is waited for, the sum, and the prompt.
_OTHER_LINES = 4


class Bars:
    """The report for a person at a terminal. What has ended is printed once, and scrolls up with the rest."""

    def __init__(self, tracks: list[Track]) -> None:
        self._tracks = tracks
        self._waits: tuple[float, str] | None = None
        self._console = Console(highlight=False)
        self._live = Live(
            console=self._console, get_renderable=self._render, refresh_per_second=_A_SECOND, transient=True
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._live.stop()
        left = [track for track in self._tracks if not track.is_over and track.job]
        for track in left:
            self._console.print(Text(line(track)))
        if len(self._tracks) > 1:
            self._console.print(Text(summary(self._tracks), style="bold"))

    def began(self, track: Track) -> None:
        if all(track is not known for known in self._tracks):
            self._tracks.append(track)
        if track.is_over:
            self._print(track)

    def taken(self, track: Track) -> None:
        self._waits = None
        if track.is_over:
            self._print(track)

    def changed(self, track: Track, before: JobView | None) -> None:
        self._waits = None
        if track.is_over:
            self._print(track)

    def refused(self, track: Track) -> None:
        self._waits = None
        self._print(track)

    def waits(self, seconds: float, why: str) -> None:
        self._waits = (time.monotonic() + seconds, why)

    def remarks(self, sentence: str) -> None:
        self._console.print(Text(sentence))

    def _print(self, track: Track) -> None:
        self._console.print(Text(line(track), style="green" if track.is_good else "red"))
        self._live.refresh()  # or the bars stay for a moment as they were before

    def _render(self) -> RenderableType:
        width, room = self._console.width, max(1, self._console.height - _OTHER_LINES)
        unfinished = [track for track in self._tracks if not track.is_over]
        # What moves first: the one being sent or made, then those that wait, in their order.
        unfinished.sort(key=_rank)
        longest = max((len(track.shown) for track in unfinished[:room]), default=1)
        name_width = min(longest, max(8, width // 3))
        grid = Table.grid(
            Column(no_wrap=True, width=name_width),
            *([Column(width=_BAR)] if width >= _NARROW else []),
            Column(no_wrap=True, overflow="ellipsis", ratio=1),
            padding=(0, 2, 0, 0),
            expand=True,
        )
        for track in unfinished[:room]:
            part, words = _shown(track)
            bar = [ProgressBar(total=100, completed=part, width=_BAR)] if width >= _NARROW else []
            grid.add_row(Text(_end_of(track.shown, name_width)), *bar, Text(words))
        below = []
        if len(unfinished) > room:
            below.append(Text(f"and {len(unfinished) - room} more", style="dim"))
        if self._waits and (left := self._waits[0] - time.monotonic()) > 0:
            below.append(Text(f"{self._waits[1]} ({duration(left)} left)", style="yellow", overflow="ellipsis"))
        if len(self._tracks) > 1:
            below.append(Text(summary(self._tracks), style="bold", no_wrap=True, overflow="ellipsis"))
        return Group(grid, *below)


def _shown(track: Track) -> tuple[float, str]:
    if track.job is None:
        if track.sent is None:
            return 0, "to be sent"
        return 0, "sent, being read" if track.sent >= 1 else f"sending {track.sent:.0%}"
    percent = track.job.percent if track.job.state == "PROCESSING" else 0
    before = f"{percent:3.0f} % " if track.job.state == "PROCESSING" else ""
    return percent, before + track.job.in_words()


def _end_of(name: str, width: int) -> str:
    return name if len(name) <= width else "…" + name[-width + 1 :]


def _rank(track: Track) -> tuple[int, int]:
    if track.job is None:
        return (3 if track.sent is None else 1), 0
    if track.job.state == "PROCESSING":
        return 0, 0
    return 2, track.job.told["queuePosition"] or 0
