"""Watches jobs until each has ended, over however many connections that takes. No ending is missed.

The server tells of every unfinished job when a connection begins, and then of every change. A job that it does not tell of
has ended while nobody listened, or its connection has not begun in earnest: it is asked for until one of both is known.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from i2v_cli.client import operations
from i2v_cli.client.api import Answer, Api, ComeAgain
from i2v_cli.client.ending import Unreachable, first_of
from i2v_cli.client.events import viewer_jobs
from i2v_cli.client.job_view import JobView
from i2v_cli.client.patience import Patience
from i2v_cli.client.reports import Report, Track

#: Seconds between questions after jobs that a connection has not told of: at first, and at most.
_FIRST_LOOK, _LONGEST = 0.2, 5.0
#: Jobs in one question, each of which is an alias: servers allow thirty.
_AT_ONCE = 10


class Watcher:
    """Keeps the tracks that are given to it up to date and tells the report of every change.

    With `everything` it takes on the viewer's other jobs as well as they appear. Once `closed`, it is done as soon as
    all have ended.
    """

    def __init__(self, api: Api, patience: Patience, report: Report, *, everything: bool = False) -> None:
        self.tracks: dict[str, Track] = {}
        self._api, self._patience, self._report = api, patience, report
        self._everything = everything
        self._closed = False
        self._over = asyncio.Event()

    def add(self, track: Track) -> None:
        """Watch this one, whose job is known."""
        assert track.job
        self.tracks[track.job.id] = track
        self._look_whether_over()

    def close(self) -> None:
        """No more will be added."""
        self._closed = True
        self._look_whether_over()

    async def run(self) -> None:
        """Watch until all is over. Raises what `Patience.wait` raises."""
        while not self._over.is_set():
            try:
                async with asyncio.TaskGroup() as tasks:
                    heard: set[str] = set()
                    work = [tasks.create_task(self._listen(heard)), tasks.create_task(self._ask(heard))]
                    await self._over.wait()
                    for task in work:
                        task.cancel()
            except ExceptionGroup as group:
                error = first_of(group)
                if not isinstance(error, ComeAgain | Unreachable):
                    raise error from group
                await self._patience.wait(error)

    async def _listen(self, heard: set[str]) -> None:
        async with aclosing(viewer_jobs(self._api)) as events:
            async for event in events:
                self._patience.heard()
                if event["__typename"] == "JobDeleted":
                    heard.add(event["jobId"])
                    self._gone(event["jobId"])
                else:
                    job = JobView.of_progress(event)
                    heard.add(job.id)
                    self._told(job)

    async def _ask(self, heard: set[str]) -> None:
        pause = _FIRST_LOOK
        while True:
            await asyncio.sleep(pause)
            pause = min(_LONGEST, pause * 2)
            unheard = [id for id, track in self.tracks.items() if not track.is_over and id not in heard]
            for start in range(0, len(unheard), _AT_ONCE):
                ids = unheard[start : start + _AT_ONCE]
                for job_id, job in zip(ids, await several(self._api, ids), strict=True):
                    if job is None:
                        self._gone(job_id)
                    else:
                        self._told(job)

    def _told(self, job: JobView) -> None:
        track = self.tracks.get(job.id)
        if track is None:
            if self._everything:
                track = self.tracks[job.id] = Track(job.name, job=job)
                self._report.began(track)
        elif track.job and not job.is_older_than(track.job):
            before, track.job = track.job, job
            if not _says_the_same(before, job):
                self._report.changed(track, before)
        self._look_whether_over()

    def _gone(self, job_id: str) -> None:
        track = self.tracks.get(job_id)
        if track and track.job and not track.is_over:
            before, track.job = track.job, track.job.deleted()
            self._report.changed(track, before)
        self._look_whether_over()

    def _look_whether_over(self) -> None:
        if self._closed and all(track.is_over for track in self.tracks.values()):
            self._over.set()
        else:
            self._over.clear()


async def several(api: Api, ids: list[str]) -> list[JobView | None]:
    """The jobs with these ids, None for each that there is not."""
    answer: Answer = await api.ask(
        operations.several_jobs(len(ids)), **{f"id{n}": job_id for n, job_id in enumerate(ids)}
    )
    found = [answer[f"job{n}"] for n in range(len(ids))]
    return [JobView.of_job(job) if job else None for job in found]


def _says_the_same(before: JobView, now: JobView) -> bool:
    return before.told == now.told
