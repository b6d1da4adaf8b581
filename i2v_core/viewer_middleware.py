"""Finds out who asks, once for each request and each WebSocket: by token, else by cookie, and from which address."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from i2v_core.errors import Code, I2VError, RateLimited, StoreUnavailable, Unauthenticated
from i2v_core.forwarding import FORWARDED_HEADER, Forwarding
from i2v_core.http_refusals import refusal_response
from i2v_core.jobs import new_id
from i2v_core.logs import get_logger
from i2v_core.token_watch import Holding, TokenWatch
from i2v_core.tokens import PREFIX, Token
from i2v_core.viewers import COOKIE, COOKIE_SECONDS, IDENTITY_KEY, Identity, ViewerCookie, flow_of

log = get_logger("identity")

#: Key of the `Holding` in the scope of a WebSocket and of a token's request.
HOLDING_KEY = "i2v.holding"
#: Kinds of answers that may go on for hours.
_STREAMS = ("text/event-stream", "multipart/mixed")
#: The close code for a token or cookie that is no longer valid: "Forbidden" of graphql-transport-ws' reference server.
FORBIDDEN_CLOSE = 4403
#: Seconds for the end of a stream whose token has ended to reach its client.
_LAST_WORD_SECONDS = 1.0
_TOKEN_OVER = "The token has expired or was revoked."
_COOKIE_OVER = "The cookie is not valid any more."


class ViewerMiddleware:
    """ASGI middleware that puts the `Identity` into the scope (`i2v.identity`) and sends the cookie on first contact.

    A request with `Authorization: Bearer` is its token's and nobody else's: a token that is not valid is refused (401), and no
    cookie is sent. What a token has opened ends with it, and a WebSocket or stream of a cookie ends when the secret that
    signed it is dropped. The secrets may be set after construction and must be before the first request: they come out of
    Redis at start, and again when they are rotated.
    """

    def __init__(self, app: ASGIApp, secret: str | None = None, tokens: TokenWatch | None = None) -> None:
        self.app = app
        self.cookie: ViewerCookie | None = None
        self.forwarding = Forwarding([])
        self._tokens = tokens
        self._secrets: frozenset[str] = frozenset()
        self._flow_secret = ""
        #: What is open by a cookie, and the cookie.
        self._by_cookies: dict[Holding, str] = {}
        self._said_not_believed = False
        if secret:
            self.use_secrets([secret])

    def use_secrets(self, secrets: Sequence[str]) -> None:
        """Sign with the first from now on, and believe all of them. What is open by a cookie of another one is ended."""
        self.cookie = ViewerCookie(secrets)
        if not self._secrets <= set(secrets):
            for holding, cookie in list(self._by_cookies.items()):
                if holding.token is None and self.cookie.read(cookie) is None:
                    holding.end()
        self._secrets = frozenset(secrets)
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
        shown: Token | str | None
        authorization = Headers(scope=scope).get("authorization", "").strip()
        if authorization.startswith(PREFIX):
            await _challenge(scope, _WITHOUT_BEARER)(scope, receive, send)
            return
        if (secret := bearer(authorization)) is None:
            send, shown = self._by_cookie(scope, send, self.cookie)
        elif (shown := await self._by_token(scope, receive, send, secret)) is None:
            return
        if self._tokens is None:
            await self.app(scope, receive, send)
            return
        holding = Holding(self._tokens)
        try:
            if scope["type"] == "http":
                await self._held_stream(scope, receive, send, holding, shown)
            else:
                await self._held_socket(scope, receive, send, holding, shown)
        finally:
            self._by_cookies.pop(holding, None)

    def _by_cookie(self, scope: Scope, send: Send, cookie: ViewerCookie) -> tuple[Send, str | None]:
        """Who asks, by their cookie; a `send` that sets it if it is new or has to be renewed.

        And the cookie by which they are known: None if they have none and get none.
        """
        headers = Headers(scope=scope)
        known = _known(headers, cookie)
        viewer, is_old, shown = known or (new_id("viewer"), True, None)
        scope[IDENTITY_KEY] = Identity(viewer, flow_of(viewer, self._client(scope, headers), self._flow_secret))
        if not is_old or _is_of_another_site(scope, headers):
            return send, shown
        new = cookie.sign(viewer)
        if known is None:
            _put_in_place_of_the_dead(scope, headers, new)
        secure = scope["scheme"] in ("https", "wss")
        return _sending_cookie(send, _set_cookie(new, secure=secure)), shown or new

    async def _by_token(self, scope: Scope, receive: Receive, send: Send, secret: str) -> Token | None:
        """Who asks, by their token; None if it is not valid, which is answered."""
        client = self._client(scope, Headers(scope=scope))
        try:
            # Before it is known whose it is, all that counts is the address.
            token = await self._tokens.find(secret, flow_of("", client, self._flow_secret)) if self._tokens else None
        except RateLimited as error:
            await refusal_response(scope, error, 429)(scope, receive, send)
            return None
        except StoreUnavailable as error:
            await refusal_response(scope, error, 503, {"Retry-After": "3"})(scope, receive, send)
            return None
        if token is None:
            await _challenge(scope, Unauthenticated())(scope, receive, send)
            return None
        scope[IDENTITY_KEY] = identity_of(token, flow_of(token.viewer, client, self._flow_secret))
        return token

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

    def _hold(self, holding: Holding, shown: Token | str | None) -> None:
        """From now on it ends with the token or cookie that was shown."""
        if isinstance(shown, Token):
            holding.depends_on(shown)
        elif shown is not None:
            self._by_cookies[holding] = shown
            if self.cookie is not None and self.cookie.read(shown) is None:  # dropped since it was read
                holding.end()

    async def _held_socket(
        self, scope: Scope, receive: Receive, send: Send, holding: Holding, shown: Token | str | None
    ) -> None:
        """Run the app on a WebSocket, which ends with what its handshake showed, or with a token that it shows later."""
        scope[HOLDING_KEY] = holding
        try:
            async with holding:
                self._hold(holding, shown)
                await self.app(scope, receive, send)
        except TimeoutError:
            if not holding.was_ended:
                raise
            with suppress(RuntimeError, OSError):  # it has gone by itself in the meantime
                reason = _TOKEN_OVER if holding.token else _COOKIE_OVER
                await send({"type": "websocket.close", "code": FORBIDDEN_CLOSE, "reason": reason})

    async def _held_stream(
        self, scope: Scope, receive: Receive, send: Send, holding: Holding, shown: Token | str | None
    ) -> None:
        """Run the app on a request, whose answer ends with the token or cookie if it is one that streams."""
        scope[HOLDING_KEY] = holding

        async def sending(message: Message) -> None:
            # Only what streams: an answer that is nearly there was asked for while the token was good, and an upload that is
            # cut off in the middle helps nobody.
            if message["type"] == "http.response.start" and _is_stream(message):
                self._hold(holding, shown)
            await send(message)

        try:
            async with holding:
                await self.app(scope, receive, sending)
        except TimeoutError:
            if not holding.was_ended:
                raise
            # Bounded: one who does not read would hold everything of the stream for as long as they do not.
            with suppress(RuntimeError, OSError):
                async with asyncio.timeout(_LAST_WORD_SECONDS):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _known(headers: Headers, cookie: ViewerCookie) -> tuple[str, bool, str] | None:
    """The viewer, whether their cookie should be renewed, and the cookie."""
    for value in headers.getlist("cookie"):
        # Not http.cookies: one odd cookie of another application on the host would hide ours.
        given = cookie_parser(value).get(COOKIE)
        if given and (read := cookie.read(given)):
            return *read, given
    return None


def _put_in_place_of_the_dead(scope: Scope, headers: Headers, new: str) -> None:
    """Let whoever reads the cookie of this request themselves find the new viewer in it, if it has one that is not valid.

    The page's socket asks the API by it for as long as it is open: with a dead one it would be somebody else each time. A
    request that has none stays without: its browser may keep none.
    """
    pairs = [pair.strip() for value in headers.getlist("cookie") for pair in value.split(";")]
    others = [pair for pair in pairs if pair.partition("=")[0].strip() != COOKIE]
    if len(others) == len(pairs):
        return
    rest = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
    scope["headers"] = [*rest, (b"cookie", "; ".join([*others, f"{COOKIE}={new}"]).encode("latin-1"))]


def _is_of_another_site(scope: Scope, headers: Headers) -> bool:
    """Whether another site's page made the browser send this, other than by a link.

    SameSite keeps our cookie back then, so that the viewer is unknown here: a new cookie in the answer to a form that was
    posted from there would replace the viewer's own, and with it all that they have.
    """
    by_link = scope.get("method") in ("GET", "HEAD") and headers.get("sec-fetch-mode") == "navigate"
    return headers.get("sec-fetch-site") == "cross-site" and not by_link


def _set_cookie(value: str, *, secure: bool) -> str:
    header = f"{COOKIE}={value}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax"
    return header + ("; Secure" if secure else "")


_WITHOUT_BEARER = I2VError(
    "The Authorization header has a token without its scheme.",
    "Write 'Bearer ' before the token.",
    code=Code.UNAUTHENTICATED,
)


def _challenge(scope: Scope, error: I2VError) -> Response:
    return refusal_response(scope, error, 401, {"WWW-Authenticate": 'Bearer realm="i2v"'})


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
            message.setdefault("headers", [])  # ASGI lets them be left out, and the page's socket does
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return send_with_cookie


def _is_stream(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").lower().startswith(_STREAMS)
