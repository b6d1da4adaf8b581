"""The GraphQL endpoint: HTTP as `graphql_api.http` has it, and WebSockets with their one protocol."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UnsetType

from graphql_api.body_limits import BodyLimits
from graphql_api.context import Context, Services
from graphql_api.fanout import encoded
from graphql_api.http.endpoint import GraphQLOverHTTP
from graphql_api.http.refusals import RequestRefused
from graphql_api.multipart_requests import MultipartRequests
from graphql_api.request_errors import RequestCode
from graphql_api.schema import schema
from graphql_api.subscription_bounds import SubscriptionBounds
from graphql_api.tokens import sign_in
from graphql_api.websocket import FORBIDDEN, TRY_AGAIN_LATER, Closed, Socket, TransportWSHandler
from i2v_core.errors import RateLimited, StoreUnavailable, Unauthenticated
from i2v_core.viewer_middleware import HOLDING_KEY
from i2v_core.viewers import IDENTITY_KEY, Identity


class GraphQLView(GraphQL[Context, None]):
    """Strawberry's ASGI view, wired to the services; only its WebSocket side is Strawberry's own."""

    websocket_adapter_class = Socket
    graphql_transport_ws_handler_class = TransportWSHandler

    def __init__(self, services: Services, limits: BodyLimits) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            # The old protocol only costs: clients that offer it first then fail with ours.
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            allowed_origins=services.settings.cors_origin_list,
        )
        self.services = services
        self.bounds = SubscriptionBounds(services.settings)
        self._over_http = GraphQLOverHTTP(
            schema, services, MultipartRequests(services, limits), self.bounds, self._context_of
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._over_http(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """The request's context: who asks, as the viewer middleware found out."""
        return await self._context_of(request)

    def encode_json(self, data: object) -> str:
        """Shared data of a subscription is encoded once for all who get it."""
        return encoded(data)

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """A WebSocket's client may show a token when it connects. Raises `Closed`, for good only if the token is wrong."""
        try:
            await sign_in(context)
        except Unauthenticated as error:
            raise Closed(FORBIDDEN, error.message) from None
        except (RateLimited, StoreUnavailable) as error:
            raise Closed(TRY_AGAIN_LATER, f"{error.message} {error.how_to_fix}") from None
        return await super().on_ws_connect(context)

    async def _context_of(self, request: Request | WebSocket) -> Context:
        identity: Identity = request.scope[IDENTITY_KEY]
        return Context(identity, self.services, request.scope.get(HOLDING_KEY))

    async def reject_websocket(self, request: WebSocket) -> WebSocket:
        """Answer the handshake of another site's page with 403, and with the reason where the server can send one."""
        if "websocket.http.response" not in request.scope.get("extensions", {}):
            return await super().reject_websocket(request)
        refusal = RequestRefused(
            403,
            RequestCode.ORIGIN_NOT_ALLOWED,
            "Pages of this origin may not connect. Whoever runs the server can list it in I2V_CORS_ORIGINS.",
        )
        await request.send_denial_response(refusal.response("application/json"))
        return request
