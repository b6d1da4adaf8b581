"""Many subscribers of one server process, each of another viewer with a job of their own in the line."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
from redis.asyncio import Redis

from benchmarks.deployment import Deployment
from benchmarks.plain_api import CHANNEL
from benchmarks.raw_subscriber import RawSubscriber, connect, subscribe
from i2v_core import keys
from i2v_core.jobs import Failure, Job, JobState, VideoOptions, new_id
from i2v_core.line import Slot
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from i2v_core.store import connect as connect_redis
from i2v_core.viewers import COOKIE, ViewerCookie

_SECRET = "a secret of the benchmark alone"
_QUERY = """subscription Progress($jobId: ID!) { jobProgress(jobId: $jobId) { __typename ... on JobProgress {
  job { id } state stage percent attempt queuePosition startsInSeconds remainingSeconds segmentsReady version } } }"""
#: What a page's server watches for its viewer; under the same name, so that it is read like the others.
_PAGE_QUERY = _QUERY.replace("Progress($jobId: ID!)", "Page").replace(
    "jobProgress(jobId: $jobId)", "jobProgress: viewerJobs"
)
_NAMED_QUERY = _QUERY.replace("job { id }", "job { id name }")
_PLAIN_QUERY = "subscription Progress($jobId: ID!) { jobProgress(jobId: $jobId) { state percent version } }"
#: Bytes of each event of those who do not read: what waits in the kernel is soon full.
_LONG = 4096
#: Events are spread over so many jobs.
_RUNNING = 100
_EVENTS_PER_SECOND = 10
#: The last of the crowd watch all their jobs, as a page does.
_PAGES = 20
_PATIENCE = 60.0


class Crowd:
    """Redis, the server, `size` jobs of as many viewers, and those who watch them."""

    def __init__(self, size: int, *, plain: bool = False) -> None:
        self.size, self.plain = size, plain
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        self._observed = folder / "observed.json"
        bounds = {"waiting_per_viewer": 100_000, "waiting_overall": 1_000_000}
        bounds |= {"operations_per_minute": 10_000_000, "operations_per_minute_per_address": 10_000_000}
        self._deployment = Deployment(folder, workers=0, secret=_SECRET, bench_observed=self._observed, **bounds)
        observed = [sys.executable, "-m", "benchmarks.observed_api", *(["plain"] if plain else [])]
        self._deployment.commands = {**self._deployment.commands, "api": observed}
        self._settings = Settings(redis_url=self._deployment.redis_url, lease_seconds=60, **bounds)
        self._cookie = ViewerCookie(_SECRET)
        self._subscribers: list[RawSubscriber] = []
        self._jobs: list[Job] = []
        #: Jobs in the line's order; the first `_begun` have been begun.
        self._order: list[str] = []
        self._begun = 0
        self._run = 0
        self._told: dict[int, int] = {}
        self._version = 1000
        #: An event is known by the subscriber's number and its percent: no two have the same.
        self._sent: dict[tuple[int, float], float] = {}
        self._waits: list[float] = []
        self._wanted: dict[str, int] = {}
        self._all_told = asyncio.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._deployment.stop()
        self._folder.cleanup()

    async def start(self) -> None:
        """Start the server and put the jobs into the line, the first of which is being made."""
        self._deployment.start("redis")
        self._redis: Redis = connect_redis(self._deployment.redis_url)
        self._queue = JobQueue(self._redis, self._settings)
        self._jobs = [_job(number) for number in range(self.size)]
        for begin in range(0, self.size, 100):
            await asyncio.gather(*(self._queue.enqueue(job) for job in self._jobs[begin : begin + 100]))
        self._order = list((await self._queue.line()).waiting)
        await self._begin_next()
        self._deployment.start("api")
        self._server = psutil.Process(self._deployment.processes["api"].pid)

    async def stop(self) -> None:
        """Let go of everybody."""
        for subscriber in self._subscribers:
            subscriber.transport.abort()
        await self._redis.aclose()

    # Subscribers ------------------------------------------------------------------------------------------------

    async def connect(self, numbers: Iterable[int], *, window: int = 0) -> None:
        """Subscribe each to its job, and wait until all have been told what stands.

        `window` are the bytes that the kernel takes in for each unread: as many as it likes, if 0.
        """
        waiting = list(numbers)
        self._told = dict.fromkeys(waiting, 0)
        for begin in range(0, len(waiting), 100):
            batch = waiting[begin : begin + 100]
            self._subscribers += await asyncio.gather(*(self._connect(number, window) for number in batch))
        await self._until(lambda: all(self._told.values()), "everybody told what stands")
        await asyncio.sleep(1)  # what was begun for them has come to rest

    async def _connect(self, number: int, window: int) -> RawSubscriber:
        job = self._jobs[number]
        if number >= self.size - _PAGES and not self.plain:
            query = subscribe(_PAGE_QUERY)
        else:
            query = subscribe(_PLAIN_QUERY if self.plain else _NAMED_QUERY if window else _QUERY, jobId=job.id)
        cookie = f"{COOKIE}={self._cookie.sign(job.viewer)}"
        return await connect(self._deployment.port, number, cookie, query, self._on_text, window=window)

    async def vanish(self) -> None:
        """Cut all connections at once, without a word, and wait until the server has let go of its ends."""
        before = self.files() - len(self._subscribers)
        for subscriber in self._subscribers:
            subscriber.transport.abort()
        self._subscribers.clear()
        await self._until(lambda: self.files() <= before, "the server letting go")
        await asyncio.sleep(1)

    def stop_reading(self) -> None:
        """Nobody reads any more; the connections stay open."""
        for subscriber in self._subscribers:
            subscriber.transport.pause_reading()

    def _on_text(self, subscriber: RawSubscriber, text: bytes) -> None:
        now = time.perf_counter()
        message = json.loads(text)
        if message["type"] != "next":
            return  # the one whose job has ended
        self._told[subscriber.number] = self._told.get(subscriber.number, 0) + 1
        progress = message["payload"]["data"]["jobProgress"]
        if (sent := self._sent.pop((subscriber.number, progress["percent"]), None)) is not None:
            self._waits.append((now - sent) * 1000)
        if self._wanted and self._wanted.get(progress["job"]["id"], 0) == progress["queuePosition"]:
            del self._wanted[progress["job"]["id"]]
            if not self._wanted:
                self._all_told.set()

    # What happens -----------------------------------------------------------------------------------------------

    async def place_change(self) -> tuple[float, float]:
        """The front job ends and the next begins: seconds until everybody who waits has been told the new place, and
        seconds of a core that the server used meanwhile.
        """
        self._all_told.clear()
        self._wanted = {job_id: place for place, job_id in enumerate(self._order[self._begun + 1 :], 1)}
        began, cpu = time.perf_counter(), self.cpu()
        await self._queue.fail(self._order[self._begun - 1], self._run, _failure())
        await self._begin_next()
        async with asyncio.timeout(_PATIENCE):
            await self._all_told.wait()
        took = time.perf_counter() - began
        used = self.cpu() - cpu
        await asyncio.sleep(1)
        return took, used

    async def events(self, seconds: float) -> list[float]:
        """Ten events a second over a hundred jobs: milliseconds from before the report to the client, in order."""
        chosen = random.Random(1).sample(self._order[self._begun :], min(_RUNNING, self.size // 2))
        runs = {job_id: await self._queue.begin(job_id) or 0 for job_id in chosen}
        numbers = {job.id: number for number, job in enumerate(self._jobs)}
        await asyncio.sleep(2)
        began = time.time()
        await self._show_slot()
        for number in range(int(seconds * _EVENTS_PER_SECOND)):
            next_at = time.perf_counter() + 1 / _EVENTS_PER_SECOND
            job_id, percent = chosen[number % len(chosen)], (number + 1) / 100
            self._sent[numbers[job_id], percent] = time.perf_counter()
            await self._queue.report(job_id, runs[job_id], percent=percent)
            if self.plain:
                await self._redis.publish(CHANNEL + job_id, json.dumps(await self._redis.hgetall(keys.job(job_id))))  # type: ignore[misc]
            if number % 5 == 0:  # the one that is made moves on, as a model on time reports it
                share = (time.time() - began) / 30
                await self._queue.report(self._order[self._begun - 1], self._run, percent=min(99, 100 * share))
            await asyncio.sleep(max(0, next_at - time.perf_counter()))
        await self._until(lambda: not self._sent, "every event arriving")
        return sorted(self._waits)

    async def told_meanwhile(self, changes: int) -> list[float]:
        """Milliseconds from a report to whoever watches all their jobs, while the places of all others change."""
        pages = {job.id: number for number, job in enumerate(self._jobs) if number >= self.size - _PAGES}
        self._order = [job_id for job_id in self._order if job_id not in pages]
        runs = {job_id: await self._queue.begin(job_id) or 0 for job_id in pages}
        await asyncio.sleep(2)
        count = 0
        for _ in range(changes):
            change = asyncio.create_task(self.place_change())
            await asyncio.sleep(0)
            while self._wanted and not change.done():
                count += 1
                job_id = list(pages)[count % _PAGES]
                self._sent[pages[job_id], count / 100] = time.perf_counter()
                await self._queue.report(job_id, runs[job_id], percent=count / 100)
                await asyncio.sleep(0.02)
            await change
        await self._until(lambda: not self._sent, "every page being told")
        waits, self._waits = sorted(self._waits), []
        return waits

    async def tell_all(self, count: int) -> None:
        """So many changes of the job of each connected subscriber, of 4 KB each."""
        numbers = [subscriber.number for subscriber in self._subscribers]
        for _ in range(count):
            await asyncio.gather(*(self._redis.publish(keys.EVENTS, self._event(number)) for number in numbers))
            await asyncio.sleep(0.02)  # each is read and sent on its own: a backlog would be merged before it is met
        await asyncio.sleep(1)

    def unsent(self) -> int:
        """Bytes that the kernel holds for the server, in the buffers of its connections."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        port = f":{self._deployment.port:04X}"
        return sum(int(row[4].split(":")[0], 16) for row in rows if row[1].endswith(port))

    def _event(self, number: int) -> str:
        job = self._jobs[number]
        self._version += 1
        fields = {"id": job.id, "viewer": job.viewer, "state": "PROCESSING", "percent": "1", "version": self._version}
        fields["name"] = f"{self._version:0{_LONG}}"
        fields |= {"created_at": job.created_at, "options": json.dumps(job.options.to_dict()), "attempt": "1"}
        return json.dumps({"type": "job", "job": {name: str(value) for name, value in fields.items()}})

    async def _begin_next(self) -> None:
        job_id = self._order[self._begun]
        self._begun += 1
        await self._show_slot()  # first, as a worker does: else a job that has begun is counted as waiting
        self._run = await self._queue.begin(job_id) or 0

    async def _show_slot(self) -> None:
        now = time.time()
        await self._queue.show_slot("bench", Slot(now + 600, 30, job=self._order[self._begun - 1], started=now))

    # What the server holds --------------------------------------------------------------------------------------

    def memory(self) -> int:
        """Resident bytes of the server."""
        return int(self._server.memory_info().rss)

    def cpu(self) -> float:
        """Seconds of a core that the server has used: what another program on the machine does not change."""
        times = self._server.cpu_times()
        return float(times.user + times.system)

    def files(self) -> int:
        """File descriptors of the server."""
        return int(self._server.num_fds())

    def redis_clients(self) -> int:
        """Connections to Redis, without those of this program."""
        with self._deployment.redis() as redis:
            names = [client["addr"] for client in redis.client_list()]
        return len(names) - 1 - len(self._redis.connection_pool._available_connections)  # type: ignore[attr-defined]

    def held(self, *, collect: bool = False) -> dict[str, int]:
        """What the server says that it holds; with `collect`, after it has looked for all cyclic garbage."""
        self._observed.unlink(missing_ok=True)
        self._server.send_signal(signal.SIGUSR2 if collect else signal.SIGUSR1)
        deadline = time.monotonic() + _PATIENCE
        while not self._observed.exists():
            if time.monotonic() > deadline:
                raise TimeoutError("the server did not say what it holds")
            time.sleep(0.01)
        return dict(json.loads(self._observed.read_text()))

    async def _until(self, condition: object, what: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while callable(condition) and not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what}: not within {_PATIENCE:.0f} s")
            await asyncio.sleep(0.02)


def _job(number: int) -> Job:
    viewer = new_id("viewer")
    return Job(new_id("job"), viewer, f"{number}.png", JobState.QUEUED, VideoOptions(), time.time(), flow=viewer)


def _failure() -> Failure:
    return Failure("BENCHMARK", "It was ended by the benchmark.", "Nothing is to be done.")
