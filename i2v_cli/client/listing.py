"""`i2v jobs`: what the viewer has, newest first."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncGenerator, Sequence

from i2v_cli.client import operations
from i2v_cli.client.address import Address
from i2v_cli.client.api import Api
from i2v_cli.client.ending import Exit, run
from i2v_cli.client.job_view import JobView, local_time
from i2v_cli.client.patience import Patience

#: Jobs in one question; servers allow a hundred.
_PAGE = 50
#: Seconds to go on with a server that has answered before and then does not.
_PATIENCE = 30.0
_COLOURS = {"COMPLETED": "green", "FAILED": "red", "CANCELLED": "dim", "PROCESSING": "cyan", "QUEUED": "default"}


def jobs(*, states: Sequence[str], limit: int, as_json: bool) -> int:
    """Print at most `limit` jobs in one of `states` (any, if there are none). The exit code."""

    async def work() -> Exit:
        found: list[JobView] = []
        async with Api(Address.from_environment()) as api:
            async for job in pages(api, Patience(_PATIENCE, say_waiting), at_most=None if states else limit):
                if not states or job.state in states:
                    found.append(job)
                if len(found) == limit:
                    break
        if as_json:
            for job in found:
                print(json.dumps(job.told))
        elif sys.stdout.isatty():
            _print_table(found)
        else:
            for job in found:
                print(job.id, local_time(job.told["createdAt"]), job.state, job.name, job.in_words(), sep="\t")
        return Exit.DONE

    return run(work)


async def pages(api: Api, patience: Patience, *, at_most: int | None = None) -> AsyncGenerator[JobView, None]:
    """All jobs of the viewer, newest first, asked for a page at a time."""
    first, after = min(_PAGE, at_most or _PAGE), None
    while True:
        answer = await patience.insist(lambda after=after: api.ask(operations.JOBS, first=first, after=after))  # type: ignore[misc]
        page = answer["jobs"]
        for edge in page["edges"]:
            yield JobView.of_job(edge["node"])
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def say_waiting(_: float, why: str) -> None:
    """Say on stderr what is waited for."""
    print(f"i2v: {why}", file=sys.stderr, flush=True)


def _print_table(found: Sequence[JobView]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if not found:
        console.print("No jobs. `i2v submit` makes some.")
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("job", no_wrap=True, min_width=len(found[0].id))  # it must be whole to be of use
    if console.width >= 100:
        table.add_column("sent", no_wrap=True)
    table.add_column("picture", overflow="ellipsis", no_wrap=True, ratio=1)
    table.add_column("what it does", overflow="ellipsis", no_wrap=console.width < 100, ratio=2)
    for job in found:
        sent = [Text(local_time(job.told["createdAt"]))] if console.width >= 100 else []
        percent = f"{job.percent:.0f} % " if job.state == "PROCESSING" else ""
        words = Text(percent + job.in_words(), style=_COLOURS.get(job.state, "default"))
        table.add_row(Text(job.id), *sent, Text(job.name), words)
    console.print(table)
