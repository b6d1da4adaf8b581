"""The server as a client sees it: GraphQL over HTTP. An upload is read from the disk while it is sent."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO, Self

import httpx

from i2v_cli.client import operations
from i2v_cli.client.address import DEFAULT_URL, Address
from i2v_cli.client.ending import Denied, Stopped, Unreachable
from i2v_cli.client.viewer_file import COOKIE, ViewerFile

Answer = dict[str, Any]

#: Seconds: to connect; without a byte of an answer (a picture may wait for others to be read); without one taken off us.
_TIMEOUT = httpx.Timeout(10, read=90, write=60)
#: Seconds to wait if a server that is too busy does not say how long.
_SOME_SECONDS = 3.0
_PASSING_STATUS = {408, 429, 502, 503, 504}
_PASSING_CODES = {"TRY_AGAIN", "RATE_LIMITED", "TOO_MANY_SUBSCRIPTIONS"}
_DENIED_CODES = {"UNAUTHENTICATED", "FORBIDDEN"}


class ComeAgain(Exception):
    """The server asks to wait for so many seconds; the message says why."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(why)
        self.seconds = seconds


class Api:
    """One server, asked as one viewer: by token, else with the cookie that was kept. Use it as a context manager.

    What every question raises: `ComeAgain`; `Unreachable`; `Denied`; `Stopped` for an answer that says what was wrong.
    """

    def __init__(self, address: Address, viewer_file: ViewerFile | None = None) -> None:
        self.address = address
        self._file = viewer_file or ViewerFile(address.url)
        self._cookie: str | None = None
        self._stack = AsyncExitStack()
        self._http: httpx.AsyncClient
        #: Whom to trust, for HTTP and the WebSocket alike.
        self.tls = _certificates()
        #: The server's clock when it first answered (UNIX seconds, whole), and whether it did.
        self.began_at = 0.0
        self.has_answered = False

    async def __aenter__(self) -> Self:
        self._http = await self._stack.enter_async_context(httpx.AsyncClient(verify=self.tls, timeout=_TIMEOUT))
        if self.address.token is None:
            self._cookie = self._file.read()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def headers(self) -> dict[str, str]:
        """Who asks, for a request or a WebSocket's handshake."""
        if self.address.token is not None:
            return {"Authorization": f"Bearer {self.address.token}"}
        return {"Cookie": f"{COOKIE}={self._cookie}"} if self._cookie else {}

    async def hello(self) -> None:
        """Become known to the server: a viewer's cookie must be kept before anything is made that belongs to them."""
        await self.ask(operations.HELLO)

    async def ask(self, query: str, **variables: object) -> Answer:
        """The data that the server answers."""
        return await self._send(json={"query": query, "variables": variables})

    async def upload(self, query: str, name: str, file: BinaryIO, **variables: object) -> Answer:
        """The data of a mutation whose variable `image` is a file."""
        operation = {"query": query, "variables": {"image": None, **variables}}
        parts = {"operations": json.dumps(operation), "map": json.dumps({"0": ["variables.image"]})}
        return await self._send(data=parts, files={"0": (name, file, "application/octet-stream")})

    async def _send(self, **body: Any) -> Answer:
        headers = {"Accept": "application/graphql-response+json, application/json;q=0.9", "X-I2V-Request": "1"}
        try:
            response = await self._http.post(self.address.api, headers=headers | self.headers(), **body)
        except httpx.TransportError as error:
            raise self.unreachable(error) from None
        data = read_answer(response.status_code, response.headers, response.text, self.address)
        if not self.has_answered:
            self.began_at = _date(response.headers)
            self.has_answered = True
        self._keep(response.cookies.get(COOKIE))
        return data

    def _keep(self, cookie: str | None) -> None:
        self._http.cookies.clear()  # ours is sent by `headers`, and by nothing else
        if cookie is None or self.address.token is not None:
            return
        if self._cookie is None:
            self._cookie = self._file.write_first(cookie)
        elif cookie != self._cookie:
            self._file.write(cookie)
            self._cookie = cookie

    def unreachable(self, error: Exception) -> Unreachable:
        """What to say of an error of the network."""
        url, seen = self.address.url, _causes(error)
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in seen):
            reason = next(c.verify_message for c in seen if isinstance(c, ssl.SSLCertVerificationError))
            return Unreachable(
                f"The certificate of {url} is not trusted ({reason}). If it is signed by an authority of your own, "
                "set SSL_CERT_FILE to the file with that authority's certificate.",
                passing=False,
            )
        if any(isinstance(cause, ssl.SSLError) for cause in seen):
            return Unreachable(f"{url} does not speak TLS as it should. Is it http:// instead?", passing=False)
        if self.has_answered:
            return Unreachable(
                f"{url} does not answer any more. What was taken in is not lost: the same command goes on.",
                passing=True,
            )
        how = "start one with `i2v up`, or set I2V_URL" if url == DEFAULT_URL else "start it, or correct I2V_URL"
        return Unreachable(f"Nothing answers at {url}; {how}.", passing=True)


