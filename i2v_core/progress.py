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
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace

from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from i2v_core import keys
from i2v_core.errors import StoreUnavailable
from i2v_core.jobs import Job, JobState
from i2v_core.line import Estimate, Line
from i2v_core.logs import get_logger
from i2v_core.queue import JobQueue
from i2v_core.store import messages, subscribed

log = get_logger("progress")

#: The line is read again at most this often, however many jobs change: a place that is 50 ms old harms nobody.
_LINE_SECONDS = 0.05
#: And at least this often while somebody watches: workers come and go without an event.
_LINE_MAX_AGE = 2.0
#: More jobs than a viewer can have within the retention.
_ALL = 100_000


@dataclass(frozen=True, slots=True)
class Progress:
    """A job as it stands, with its place and times."""

    job: Job
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Deleted:
    """The job was deleted, or never was."""

    job_id: str


Change = Progress | Deleted


class Mailbox:
    """What one subscriber has not read yet: the newest change of each job, in the order in which they came."""

    def __init__(self) -> None:
        self._changes: dict[str, Change] = {}
        self._filled = asyncio.Event()
        #: What was put in last of each job, so that the same thing is not told twice: version, place, expected start.
        self._told: dict[str, tuple[int, int | None, float | None]] = {}
        #: The place of each waiting job as it was read last.
        self._places: dict[str, int] = {}
        #: Deleted jobs: a snapshot that was read just before must not bring one back.
        self._gone: set[str] = set()

    def put(self, change: Change) -> None:
        """Leave a change, unless it is older than, or the same as, what was left before."""
        if isinstance(change, Deleted):
            self._told.pop(change.job_id, None)
            self._places.pop(change.job_id, None)
            self._gone.add(change.job_id)
            self._changes[change.job_id] = change
        else:
            job, estimate = change.job, change.estimate
            if job.id in self._gone:
                return
            start = None if estimate.starts_in is None else time.time() + estimate.starts_in
            news = (job.version, estimate.place, start)
            if (told := self._told.get(job.id)) and not _is_news(told, news):
                return
            self._told[job.id] = news
            self._changes[job.id] = change
        self._filled.set()

    def known(self) -> list[str]:
        """The jobs that were told of and not deleted."""
        return list(self._told)

    async def changes(self) -> AsyncGenerator[Change, None]:
        """What is left, as it comes; it never ends by itself."""
        while True:
            await self._filled.wait()
            while self._changes:
                job_id = next(iter(self._changes))
                yield self._with_loss(self._changes.pop(job_id))
            self._filled.clear()

    def _with_loss(self, change: Change) -> Change:
        """The change, with how far the job has fallen back since the subscriber last read of it."""
        if isinstance(change, Deleted) or (place := change.estimate.place) is None:
            return change
        lost = max(0, place - self._places.get(change.job.id, place))
        self._places[change.job.id] = place
        return Progress(change.job, replace(change.estimate, places_lost=lost)) if lost else change


def _is_news(told: tuple[int, int | None, float | None], news: tuple[int, int | None, float | None]) -> bool:
    if told[0] != news[0] or told[1] != news[1]:
        return news[0] >= told[0]
    if told[2] is None or news[2] is None:
        return told[2] is not news[2]
    return abs(told[2] - news[2]) > 1.0  # an expected start is told to the second


