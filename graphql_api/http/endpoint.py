"""One GraphQL request over HTTP, from its headers to its answer (GraphQL over HTTP, graphql-sse, Apollo's multipart)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import Any, Protocol

from cross_web import HTTPException
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry import Schema
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from graphql_api.context import Context, Services
from graphql_api.http import parameters
from graphql_api.http.accept import Accepted, Form, read_accept
from graphql_api.http.bodies import drain, read_body
from graphql_api.http.origins import content_type, demand_preflight
from graphql_api.http.parameters import Parameters
from graphql_api.http.refusals import RequestRefused, json_response
from graphql_api.http.streams import StreamedAnswer, framing
from graphql_api.masking import unexpected
from graphql_api.persisted import text_of
from graphql_api.request_errors import RequestCode
from graphql_api.subscription_bounds import SubscriptionBounds

_METHODS = "GET, POST, OPTIONS"


class UploadReader(Protocol):
    """Reads multipart bodies; see `graphql_api.multipart_requests`."""

    async def read(self, request: Request, held: AsyncExitStack) -> Parameters:
        """The parameters with the files in their places. What must be undone in the end goes into `held`."""
        ...


class GraphQLOverHTTP:
    """ASGI app that answers GraphQL requests. Whatever goes wrong is answered as a GraphQL error with a code."""

    def __init__(
        self,
        schema: Schema,
        services: Services,
        uploads: UploadReader,
        bounds: SubscriptionBounds,
        make_context: Callable[[Request], Awaitable[Context]],
    ) -> None:
        self._schema = schema
        self._services = services
        self._uploads = uploads
        self._bounds = bounds
        self._make_context = make_context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        async with AsyncExitStack() as held:
            try:
                answer = await self._answer(request, held)
            except HTTPException as error:
                refusal = RequestRefused.of(error)
                if refusal.status_code != 408:
                    await drain(request, self._services.settings)
                answer = refusal.response(_single_form(request))
            except ClientDisconnect:
                return
            except Exception as error:
                answer = json_response({"errors": [unexpected(error).formatted]}, 500, _single_form(request))
            await answer(scope, receive, send)

    async def _answer(self, request: Request, held: AsyncExitStack) -> ASGIApp:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": _METHODS})
        if request.method not in ("GET", "POST"):
            message = "GraphQL is asked with GET or POST."
            raise RequestRefused(405, RequestCode.METHOD_NOT_ALLOWED, message, headers={"Allow": _METHODS})
        accepted = read_accept(_accept_header(request))
        demanded = await self._read(request, held)
        context = await self._make_context(request)
        try:
            demanded.query = await text_of(demanded, self._services.persisted)
        except GraphQLError as error:
            return self._single(ExecutionResult(data=None, errors=[error]), accepted.single or Form.JSON)
        return await self._execute(request, demanded, accepted, context, held)

    async def _read(self, request: Request, held: AsyncExitStack) -> Parameters:
        kind = content_type(request.headers)
        if request.method == "POST" and kind not in ("application/json", "multipart/form-data"):
            message = "Send the request as 'application/json', or as 'multipart/form-data' with files."
            raise RequestRefused(
                415, RequestCode.UNSUPPORTED_MEDIA_TYPE, message, headers={"Accept": "application/json"}
            )
        demand_preflight(request)
        if request.method == "GET":
            return parameters.of_query_string(request.query_params)
        _demand_plain_utf8(request)
        if kind == "multipart/form-data":
            return await self._uploads.read(request, held)
        body = await read_body(request, self._services.settings)
        return parameters.of_value(parameters.json_of(body, "The body of the request"))

    async def _execute(
        self, request: Request, demanded: Parameters, accepted: Accepted, context: Context, held: AsyncExitStack
    ) -> ASGIApp:
        """Run the operation and answer in the best form that fits its type."""
        single, stream = accepted.single, accepted.stream
        allowed = {OperationType.QUERY} if request.method == "GET" else {OperationType.QUERY, OperationType.MUTATION}
        # An operation that ends with one result may be sent as events, but not as parts.
        events_first = accepted.forms[0] is Form.EVENTS
        try:
            result = await self._schema.execute(
                demanded.query,
                variable_values=demanded.variables,
                context_value=context,
                operation_name=demanded.operation_name,
                operation_extensions=demanded.extensions,
                # Nothing, to be told the type without executing it.
                allowed_operation_types=() if events_first or single is None else allowed,
            )
        except InvalidOperationTypeError as error:
            kind = error.operation_type
            if kind is OperationType.MUTATION and request.method == "GET":
                message = "A mutation changes something, and GET requests must not. Send it with POST."
                raise RequestRefused(
                    405, RequestCode.OPERATION_NOT_ALLOWED, message, headers={"Allow": "POST"}
                ) from None
            if kind is OperationType.SUBSCRIPTION:
                if stream is None:
                    raise _needs_stream() from None
                return self._stream(stream, demanded, accepted, context, held)
            if Form.EVENTS in accepted.forms:  # though it may not be the stream that is liked best
                return self._stream(Form.EVENTS, demanded, accepted, context, held)
            raise _needs_single() from None
        if single is not None and not events_first:
            return self._single(result, single)
        assert stream is not None
        return StreamedAnswer(_one(_body(result)), framing(stream, accepted), self._services.settings.heartbeat_seconds)

    def _stream(
        self, form: Form, demanded: Parameters, accepted: Accepted, context: Context, held: AsyncExitStack
    ) -> ASGIApp:
        held.enter_context(self._bounds.one_of(context.viewer))
        return StreamedAnswer(
            self.results(demanded, context), framing(form, accepted), self._services.settings.heartbeat_seconds
        )

    async def results(self, demanded: Parameters, context: Context) -> AsyncGenerator[Mapping[str, Any], None]:
        """The results of a streamed operation, as GraphQL responses."""
        source = await self._schema.stream(
            demanded.query,
            variable_values=demanded.variables,
            context_value=context,
            operation_name=demanded.operation_name,
            operation_extensions=demanded.extensions,
        )
        async with aclosing(source):
            async for result in source:
                yield _body(result)

    def _single(self, result: ExecutionResult, form: Form) -> Response:
        body = _body(result)
        if "data" in body:
            return json_response(body, 200, form)
        codes = [error.get("extensions", {}).get("code", "") for error in body["errors"]]
        # Whoever accepts only `application/json` gets 200 for every document that was read, as the specification has it
        # for old clients.
        wrong = 400 if form is Form.GRAPHQL else 200
        return json_response(body, 500 if RequestCode.INTERNAL_SERVER_ERROR in codes else wrong, form)


def _body(result: Any) -> dict[str, Any]:
    """A result as a GraphQL response; without `data` if nothing was executed."""
    errors = result.errors or []
    body: dict[str, Any] = {}
    if result.data is not None or not errors or any(error.path for error in errors):
        body["data"] = result.data
    if errors:
        body["errors"] = [error.formatted for error in errors]
    if result.extensions:
        body["extensions"] = result.extensions
    return body


async def _one(body: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any], None]:
    yield body


def _accept_header(request: Request) -> str | None:
    return ",".join(request.headers.getlist("accept")) or None


def _single_form(request: Request) -> Form:
    """The form of a refusal: what was accepted for one result, else JSON."""
    try:
        return read_accept(_accept_header(request)).single or Form.JSON
    except RequestRefused:
        return Form.JSON


def _demand_plain_utf8(request: Request) -> None:
    charset = ""
    for parameter in request.headers.get("content-type", "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    if charset not in ("", "utf-8", "utf8"):
        raise RequestRefused(415, RequestCode.UNSUPPORTED_MEDIA_TYPE, "Send the request as UTF-8.")
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        message = "Send the request as it is, without a 'Content-Encoding'."
        raise RequestRefused(415, RequestCode.UNSUPPORTED_MEDIA_TYPE, message, headers={"Accept-Encoding": "identity"})


def _needs_stream() -> RequestRefused:
    return RequestRefused(
        406,
        RequestCode.SUBSCRIPTION_NEEDS_STREAM,
        "A subscription is answered with many results. Accept 'text/event-stream' or 'multipart/mixed;subscriptionSpec=1.0', "
        "or subscribe over a WebSocket (graphql-transport-ws).",
    )


def _needs_single() -> RequestRefused:
    return RequestRefused(
        406,
        RequestCode.NOT_ACCEPTABLE,
        "Queries and mutations are not answered in parts. Accept 'application/graphql-response+json' as well.",
    )
