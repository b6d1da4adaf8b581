"""Another video of a picture that is here already: nothing is uploaded, and the rules of an upload hold all the same."""

from __future__ import annotations

import asyncio

from graphql_api.context import Context
from graphql_api.new_jobs import Asked, Wanted, key_is_used, make_job
from graphql_api.ordering import JobUnknown
from graphql_api.refused_pictures import LOST, not_stored
from i2v_core.errors import Code, UploadRefused
from i2v_core.jobs import Job, is_id
from i2v_core.logs import get_logger
from i2v_core.media import MediaMissing, MediaStore
from i2v_core.repeats import made_with
from i2v_core.seal import SealBroken

log = get_logger("api")


async def make_another(job_id: str, asked: Asked, context: Context, *, idempotency: str = "") -> Job:
    """A new job of the picture of a job of the viewer, whatever state that is in; it has a copy of its own.

    With an idempotency key, the job that it has made already. Raises `JobUnknown`, `UploadRefused` or
    `StoreUnavailable`; then nothing of it is left.
    """
    services, viewer = context.services, context.viewer
    if not is_id("job", job_id):
        raise JobUnknown(job_id)
    fingerprint = f"another {job_id} {asked.text}"
    # Asked first: whoever sends it again because an answer was lost needs neither a place in line nor the first job.
    if idempotency and (made := await made_with(services.queue.redis, viewer, idempotency)):
        before = await services.queue.get(made.job_id, viewer)
        if before is not None and made.fingerprint != fingerprint:
            raise key_is_used()
        if before is not None:
            return before
    source = await services.queue.get(job_id, viewer)
    if source is None:
        raise JobUnknown(job_id)

    async def copy(new_id: str) -> tuple[int, int]:
        try:
            await _to_its_end(services.media, job_id, new_id)
        except (MediaMissing, SealBroken):
            if await services.queue.get(job_id, viewer) is None:  # deleted at this very moment
                raise JobUnknown(job_id) from None
            raise UploadRefused(*LOST, code=Code.PICTURE_LOST) from None
        except OSError as error:
            log.error("picture_not_stored", job=new_id, reason=error.strerror)
            raise not_stored() from error
        return source.width, source.height

    wanted = Wanted(source.name, asked.options, viewer, context.flow, idempotency, fingerprint)
    async with services.admission.admitted(context.flow, viewer):
        return await make_job(wanted, copy, services, another_of=job_id)


async def _to_its_end(media: MediaStore, source: str, target: str) -> None:
    """Copy the picture. Whoever is cancelled meanwhile waits for it, or it would come to lie where all was removed."""
    copying = asyncio.ensure_future(asyncio.to_thread(media.copy_pictures, source, target))
    try:
        await asyncio.shield(copying)
    except asyncio.CancelledError:
        await asyncio.wait([copying])
        raise
