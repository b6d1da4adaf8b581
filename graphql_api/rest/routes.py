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


def routes(services: Services, limits: BodyLimits) -> list[Route]:
    """The routes. `limits` are those of the whole process: an upload is an upload, whichever way it comes."""
    jobs, overview, events = JobResources(services, limits), Overview(services), JobEvents(services)
    return [
        Route("/api/jobs", Resource(GET=jobs.list, POST=jobs.create)),
        Route("/api/jobs/{id}", Resource(GET=jobs.get, DELETE=jobs.delete)),
        Route("/api/jobs/{id}/events", Resource(GET=events.watch)),
        Route("/api/jobs/{id}/cancel", Resource(POST=jobs.cancel)),
        Route("/api/jobs/{id}/retry", Resource(POST=jobs.retry)),
        Route("/api/queue", Resource(GET=overview.queue)),
        Route("/api/limits", Resource(GET=overview.limits)),
        Route("/api", Resource(GET=pages.overview)),
        Route("/api/openapi.json", Resource(GET=_description)),
        Route("/problems/{slug}", Resource(GET=pages.problem)),
        # Last: or the page would answer for addresses that look like ours.
        Route("/api/{rest:path}", Resource(GET=_nothing, POST=_nothing, PUT=_nothing, PATCH=_nothing, DELETE=_nothing)),
    ]


async def _description(_: Request) -> Response:
    return JSONResponse(openapi.document(), headers={**NO_STORE, "Cache-Control": "no-cache"})


async def _nothing(_: Request) -> Response:
    raise nothing_here()
