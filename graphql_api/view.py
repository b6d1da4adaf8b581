"""The GraphQL endpoint: Strawberry's view with streamed uploads, a CSRF check and its one WebSocket protocol."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.file_uploads.utils import replace_placeholders_with_files
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from graphql_api.body_limits import BodyLimits, counted
from graphql_api.context import Context, Services
from graphql_api.fanout import encoded
from graphql_api.multipart import MultipartBody, receive_multipart
from graphql_api.schema import schema
from graphql_api.uploads import incoming_folder
from i2v_core.errors import StoreUnavailable, UploadRefused
from i2v_core.viewers import IDENTITY_KEY, Identity

#: A cross-site page can post a multipart form with the viewer's cookie without asking, but it cannot set a header.
PREFLIGHT_HEADERS = ("x-i2v-request", "apollo-require-preflight", "x-apollo-operation-name", "graphql-preflight")


class GraphQLView(GraphQL[Context, None]):
    """Strawberry's ASGI view, wired to the services."""

    def __init__(self, services: Services, limits: BodyLimits) -> None:
        super().__init__(
            schema,
            graphql_ide="graphiql",
            # The old protocol only costs: clients that offer it first then fail with ours.
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            multipart_uploads_enabled=True,
        )
        self.graphql_ide = None  # the stock one loads from a CDN; a playground of our own files comes later
        self._services = services
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)  # ten thousand of them: nothing that uploads need
            return
        body = MultipartBody()
        scope["i2v.multipart"] = body
        scope["i2v.admitted"] = admitted = AsyncExitStack()
        if not _is_multipart(scope):
            receive = counted(receive)
        try:
            await super().__call__(scope, receive, send)
        finally:
            body.discard()
            await admitted.aclose()

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """The request's context: who asks, as the viewer middleware found out."""
        return Context(_identity(request), self._services)

    def encode_json(self, data: object) -> str:
        """Shared data of a subscription is encoded once for all who get it."""
        return encoded(data)

    async def _admit(self, request: Request, body: MultipartBody) -> None:
        """Hold a place for the upload until it is answered; if there is none, its files are refused unread."""
        try:
            await request.scope["i2v.admitted"].enter_async_context(
                self._services.admission.admitted(_identity(request).flow)
            )
        except (UploadRefused, StoreUnavailable) as refusal:
            body.refusal = refusal

    async def parse_multipart(self, request: AsyncHTTPRequestAdapter) -> dict[str, Any]:
        """The operation of a multipart request, its files streamed to disk. Raises `HTTPException`."""
        if not any(name in request.headers for name in PREFLIGHT_HEADERS):
            raise HTTPException(400, "A multipart request needs the header 'X-I2V-Request: 1' (any value will do).")
        starlette_request: Request = request._request  # type: ignore[attr-defined]
        body: MultipartBody = starlette_request.scope["i2v.multipart"]
        folder = incoming_folder(self._services.media.root)
        await self._admit(starlette_request, body)
        async with self._limits.one_upload(_identity(starlette_request).flow):
            await receive_multipart(starlette_request, folder, self._services.settings, body)
        operations, files_map = body.json("operations"), body.json("map")
        if not isinstance(operations, dict) or not _is_map(files_map):
            raise HTTPException(
                400, "The multipart fields 'operations' and 'map' must be objects as the specification has them."
            )
        try:
            return dict(replace_placeholders_with_files(operations, files_map, body.files))
        except (KeyError, IndexError, TypeError, ValueError):
            raise HTTPException(400, "The multipart 'map' points to a file or a variable that is not there.") from None


def _identity(request: Request | WebSocket) -> Identity:
    identity: Identity = request.scope[IDENTITY_KEY]
    return identity


def _is_multipart(scope: Scope) -> bool:
    return Headers(scope=scope).get("content-type", "").lower().startswith("multipart/form-data")


def _is_map(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(paths, list) and all(isinstance(p, str) and p.startswith("variables.") for p in paths)
        for paths in value.values()
    )
