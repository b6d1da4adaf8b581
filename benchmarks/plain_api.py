"""What one writes first: a plain Strawberry subscription with a Redis connection of its own. Compared with, never used."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator

import strawberry
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from strawberry.asgi import GraphQL

from i2v_core import keys
from i2v_core.settings import load_settings
from i2v_core.store import redis_url

#: A channel for each job; the benchmark publishes there what the hub's one channel carries.
CHANNEL = "i2v:bench:"


@strawberry.type
class PlainProgress:
    state: str
    percent: float
    version: int


@strawberry.type
class Query:
    nothing: int = 0


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def job_progress(self, job_id: strawberry.ID) -> AsyncGenerator[PlainProgress, None]:
        async with Redis.from_url(redis_url(load_settings()), decode_responses=True) as redis, redis.pubsub() as pubsub:
            await pubsub.subscribe(CHANNEL + job_id)
            yield _progress(await redis.hgetall(keys.job(job_id)))  # type: ignore[misc]
            async for message in pubsub.listen():
                if message["type"] == "message":
                    yield _progress(json.loads(message["data"]))


def _progress(job: dict[str, str]) -> PlainProgress:
    return PlainProgress(state=job["state"], percent=float(job.get("percent") or 0), version=int(job["version"]))


async def _healthz(_: Request) -> Response:
    return Response("alive")


def create_plain_app() -> ASGIApp:
    """The ASGI application."""
    view: GraphQL[None, None] = GraphQL(strawberry.Schema(query=Query, subscription=Subscription))
    return Starlette(routes=[WebSocketRoute("/graphql", view), Route("/healthz", _healthz)])
