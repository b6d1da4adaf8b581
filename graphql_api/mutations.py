"""What can be done: upload, cancel, delete, play."""

from __future__ import annotations

import asyncio
from typing import Annotated, cast

import strawberry

from graphql_api import uploads
from graphql_api.context import Info
from graphql_api.multipart import ReceivedFile
from graphql_api.playback_types import Playback, Ticket, Tickets
from graphql_api.refusals import (
    JobId,
    JobNotFound,
    PlaybackRefused,
    TryAgain,
    UploadRefused,
    job_not_found,
    playback_refused,
    try_again,
    upload_refused,
)
from graphql_api.types import Job, JobAlreadyFinished, JobDeleted
from graphql_api.uploads import Upload, VideoOptionsInput
from i2v_core import errors
from i2v_core.errors import Code, OperationRefused, StoreUnavailable
from i2v_core.jobs import JobState, is_id
from i2v_core.playbacks import INIT
from i2v_core.queue import Cancelled

UploadResult = Annotated[
    Job | UploadRefused | TryAgain,
    strawberry.union("UploadResult", description="The job, or why the picture was not taken in."),
]
CancelResult = Annotated[
    Job | JobNotFound | JobAlreadyFinished | TryAgain,
    strawberry.union("CancelResult", description="The cancelled job, or why it was not cancelled."),
]
DeleteResult = Annotated[
    JobDeleted | JobNotFound | TryAgain, strawberry.union("DeleteResult", description="That it is gone, or why not.")
]
PlaybackResult = Annotated[
    Playback | JobNotFound | PlaybackRefused | TryAgain,
    strawberry.union("PlaybackResult", description="The playback, or why there is none."),
]
TicketsResult = Annotated[
    Tickets | PlaybackRefused | TryAgain,
    strawberry.union("TicketsResult", description="The tickets, or why there are none."),
]

#: More than the segments of the longest video; one call never needs more.
_MAX_TICKETS = 64


@strawberry.type(description="What can be done.")
class Mutation:
    @strawberry.mutation(
        description="Take in a picture and queue it. From the moment you have the job's id, nothing loses it."
    )
    async def upload_image(
        self,
        info: Info,
        image: Annotated[Upload, strawberry.argument(description="The picture, as a part of a multipart request.")],
        options: Annotated[VideoOptionsInput | None, strawberry.argument(description="What video is wanted.")] = None,
    ) -> UploadResult:
        services = info.context.services
        try:
            wanted = uploads.read_options(options, services)
            return Job.of(await uploads.take_in(cast(ReceivedFile, image), wanted, info.context.viewer, services))
        except errors.UploadRefused as error:
            return upload_refused(error)
        except StoreUnavailable as error:
            return try_again(error)

    @strawberry.mutation(description="End a job that waits or runs. Its video is not made.")
    async def cancel_job(self, info: Info, id: JobId) -> CancelResult:
        queue, viewer = info.context.services.queue, info.context.viewer
        try:
            outcome = await queue.cancel(id, viewer) if is_id("job", id) else Cancelled.MISSING
            job = await queue.get(id, viewer) if outcome is not Cancelled.MISSING else None
        except StoreUnavailable as error:
            return try_again(error)
        if job is None:
            return job_not_found(id)
        if outcome is Cancelled.OVER:
            return JobAlreadyFinished(
                code=Code.JOB_ALREADY_FINISHED,
                message="This job has ended already.",
                how_to_fix="There is nothing to cancel. Delete it if you do not want to keep it.",
                job=Job.of(job),
            )
        return Job.of(job)

    @strawberry.mutation(
        description="Delete a job with its picture and video. One that waits or runs is cancelled by it."
    )
    async def delete_job(self, info: Info, id: JobId) -> DeleteResult:
        services = info.context.services
        try:
            if not is_id("job", id) or not await services.queue.delete(id, info.context.viewer):
                return job_not_found(id)
        except StoreUnavailable as error:
            return try_again(error)
        await asyncio.to_thread(services.media.delete, id)
        return JobDeleted(job_id=id)

    @strawberry.mutation(description="The right to watch a job's video for a while, with a ticket for each segment.")
    async def open_playback(self, info: Info, job_id: JobId) -> PlaybackResult:
        services = info.context.services
        try:
            job = await services.queue.get(job_id, info.context.viewer) if is_id("job", job_id) else None
            if job is None:
                return job_not_found(job_id)
            # Playing a video that is still being made comes with the player that can; until then it must be whole.
            if job.state is not JobState.COMPLETED or job.video is None:
                return playback_refused(_not_playable(job.state))
            playback = await services.playbacks.open(job)
            tickets = await services.playbacks.issue(playback, range(INIT, job.segments))
        except StoreUnavailable as error:
            return try_again(error)
        return Playback.of(playback, job, tickets, services.settings)

    @strawberry.mutation(description="More tickets of a playback: for segments that a player has to fetch again.")
    async def playback_tickets(
        self,
        info: Info,
        playback_id: Annotated[strawberry.ID, strawberry.argument(description="Id of a playback of yours.")],
        indexes: Annotated[
            list[int], strawberry.argument(description="Segments from 0; -1 is the init segment. At most 64.")
        ],
    ) -> TicketsResult:
        services, viewer = info.context.services, info.context.viewer
        try:
            playback = await services.playbacks.get(playback_id, viewer)
            job = await services.queue.get(playback.job, viewer) if playback else None
            if playback is None or job is None or job.run != playback.run:
                return playback_refused(_playback_over())
            wanted = [index for index in dict.fromkeys(indexes[:_MAX_TICKETS]) if INIT <= index < job.segments]
            tickets = await services.playbacks.issue(playback, wanted)
        except StoreUnavailable as error:
            return try_again(error)
        return Tickets(tickets=Ticket.list_of(tickets), segment_count=job.segments, complete=job.state.is_terminal)


def _not_playable(state: JobState) -> OperationRefused:
    if state.is_terminal:
        return OperationRefused(
            "This job has no video.", "Upload the picture again to have one made.", code=Code.HAS_NO_VIDEO
        )
    return OperationRefused(
        "The video is not ready yet.",
        "Wait until the job is COMPLETED; its progress tells when.",
        code=Code.NOT_PLAYABLE_YET,
    )


def _playback_over() -> OperationRefused:
    return OperationRefused("This playback is over.", "Open another with openPlayback.", code=Code.PLAYBACK_NOT_FOUND)
