"""The API put together: `create_app()` runs it alone, `build_api()` gives it to the web process to mount."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from graphql_api import media
from graphql_api.body_limits import BodyLimits
from graphql_api.context import Services
from graphql_api.decoder import Decoder
from graphql_api.uploads import incoming_folder
from graphql_api.view import GraphQLView
from i2v_core.admission import Admission
from i2v_core.errors import StoreUnavailable
from i2v_core.logs import configure_logging, get_logger
from i2v_core.media import MediaStore
from i2v_core.playbacks import Playbacks
from i2v_core.progress import ProgressHub
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings, load_settings
from i2v_core.store import connect, redis_url, signing_secret
from i2v_core.tasks import ended
from i2v_core.viewers import ViewerMiddleware

log = get_logger("api")

#: Uploads that were cut off by a crash are swept after this long; none takes nearly as long to arrive.
_STALE_UPLOAD_SECONDS = 3600
#: A Redis that takes longer to answer is not ready for anybody.
_READY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Api:
    """The API's routes and what must run while they are served.

    `routes` go into a Starlette app that is wrapped in `ViewerMiddleware`; `lifespan(middleware)` must be entered
    before the first request: it fetches the signing secret and keeps the progress hub running.
    """

    services: Services
    redis: Redis
    routes: list[Route | WebSocketRoute]

    @asynccontextmanager
    async def lifespan(self, viewers: ViewerMiddleware) -> AsyncIterator[None]:
        """Run the hub and let `viewers` know the secret, until the block ends."""
        _sweep_uploads(self.services)
        viewers.use_secret(await _patiently_read_secret(self.redis, self.services.settings))
        hub = asyncio.create_task(self.services.hub.run())
        try:
            yield
        finally:
            await ended(hub)
            await self.redis.aclose()


def build_api(settings: Settings) -> Api:
    """Wire the API. Nothing is connected yet."""
    redis = connect(redis_url(settings))
    queue = JobQueue(redis, settings)
    services = Services(
        settings=settings,
        queue=queue,
        hub=ProgressHub(queue),
        admission=Admission(queue),
        playbacks=Playbacks(redis, settings),
        media=MediaStore.of(settings),
        decoder=Decoder(settings),
    )
    view = GraphQLView(services, BodyLimits(settings))
    routes: list[Route | WebSocketRoute] = [
        Route("/graphql", view, methods=["GET", "POST", "OPTIONS"]),
        WebSocketRoute("/graphql", view),
        *media.routes(services),
        Route("/healthz", _healthz),
        Route("/readyz", _Readiness(queue)),
    ]
    return Api(services, redis, routes)


def create_app() -> ASGIApp:
    """The API alone, as an ASGI application with a lifespan of its own. Raises `WrongSetting`."""
    settings = load_settings()
    configure_logging(settings)
    api = build_api(settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with api.lifespan(app):
            yield

    app = ViewerMiddleware(Starlette(routes=api.routes, lifespan=lifespan))
    return app


async def _healthz(_: Request) -> Response:
    """Alive: the process answers. Nothing else is asked, so that an outage of Redis restarts no web process."""
    return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})


class _Readiness:
    """Ready: Redis answers, so that an upload would be taken in."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        try:
            async with asyncio.timeout(_READY_SECONDS):
                line = await self._queue.line()
            response = JSONResponse({"status": "ready", "workers": len(line.slots), "time": round(time.time(), 3)})
        except (StoreUnavailable, TimeoutError):
            reason = StoreUnavailable().message
            response = JSONResponse({"status": "not ready", "reason": reason}, status_code=503)
        response.headers["Cache-Control"] = "no-store"
        await response(scope, receive, send)  # type: ignore[arg-type]


async def _patiently_read_secret(redis: Redis, settings: Settings) -> str:
    """The signing secret, however long Redis takes to come up: an API started first must not die of it."""
    said = False
    while True:
        try:
            return await signing_secret(redis, settings)
        except StoreUnavailable:
            if not said:
                log.warning("waiting_for_redis")
            said = True
            await asyncio.sleep(0.1)


def _sweep_uploads(services: Services) -> None:
    for path in incoming_folder(services.media.root).glob("upload-*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _STALE_UPLOAD_SECONDS:
                path.unlink()
