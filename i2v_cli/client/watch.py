"""`i2v watch`: jobs that are named, or all of the viewer's that have not ended, until they have."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from i2v_cli.client.address import Address
from i2v_cli.client.api import Api
from i2v_cli.client.ending import Exit, WrongUsage, first_of, run
from i2v_cli.client.listing import pages
from i2v_cli.client.patience import Patience
from i2v_cli.client.reports import Report, Track
from i2v_cli.client.showing import report_for
from i2v_cli.client.submit import goes_on
from i2v_cli.client.watcher import Watcher, several

#: Jobs asked for in one question.
_AT_ONCE = 10


def watch(ids: Sequence[str], *, follow: bool, give_up_after: float, as_json: bool) -> int:
    """Show jobs until each has ended; with `follow` for ever, and new ones as they come. The exit code."""
    tracks: list[Track] = []

    async def work() -> Exit:
        if follow and ids:
            raise WrongUsage("--follow is for all of your jobs. Leave it out, or the ids.")
        with report_for(tracks, as_json=as_json) as report:
            async with Api(Address.from_environment()) as api:
                patience = Patience(give_up_after, report.waits)
                await patience.insist(api.hello)
                missing = await _find(api, patience, report, ids, tracks)
                if not tracks and not ids and not follow:
                    report.remarks("Nothing of yours waits or is being made.")
                    return Exit.DONE
                watcher = Watcher(api, patience, report, everything=not ids)
                try:
                    async with asyncio.TaskGroup() as tasks:
                        tasks.create_task(watcher.run())
                        for track in tracks:
                            watcher.add(track)
                        if not follow:
                            watcher.close()
                except ExceptionGroup as group:
                    raise first_of(group) from group
        good = all(track.is_good for track in watcher.tracks.values())
        return Exit.DONE if good and not missing else Exit.SOME_FAILED

    return run(work, if_interrupted=lambda: goes_on(tracks))


async def _find(api: Api, patience: Patience, report: Report, ids: Sequence[str], tracks: list[Track]) -> bool:
    """Put the jobs into `tracks`; whether one of them is missing."""
    wanted, missing = list(dict.fromkeys(ids)), False
    if not wanted:
        async for job in pages(api, patience):
            if not job.has_ended:
                tracks.insert(0, Track(job.name, job=job))  # oldest first, as they stand in line
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        found = await patience.insist(lambda some=some: several(api, some))  # type: ignore[misc]
        for job_id, known in zip(some, found, strict=True):
            if known is None:
                missing = True
                report.refused(Track(job_id, refusal=_unknown(job_id)))
            else:
                tracks.append(Track(known.name, job=known))
    for track in tracks:
        report.began(track)
    return missing


def _unknown(job_id: str) -> dict[str, object]:
    return {
        "code": "JOB_NOT_FOUND",
        "message": "There is no such job of yours.",
        "howToFix": "`i2v jobs` lists those there are. Another viewer's are not yours: is I2V_TOKEN as it was?",
        "retryAfterSeconds": None,
        "id": job_id,
    }
