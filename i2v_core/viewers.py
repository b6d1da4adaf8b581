"""Viewers: whoever owns jobs. Today an anonymous signed cookie; tokens and accounts get their place beside it.

The cookie is HttpOnly and SameSite=Lax, made on first contact and renewed long before it ends. The page, the API and the
WebSocket handshake read it through the same middleware, so they agree on who asks.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network

from itsdangerous import BadSignature, TimestampSigner
from starlette.datastructures import MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as ASGIScope

from i2v_core.jobs import is_id, new_id

COOKIE = "i2v_viewer"
#: A year, renewed when a month old: whoever comes back now and then stays the same viewer.
_MAX_AGE = 365 * 24 * 3600
_RENEW_AFTER = 30 * 24 * 3600
#: Key of the `Identity` in an ASGI scope.
IDENTITY_KEY = "i2v.identity"


class Scope(StrEnum):
    """What an identity may do. The cookie of a browser may everything; a token what it was made for."""

    READ = "READ"  #: look at and watch the progress of one's jobs
    WRITE = "WRITE"  #: upload, cancel, retry, move, delete
    PLAY = "PLAY"  #: open playbacks


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: the viewer, whom they share turns and bounds with (`flow_of`), and what they may do."""

    viewer: str
    flow: str
    scopes: frozenset[Scope] = frozenset(Scope)


def flow_of(viewer: str, client: tuple[str, int] | None, secret: str) -> str:
    """Who an anonymous viewer shares turns and bounds with: all others of the client's address.

    An IPv4 address, or the /64 of an IPv6 one, which is what one household or one rented server has; it is hashed with
    the secret, so that no address is stored. Behind a front the address is the one that it forwards, if it is listed
    in `I2V_TRUSTED_PROXIES`. Without any address (a UNIX socket) a viewer is a flow of their own.
    """
    try:
        address = ip_address(client[0].split("%")[0]) if client else None
    except ValueError:
        address = None
    if address is None:
        return viewer
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    network = ip_network((address, 32 if address.version == 4 else 64), strict=False)
    return "address_" + hmac.new(secret.encode(), str(network).encode(), hashlib.sha256).hexdigest()[:24]


class ViewerCookie:
    """Signs and checks the cookie's value: `<viewer id>.<time>.<signature>`, HMAC-SHA1 by itsdangerous."""

    def __init__(self, secret: str) -> None:
        self._signer = TimestampSigner(secret, salt="i2v.viewer")

    def sign(self, viewer: str) -> str:
        """The cookie's value for a viewer."""
        return self._signer.sign(viewer).decode()

    def read(self, value: str) -> tuple[str, float] | None:
        """The viewer and the age in seconds of a cookie's value, or None if it is not one of ours."""
        try:
            viewer, signed_at = self._signer.unsign(value, max_age=_MAX_AGE, return_timestamp=True)
        except BadSignature:
            return None
        name = viewer.decode()
        return (name, time.time() - signed_at.timestamp()) if is_id("viewer", name) else None


class ViewerMiddleware:
    """ASGI middleware that puts the `Identity` into the scope (`i2v.identity`) and sends the cookie on first contact.

    `secret` may be set after construction and must be before the first request: it comes out of Redis at start.
    """

    def __init__(self, app: ASGIApp, secret: str | None = None) -> None:
        self.app = app
        self._secret = secret or ""
        self.cookie = ViewerCookie(secret) if secret else None

    def use_secret(self, secret: str) -> None:
        """Sign and check with this secret from now on."""
        self._secret = secret
        self.cookie = ViewerCookie(secret)

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or IDENTITY_KEY in scope or self.cookie is None:
            await self.app(scope, receive, send)
            return
        known = self._known(scope)
        viewer = known[0] if known else new_id("viewer")
        scope[IDENTITY_KEY] = Identity(viewer, flow_of(viewer, scope.get("client"), self._secret))
        if known and known[1] < _RENEW_AFTER:
            await self.app(scope, receive, send)
            return
        cookie = self._set_cookie(viewer, secure=scope["scheme"] in ("https", "wss"))

        async def send_with_cookie(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    def _known(self, scope: ASGIScope) -> tuple[str, float] | None:
        assert self.cookie is not None
        for name, value in scope["headers"]:
            if name == b"cookie":
                # Not http.cookies: one odd cookie of another application on the host would hide ours.
                value_given = cookie_parser(value.decode("latin-1")).get(COOKIE)
                if value_given and (read := self.cookie.read(value_given)):
                    return read
        return None

    def _set_cookie(self, viewer: str, *, secure: bool) -> str:
        assert self.cookie is not None
        value = f"{COOKIE}={self.cookie.sign(viewer)}; Path=/; Max-Age={_MAX_AGE}; HttpOnly; SameSite=Lax"
        return value + ("; Secure" if secure else "")
