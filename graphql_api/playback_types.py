"""The types of the schema that a player needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Self

import strawberry

from graphql_api.types import Node
from i2v_core import jobs, playbacks
from i2v_core.settings import Settings


@strawberry.type(description="The right to fetch one segment once, soon, by the viewer it was made for.")
class Ticket:
    index: int = strawberry.field(description="Segment from 0; -1 is the init segment.")
    value: str = strawberry.field(description="To be sent in the header `I2V-Ticket`. Never log it.")

    @classmethod
    def list_of(cls, tickets: Mapping[int, str]) -> list[Self]:
        """The tickets as the schema shows them."""
        return [cls(index=index, value=value) for index, value in tickets.items()]


@strawberry.type(
    description="Your right to watch one job's video for a while. Segments: GET /media/playbacks/{id}/{init or index}."
)
class Playback(Node):
    job_id: strawberry.ID = strawberry.field(description="The job.")
    mime_type: str = strawberry.field(description="For `MediaSource.addSourceBuffer`.")
    segment_count: int = strawberry.field(description="Segments that exist now.")
    complete: bool = strawberry.field(description="Whether these are all.")
    duration_seconds: float = strawberry.field(description="Length of the whole video in seconds.")
    segment_seconds: float = strawberry.field(description="Length of each segment in seconds; the last may be shorter.")
    width: int = strawberry.field(description="Width of the video in pixels.")
    height: int = strawberry.field(description="Height of the video in pixels.")
    expires_at: datetime = strawberry.field(description="When the playback ends; open another then.")
    tickets: list[Ticket] = strawberry.field(description="For the init segment and every segment that exists.")

    @classmethod
    def of(cls, playback: playbacks.Playback, job: jobs.Job, tickets: Mapping[int, str], settings: Settings) -> Self:
        """The playback as the schema shows it; the job has a video."""
        assert job.video is not None
        return cls(
            id=strawberry.ID(playback.id),
            job_id=strawberry.ID(job.id),
            mime_type=job.video.mime_type,
            segment_count=job.segments,
            complete=job.state.is_terminal,
            duration_seconds=job.video.duration,
            segment_seconds=job.video.segment_seconds,
            width=job.video.width,
            height=job.video.height,
            expires_at=datetime.fromtimestamp(playback.created_at + settings.playback_seconds, UTC),
            tickets=Ticket.list_of(tickets),
        )


@strawberry.type(description="More tickets of a playback.")
class Tickets:
    tickets: list[Ticket] = strawberry.field(description="One for each segment that was asked for and exists.")
    segment_count: int = strawberry.field(description="Segments that exist now.")
    complete: bool = strawberry.field(description="Whether these are all.")
