"""Finds out who asks, once for each request and each WebSocket: by token, else by cookie, and from which address."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from i2v_core.errors import StoreUnavailable, Unauthenticated
from i2v_core.forwarding import FORWARDED_HEADER, Forwarding
from i2v_core.http_refusals import refusal_response
from i2v_core.jobs import new_id
from i2v_core.logs import get_logger
from i2v_core.token_watch import Holding, TokenWatch
from i2v_core.tokens import Token
from i2v_core.viewers import COOKIE, COOKIE_SECONDS, IDENTITY_KEY, Identity, ViewerCookie, flow_of

log = get_logger("identity")

#: Key of the `Holding` in the scope of a WebSocket and of a token's request.
HOLDING_KEY = "i2v.holding"
#: Kinds of answers that may go on for hours.
_STREAMS = ("text/event-stream", "multipart/mixed")
#: The close code for a token that is not, or no longer, valid: "Forbidden" of graphql-transport-ws' reference server.
FORBIDDEN_CLOSE = 4403


class ViewerMiddleware:
    """ASGI middleware that puts the `Identity` into the scope (`i2v.identity`) and sends the cookie on first contact.

    A request with `Authorization: Bearer` is its token's and nobody else's: a token that is not valid is refused (401), and no
    cookie is sent. What a token has opened ends with it. The secrets may be set after construction and must be before the
    first request: they come out of Redis at start, and again when they are rotated.
    """

    def __init__(self, app: ASGIApp, secret: str | None = None, tokens: TokenWatch | None = None) -> None:
        self.app = app
        self.cookie: ViewerCookie | None = None
        self.forwarding = Forwarding([])
        self._tokens = tokens
        self._flow_secret = ""
        self._said_not_believed = False
        if secret:
            self.use_secrets([secret])

    def use_secrets(self, secrets: Sequence[str]) -> None:
        """Sign with the first from now on, and believe all of them."""
        self.cookie = ViewerCookie(secrets)
        self.forwarding = Forwarding(secrets)
        # The oldest, so that an address keeps its flow, and what it has waiting its turn, when a new one comes before it.
        self._flow_secret = secrets[-1]

    def use_tokens(self, tokens: TokenWatch) -> None:
        """Where tokens are found."""
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or IDENTITY_KEY in scope or self.cookie is None:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        client = self._client(scope, headers)
        if (secret := bearer(headers.get("authorization"))) is not None:
            try:
                token = await self._tokens.find(secret) if self._tokens else None
            except StoreUnavailable as error:
                await refusal_response(scope, error, 503, {"Retry-After": "3"})(scope, receive, send)
                return
            if token is None:
                refused = refusal_response(scope, Unauthenticated(), 401, {"WWW-Authenticate": 'Bearer realm="i2v"'})
                await refused(scope, receive, send)
                return
            scope[IDENTITY_KEY] = identity_of(token, flow_of(token.viewer, client, self._flow_secret))
            await self._held(scope, receive, send, token)
            return
        known = self._known(headers, self.cookie)
        viewer = known[0] if known else new_id("viewer")
        scope[IDENTITY_KEY] = Identity(viewer, flow_of(viewer, client, self._flow_secret))
        if known is None or known[1]:
            send = _sending_cookie(send, self._set_cookie(viewer, secure=scope["scheme"] in ("https", "wss")))
        if scope["type"] == "websocket":  # which may show its token later
            await self._held(scope, receive, send, None)
        else:
            await self.app(scope, receive, send)

    def _client(self, scope: Scope, headers: Headers) -> tuple[str, int] | None:
        """Whose address it is: the person's that the page's server asks for, if it is ours that says so."""
        client: tuple[str, int] | None = scope.get("client")
        if (forwarded := headers.get(FORWARDED_HEADER)) is None:
            return client
        if (address := self.forwarding.read(forwarded.encode("latin-1"))) is not None:
            return address, 0
        if not self._said_not_believed:
            # Once: anybody can send it. But if it is our page's server that has another secret, all its people are one.
            log.warning("forwarded_address_not_believed", hint="Do the page's server and the API share their secret?")
        self._said_not_believed = True
        return client

    async def _held(self, scope: Scope, receive: Receive, send: Send, token: Token | None) -> None:
        """Run the app so that it can be ended from outside, with the token that it was opened with."""
        if self._tokens is None:
            await self.app(scope, receive, send)
            return
        scope[HOLDING_KEY] = holding = Holding(self._tokens)
        is_socket, is_open = scope["type"] == "websocket", False

        async def sending(message: Message) -> None:
            nonlocal is_open
            if token is not None and message["type"] == "http.response.start" and _is_stream(message):
                # Only what streams: an answer that is nearly there was asked for while the token was good, and an upload
                # that is cut off in the middle helps nobody.
                holding.depends_on(token)
                is_open = True
            await send(message)

        try:
            async with holding:
                if token is not None and is_socket:
                    holding.depends_on(token)
                await self.app(scope, receive, send if is_socket else sending)
        except TimeoutError:
            if not holding.was_ended:
                raise
            with suppress(RuntimeError, OSError):  # it has gone by itself in the meantime
                if is_socket:
                    await send(
                        {
                            "type": "websocket.close",
                            "code": FORBIDDEN_CLOSE,
                            "reason": "The token has expired or was revoked.",
                        }
                    )
                elif is_open:
                    await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _known(self, headers: Headers, cookie: ViewerCookie) -> tuple[str, bool] | None:
        for value in headers.getlist("cookie"):
            # Not http.cookies: one odd cookie of another application on the host would hide ours.
            given = cookie_parser(value).get(COOKIE)
            if given and (read := cookie.read(given)):
                return read
        return None

    def _set_cookie(self, viewer: str, *, secure: bool) -> str:
        assert self.cookie is not None
        value = f"{COOKIE}={self.cookie.sign(viewer)}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax"
        return value + ("; Secure" if secure else "")


def bearer(authorization: object) -> str | None:
    """The token of an `Authorization` value; None if it is none, or of another kind (a front's Basic is not ours)."""
    if not isinstance(authorization, str):
        return None
    scheme, _, secret = authorization.strip().partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def identity_of(token: Token, flow: str) -> Identity:
    """Who asks with this token."""
    return Identity(token.viewer, flow, token.scopes, token.id)


def _sending_cookie(send: Send, cookie: str) -> Send:
    async def send_with_cookie(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.accept"):
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return send_with_cookie


def _is_stream(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").lower().startswith(_STREAMS)
