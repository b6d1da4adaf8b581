"""The types of the schema that show jobs, progress, the queue and playbacks, each made from its counterpart in `i2v_core`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Self, cast

import strawberry

from graphql_api.context import Info
from graphql_api.cursors import cursor_of
from graphql_api.enums import JobOrder, JobState, Motion, Stage
from graphql_api.refusals import Refusal
from i2v_core import jobs
from i2v_core.progress import Progress
from i2v_core.queue_watch import QueueState


def when(seconds: float | None) -> datetime | None:
    """The time of UNIX seconds, with its zone."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


@strawberry.interface(description="Anything with an id that is unique everywhere (Relay's object identification).")
class Node:
    id: strawberry.ID = strawberry.field(description="Unique everywhere; opaque.")


@strawberry.type(name="VideoOptionsUsed", description="The options a job is made with, defaults filled in.")
class VideoOptionsUsed:
    motion: Motion = strawberry.field(description="How the camera moves.")
    seconds: float = strawberry.field(description="Length of the video in seconds.")
    seed: int = strawberry.field(description="Seed of everything random in it: the same seed gives the same video.")


@strawberry.type(description="Why a job FAILED.")
class Failure:
    code: str = strawberry.field(description="Stable name for programs.")
    message: str = strawberry.field(description="What went wrong, as a sentence for a person.")
    how_to_fix: str = strawberry.field(description="What to do next, as a sentence for a person.")


@strawberry.type(description="One picture on its way to one video.")
class Job(Node):
    name: str = strawberry.field(description="Name of the uploaded file, as it was given.")
    state: JobState = strawberry.field(description="Where it is on its way.")
    attempt: int = strawberry.field(description="Which try is going on or was the last, from 1; 0 before the first.")
    created_at: datetime = strawberry.field(description="When it was uploaded.")
    started_at: datetime | None = strawberry.field(description="When the present attempt began.")
    finished_at: datetime | None = strawberry.field(description="When it ended.")
    expires_at: datetime | None = strawberry.field(description="When it and its video are deleted; set when it ends.")
    thumbnail_url: str = strawberry.field(description="Path of the thumbnail on this server. It answers to you alone.")
    width: int = strawberry.field(description="Width of the uploaded picture, upright, in pixels.")
    height: int = strawberry.field(description="Height of the uploaded picture, upright, in pixels.")
    failure: Failure | None = strawberry.field(description="Why it FAILED; null otherwise.")
    options: VideoOptionsUsed = strawberry.field(description="What video is wanted.")
    core: strawberry.Private[jobs.Job]

    @strawberry.field(description="Its progress as it stands.")
    async def progress(self, info: Info) -> JobProgress:
        return JobProgress.of(await info.context.services.hub.progress(self.core))

    @classmethod
    def of(cls, job: jobs.Job) -> Self:
        """The job as the schema shows it."""
        return cls(
            id=strawberry.ID(job.id),
            name=job.name,
            state=job.state,
            attempt=job.attempt,
            created_at=datetime.fromtimestamp(job.created_at, UTC),
            started_at=when(job.started_at),
            finished_at=when(job.finished_at),
            expires_at=when(job.expires_at),
            thumbnail_url=f"/media/thumbnails/{job.id}",
            width=job.width,
            height=job.height,
            failure=Failure(code=job.failure.code, message=job.failure.message, how_to_fix=job.failure.how_to_fix)
            if job.failure
            else None,
            options=VideoOptionsUsed(motion=job.options.motion, seconds=job.options.seconds, seed=job.options.seed),
            core=job,
        )


@strawberry.type(description="A job's progress at one moment.")
class JobProgress:
    job: Job = strawberry.field(description="The job.")
    state: JobState = strawberry.field(description="Where it is on its way.")
    stage: Stage | None = strawberry.field(description="What is being done while it is PROCESSING.")
    percent: float = strawberry.field(
        description="Of the whole job, 0 to 100, as the model reports it. It never falls within an attempt."
    )
    attempt: int = strawberry.field(description="Which try is going on or was the last, from 1; 0 before the first.")
    queue_position: int | None = strawberry.field(description="Place among the waiting, 1 is next; null unless QUEUED.")
    places_lost: int = strawberry.field(
        description="Places it has fallen back since it was told before: another viewer, who has had fewer turns, goes first (or you have moved it). 0 mostly."
    )
    starts_in_seconds: float | None = strawberry.field(
        description="Seconds until it is expected to start; null unless QUEUED, or while no worker is there."
    )
    remaining_seconds: float | None = strawberry.field(
        description="Seconds until the video is expected to be complete; null when it has ended, or while no worker is there."
    )
    segments_ready: int = strawberry.field(description="Segments of the video that exist already.")
    version: int = strawberry.field(description="Counts the job's changes; a higher one is newer.")

    @classmethod
    def of(cls, progress: Progress) -> Self:
        """The progress as the schema shows it: one object for all who are told the same."""
        if progress.kept:
            return cast(Self, progress.kept[0])
        job, estimate = progress.job, progress.estimate
        shown = cls(
            job=Job.of(job),
            state=job.state,
            stage=job.stage,
            percent=job.percent,
            attempt=job.attempt,
            queue_position=estimate.place,
            places_lost=estimate.places_lost,
            starts_in_seconds=_round(estimate.starts_in),
            remaining_seconds=_round(estimate.remaining),
            segments_ready=job.segments,
            version=job.version,
        )
        progress.kept.append(shown)
        return shown


