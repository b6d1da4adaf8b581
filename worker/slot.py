"""One slot: arq's worker with what it lacks for this queue.

Changed from arq 0.28, each with its reason (`tests/test_pins.py` holds the internals that this leans on):

- It is woken by the API and by the end of its own job instead of sleeping between two looks at the queue: by polling
  alone a job waits 31 to 480 ms for a slot that is free.
- The in-progress key is a lease of `I2V_LEASE_SECONDS`, renewed every second. arq's lives for the longest timeout of any
  function and is never renewed: after a kill -9 a job would come back only minutes later.
- The job of a killed worker comes before those behind it, and what was begun is its owner's after an outage
  (`next_job.py`). arq takes whatever is free first.
- What ends a job is our fenced scripts; arq only gives its lease back. arq's own end would take the job from the queue
  even when another worker has it by now.
- Redis being away is waited out; arq's worker exits.
- SIGINT puts the job back at once, SIGTERM lets it finish for up to `I2V_DRAIN_SECONDS` first. arq treats both alike.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from arq.connections import ArqRedis
from arq.constants import in_progress_key_prefix, retry_key_prefix
from arq.worker import Worker, func
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from i2v_core import keys
from i2v_core.errors import StoreUnavailable
from i2v_core.jobs import new_id
from i2v_core.leases import Lease, Leases
from i2v_core.logs import get_logger
from i2v_core.mending import mend
from i2v_core.queue import FUNCTION, JobQueue, deserialize, serialize
from i2v_core.settings import Settings
from i2v_core.store import CONNECTION, redis_url
from i2v_core.tasks import ended, heed_cancellation
from worker.next_job import NextJob

log = get_logger("worker")

#: Seconds between two looks at the queue when nothing wakes it: finds jobs whose worker died (their lease ran out).
_POLL_SECONDS = 0.5
#: Leases looked at in one round trip: more than there are slots in most places, and those that are held come first.
_AT_ONCE = 16
#: Seconds between two renewals of a lease, or a quarter of it if that is less: some may come late, or be lost.
_RENEW_SECONDS = 1.0
#: Seconds until a renewal that failed is tried again: the lease may run out, and Redis be back at any moment.
_AGAIN_SECONDS = 0.1
#: How often arq may start a job. Attempts are counted in the job's document, where a put-back does not count.
_ARQ_TRIES = 1_000_000
#: arq's own limit on a job's time. A hung model is noticed by its silence, a dead worker by its lease.
_ARQ_TIMEOUT = 7 * 24 * 3600


class SlotWorker(Worker):
    """arq's worker for one job at a time.

    `make_video(job_id, token of the lease)` does the work; it is cancelled when the lease is another's. `queue` is the one
    that jobs are taken from.
    """

    def __init__(self, settings: Settings, queue: JobQueue, make_video: Callable[[str, str], Awaitable[None]]) -> None:
        async def run(_: dict[str, Any], job_id: str) -> None:
            try:
                if await self._leases.claim(job_id, self._token):
                    async with self._renewed(job_id):
                        await make_video(job_id, self._token)
            except Exception as error:
                # It stays in the queue and is taken again, by us or another, with an attempt less.
                log.error("job_broke", job=job_id, exc_info=error)
                await asyncio.sleep(1)

        super().__init__(
            [func(run, name=FUNCTION, max_tries=_ARQ_TRIES, timeout=_ARQ_TIMEOUT, keep_result=0)],  # type: ignore[arg-type]
            queue_name=keys.QUEUE,
            redis_pool=ArqRedis(
                # As ours, but in bytes, as arq wants it.
                ConnectionPool.from_url(redis_url(settings), **CONNECTION),
                job_serializer=serialize,
                job_deserializer=deserialize,
                default_queue_name=keys.QUEUE,
            ),
            max_jobs=1,
            # More than there are ever slots: arq leaves running jobs in the queue, and they come first.
            queue_read_limit=1000,
            poll_delay=_POLL_SECONDS,
            job_completion_wait=max(1, round(settings.drain_seconds)),
            job_serializer=serialize,
            job_deserializer=deserialize,
            log_results=False,
        )
        self.in_progress_timeout_s = settings.lease_seconds
        self._queue = queue
        self._leases = Leases(queue.redis, settings)
        self._renew_seconds = min(_RENEW_SECONDS, settings.lease_seconds / 4)
        self._next_job = NextJob(lease_seconds=settings.lease_seconds, renew_seconds=self._renew_seconds)
        self._again_in = _POLL_SECONDS
        #: What our leases hold, so that we never touch one that another worker took over.
        self._token = new_id("lease")
        self._wake = asyncio.Event()
        self._add_signal_handler(signal.SIGINT, self.handle_sig)

    def wake(self) -> None:
        """Look at the queue now."""
        self._wake.set()

    async def main(self) -> None:
        """Take jobs until cancelled."""
        away = False
        while True:
            heed_cancellation()  # arq's commands can lose it
            self._wake.clear()
            self._again_in = self.poll_delay_s
            try:
                paused = await self._queue.is_paused()
                self._next_job.redis_answered()
                if not paused:
                    await self._poll_iteration()
                if away:
                    log.info("redis_back")
                away = False
            except (RedisError, StoreUnavailable) as error:
                if not away:
                    log.warning("redis_away", reason=type(error).__name__)
                away = True
            with suppress(TimeoutError):
                async with asyncio.timeout(self._again_in):  # not wait_for: on 3.11 it can swallow a cancellation
                    await self._wake.wait()

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """As arq's, of those jobs alone that may be taken.

        arq counts a job before it asks Redis about it and does not take that back when Redis breaks off. Its only slot
        would then be taken for good, by nothing: a worker that seems to live and never works again.
        """
        takeable = await self._takeable([job_id.decode() for job_id in job_ids])
        try:
            await super().start_jobs([job_id.encode() for job_id in takeable])
        except RedisError:
            self.job_counter -= 1
            self.sem.release()
            raise

    async def _takeable(self, job_ids: Sequence[str]) -> Sequence[str]:
        """The first of the jobs that may be taken; when to look again is noted."""
        leases: list[Lease] = []
        while len(leases) < len(job_ids) and all(lease.left is not None for lease in leases):
            leases += await self._leases.of(job_ids[len(leases) :][:_AT_ONCE])
        self._next_job.redis_answered()
        choice = self._next_job.choose(job_ids[: len(leases)], leases)
        if choice.again_in is not None:
            self._again_in = min(self.poll_delay_s, choice.again_in)
        return choice.jobs

    async def finish_job(self, job_id: str, *_: Any, **__: Any) -> None:
        """Give up the lease, and nothing else.

        arq would take the job out of the queue here. By now it may be another worker's, and who ends a job is decided
        by the fenced scripts alone (`finish`, `cancel`, `delete`), which take it out in the same step.
        """
        await self._leases.release(job_id, self._token)

    async def finish_failed_job(self, job_id: str, *_: Any, **__: Any) -> None:
        """What arq calls when it could not even begin: its record of the job is gone or unreadable. It is made anew."""
        log.warning("queue_entry_mended", job=job_id)
        await mend(self._queue, job_id)
        # And arq's count of its own tries, for it never begins one that has used them up.
        await self.pool.delete(in_progress_key_prefix + job_id, retry_key_prefix + job_id)

    async def _sleep_until_tasks_complete(self) -> None:
        """As arq's, which waits until the look at the queue has cleared away what ended.

        There is none while the queue is paused or Redis is away: SIGTERM would take all of the drain time for nothing.
        """
        while running := [task for task in self.tasks.values() if not task.done()]:
            await asyncio.wait(running)

    def _release_sem_dec_counter_on_complete(self) -> None:
        super()._release_sem_dec_counter_on_complete()
        self.wake()  # the slot is free: the next job starts now, not at the next look

    @asynccontextmanager
    async def _renewed(self, job_id: str) -> AsyncGenerator[None, None]:
        """Renew the job's lease meanwhile. What is done under it is cancelled when it turns out to be another worker's."""
        making = asyncio.current_task()
        assert making is not None
        renewing = asyncio.create_task(self._renew(job_id, making))
        try:
            yield
        finally:
            await ended(renewing)

    async def _renew(self, job_id: str, making: asyncio.Task[Any]) -> None:
        held, pause = True, self._renew_seconds
        while held:
            await asyncio.sleep(pause)
            try:
                held, pause = await self._leases.renew(job_id, self._token), self._renew_seconds
            except (RedisError, StoreUnavailable):
                pause = _AGAIN_SECONDS
        log.warning("lease_lost", job=job_id)
        making.cancel()
