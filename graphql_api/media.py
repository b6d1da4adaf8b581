"""The routes that serve media: stills to their viewer and to links, segments for one-use tickets. None serves a video.

What is refused looks the same whatever the reason: an id that does not exist, another viewer's, a used ticket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphql_api.context import Services
from graphql_api.protection import protect
from i2v_core.errors import StoreUnavailable
from i2v_core.jobs import Job, is_id
from i2v_core.logs import get_logger
from i2v_core.media import MediaMissing
from i2v_core.playbacks import INIT, Playback
from i2v_core.seal import SealBroken
from i2v_core.viewers import IDENTITY_KEY, Scope

log = get_logger("api")

_NO_STORE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: A picture is its viewer's own and never changes: the browser may keep it for a while, and nobody in between may.
_PRIVATE = {**_NO_STORE, "Cache-Control": "private, max-age=3600", "Content-Disposition": "inline"}


def routes(services: Services) -> list[Route]:
    """The routes under `/media`."""
    media = MediaRoutes(services)
    return [
        Route("/media/pictures/{job}", media.picture),
        Route("/media/thumbnails/{job}", media.thumbnail),
        Route("/media/shared/{poster}", media.poster),
        Route("/media/playbacks/{playback}/{segment}", media.segment),
    ]


class MediaRoutes:
    """The endpoints, over the services."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def picture(self, request: Request) -> Response:
        """The picture of a job of the viewer in normal form: upright, bounded, without metadata."""
        return await self._own(request, self._services.media.picture, "image/jpeg")

    async def thumbnail(self, request: Request) -> Response:
        """The thumbnail of a job of the viewer."""
        return await self._own(request, self._services.media.thumbnail, "image/webp")

    async def _own(self, request: Request, read: Callable[[str], bytes], media_type: str) -> Response:
        """A still picture of the viewer's own job."""
        job_id = request.path_params["job"]
        if Scope.READ not in request.scope[IDENTITY_KEY].scopes:
            return _nothing_here(403)
        try:
            job = (
                await self._services.queue.get(job_id, request.scope[IDENTITY_KEY].viewer)
                if is_id("job", job_id)
                else None
            )
        except StoreUnavailable:
            return _try_again()
        return await self._still(job, read, media_type, _PRIVATE)

    async def poster(self, request: Request) -> Response:
        """The thumbnail of the job that a link leads to, for the link's poster name; never its secret."""
        if Scope.READ not in request.scope[IDENTITY_KEY].scopes:
            return _nothing_here(403)
        try:
            link = await self._services.share_links.by_poster(request.path_params["poster"])
            job = await self._services.queue.get(link.job, link.viewer) if link else None
        except StoreUnavailable:
            return _try_again()
        return await self._still(  # not kept anywhere: whose link is revoked shall see nothing of it any more
            job, self._services.media.thumbnail, "image/webp", _NO_STORE
        )

    async def _still(
        self, job: Job | None, read: Callable[[str], bytes], media_type: str, headers: Mapping[str, str]
    ) -> Response:
        if job is None:
            return _nothing_here(404)
        try:
            data = await asyncio.to_thread(read, job.id)
        except MediaMissing:
            return _nothing_here(404)
        except SealBroken as error:
            return _cannot_read(error)
        return Response(data, media_type=media_type, headers=headers)

    async def segment(self, request: Request) -> Response:
        """One segment for one ticket, to a script of our own page alone: never to the address bar or another site."""
        index = _index(request.path_params["segment"])
        ticket = request.headers.get("i2v-ticket", "")
        may_play = Scope.PLAY in request.scope[IDENTITY_KEY].scopes
        if not may_play or not _is_fetch_of_our_page(request) or index is None or not ticket:
            return _nothing_here(403)
        try:
            opened = await self._services.playbacks.redeem(
                ticket, request.path_params["playback"], index, request.scope[IDENTITY_KEY].viewer
            )
        except StoreUnavailable:
            return _try_again()
        if opened is None:
            return _nothing_here(403)
        try:
            data = await asyncio.to_thread(self._read, opened, index)
        except MediaMissing:
            return _nothing_here(404)
        except SealBroken as error:
            return _cannot_read(error)
        # Stored segments never leave as they are: here each is encrypted for its playback.
        return Response(protect(data, opened, index), media_type="application/octet-stream", headers=_NO_STORE)

    def _read(self, playback: Playback, index: int) -> bytes:
        media = self._services.media
        if index == INIT:
            return media.init(playback.job, playback.run)
        return media.segment(playback.job, playback.run, index, variant=playback.variant(index))


def _is_fetch_of_our_page(request: Request) -> bool:
    # Browsers set Sec-Fetch-* themselves and let no script touch them. Without them it is no browser of today, or the
    # page came over plain http from another machine, where neither encryption nor this can work.
    headers = request.headers
    return (
        headers.get("sec-fetch-site") == "same-origin"
        and headers.get("sec-fetch-mode") in ("cors", "same-origin")
        and headers.get("sec-fetch-dest") == "empty"
    )


def _index(segment: str) -> int | None:
    if segment == "init":
        return INIT
    return int(segment) if segment.isascii() and segment.isdigit() and len(segment) <= 4 else None


def _nothing_here(status: int) -> Response:
    return Response(status_code=status, headers=_NO_STORE)


def _cannot_read(error: SealBroken) -> Response:
    log.error("media_sealed", reason=str(error), hint="Is I2V_MEDIA_KEY the one it was stored with?")
    return _nothing_here(404)


def _try_again() -> Response:
    return Response(status_code=503, headers={**_NO_STORE, "Retry-After": "3"})
