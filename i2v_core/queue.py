"""The queue: every change of a job, each one atomic step in Redis that also publishes it.

arq's sorted set is the queue and its score the order; the order itself is decided in `lua/order.lua`. Who calls what:
the API `enqueue`, `cancel`, `retry`, `move`, `delete` and reads; a worker `begin`, `report`, `finish`, `put_back`. All of
a worker's calls name their run: one that does not own the job any more gets False and changes nothing.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any, cast

from arq.constants import in_progress_key_prefix, job_key_prefix
from arq.jobs import serialize_job
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.errors import Code
from i2v_core.jobs import SCHEMA_VERSION, Failure, Job, JobState, Stage, Video
from i2v_core.line import Line, Slot
from i2v_core.repeats import key_of
from i2v_core.settings import Settings
from i2v_core.store import Scripts, store_errors

#: Name of the arq function that makes a video.
FUNCTION = "make_video"


def serialize(data: dict[str, Any]) -> bytes:
    """What arq keeps of a job, as JSON. Its default is pickle: whoever could write to Redis could run code."""
    return json.dumps(data).encode()


def deserialize(data: bytes) -> dict[str, Any]:
    """The inverse of `serialize`."""
    return dict(json.loads(data))


def payload(job_id: str, created_ms: int) -> bytes:
    """What arq keeps of the job: our function and its id."""
    return serialize_job(FUNCTION, (job_id,), {}, None, created_ms, serializer=serialize)


#: Seconds that an idempotency key is remembered: whoever tries again after a day means it.
_IDEMPOTENCY_SECONDS = 24 * 3600

#: Seconds after which a list of jobs that is counted is looked through again at the latest, whatever was done to it by hand.
_LOOKED_AT_SECONDS = 60

_SPENT = Failure(
    Code.TOO_MANY_ATTEMPTS,
    "The video could not be made: every attempt broke off.",
    "Have it made again with retryJob. If it fails again, tell whoever runs this server; the log says why under this job's id.",
)


class Enqueued(StrEnum):
    """What came of an upload's last step."""

    OK = "ok"
    #: The idempotency key has made a job of the same picture already; or of another one.
    SAME = "same"
    OTHER = "other"
    FLOW_FULL = "flow_full"
    QUEUE_FULL = "queue_full"
    #: The viewer has as many jobs as one may, ended ones included.
    VIEWER_FULL = "viewer_full"


class Retried(StrEnum):
    """What came of a retry."""

    OK = "ok"
    MISSING = "missing"
    NOT_OVER = "not_over"
    FLOW_FULL = "flow_full"
    QUEUE_FULL = "queue_full"


class Moved(StrEnum):
    """What came of a move."""

    OK = "ok"
    MISSING = "missing"
    NOT_WAITING = "not_waiting"


class Cancelled(StrEnum):
    """What came of a cancellation."""

    OK = "ok"
    MISSING = "missing"
    OVER = "over"


