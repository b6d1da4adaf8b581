"""The API put together: `create_app()` runs it alone, `build_api()` gives it to the web process to mount."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
from graphql_api.http.origins import cross_origin
from graphql_api.playground.app import Playground
from graphql_api.rates import Counted, Rates, counted
from graphql_api.refused_pictures import not_stored
from graphql_api.rest import routes as rest
from graphql_api.view import GraphQLView
from i2v_core.admission import Admission
from i2v_core.errors import I2VError, StoreUnavailable, UploadRefused
from i2v_core.identity_news import IdentityNews
from i2v_core.logs import configure_logging, get_logger
from i2v_core.media import MediaStore
from i2v_core.persisted import PersistedOperations
from i2v_core.playbacks import Playbacks
from i2v_core.progress import ProgressHub
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings, load_settings
from i2v_core.share_links import ShareLinks
from i2v_core.signing import signing_secrets
from i2v_core.store import connect, redis_url
from i2v_core.tasks import ended
from i2v_core.token_watch import TokenWatch
from i2v_core.tokens import Tokens
from i2v_core.viewer_middleware import ViewerMiddleware

log = get_logger("api")

#: A Redis that takes longer to answer is not ready for anybody.
_READY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Api:
    """The API's routes and what must run while they are served.

    `routes` go into a Starlette app that is wrapped in `ViewerMiddleware`, and that in `cross_origin`; `lifespan(middleware)` must be entered
    before the first request: it fetches the signing secrets and keeps the progress hub and the news of tokens running.
    """

    services: Services
    redis: Redis
    routes: list[Route | WebSocketRoute]

    @asynccontextmanager
    async def lifespan(self, viewers: ViewerMiddleware) -> AsyncIterator[None]:
        """Run the hub and let `viewers` know the secret, until the block ends."""
        viewers.use_secrets(await _patiently_read_secrets(self.redis, self.services.settings))
        viewers.use_tokens(self.services.token_watch)

        async def read_secrets() -> None:
            viewers.use_secrets(await signing_secrets(self.redis, self.services.settings))

        news = IdentityNews(self.redis, self.services.token_watch, read_secrets)
        tasks = [asyncio.create_task(self.services.hub.run()), asyncio.create_task(news.run())]
        try:
            yield
        finally:
            for task in tasks:
                await ended(task)
            await self.redis.aclose()


def build_api(settings: Settings) -> Api:
    """Wire the API. Nothing is connected yet."""
    redis = connect(redis_url(settings))
    queue = JobQueue(redis, settings)
    tokens, rates = Tokens(redis, settings), Rates(redis, settings)
    services = Services(
        settings=settings,
        queue=queue,
        hub=ProgressHub(queue),
        admission=Admission(queue),
        playbacks=Playbacks(redis, settings),
        share_links=ShareLinks(redis, settings),
        media=MediaStore.of(settings),
        decoder=Decoder(settings),
        tokens=tokens,
        token_watch=TokenWatch(tokens, rates.count_address),
        rates=rates,
        persisted=PersistedOperations(redis, settings),
    )
    limits = BodyLimits(settings)
    view = GraphQLView(services, limits)
    playground = Playground(settings)
    routes: list[Route | WebSocketRoute] = [
        # No list of methods: the view refuses the others in the form of a GraphQL error.
        Route("/graphql", playground.before(Counted(view, services.rates))),
        WebSocketRoute("/graphql", view),
        *playground.routes,
        *counted(media.routes(services), services.rates),
        *counted(rest.routes(services, limits, view.bounds), services.rates),
        Route("/healthz", _healthz),
        Route("/readyz", _Readiness(services)),
    ]
    return Api(services, redis, routes)


def create_app() -> ASGIApp:
    """The API alone, as an ASGI application with a lifespan of its own. Raises `WrongSetting`."""
    settings = load_settings()
    configure_logging(settings)
    api = build_api(settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with api.lifespan(viewers):
            yield

    viewers = ViewerMiddleware(Starlette(routes=api.routes, lifespan=lifespan))
    return cross_origin(viewers, settings)


async def _healthz(_: Request) -> Response:
    """Alive: the process answers. Nothing else is asked, so that an outage of Redis restarts no web process."""
    return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})


class _Readiness:
    """Ready: an upload would be taken in. Redis takes writes, and so does the folder that pictures come into."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        try:
            async with asyncio.timeout(_READY_SECONDS):
                workers = await self._workers()
            response = JSONResponse({"status": "ready", "workers": workers, "time": round(time.time(), 3)})
        except (StoreUnavailable, UploadRefused) as error:
            response = _not_ready(error)
        except TimeoutError:
            response = _not_ready(StoreUnavailable())
        response.headers["Cache-Control"] = "no-store"
        await response(scope, receive, send)  # type: ignore[arg-type]

    async def _workers(self) -> int:
        """How many workers there are. Raises what an upload would be refused with."""
        services = self._services
        await services.queue.takes_writes()
        if not await asyncio.to_thread(services.media.takes_uploads):
            raise not_stored()
        return len((await services.hub.line()).slots)


def _not_ready(error: I2VError) -> JSONResponse:
    return JSONResponse({"status": "not ready", "reason": error.message}, status_code=503)


async def _patiently_read_secrets(redis: Redis, settings: Settings) -> tuple[str, ...]:
    """The signing secrets, however long Redis takes to come up: an API started first must not die of it."""
    said = False
    while True:
        try:
            return await signing_secrets(redis, settings)
        except StoreUnavailable:
            if not said:
                log.warning("waiting_for_redis")
            said = True
            await asyncio.sleep(0.1)
