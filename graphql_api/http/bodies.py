"""Bodies of requests: how long they may be and how slowly they may come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from starlette.requests import ClientDisconnect, Request

from graphql_api.http.refusals import RequestRefused
from graphql_api.request_errors import RequestCode
from i2v_core.errors import Limit
from i2v_core.settings import Settings


async def chunks(request: Request, *, whole: float, idle: float) -> AsyncGenerator[bytes, None]:
    """The body as it comes. Raises `TimeoutError` after `whole` seconds in all or `idle` without a byte."""
    end = asyncio.get_running_loop().time() + whole
    stream = aiter(request.stream())
    while True:
        left = min(idle, end - asyncio.get_running_loop().time())
        try:
            async with asyncio.timeout(max(0.0, left)):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        yield chunk


async def read_body(request: Request, settings: Settings) -> bytes:
    """The whole body of a request that is no upload. Raises `RequestRefused`: 413 if too long, 408 if too slow."""
    most = settings.max_operation_bytes
    if _declared(request) > most:
        raise too_large(settings)
    parts, length = [], 0
    try:
        async for chunk in chunks(request, whole=settings.body_seconds, idle=settings.body_idle_seconds):
            length += len(chunk)
            if length > most:
                raise too_large(settings)
            parts.append(chunk)
    except TimeoutError:
        raise too_slow(settings) from None
    except ClientDisconnect:
        raise cut_short() from None
    return b"".join(parts)


async def drain(request: Request, settings: Settings) -> None:
    """Read and throw away what is still coming, for a while: a client that is cut off while sending reads no answer."""
    left = settings.max_upload_bytes
    with suppress(TimeoutError, ClientDisconnect, RuntimeError):  # the last: it was read to its end
        async for chunk in chunks(request, whole=settings.body_idle_seconds, idle=settings.body_idle_seconds):
            left -= len(chunk)
            if left < 0:
                return


def too_large(settings: Settings) -> RequestRefused:
    """The refusal of a body over the limit for operations."""
    return RequestRefused(
        413,
        RequestCode.BODY_TOO_LARGE,
        f"The request is longer than {settings.max_operation_bytes} bytes. Send files as parts of a multipart request.",
        limit=Limit("request size", settings.max_operation_bytes, "bytes"),
        headers={"Connection": "close"},
    )


def too_slow(settings: Settings) -> RequestRefused:
    """The refusal of a body that does not arrive."""
    return RequestRefused(
        408,
        RequestCode.BODY_TOO_SLOW,
        f"The request took too long to arrive: more than {settings.body_idle_seconds:g} seconds without a byte, or more "
        f"than {settings.body_seconds:g} seconds in all. Try again with a better connection.",
        limit=Limit("request time", settings.body_seconds, "seconds"),
        headers={"Connection": "close"},
    )


def cut_short() -> RequestRefused:
    """The refusal of a body whose sender went away."""
    return RequestRefused(400, RequestCode.BODY_CUT_SHORT, "The request was cut short. Send it again.")


def _declared(request: Request) -> int:
    try:
        return int(request.headers.get("content-length", "0"))
    except ValueError:
        return 0
