"""Which way of telling fits: bars at a terminal, else lines, or JSON for programs."""

from __future__ import annotations

import os
import sys

from i2v_cli.client.reports import JsonLines, Lines, Report, Track


def report_for(tracks: list[Track], *, as_json: bool) -> Report:
    """The report for this stdout. It is told of each of `tracks` as well, and may show those that have not begun."""
    if as_json:
        return JsonLines()
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return Lines()
    from i2v_cli.client.bars import Bars

    return Bars(tracks)
