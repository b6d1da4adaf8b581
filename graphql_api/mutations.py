"""What can be done: upload, cancel, delete, play."""

from __future__ import annotations

from typing import Annotated, cast

import strawberry

from graphql_api import ordering, playing, uploads
from graphql_api.context import Info
from graphql_api.enums import Protection
from graphql_api.keeping import KeepingMutations
from graphql_api.multipart import ReceivedFile
from graphql_api.ordering import AlreadyFinished, JobUnknown
from graphql_api.playback_types import Playback, Ticket, Tickets
from graphql_api.refusals import (
    JobId,
    JobNotFound,
    JobRefused,
    PlaybackRefused,
    TryAgain,
    UploadRefused,
    job_not_found,
    job_refused,
    playback_refused,
    try_again,
    upload_refused,
)
from graphql_api.tokens import TokenMutations
from graphql_api.types import Job, JobAlreadyFinished, JobDeleted
from graphql_api.uploads import Upload, VideoOptionsInput
from i2v_core import errors
from i2v_core.errors import OperationRefused, StoreUnavailable
from i2v_core.jobs import JobState

UploadResult = Annotated[
    Job | UploadRefused | TryAgain,
    strawberry.union("UploadResult", description="The job, or why the picture was not taken in."),
]
CancelResult = Annotated[
    Job | JobNotFound | JobAlreadyFinished | TryAgain,
    strawberry.union("CancelResult", description="The cancelled job, or why it was not cancelled."),
]
RetryResult = Annotated[
    Job | JobNotFound | JobRefused | TryAgain,
    strawberry.union("RetryResult", description="The job, waiting again, or why not."),
]
MoveResult = Annotated[
    Job | JobNotFound | JobRefused | TryAgain,
    strawberry.union("MoveResult", description="The job in its new place, or why not."),
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


@strawberry.type(description="What can be done.")
class Mutation(KeepingMutations, TokenMutations):
    @strawberry.mutation(
        description="Take in a picture and queue it. From the moment you have the job's id, nothing loses it."
    )
    async def upload_image(
        self,
        info: Info,
        image: Annotated[Upload, strawberry.argument(description="The picture, as a part of a multipart request.")],
        options: Annotated[VideoOptionsInput | None, strawberry.argument(description="What video is wanted.")] = None,
        idempotency_key: Annotated[
            str | None,
            strawberry.argument(
                description="A text of your own, at most 200 characters, to send an upload again whose answer was lost: within a day the same key and picture give the same job."
            ),
        ] = None,
    ) -> UploadResult:
        services, context = info.context.services, info.context
        try:
            wanted = uploads.read_options(options, services)
            key = uploads.read_idempotency_key(idempotency_key)
            file = cast(ReceivedFile, image)
            return Job.of(await uploads.take_in(file, wanted, context.viewer, context.flow, services, idempotency=key))
        except errors.UploadRefused as error:
            return upload_refused(error)
        except StoreUnavailable as error:
            return try_again(error)

    @strawberry.mutation(description="End a job that waits or runs. Its video is not made.")
    async def cancel_job(self, info: Info, id: JobId) -> CancelResult:
        try:
            return Job.of(await ordering.cancel(id, info.context))
        except JobUnknown:
            return job_not_found(id)
        except AlreadyFinished as refusal:
            return JobAlreadyFinished(
                code=refusal.code,
                message=refusal.message,
                how_to_fix=refusal.how_to_fix,
                job=Job.of(refusal.job),
            )
        except StoreUnavailable as error:
            return try_again(error)

    @strawberry.mutation(
        description="Make a job again that FAILED or was CANCELLED, from the same picture with the same options. It goes to the end of your own line."
    )
    async def retry_job(self, info: Info, id: JobId) -> RetryResult:
        try:
            return Job.of(await ordering.retry(id, info.context))
        except JobUnknown:
            return job_not_found(id)
        except (errors.UploadRefused, OperationRefused) as refusal:
            return job_refused(refusal)
        except StoreUnavailable as error:
            return try_again(error)

    @strawberry.mutation(
        description="Put a waiting job of yours before another of yours. Nobody else's place changes by it."
    )
    async def move_job(
        self,
        info: Info,
        id: JobId,
        before: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Waiting job of yours that it shall stand before; null for the end."),
        ] = None,
    ) -> MoveResult:
        try:
            return Job.of(await ordering.move(id, before, info.context))
        except JobUnknown:
            return job_not_found(id)
        except OperationRefused as refusal:
            return job_refused(refusal)
        except StoreUnavailable as error:
            return try_again(error)

    @strawberry.mutation(
        description="Delete a job with its picture and video. One that waits or runs is cancelled by it."
    )
    async def delete_job(self, info: Info, id: JobId) -> DeleteResult:
        try:
            await ordering.delete(id, info.context)
        except JobUnknown:
            return job_not_found(id)
        except StoreUnavailable as error:
            return try_again(error)
        return JobDeleted(job_id=id)

    @strawberry.mutation(
        description="The right to watch a job's video for a while, with its key and a ticket for each segment. A video that is still being made can be watched from its first segment on."
    )
    async def open_playback(
        self,
        info: Info,
        job_id: JobId,
        public_key: Annotated[
            str,
            strawberry.argument(
                description="An ECDH public key on P-256 (the uncompressed point as base64url) whose pair you have made for this playback alone."
            ),
        ],
        protection: Annotated[
            Protection, strawberry.argument(description="How the segments shall be encrypted.")
        ] = Protection.CENC,
    ) -> PlaybackResult:
        services, viewer = info.context.services, info.context.viewer
        try:
            opened = await playing.open_playback(job_id, viewer, public_key, Protection(protection), services)
        except OperationRefused as refusal:
            return playback_refused(refusal)
        except StoreUnavailable as error:
            return try_again(error)
        if opened is None:
            return job_not_found(job_id)
        return Playback.of(opened, services.settings)

    @strawberry.mutation(
        description="More tickets of a playback: for segments that a player has to fetch again, or that have come to be. If none of them exists yet, the answer waits for the first, at most 20 seconds."
    )
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
            job, tickets = await playing.more_tickets(playback_id, viewer, indexes, services)
        except OperationRefused as refusal:
            return playback_refused(refusal)
        except StoreUnavailable as error:
            return try_again(error)
        return Tickets(
            tickets=Ticket.list_of(tickets), segment_count=job.segments, complete=job.state is JobState.COMPLETED
        )
