"""The addresses under `/api`, put together for `graphql_api.app`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from graphql_api.body_limits import BodyLimits
from graphql_api.context import Services
from graphql_api.rest import openapi, pages
from graphql_api.rest.events import JobEvents
from graphql_api.rest.jobs import JobResources
from graphql_api.rest.overview import Overview
from graphql_api.rest.problems import NO_STORE, nothing_here
from graphql_api.rest.resource import Resource
from graphql_api.subscription_bounds import SubscriptionBounds


def routes(services: Services, limits: BodyLimits, bounds: SubscriptionBounds) -> list[Route]:
    """The routes. `limits` and `bounds` are the whole process's: an upload is an upload, whichever way it comes."""
    jobs, overview, events = JobResources(services, limits), Overview(services), JobEvents(services, bounds)
    resources = {
        "/api/jobs": Resource(GET=jobs.list, POST=jobs.create),
        "/api/jobs/{id}": Resource(GET=jobs.get, DELETE=jobs.delete),
        "/api/jobs/{id}/events": Resource(GET=events.watch),
        "/api/jobs/{id}/cancel": Resource(POST=jobs.cancel),
        "/api/jobs/{id}/retry": Resource(POST=jobs.retry),
        "/api/queue": Resource(GET=overview.queue),
        "/api/limits": Resource(GET=overview.limits),
        "/api": Resource(GET=pages.overview),
        "/api/openapi.json": Resource(GET=_description),
        "/problems/{slug}": Resource(GET=pages.problem),
        # Last: or the page would answer for addresses that look like ours.
        "/api/{rest:path}": Resource(GET=_nothing, POST=_nothing, PUT=_nothing, PATCH=_nothing, DELETE=_nothing),
    }
    return [Route(path, resource) for path, resource in resources.items()]


async def _description(_: Request) -> Response:
    return JSONResponse(openapi.document(), headers={**NO_STORE, "Cache-Control": "no-cache"})


async def _nothing(_: Request) -> Response:
    raise nothing_here()