class JobQueue:
    """The jobs in one Redis. Every method raises `StoreUnavailable` if it cannot be reached."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self.redis = redis
        self.settings = settings
        self._scripts = Scripts(redis)

    @property
    def scripts(self) -> Scripts:
        """Its scripts, for what stands beside it: reading them from the disk takes a while."""
        return self._scripts

    # The API's side ---------------------------------------------------------------------------------------------

    async def enqueue(self, job: Job, *, idempotency: str = "", fingerprint: str = "") -> tuple[Enqueued, str]:
        """Store a new job (state QUEUED) and put it into arq's queue, in one step, unless a bound forbids it.

        With an idempotency key the job that it has made before, if any, is answered with SAME and its id (or OTHER, if
        that was of another picture, as the fingerprint says); the new one then never came to be.
        """
        now_ms = int(job.created_at * 1000)
        document = {
            "v": SCHEMA_VERSION,
            "id": job.id,
            "viewer": job.viewer,
            "name": job.name,
            "state": JobState.QUEUED.value,
            "options": json.dumps(job.options.to_dict()),
            "created_at": f"{job.created_at:.3f}",
            "width": job.width,
            "height": job.height,
            "version": 1,
            "percent": 0,
            "attempt": 0,
            "run": 0,
            "flow": job.flow,
            "segments": 0,
        }
        outcome, job_id = await self._scripts.run(
            "enqueue",
            [
                keys.job(job.id),
                job_key_prefix + job.id,
                keys.viewer_jobs(job.viewer),
                key_of(job.viewer, idempotency) if idempotency else "",
            ],
            [
                keys.EVENTS,
                keys.CONTROL,
                job.id,
                json.dumps({name: str(value) for name, value in document.items()}),
                payload(job.id, now_ms).decode(),
                now_ms,
                self._waiting_ms,
                job.flow,
                self.settings.waiting_per_viewer,
                self.settings.waiting_overall,
                fingerprint,
                _IDEMPOTENCY_SECONDS,
                self.settings.jobs_at_most,
            ],
        )
        return Enqueued(outcome), str(job_id)

    async def get(self, job_id: str, viewer: str | None = None) -> Job | None:
        """The job, or None if there is none, or if it belongs to another viewer than the one given."""
        (job,) = await self.get_many([job_id])
        return job if job is not None and viewer in (None, job.viewer) else None

    async def get_many(self, job_ids: Sequence[str]) -> list[Job | None]:
        """The jobs in the order of the ids, None where there is none; one round trip."""
        with store_errors():
            async with self.redis.pipeline(transaction=False) as pipe:
                for job_id in job_ids:
                    pipe.hgetall(keys.job(job_id))
                found = await pipe.execute()
        return [Job.from_hash(fields) if fields else None for fields in found]

    async def of_viewer(self, viewer: str, *, limit: int, after: tuple[float, str] | None = None) -> list[Job]:
        """A viewer's jobs, newest first, at most `limit`, older than the position (created_at, id) if one is given."""
        jobs: list[Job] = []
        with store_errors():
            start = await self._position_after(viewer, after)
            while len(jobs) < limit:
                ids = await self.redis.zrevrange(keys.viewer_jobs(viewer), start, start + limit - 1)
                found = await self.get_many(ids) if ids else []
                jobs += [job for job in found if job is not None]
                start += len(ids)
                if len(ids) < limit:
                    break
            return jobs[:limit]

    async def count_of_viewer(self, viewer: str) -> int:
        """How many jobs a viewer has. Entries whose job's lifetime is over are dropped first."""
        count = await self._scripts.run(
            "count_jobs",
            [keys.viewer_jobs(viewer), keys.viewer_jobs_looked_at(viewer)],
            [1000 * min(_LOOKED_AT_SECONDS, self.settings.retention_seconds)],
        )
        return int(count)

    async def cancel(self, job_id: str, viewer: str) -> Cancelled:
        """End a job of the viewer as CANCELLED. A run of it can change nothing from then on; its worker is told."""
        answer = await self._scripts.run(
            "cancel",
            [keys.job(job_id)],
            [keys.EVENTS, keys.CONTROL, job_id, viewer, _now(), self.settings.retention_seconds, secrets.token_hex(8)],
        )
        return Cancelled(answer)

    async def delete(self, job_id: str, viewer: str) -> bool:
        """Delete a job of the viewer with every key of it. False if it is unknown or another viewer's."""
        return bool(await self.delete_many([job_id], viewer))

    async def delete_many(self, job_ids: Sequence[str], viewer: str) -> list[str]:
        """Delete those of the jobs that are the viewer's, in one step; the ids of those that are gone by it."""
        answer = await self._scripts.run(
            "delete",
            [keys.viewer_jobs(viewer)],
            [keys.EVENTS, keys.CONTROL, viewer, secrets.token_hex(8), *dict.fromkeys(job_ids)],
        )
        return [str(job_id) for job_id in answer]

    async def retry(self, job: Job, flow: str) -> Retried:
        """Make a job of the viewer again that FAILED or was CANCELLED, at the end of the flow, with all its attempts."""
        answer = await self._scripts.run(
            "retry",
            [keys.job(job.id), job_key_prefix + job.id, keys.viewer_jobs(job.viewer)],
            [
                keys.EVENTS,
                keys.CONTROL,
                job.id,
                job.viewer,
                flow,
                payload(job.id, int(job.created_at * 1000)).decode(),
                self._waiting_ms,
                self.settings.waiting_per_viewer,
                self.settings.waiting_overall,
                secrets.token_hex(8),
            ],
        )
        return Retried(answer)

    async def move(self, job_id: str, viewer: str, before: str | None) -> Moved:
        """Put a waiting job of the viewer before another of theirs, or behind all of them; nobody else's place changes."""
        answer = await self._scripts.run("move", [keys.job(job_id)], [keys.EVENTS, job_id, viewer, before or ""])
        return Moved(answer)

    async def ahead(self, flow: str) -> int:
        """How many stand before a picture that the flow would upload now, those being made included."""
        return (await self.ahead_of([flow]))[flow]

    async def ahead_of(self, flows: Sequence[str]) -> dict[str, int]:
        """`ahead` of many flows, in one step. Some 4 us of Redis each."""
        counts = await self._scripts.run("ahead", [], list(flows))
        return {flow: int(count) for flow, count in zip(flows, counts, strict=True)}

    async def pause(self, paused: bool) -> None:
        """Let the workers begin nothing new, or let them go on. What they are making they finish."""
        with store_errors():
            if paused:
                await self.redis.set(keys.PAUSED, "1")
            else:
                await self.redis.delete(keys.PAUSED)
            await self.redis.publish(keys.CONTROL, json.dumps({"type": "enqueued"}))

    async def is_paused(self) -> bool:
        """Whether the operator has paused the queue."""
        with store_errors():
            return bool(await self.redis.exists(keys.PAUSED))

    async def takes_writes(self) -> None:
        """Write something, for a Redis that answers may still take no uploads: a replica, or one without room."""
        with store_errors():
            await self.redis.set(keys.WRITTEN, "1", ex=60)

    async def line(self) -> Line:
        """The line as it stands: who waits in which place, and what each slot is doing."""
        now = time.time()
        ids, slots, percents, viewers, paused = await self._scripts.run(
            "line", [keys.QUEUE, keys.SLOTS, keys.PAUSED], [keys.JOB_PREFIX, now, 1.5 * self.settings.lease_seconds]
        )
        shown = (Slot.from_json(s, float(p), v) for s, p, v in zip(slots, percents, viewers, strict=True))
        return Line.read(now, ids, shown, paused=bool(paused))

    # A worker's side --------------------------------------------------------------------------------------------

    async def begin(self, job_id: str, call: str = "", *, lease: str = "") -> int | None:
        """Start a run of the job. Its number, or None if the job is over, gone, or out of attempts (then it FAILED).

        Made again with the same word (`call`) it answers the run that it has begun already. A worker names the token of
        its leases: it gets None as well if another holds the job's, and takes that if nobody does.
        """
        run = await self._scripts.run(
            "begin",
            [keys.job(job_id), in_progress_key_prefix + job_id],
            [
                keys.EVENTS,
                job_id,
                _now(),
                self.settings.max_attempts,
                self.settings.retention_seconds,
                json.dumps(asdict(_SPENT)),
                self._waiting_ms,
                call or secrets.token_hex(8),
                lease,
                int(self.settings.lease_seconds * 1000),
            ],
        )
        return int(run) if int(run) > 0 else None

    async def report(
        self,
        job_id: str,
        run: int,
        *,
        stage: Stage | None = None,
        percent: float | None = None,
        segments: int | None = None,
        video: Video | None = None,
    ) -> bool:
        """Progress of a run; only what is given changes. Percent of the whole job, 0 to 100; segments stored so far."""
        fields: dict[str, str] = {}
        if stage is not None:
            fields["stage"] = stage.value
        if percent is not None:
            fields["percent"] = f"{percent:.2f}"
        if segments is not None:
            fields["segments"] = str(segments)
        if video is not None:
            fields["video"] = json.dumps(asdict(video))
        return bool(await self._scripts.run("report", [keys.job(job_id)], [keys.EVENTS, run, json.dumps(fields)]))

    async def complete(self, job_id: str, run: int, *, segments: int, video: Video) -> bool:
        """End the job as COMPLETED with its whole video."""
        return await self._finish(
            job_id,
            run,
            {
                "state": JobState.COMPLETED.value,
                "percent": "100",
                "segments": str(segments),
                "video": json.dumps(asdict(video)),
            },
        )

    async def fail(self, job_id: str, run: int, failure: Failure) -> bool:
        """End the job as FAILED, with the reason."""
        fields = {"state": JobState.FAILED.value, "failure": json.dumps(asdict(failure))}
        return await self._finish(job_id, run, fields)

    async def put_back(self, job_id: str, run: int) -> bool:
        """Give the job back to the queue, in its place, without using up the attempt."""
        answer = await self._scripts.run("put_back", [keys.job(job_id)], [keys.EVENTS, run, job_id, self._waiting_ms])
        return bool(answer)

    async def show_slot(self, slot_id: str, slot: Slot | None) -> None:
        """A worker's sign of life and what it does; None when it leaves."""
        with store_errors():
            if slot is None:
                await cast(Awaitable[int], self.redis.hdel(keys.SLOTS, slot_id))
            else:
                await cast(Awaitable[int], self.redis.hset(keys.SLOTS, slot_id, slot.to_json()))

    # ------------------------------------------------------------------------------------------------------------

    @property
    def _waiting_ms(self) -> int:
        return (keys.WAIT_SECONDS + self.settings.retention_seconds) * 1000

    async def _finish(self, job_id: str, run: int, fields: Mapping[str, str]) -> bool:
        answer = await self._scripts.run(
            "finish",
            [keys.job(job_id)],
            [keys.EVENTS, job_id, run, _now(), self.settings.retention_seconds, json.dumps(dict(fields))],
        )
        return bool(answer)

    async def _position_after(self, viewer: str, after: tuple[float, str] | None) -> int:
        if after is None:
            return 0
        created_at, job_id = after
        key = keys.viewer_jobs(viewer)
        rank: Any = await self.redis.zrevrank(key, job_id)
        if rank is not None:
            return int(rank) + 1
        # The job under the cursor was deleted meanwhile: go on with whatever is older than it was.
        return int(await self.redis.zcount(key, int(created_at * 1000), "+inf"))


def _now() -> str:
    return f"{time.time():.3f}"
