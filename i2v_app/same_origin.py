"""Keeps other sites' pages, and Reflex's own upload route, away from the page's server."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

#: Reflex mounts it as soon as a component of its own upload kind was ever compiled: no size limit, no identity. Pictures
#: go straight to the API; what a stranger posts here is not even read. The others tell of the inside.
_CLOSED = ("/_upload", "/_all_routes", "/auth-codespace")


class SameOriginOnly:
    """ASGI middleware: closed routes answer 404, and a WebSocket opened by another site's page is refused (403).

    Browsers send cookies along with a WebSocket handshake from any page, and no CORS rule applies to it. Programs that
    send no Origin are let through: nobody can make a browser leave it out.
    """

    def __init__(self, app: ASGIApp, listed: Collection[str] = ()) -> None:
        self.app = app
        self._listed = listed

    def _is_allowed(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        # The API decides for itself about the origins in `I2V_CORS_ORIGINS`; the page's own socket is the page's alone.
        to_the_api = scope["path"] == "/graphql" and headers.get("origin", "").lower() in self._listed
        return to_the_api or _is_same_origin(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not self._is_allowed(scope):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http" and scope["path"].startswith(_CLOSED):
            await PlainTextResponse("There is nothing here.", status_code=404)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _is_same_origin(headers: Headers) -> bool:
    origin = headers.get("origin")
    # The host alone: behind a front that ends TLS the scheme differs, and the port is in both or in neither.
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