class ProgressHub:
    """Run `run()` as one task of the process; subscribe with `job()` and `viewer()`."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._jobs: dict[str, set[Mailbox]] = defaultdict(set)
        self._viewers: dict[str, set[Mailbox]] = defaultdict(set)
        #: Waiting jobs that somebody watches: those whose place is told when the line moves.
        self._waiting: dict[str, Job] = {}
        self._line: Line | None = None
        self._line_dirty = asyncio.Event()
        self._reading_line = asyncio.Lock()
        #: When the connection was last known to be good (UNIX seconds).
        self._connected_at = time.time()

    # Subscribing ------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def job(self, job_id: str, viewer: str) -> AsyncIterator[AsyncIterator[Change]]:
        """Changes of one job of the viewer: what stands first; the last is a terminal state or `Deleted`.

        A job that does not exist and one of another viewer give the same single `Deleted`.
        Raises `StoreUnavailable` if the first read fails.
        """
        with self._registered(self._jobs, job_id) as mailbox:
            first = await self._queue.get(job_id, viewer)
            if first is not None:
                mailbox.put(await self._progress(first))

            async def changes() -> AsyncGenerator[Change, None]:
                if first is None:  # not even a look into the mailbox: another viewer's changes may be in it
                    yield Deleted(job_id)
                    return
                async for change in mailbox.changes():
                    yield change
                    if isinstance(change, Deleted) or change.job.state.is_terminal:
                        return

            async with aclosing(changes()) as stream:
                yield stream

    @asynccontextmanager
    async def viewer(self, viewer: str) -> AsyncIterator[AsyncIterator[Change]]:
        """Changes of all jobs of a viewer: each unfinished one as it stands first; it never ends by itself.

        Raises `StoreUnavailable` if the first read fails.
        """
        with self._registered(self._viewers, viewer) as mailbox:
            for job in await self._queue.of_viewer(viewer, limit=_ALL):
                if not job.state.is_terminal:
                    mailbox.put(await self._progress(job))
            async with aclosing(mailbox.changes()) as stream:
                yield stream

    async def line(self) -> Line:
        """The line, at most `_LINE_SECONDS` old. Raises `StoreUnavailable`."""
        async with self._reading_line:  # one read for all who ask at once
            if self._line is None or time.time() - self._line.at > _LINE_SECONDS:
                self._line = await self._queue.line()
            return self._line

    def line_changed(self) -> None:
        """The line is known to be another by now: whoever asks next reads it anew."""
        self._line = None

    async def progress(self, job: Job) -> Progress:
        """The job with its place and times now. Raises `StoreUnavailable`."""
        line = await self.line()
        if job.state is JobState.QUEUED and job.id not in line.places:
            line = await self._read_line()  # it came after the last look
        return Progress(job, line.estimate(job, time.time()))

    def sizes(self) -> dict[str, int]:
        """How much is held now: `mailboxes` of subscribers, `watched` waiting jobs."""
        boxes = sum(len(boxes) for register in (self._jobs, self._viewers) for boxes in register.values())
        return {"mailboxes": boxes, "watched": len(self._waiting)}

    # The one connection -----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Listen until cancelled, whatever happens to Redis, or to us."""
        while True:
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._watch_line())
                    tasks.create_task(self._listen())
            except ExceptionGroup as error:
                # A bug: without this every subscription of the process would fall silent for good.
                log.error("progress_broke", exc_info=error)
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
            self._line_dirty.set()  # someone came, started or ended
        boxes = self._boxes(job.id, job.viewer)
        if not boxes:
            return
        if job.state is JobState.QUEUED:
            self._waiting[job.id] = job
            if self._line is None or job.id not in self._line.places:
                return  # its place is not known yet: the line is read at once, and tells it
        else:
            self._waiting.pop(job.id, None)
        now = time.time()
        estimate = self._line.estimate(job, now) if self._line else Estimate(None, None, None)
        for box in boxes:
            box.put(Progress(job, estimate))

    def _forget(self, job_id: str, viewer: str) -> None:
        self._line_dirty.set()
        self._waiting.pop(job_id, None)
        for box in self._boxes(job_id, viewer):
            box.put(Deleted(job_id))

    async def _watch_line(self) -> None:
        """Tell every watched waiting job its place whenever the line has moved: one read for all of them."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LINE_MAX_AGE if self._waiting else None):
                    await self._line_dirty.wait()
            self._line_dirty.clear()
            try:
                line = await self._read_line()
            except (StoreUnavailable, RedisError):
                await asyncio.sleep(_LINE_MAX_AGE)
                self._line_dirty.set()
                continue
            now = time.time()
            for job in list(self._waiting.values()):
                if boxes := self._boxes(job.id, job.viewer):
                    progress = Progress(job, line.estimate(job, now))
                    for box in boxes:
                        box.put(progress)
                else:
                    del self._waiting[job.id]
            await asyncio.sleep(_LINE_SECONDS)

    async def _read_line(self) -> Line:
        async with self._reading_line:
            self._line = await self._queue.line()
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
        jobs = await self._queue.get_many(list(watched)) if watched else []
        for (job_id, viewer), found in zip(watched.items(), jobs, strict=True):
            if found is not None:
                self._deliver(found)
            else:
                self._forget(job_id, viewer)
        self._line_dirty.set()

    # ------------------------------------------------------------------------------------------------------------

    async def _progress(self, job: Job) -> Progress:
        if job.state is JobState.QUEUED:
            self._waiting[job.id] = job
        return await self.progress(job)

    def _boxes(self, job_id: str, viewer: str) -> list[Mailbox]:
        return [*self._jobs.get(job_id, ()), *self._viewers.get(viewer, ())]

    @contextmanager
    def _registered(self, register: dict[str, set[Mailbox]], name: str) -> Iterator[Mailbox]:
        mailbox = Mailbox()
        register[name].add(mailbox)
        try:
            yield mailbox
        finally:
            register[name].discard(mailbox)
            if not register[name]:
                del register[name]