def read_answer(status: int, headers: httpx.Headers, text: str, address: Address) -> Answer:
    """The data of an HTTP answer. Raises what `Api` says that every question raises."""
    try:
        body = json.loads(text)
        if not isinstance(body, dict) or not ("data" in body or "errors" in body):
            raise ValueError
    except ValueError:
        if "location" in headers and 300 <= status < 400:
            raise Unreachable(
                f"{address.url} sends everybody to {headers['location']}. Set I2V_URL to where that is.", passing=False
            ) from None
        if status in _PASSING_STATUS:
            raise ComeAgain(_retry_after(headers), f"{address.url} is not there for the moment ({status}).") from None
        raise Unreachable(
            f"Something answers at {address.url}, but it is no i2v ({status} at {address.api}). Correct I2V_URL.",
            passing=False,
        ) from None
    if errors := body.get("errors"):
        raise error_of(errors[0], address, seconds=_retry_after(headers))
    return dict(body["data"])


def error_of(error: Answer, address: Address, *, seconds: float = _SOME_SECONDS) -> Exception:
    """What to raise for an error of a GraphQL answer. `seconds`: to wait if it does not say."""
    message, extensions = str(error.get("message", "")), error.get("extensions") or {}
    code = extensions.get("code")
    if code in _PASSING_CODES:
        return ComeAgain(float(extensions.get("retryAfterSeconds") or seconds), message)
    if code in _DENIED_CODES:
        return denied(message, address, error.get("extensions") or {})
    return Stopped(f"The server could not do this: {message}")


def denied(message: str, address: Address, extensions: Answer | None = None) -> Denied:
    """What to say to one who may not. `extensions`: of the error, if it was one of a GraphQL answer."""
    if address.token is None:
        return Denied(f"{address.url} does not let you: {message} Set I2V_TOKEN to a token that may.")
    known = extensions or {}
    # What to do is said for programs that speak GraphQL; here there are commands for it.
    reason = message.removesuffix(str(known.get("howToFix", ""))).strip()
    if known.get("code") != "FORBIDDEN":
        return Denied(f"{reason} Make one with `i2v token create`, or unset I2V_TOKEN.")
    if (scope := known.get("scope")) is None:
        return Denied("A token may not list, make or revoke tokens. Run it without I2V_TOKEN.")
    return Denied(f"{reason} Without I2V_TOKEN, `i2v token create` makes one that has {str(scope).lower()}.")


class Counted:
    """A file that says how much of it was read, to whoever sends it."""

    def __init__(self, file: BinaryIO, size: int, said: Callable[[float], None]) -> None:
        self._file, self._size, self._said = file, size, said

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._file.read(size)
        self._said(min(1.0, self._file.tell() / self._size) if self._size else 1.0)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go elsewhere in the file."""
        return self._file.seek(offset, whence)

    def fileno(self) -> int:
        """The open file's number, by which its length is found."""
        return self._file.fileno()


def _certificates() -> ssl.SSLContext:
    # The system's, where an authority of one's own is added; httpx alone would not look there.
    context = ssl.create_default_context()
    if not context.get_ca_certs():
        import certifi

        context.load_verify_locations(certifi.where())
    return context


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _retry_after(headers: httpx.Headers) -> float:
    try:
        return max(0.0, float(headers.get("retry-after", _SOME_SECONDS)))
    except ValueError:
        return _SOME_SECONDS


def _date(headers: httpx.Headers) -> float:
    try:
        return parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError):
        return time.time()