@strawberry.type(description="The job has ended, so this cannot be done with it.")
class JobAlreadyFinished(Refusal):
    job: Job = strawberry.field(description="The job as it ended.")


@strawberry.type(description="The job and everything of it is gone.")
class JobDeleted:
    job_id: strawberry.ID = strawberry.field(description="Id of the job that was deleted.")


@strawberry.type(description="One model in one worker, which makes one video at a time.")
class QueueSlot:
    percent: float = strawberry.field(description="How far its job is, 0 to 100; 0 while it is free.")
    remaining_seconds: float | None = strawberry.field(
        description="Seconds until it is expected to be free; null while it is."
    )
    is_mine: bool = strawberry.field(description="Whether the job is yours. Whose the others are is not told.")


@strawberry.type(description="The queue of everybody.")
class Queue:
    length: int = strawberry.field(description="Jobs that wait.")
    processing: int = strawberry.field(description="Jobs that are being made.")
    model_seconds: float | None = strawberry.field(
        description="Seconds the model takes for a picture; null while no worker is there."
    )
    estimated_wait_seconds: float | None = strawberry.field(
        description="Seconds until a picture that you upload now would start; null while no worker is there, or while it is paused."
    )
    paused: bool = strawberry.field(description="Whether the operator lets nothing new begin at the moment.")
    slots: list[QueueSlot] = strawberry.field(
        description="The workers' slots in a fixed order, none while no worker is there. In `queueChanged` that one of them goes on is no change: reckon on from what was told."
    )

    @classmethod
    def of(cls, state: QueueState) -> Self:
        """The queue as the schema shows it: one object for all who are told the same."""
        if state.kept:
            return cast(Self, state.kept[0])
        shown = cls(
            length=state.length,
            processing=state.processing,
            model_seconds=state.model_seconds,
            estimated_wait_seconds=_round(state.wait),
            paused=state.paused,
            slots=[
                QueueSlot(
                    percent=round(slot.percent, 2), remaining_seconds=_round(slot.remaining), is_mine=slot.is_mine
                )
                for slot in state.slots
            ],
        )
        state.kept.append(shown)
        return shown


@strawberry.type(description="Relay's page information.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are more, after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are others, before this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first on this page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last on this page; give it as `after`.")


@strawberry.type(description="A job in a list.")
class JobEdge:
    node: Job = strawberry.field(description="The job.")
    cursor: str = strawberry.field(description="Its place in the list; opaque.")

    @classmethod
    def of(cls, job: jobs.Job, order: JobOrder = JobOrder.NEWEST) -> Self:
        """The job with its cursor in that order."""
        return cls(node=Job.of(job), cursor=cursor_of(job, order))


@strawberry.type(description="A page of jobs (Relay's connection).")
class JobConnection:
    edges: list[JobEdge] = strawberry.field(description="The jobs on this page.")
    page_info: PageInfo = strawberry.field(description="Where this page lies in the list.")

    #: How many match, where they were counted already.
    counted: strawberry.Private[int | None] = None

    @strawberry.field(description="All your jobs that are kept and match what was asked for, on all pages.")
    async def total_count(self, info: Info) -> int:
        if self.counted is not None:
            return self.counted
        return await info.context.services.queue.count_of_viewer(info.context.viewer)


@strawberry.type(description="What this server takes in and makes.")
class Limits:
    max_upload_bytes: int = strawberry.field(description="Largest upload in bytes.")
    max_megapixels: float = strawberry.field(description="Largest picture in millions of pixels.")
    formats: list[str] = strawberry.field(description="Formats of pictures that are taken in.")
    min_seconds: float = strawberry.field(description="Shortest video in seconds.")
    max_seconds: float = strawberry.field(description="Longest video in seconds.")
    default_seconds: float = strawberry.field(description="Length of a video in seconds if none is asked for.")
    retention_hours: float = strawberry.field(description="Hours a finished job is kept.")
    keep_at_most_hours: float = strawberry.field(
        description="Hours from now until which `keepJob` keeps a job at most."
    )
    max_waiting: int = strawberry.field(description="Pictures that you may have waiting at once.")
    max_waiting_overall: int = strawberry.field(description="Pictures that may wait in all.")
    max_uploads_per_minute: int = strawberry.field(description="Uploads that you may begin in a minute.")


def _round(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)
