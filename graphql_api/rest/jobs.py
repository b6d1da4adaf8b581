"""The viewer's jobs as resources: create, list, look at, cancel, retry, delete."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphql_api import ordering, uploads
from graphql_api.body_limits import BodyLimits
from graphql_api.context import Services
from graphql_api.cursors import cursor_of
from graphql_api.ordering import JobUnknown
from graphql_api.rest.access import context_of, require
from graphql_api.rest.documents import job_document, path_of
from graphql_api.rest.negotiation import offer
from graphql_api.rest.parameters import OPTIONS, query, read_page, read_video_options
from graphql_api.rest.problems import NO_STORE
from graphql_api.rest.receiving import received
from i2v_core.jobs import Job, is_id
from i2v_core.viewers import Scope

JSON = "application/json"
#: RFC 7240's way to name an upload that may be sent twice (the IETF's draft of the Idempotency-Key header).
IDEMPOTENCY_HEADER = "idempotency-key"


class JobResources:
    """The handlers, over the services. All raise `Problem`, `I2VError` or `JobUnknown`; `Resource` makes answers of them."""

    def __init__(self, services: Services, limits: BodyLimits) -> None:
        self._services = services
        self._limits = limits

    async def create(self, request: Request) -> Response:
        """Take in a picture: 201 with its job; the same again if its idempotency key has made one already."""
        offer(request, JSON)
        identity = require(request, Scope.WRITE)
        given = query(request, "name", *OPTIONS)
        key = uploads.read_idempotency_key(request.headers.get(IDEMPOTENCY_HEADER))
        async with received(request, identity, self._services, self._limits, may_be_known=bool(key)) as (
            file,
            fields,
        ):
            options = read_video_options(given, fields, self._services)
            job = await uploads.take_in(file, options, identity.viewer, identity.flow, self._services, idempotency=key)
        return await self._shown(job, status=201)

    async def list(self, request: Request) -> Response:
        """A page of the viewer's jobs, newest first, with the next one's address in the Link header."""
        offer(request, JSON)
        viewer = require(request, Scope.READ).viewer
        size, after = read_page(query(request, "limit", "after"))
        queue, hub = self._services.queue, self._services.hub
        found = await queue.of_viewer(viewer, limit=size + 1, after=after)
        page = found[:size]
        following = cursor_of(page[-1]) if len(found) > size else None
        document = {
            "jobs": [job_document(await hub.progress(job)) for job in page],
            "totalCount": await queue.count_of_viewer(viewer),
            "nextCursor": following,
        }
        headers = dict(NO_STORE)
        if following is not None:
            headers["Link"] = f'</api/jobs?{urlencode({"limit": size, "after": following})}>; rel="next"'
        return JSONResponse(document, headers=headers)

    async def get(self, request: Request) -> Response:
        """One job as it stands."""
        offer(request, JSON)
        query(request)
        viewer, job_id = require(request, Scope.READ).viewer, request.path_params["id"]
        return await self._shown(await self.find(job_id, viewer))

    async def delete(self, request: Request) -> Response:
        """Delete the job and everything of it: 204."""
        query(request)
        identity = require(request, Scope.WRITE)
        await ordering.delete(request.path_params["id"], context_of(identity, self._services))
        return Response(status_code=204, headers=NO_STORE)

    async def cancel(self, request: Request) -> Response:
        """End a job that waits or runs."""
        offer(request, JSON)
        query(request)
        identity = require(request, Scope.WRITE)
        return await self._shown(await ordering.cancel(request.path_params["id"], context_of(identity, self._services)))

    async def retry(self, request: Request) -> Response:
        """Have a job made again that FAILED or was CANCELLED."""
        offer(request, JSON)
        query(request)
        identity = require(request, Scope.WRITE)
        return await self._shown(await ordering.retry(request.path_params["id"], context_of(identity, self._services)))

    async def find(self, job_id: str, viewer: str) -> Job:
        """A job of the viewer. Raises `JobUnknown`, for a foreign one as for one that never was."""
        job = await self._services.queue.get(job_id, viewer) if is_id("job", job_id) else None
        if job is None:
            raise JobUnknown(job_id)
        return job

    async def _shown(self, job: Job, status: int = 200) -> Response:
        headers = dict(NO_STORE)
        if status == 201:
            headers["Location"] = path_of(job.id)
        return JSONResponse(job_document(await self._services.hub.progress(job)), status, headers)
