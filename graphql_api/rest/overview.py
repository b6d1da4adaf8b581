"""What concerns no single job: the queue of everybody, and what this server takes in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphql_api.context import Services
from graphql_api.model_name import model_name
from graphql_api.rest.access import require
from graphql_api.rest.documents import limits_document, queue_document
from graphql_api.rest.jobs import JSON
from graphql_api.rest.negotiation import offer
from graphql_api.rest.parameters import query
from graphql_api.rest.problems import NO_STORE
from i2v_core.viewers import Scope


class Overview:
    """The handlers, over the services."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def queue(self, request: Request) -> Response:
        """How long the queue is, and how long a picture that is uploaded now would wait."""
        offer(request, JSON)
        query(request)
        flow, services = require(request, Scope.READ).flow, self._services
        document = queue_document(await services.hub.line_as_told(), await services.queue.ahead(flow))
        return JSONResponse(document, headers=NO_STORE)

    async def limits(self, request: Request) -> Response:
        """What this server takes in and makes."""
        offer(request, JSON)
        query(request)
        require(request, Scope.READ)
        document = limits_document(self._services.settings, await model_name(self._services))
        return JSONResponse(document, headers=NO_STORE)
