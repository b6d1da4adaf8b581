"""Links to videos in the schema: made, listed and revoked by their viewer, and opened by whoever has one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Self

import strawberry

from graphql_api import playing
from graphql_api.context import Info
from graphql_api.enums import Protection
from graphql_api.keeping import seconds_of
from graphql_api.playback_types import Playback, PlaybackResult
from graphql_api.refusals import (
    JobId,
    JobNotFound,
    Refusal,
    TryAgain,
    job_not_found,
    limit_of,
    playback_refused,
    try_again,
)
from graphql_api.types import when
from i2v_core import share_links
from i2v_core.errors import Code, OperationRefused, StoreUnavailable

Secret = Annotated[str, strawberry.argument(description="The link's secret. Send it by POST, and never log it.")]


@strawberry.type(description="A link by which others may watch a video of yours, without its secret.")
class ShareLink:
    id: strawberry.ID = strawberry.field(description="What it is revoked by.")
    job_id: strawberry.ID = strawberry.field(description="The job whose video it is.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime = strawberry.field(description="When it ends by itself.")
    opened_times: int = strawberry.field(description="How many playbacks were opened by it.")
    last_opened_at: datetime | None = strawberry.field(description="When the last one was; null if there was none.")

    @classmethod
    def of(cls, link: share_links.ShareLink) -> Self:
        """The link as the schema shows it to who made it."""
        return cls(
            id=strawberry.ID(link.id),
            job_id=strawberry.ID(link.job),
            created_at=datetime.fromtimestamp(link.created_at, UTC),
            expires_at=datetime.fromtimestamp(link.expires_at, UTC),
            opened_times=link.opened_times,
            last_opened_at=when(link.last_opened_at),
        )


@strawberry.type(description="A video as whoever has a link to it sees it. Whose it is, is not told.")
class SharedVideo:
    name: str = strawberry.field(description="Name of the file it was made from.")
    width: int = strawberry.field(description="Width of the video in pixels.")
    height: int = strawberry.field(description="Height of the video in pixels.")
    seconds: float = strawberry.field(description="Length of the video in seconds.")
    expires_at: datetime = strawberry.field(description="When the link ends.")
    poster_url: str = strawberry.field(
        description="Path of a small still picture of it on this server. It answers as long as the link is good, and gives nothing but that picture."
    )


@strawberry.type(description="A new link. This is the only time that its secret is shown.")
class ShareLinkCreated:
    link: ShareLink = strawberry.field(description="The link.")
    secret: str = strawberry.field(description="Whoever has it may watch the video.")
    path: str = strawberry.field(
        description="Path of the page that shows the video, with the secret behind `#`, where no server and no log gets to see it."
    )


@strawberry.type(description="No link was made.")
class ShareLinkRefused(Refusal):
    pass


@strawberry.type(description="The link leads nowhere from now on, and what was opened by it gets nothing more.")
class ShareLinkRevoked:
    id: strawberry.ID = strawberry.field(description="Id of the link.")


@strawberry.type(description="There is no such link among yours, or no longer.")
class ShareLinkNotFound(Refusal):
    id: strawberry.ID = strawberry.field(description="The id that was asked for.")


CreateShareLinkResult = Annotated[
    ShareLinkCreated | JobNotFound | ShareLinkRefused | TryAgain,
    strawberry.union("CreateShareLinkResult", description="The link with its secret, or why there is none."),
]
RevokeShareLinkResult = Annotated[
    ShareLinkRevoked | ShareLinkNotFound | TryAgain,
    strawberry.union("RevokeShareLinkResult", description="That it leads nowhere any more, or why not."),
]


@strawberry.type
class SharingQueries:
    """Mixed into `Query`."""

    @strawberry.field(description="The links to a video of yours that are good, newest first. Not for tokens.")
    async def share_links(self, info: Info, job_id: JobId) -> list[ShareLink]:
        found = await info.context.services.share_links.of_job(job_id, info.context.viewer)
        return [ShareLink.of(link) for link in found]

    @strawberry.field(
        description="The video that a link leads to, for whoever has it; null if there is no such link, or no longer."
    )
    async def shared_video(self, info: Info, secret: Secret) -> SharedVideo | None:
        services = info.context.services
        link = await services.share_links.find(secret)
        job = await services.queue.get(link.job, link.viewer) if link else None
        if link is None or job is None or job.video is None:
            return None
        return SharedVideo(
            name=job.name,
            width=job.video.width,
            height=job.video.height,
            seconds=job.video.duration,
            expires_at=datetime.fromtimestamp(link.expires_at, UTC),
            poster_url=f"/media/shared/{share_links.poster_name(secret)}",
        )


@strawberry.type
class SharingMutations:
    """Mixed into `Mutation`."""

    @strawberry.mutation(
        description="Make a link by which others may watch a finished video of yours, and do nothing else. Not for tokens."
    )
    async def create_share_link(
        self,
        info: Info,
        job_id: JobId,
        expires_at: Annotated[
            datetime,
            strawberry.argument(
                description="When it shall end, in UTC unless it says otherwise: at most `limits.shareLinkMaxHours` from now. Never later than the job would be deleted now: if that is kept for longer, the link is not."
            ),
        ],
    ) -> CreateShareLinkResult:
        links, viewer = info.context.services.share_links, info.context.viewer
        try:
            made = await links.make(job_id, viewer, seconds_of(expires_at))
        except OperationRefused as error:
            return ShareLinkRefused(
                code=error.code, message=error.message, how_to_fix=error.how_to_fix, limit=limit_of(error)
            )
        except StoreUnavailable as error:
            return try_again(error)
        if made is None:
            return job_not_found(job_id)
        link, secret = made
        return ShareLinkCreated(link=ShareLink.of(link), secret=secret, path=f"/shared#{secret}")

    @strawberry.mutation(
        description="End a link to a video of yours. Whoever watches by it gets no further segment. Not for tokens."
    )
    async def revoke_share_link(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the link.")]
    ) -> RevokeShareLinkResult:
        try:
            if await info.context.services.share_links.revoke(id, info.context.viewer):
                return ShareLinkRevoked(id=id)
        except StoreUnavailable as error:
            return try_again(error)
        return ShareLinkNotFound(
            code=Code.SHARE_LINK_NOT_FOUND,
            message="There is no such link.",
            how_to_fix="It may have ended or been revoked. shareLinks lists those that are good.",
            id=id,
        )

    @strawberry.mutation(
        description="`openPlayback` for whoever has a link to the video: the playback is yours, the viewing the link's. It ends with the link."
    )
    async def open_shared_playback(
        self,
        info: Info,
        secret: Secret,
        public_key: Annotated[str, strawberry.argument(description="As for `openPlayback`.")],
        protection: Annotated[
            Protection, strawberry.argument(description="How the segments shall be encrypted.")
        ] = Protection.CENC,
    ) -> PlaybackResult:
        services, viewer = info.context.services, info.context.viewer
        try:
            opened = await playing.open_shared(secret, viewer, public_key, Protection(protection), services)
        except OperationRefused as refusal:
            return playback_refused(refusal)
        except StoreUnavailable as error:
            return try_again(error)
        return Playback.of(opened, services.settings)
