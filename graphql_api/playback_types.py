"""The types of the schema that a player needs."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Self

import strawberry

from graphql_api import licence as licences
from graphql_api.context import Info
from graphql_api.enums import Protection
from graphql_api.playing import Opened, init_of
from graphql_api.refusals import JobNotFound, PlaybackRefused, TryAgain
from graphql_api.request_errors import RequestCode, request_error
from graphql_api.types import Node
from i2v_core import jobs
from i2v_core.playbacks import INIT
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
    description="The key of a playback, wrapped for the public key that it was opened with. It is given once. Texts are base64url without padding."
)
class Licence:
    public_key: str = strawberry.field(
        description="The server's public key for this licence: a P-256 point, uncompressed."
    )
    iv: str = strawberry.field(description="Initialisation vector of the wrapping (12 bytes).")
    wrapped: str = strawberry.field(
        description="A JSON Web Key Set (Clear Key) under AES-256-GCM. Key: HKDF-SHA256 of the ECDH secret, no salt, info `i2v licence {playback id}`; additional data: the playback's id."
    )
    key_id: str = strawberry.field(description="Id of the key (16 bytes).")

    @classmethod
    def of(cls, licence: licences.Licence) -> Self:
        """The licence as the schema shows it."""
        return cls(public_key=licence.public_key, iv=licence.iv, wrapped=licence.wrapped, key_id=licence.key_id)


@strawberry.type(
    description="Your right to watch one job's video for a while. Segments: GET /media/playbacks/{id}/{init or index}."
)
class Playback(Node):
    job_id: strawberry.ID = strawberry.field(description="The job. To whoever watches by a link it opens nothing.")
    mime_type: str = strawberry.field(description="For `MediaSource.addSourceBuffer`.")
    segment_count: int = strawberry.field(description="Segments that exist now.")
    complete: bool = strawberry.field(description="Whether these are all. If not, ask `playbackTickets` for the next.")
    protection: Protection = strawberry.field(description="How init segment and segments are encrypted.")
    attempt: int = strawberry.field(description="The attempt whose video this is.")
    duration_seconds: float = strawberry.field(description="Length of the whole video in seconds.")
    segment_seconds: float = strawberry.field(description="Length of each segment in seconds; the last may be shorter.")
    width: int = strawberry.field(description="Width of the video in pixels.")
    height: int = strawberry.field(description="Height of the video in pixels.")
    expires_at: datetime = strawberry.field(
        description="When the playback ends; open another then. By a link it ends with the link at the latest."
    )
    opened: strawberry.Private[Opened]

    @strawberry.field(
        description="The key to it, given once: in the answer of `openPlayback`. `node` answers with an error, LICENCE_GIVEN_ONCE."
    )
    async def licence(self) -> Licence:
        if self.opened.licence is None:
            raise request_error(
                RequestCode.LICENCE_GIVEN_ONCE,
                "The key of a playback is given once, when it is opened. Open another with openPlayback.",
            )
        return Licence.of(self.opened.licence)

    @strawberry.field(
        description="The init segment as base64, just as it could be fetched: a start has one request less."
    )
    async def init_segment(self, info: Info) -> str:
        opened = self.opened
        init = opened.init or await init_of(opened.playback, info.context.services)
        return base64.b64encode(init).decode()

    @strawberry.field(description="For the init segment and every segment that exists.")
    async def tickets(self, info: Info) -> list[Ticket]:
        opened = self.opened
        if opened.tickets is not None:
            return Ticket.list_of(opened.tickets)
        playbacks, segments = info.context.services.playbacks, range(INIT, opened.job.segments)
        return Ticket.list_of(await playbacks.issue(opened.playback, segments))

    @classmethod
    def of(cls, opened: Opened, settings: Settings) -> Self:
        """The playback as the schema shows it; the job has a video, or the beginning of one."""
        playback, job = opened.playback, opened.job
        assert job.video is not None
        ends_at = playback.created_at + settings.playback_seconds
        if opened.link_ends_at is not None:
            ends_at = min(ends_at, opened.link_ends_at)
        return cls(
            id=strawberry.ID(playback.id),
            job_id=strawberry.ID(job.id),
            mime_type=job.video.mime_type,
            segment_count=job.segments,
            complete=job.state is jobs.JobState.COMPLETED,
            protection=playback.protection,
            attempt=job.attempt,
            duration_seconds=job.video.duration,
            segment_seconds=job.video.segment_seconds,
            width=job.video.width,
            height=job.video.height,
            expires_at=datetime.fromtimestamp(ends_at, UTC),
            opened=opened,
        )


@strawberry.type(description="More tickets of a playback.")
class Tickets:
    tickets: list[Ticket] = strawberry.field(
        description="One for each segment that was asked for and exists; none if none does after 20 seconds."
    )
    segment_count: int = strawberry.field(description="Segments that exist now.")
    complete: bool = strawberry.field(description="Whether these are all.")


PlaybackResult = Annotated[
    Playback | JobNotFound | PlaybackRefused | TryAgain,
    strawberry.union("PlaybackResult", description="The playback, or why there is none."),
]
