"""Live progress: one hub a process, with one Redis connection, serves every subscriber in it.

A subscriber gets what stands first and then every change. It is registered before the first read, so nothing falls
between, and its mailbox keeps the newest change of each job only, so a slow one costs bounded memory. When the
connection to Redis breaks, the hub makes another by itself and reads again what it may have missed.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping

from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from i2v_core import keys
from i2v_core.errors import StoreUnavailable
from i2v_core.jobs import Job, JobState
from i2v_core.line import Estimate, Line
from i2v_core.logs import get_logger
from i2v_core.mailbox import Change, Deleted, Mailbox, Progress, told_of
from i2v_core.queue import JobQueue
from i2v_core.queue_watch import QueueState, QueueWatch, QueueWatchers
from i2v_core.resuming import standing
from i2v_core.store import messages, subscribed
from i2v_core.tasks import ended
from i2v_core.watch import READ_AT_ONCE, Watch

__all__ = ["Change", "Deleted", "Progress", "ProgressHub", "Watch"]

log = get_logger("progress")

#: The line is read again at most this often, however many jobs change: a place that is 50 ms old harms nobody.
_LINE_SECONDS = 0.05
#: And at least this often while somebody watches: workers come and go without an event.
_LINE_MAX_AGE = 2.0
#: Subscribers for whom Redis is read at once, each over a connection of the pool: ten thousand may come back together.
_READS = 16
#: The queue is told at most this often: it is a figure for people to look at.
_QUEUE_SECONDS = 0.5
#: Subscribers that are told before others get their turn: some 10 ms of work.
_AT_ONCE = 200
#: More jobs than a viewer can have by the highest bounds that can be set (`jobs_at_most`).
_ALL = 250_000


class ProgressHub:
    """Run `run()` as one task of the process; subscribe with `job()` and `viewer()`."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._jobs: dict[str, set[Mailbox]] = defaultdict(set)
        self._viewers: dict[str, set[Mailbox]] = defaultdict(set)
        #: Waiting jobs that somebody watches: those whose place is told when the line moves.
        self._waiting: dict[str, Job] = {}
        self._watchers = QueueWatchers(queue)
        self._queue_told = 0.0
        self._line: Line | None = None
        self._line_dirty = asyncio.Event()
        #: When someone was last heard to come, start or end (UNIX seconds).
        self._line_moved = 0.0
        self._reading_line = asyncio.Lock()
        self._reads = asyncio.Semaphore(_READS)
        #: Seconds for which the line is not read again.
        self._line_rest = _LINE_SECONDS
        #: When the connection was last known to be good (UNIX seconds).
        self._connected_at = time.time()

    # Subscribing ------------------------------------------------------------------------------------------------

    def job(self, job_id: str, viewer: str, after: int | None = None) -> Watch:
        """Changes of one job of the viewer: what stands first; the last is a terminal state or `Deleted`.

        `after` is the version that the subscriber has been told already: what stands is told only if it is newer, and
        if that was the end, there is nothing more. A job that does not exist and one of another viewer give the same
        single `Deleted`.
        """

        async def begin(box: Mailbox) -> tuple[Change | None, bool]:
            async with self._reads:
                job = await self._queue.get(job_id, viewer)
            if job is None:  # not even a look into the mailbox: another viewer's changes may be in it
                return Deleted(job_id), True
            progress = await self._progress(job)
            if after is None or job.version > after:
                box.put(progress)
                return None, False
            box.knows(job_id, told_of(job, progress.estimate, time.time()))
            return None, job.state.is_terminal

        return Watch(self._jobs, job_id, begin, single=True)

    def viewer(self, viewer: str, known: Mapping[str, int] | None = None) -> Watch:
        """Changes of all jobs of a viewer: each unfinished one as it stands first; it never ends by itself.

        `known` are the versions of the jobs that the subscriber has been told of already: told first is then what has
        changed since. Each that is newer, each that is gone (`Deleted`), each that is unfinished and not known; and of
        the finished ones not known, those that were created after the newest known one, for they came and ended
        meanwhile. (If none of the known ones is left to compare with, all.) Of very many a part is told, and the others when
        that has been read; what changes in between is told in between.
        """
        left: list[str] = []

        async def begin(box: Mailbox) -> tuple[Change | None, bool]:
            async with self._reads:
                stands = await standing(self._queue, viewer, known)
            for job_id, version in stands.same.items():
                box.knows(job_id, (version, None, None))
            left.extend(stands.told)
            await more(box)
            for gone in stands.gone:
                box.put(Deleted(gone))
            return None, False

        async def more(box: Mailbox) -> bool:
            part, left[:] = left[:READ_AT_ONCE], left[READ_AT_ONCE:]
            async with self._reads:
                jobs = await self._queue.get_many(part) if part else []
            for job in jobs:
                if job is None:
                    continue
                if known is None or job.version > known.get(job.id, 0):
                    box.put(await self._progress(job))
                elif job.state is JobState.QUEUED:
                    box.knows(job.id, told_of(job, (await self._progress(job)).estimate, time.time()))
                else:
                    box.knows(job.id, (job.version, None, None))
            return bool(left)

        return Watch(self._viewers, viewer, begin, more)

    async def queue(self, flow: str, viewer: str = "") -> AsyncGenerator[QueueState, None]:
        """The queue as it is for a viewer in a flow: what stands, then what it has become, at most twice a second. It never ends."""
        async with QueueWatch(self._watchers, flow, viewer) as watch:
            watch.put(QueueState.of(await self.line(), await self._queue.ahead(flow), viewer, time.time()))
            self._line_dirty.set()  # from now on the line is looked at
            async for state in watch:
                yield state

    async def line(self) -> Line:
        """The line, a few hundredths of a second old at most. Raises `StoreUnavailable`."""
        async with self._reading_line:  # one read for all who ask at once
            if self._line is None or time.time() - self._line.at > self._line_rest:
                await self._read()
            assert self._line is not None
            return self._line

    async def line_as_told(self) -> Line:
        """The line, read after the last change that was told. Raises `StoreUnavailable`.

        Who hears of an end and asks how long the line is would be told of one more, and nobody would put that right.
        """
        moved = self._line_moved
        while (line := await self.line()).at < moved:
            await asyncio.sleep(self._line_rest)
        return line

    def line_changed(self) -> None:
        """The line is known to be another by now: whoever asks next reads it anew."""
        self._line = None

    async def progress(self, job: Job) -> Progress:
        """The job with its place and times now. Raises `StoreUnavailable`."""
        line = await self.line()
        if job.state is JobState.QUEUED and job.id not in line.places:
            line = await self._read_line()  # it came after the last look
        if job.state is JobState.QUEUED and job.id not in line.places:
            # It has begun since it was read: who would be told that it waits, in no place, would be told nonsense.
            job = (await self._queue.get_many([job.id]))[0] or job
        return Progress(job, line.estimate(job, time.time()))

    def sizes(self) -> dict[str, int]:
        """How much is held now: `mailboxes` of subscribers, `watched` waiting jobs, those who watch the `queue`."""
        boxes = sum(len(boxes) for register in (self._jobs, self._viewers) for boxes in register.values())
        queue = sum(len(same) for same in self._watchers.by_flow.values())
        return {"mailboxes": boxes, "watched": len(self._waiting), "queue": queue}

    # The one connection -----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Listen until cancelled, whatever happens to Redis, or to us."""
        while True:
            tasks = [asyncio.create_task(self._watch_line()), asyncio.create_task(self._listen())]
            try:
                # Nothing here has a timeout that could take a cancellation for itself.
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in tasks:
                    if task.done() and not task.cancelled():
                        # A bug: without this every subscription of the process would fall silent for good.
                        log.error("progress_broke", exc_info=task.exception())
            finally:
                await ended(*tasks)
            await asyncio.sleep(1)

    async def _listen(self) -> None:
        backoff, broken = 0.05, False
        while True:
            try:
                async with subscribed(self._queue.redis, keys.EVENTS) as pubsub:
                    await self._catch_up()
                    if broken:
                        log.info("redis_back")
                    backoff, broken = 0.05, False
                    await self._deliver_all(pubsub)
            except (RedisError, StoreUnavailable, OSError) as error:
                if not broken:
                    log.warning("redis_away", reason=type(error).__name__)
                broken = True
                await asyncio.sleep(backoff)
                backoff = min(1.0, backoff * 2)

    async def _deliver_all(self, pubsub: PubSub) -> None:
        async for text in messages(pubsub):
            self._connected_at = time.time() - 1
            try:
                event = json.loads(text)
                if event["type"] == "job":
                    self._deliver(Job.from_hash(event["job"]))
                elif event["type"] == "deleted":
                    self._forget(event["id"], event["viewer"])
            except (KeyError, ValueError, TypeError, AttributeError) as error:
                # One that we cannot read, of a newer version perhaps, must not silence all the others.
                log.error("event_not_understood", reason=repr(error)[:200])

    def _deliver(self, job: Job) -> None:
        if job.state is not JobState.PROCESSING or job.percent == 0:
            self._line_moves()  # someone came, started or ended
        boxes = self._boxes(job.id, job.viewer)
        if not boxes or job.state is not JobState.QUEUED:
            self._waiting.pop(job.id, None)
        if not boxes:
            return
        if job.state is JobState.QUEUED:
            self._waiting[job.id] = job
            if self._line is None or job.id not in self._line.places:
                return  # its place is not known yet: the line is read at once, and tells it
        now = time.time()
        estimate = self._line.estimate(job, now) if self._line else Estimate(None, None, None)
        progress = Progress(job, estimate)  # one for all: what a reader makes of it is kept in it for the next
        for box in boxes:
            box.put(progress)

    def _forget(self, job_id: str, viewer: str) -> None:
        self._line_moves()
        self._waiting.pop(job_id, None)
        for box in self._boxes(job_id, viewer):
            box.put(Deleted(job_id))

    def _line_moves(self) -> None:
        self._line_moved = time.time()
        self._line_dirty.set()

    async def _watch_line(self) -> None:
        """Tell every watched waiting job its place whenever the line has moved: one read for all of them."""
        loop = asyncio.get_running_loop()
        while True:
            # A timer that wakes, not a timeout around the waiting: a timeout could swallow a cancellation.
            watched = self._waiting or self._watchers.by_flow
            timer = loop.call_later(_LINE_MAX_AGE, self._line_dirty.set) if watched else None
            try:
                await self._line_dirty.wait()
            finally:
                if timer is not None:
                    timer.cancel()
            self._line_dirty.clear()
            try:
                line = await self._read_line()
                if (rest := self._queue_told + _QUEUE_SECONDS - loop.time()) <= 0:
                    await self._watchers.tell(line)
                    self._queue_told = loop.time()
                elif self._watchers.by_flow:
                    loop.call_later(rest, self._line_dirty.set)
            except (StoreUnavailable, RedisError):
                await asyncio.sleep(_LINE_MAX_AGE)
                self._line_dirty.set()
                continue
            await self._tell_places(line)
            await asyncio.sleep(self._line_rest)

    async def _tell_places(self, line: Line) -> None:
        for number, job in enumerate(list(self._waiting.values()), 1):
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)  # those who were told are served before the next are, and so is everybody else
            if self._waiting.get(job.id) is not job:
                continue  # it has changed meanwhile, and that was told
            boxes = self._boxes(job.id, job.viewer)
            if not boxes:
                del self._waiting[job.id]
                continue
            if job.id not in line.places:
                continue  # it came after this look; the next one, which its coming has asked for, tells its place
            now = time.time()
            estimate = line.estimate(job, now)
            news = told_of(job, estimate, now)
            if any(box.wants(job.id, news) for box in boxes):
                progress = Progress(job, estimate)
                for box in boxes:
                    box.put(progress)

    async def _read_line(self) -> Line:
        async with self._reading_line:
            return await self._read()

    async def _read(self) -> Line:
        began = time.monotonic()
        self._line = await self._queue.line()
        # A long line takes long to read (100,000: 84 ms): reading it never takes more than a sixth of the time.
        self._line_rest = max(_LINE_SECONDS, 5 * (time.monotonic() - began))
        return self._line

    async def _catch_up(self) -> None:
        """Read again everything that somebody watches: changes may have passed while there was no connection."""
        watched = dict.fromkeys(self._jobs, "")
        for viewer, boxes in list(self._viewers.items()):
            watched |= {job_id: viewer for box in boxes for job_id in box.known()}
            for job in await self._queue.of_viewer(viewer, limit=_ALL):
                # Not every old job again: those that live, and those that ended while nobody listened.
                if not job.state.is_terminal or (job.finished_at or 0) > self._connected_at:
                    watched.setdefault(job.id, viewer)
        ids = list(watched)
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE]
            for job_id, found in zip(part, await self._queue.get_many(part), strict=True):
                if found is not None:
                    self._deliver(found)
                else:
                    self._forget(job_id, watched[job_id])
        self._line_dirty.set()

    # ------------------------------------------------------------------------------------------------------------

    async def _progress(self, job: Job) -> Progress:
        if job.state is JobState.QUEUED:
            if not self._waiting:
                self._line_dirty.set()  # from now on the line is looked at
            self._waiting[job.id] = job
        return await self.progress(job)

    def _boxes(self, job_id: str, viewer: str) -> list[Mailbox]:
        return [*self._jobs.get(job_id, ()), *self._viewers.get(viewer, ())]
