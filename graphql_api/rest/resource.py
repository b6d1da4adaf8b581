"""One address with its methods: what its handlers raise becomes a problem document, and nothing else gets out."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graphql_api.ordering import JobUnknown
from graphql_api.refusals import job_not_found
from graphql_api.rest.problems import NO_STORE, Problem, RestCode
from i2v_core.errors import Code, I2VError
from i2v_core.logs import get_logger

log = get_logger("api")

Handler = Callable[[Request], Awaitable[Response]]


class Resource:
    """An ASGI endpoint of handlers by method. HEAD is answered by GET's; any other method with 405 and `Allow`."""

    def __init__(self, **handlers: Handler) -> None:
        self._handlers: Mapping[str, Handler] = handlers
        names = {*handlers, "OPTIONS"} | ({"HEAD"} if "GET" in handlers else set())
        self._allow = ", ".join(sorted(names))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except Problem as problem:
            response = problem.response()
        except JobUnknown as unknown:
            response = _job_unknown(unknown).response()
        except I2VError as error:
            response = Problem.of(error).response()
        except Exception as error:
            response = _masked(error, request).response()
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" and "GET" in self._handlers else request.method
        if handler := self._handlers.get(method):
            return await handler(request)
        if method == "OPTIONS":
            return Response(status_code=204, headers={**NO_STORE, "Allow": self._allow})
        raise Problem(
            RestCode.METHOD_NOT_ALLOWED,
            f"{request.method[:20]} is not possible at this address.",
            f"Use one of {self._allow}.",
            headers={"Allow": self._allow},
        )


def _job_unknown(unknown: JobUnknown) -> Problem:
    refusal = job_not_found(str(unknown))
    return Problem(Code.JOB_NOT_FOUND, refusal.message, refusal.how_to_fix, more={"jobId": str(unknown)})


def _masked(error: Exception, request: Request) -> Problem:
    """What nobody meant to show: logged with an id, and the id is all that the client sees."""
    error_id = secrets.token_hex(6)
    log.error("unexpected_error", error_id=error_id, path=request.url.path, exc_info=error)
    return Problem(
        RestCode.INTERNAL_SERVER_ERROR,
        "Something went wrong on the server.",
        f"Tell whoever runs it this id: {error_id}",
        more={"errorId": error_id},
    )
