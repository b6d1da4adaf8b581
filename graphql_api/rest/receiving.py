"""The body of an upload, multipart or raw, streamed to disk by `graphql_api.multipart` under its bounds."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import Message

from starlette.requests import Request
from starlette.types import Message as ASGIMessage
from starlette.types import Receive

from graphql_api.body_limits import BodyLimits
from graphql_api.context import Services
from graphql_api.http.refusals import RequestRefused
from graphql_api.multipart import MultipartBody, ReceivedFile, receive_multipart
from graphql_api.rest.access import content_type
from graphql_api.rest.problems import Problem, RestCode, bad_request
from i2v_core.errors import Code, StoreUnavailable, UploadRefused
from i2v_core.viewers import Identity

#: Part, or raw body, that holds the picture.
PICTURE = "image"
_RAW_TYPES = ("image/", "application/octet-stream")
_HAS_NO_ROOM = (Code.TOO_MANY_WAITING, Code.QUEUE_FULL, Code.TOO_MANY_JOBS)
_STATUS_CODES = {400: RestCode.BAD_REQUEST, 408: RestCode.BODY_TOO_SLOW, 413: RestCode.BODY_TOO_LARGE}


@asynccontextmanager
async def received(
    request: Request, identity: Identity, services: Services, limits: BodyLimits, *, may_be_known: bool
) -> AsyncIterator[tuple[ReceivedFile, dict[str, str]]]:
    """The picture and the texts of the fields beside it; what nobody took is gone when the block ends.

    A refusal stands in the file, as soon as it is known, and then nothing more of it is stored. `may_be_known`: the
    upload names an idempotency key, so a full line or viewer is no reason yet to refuse it. Raises `Problem`.
    """
    request = _as_multipart(request)
    body = MultipartBody(before_files=())
    try:
        async with _place(identity, services, body, may_be_known=may_be_known):
            try:
                async with limits.one_upload(identity.flow):
                    await receive_multipart(request, services.media.incoming, services.settings, body)
            except RequestRefused as error:
                raise _problem(error) from None
            yield _picture(body), _texts(body)
    finally:
        body.discard()


@asynccontextmanager
async def _place(
    identity: Identity, services: Services, body: MultipartBody, *, may_be_known: bool
) -> AsyncIterator[None]:
    """Hold a place for the upload; if there is none, its file is refused unread."""
    admitted = services.admission.admitted(identity.flow, identity.viewer)
    try:
        await admitted.__aenter__()
    except (UploadRefused, StoreUnavailable) as refusal:
        if not (may_be_known and refusal.code in _HAS_NO_ROOM):
            body.refusal = refusal
        yield
        return
    try:
        yield
    finally:
        await admitted.__aexit__(None, None, None)


def _as_multipart(request: Request) -> Request:
    """The request as multipart. A raw body becomes the one part of one: the same code, the same bounds for both."""
    kind = content_type(request)
    if kind == "multipart/form-data":
        return request
    if not kind.startswith(_RAW_TYPES):
        raise Problem(
            RestCode.UNSUPPORTED_MEDIA_TYPE,
            f"A body of the type {kind!r} is not taken in." if kind else "The request names no type of its body.",
            "Send the picture as the part 'image' of multipart/form-data, or as the whole body with an image type.",
            headers={"Accept": "multipart/form-data, image/*, application/octet-stream"},
        )
    boundary = secrets.token_hex(16)  # nobody can guess it, so no body can hold it
    scope = dict(request.scope)
    others = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
    scope["headers"] = [*others, (b"content-type", f"multipart/form-data; boundary={boundary}".encode())]
    return Request(scope, _framed(request.receive, boundary, _file_name(request)))


def _framed(receive: Receive, boundary: str, name: str) -> Receive:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{PICTURE}"; filename="{name}"\r\n\r\n'.encode()
    tail = f"\r\n--{boundary}--\r\n".encode()
    begun = False

    async def receive_framed() -> ASGIMessage:
        nonlocal begun
        message = await receive()
        if message["type"] != "http.request":
            return message
        chunk = message.get("body", b"")
        framed = {
            **message,
            "body": b"".join((b"" if begun else head, chunk, b"" if message.get("more_body") else tail)),
        }
        begun = True
        return framed

    return receive_framed


def _file_name(request: Request) -> str:
    """The name of a raw body's file, from `?name=` or Content-Disposition, fit to stand in a part's header."""
    header = Message()
    # Header values arrive as latin-1, and what programs write into them is UTF-8.
    given = request.headers.get("content-disposition", "").encode("latin-1").decode("utf-8", "replace")
    header["Content-Disposition"] = given.replace("\r", "").replace("\n", "")
    name = request.query_params.get("name") or header.get_filename() or ""
    return "".join(c for c in name if c.isprintable() and c not in '"\\')


def _picture(body: MultipartBody) -> ReceivedFile:
    others = [name for name in body.files if name != PICTURE]
    if others:
        raise bad_request(f"There is a file in the part {others[0][:40]!r}.", "Send one picture, in the part 'image'.")
    if PICTURE not in body.files:
        raise bad_request(
            "There is no picture in the request.", "Send it as the part 'image', with a file name: -F image=@photo.jpg."
        )
    return body.files[PICTURE]


def _texts(body: MultipartBody) -> dict[str, str]:
    return {name: value.decode("utf-8", "replace") for name, value in body.fields.items()}


def _problem(error: RequestRefused) -> Problem:
    code = _STATUS_CODES.get(error.status_code, RestCode.BAD_REQUEST)
    fix = "Send the picture again as docs/rest.md shows it."
    return Problem(code, error.reason, fix, limit=error.limit, retry_after=error.retry_after)
