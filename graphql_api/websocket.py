"""graphql-transport-ws to the letter: every malformed message closes the socket with the code that its protocol names."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.types.execution import ExecutionResult, PreExecutionError

from graphql_api.context import Context
from graphql_api.http import parameters
from graphql_api.http.json_text import NotJSON, read_json
from graphql_api.http.parameters import Parameters
from graphql_api.http.refusals import RequestRefused
from graphql_api.masking import unexpected
from graphql_api.persisted import text_of
from graphql_api.rates import count_on_socket
from i2v_core.settings import Settings
from i2v_core.tasks import ended

if TYPE_CHECKING:
    from graphql_api.view import GraphQLView

#: Close codes of the protocol. 4400 and 4429 are final for clients: they do not connect again by themselves.
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN = 4400, 4401, 4403
TOO_MANY, INTERNAL_ERROR = 4429, 4500
#: "Try again later" (RFC 6455's registry): clients connect again by themselves.
TRY_AGAIN_LATER = 1013
#: Longest reason of a close frame in bytes (RFC 6455, 5.5).
_MAX_REASON = 123
#: Longest id of an operation. Clients count, or use UUIDs of 36.
_MAX_ID = 256
#: Seconds over which the rate of messages is reckoned.
_WINDOW = 10.0


class Closed(Exception):
    """What was received, or what cannot be done with it, ends the connection with this code of the protocol."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Socket(ASGIWebSocketAdapter):
    """The WebSocket below the protocol: texts of a bounded length and number, each a JSON value."""

    async def texts(self, settings: Settings) -> AsyncGenerator[str, None]:
        """The client's messages, until it goes. Raises `Closed` for one that is none, too long, or one too many."""
        left, then = settings.messages_per_second * _WINDOW, time.monotonic()
        while self.ws.application_state is not WebSocketState.DISCONNECTED:
            message = await self.ws.receive()
            if message["type"] == "websocket.disconnect":
                return
            text, now = message.get("text"), time.monotonic()
            left = min(left + (now - then) * settings.messages_per_second, settings.messages_per_second * _WINDOW) - 1
            then = now
            if left < 0:
                raise Closed(
                    TOO_MANY,
                    f"Over {settings.messages_per_second:g} messages a second for {_WINDOW:g} s. Connect again in {_WINDOW:g} s.",
                )
            if text is None:
                raise Closed(BAD_REQUEST, "Messages must be texts, not binary")
            if (
                len(text) > settings.message_kb * 1024
                or len(text.encode(errors="replace")) > settings.message_kb * 1024
            ):
                raise Closed(BAD_REQUEST, f"A message is longer than {settings.message_kb * 1024} bytes")
            yield text

    async def send_json(self, message: Any) -> None:
        """Send a message. Raises `WebSocketDisconnected` if the client has gone."""
        try:
            await super().send_json(message)
        except (RuntimeError, OSError) as error:  # closed meanwhile, by us or by the network
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close with a reason, cut to what fits into a close frame."""
        fitting = reason.encode(errors="replace")[:_MAX_REASON].decode(errors="ignore")
        with suppress(RuntimeError, WebSocketDisconnect, OSError):  # closed already
            await super().close(code, fitting)


class Demanded(Operation[Context, None]):
    """One operation of a connection."""

    # __slots__ of the base would leave out what is ours.
    def __init__(self, handler: TransportWSHandler, operation_id: str, demanded: Parameters) -> None:
        super().__init__(handler, operation_id, demanded.query or "", demanded.variables, demanded.operation_name)
        self.demanded = demanded
        #: Its place among the viewer's subscriptions.
        self.place = ExitStack()

    def ended(self, _: asyncio.Task[None]) -> None:
        """Nothing of it runs any more."""
        self.place.close()
        # A task that was cancelled holds its traceback, and that holds us: a cycle of all that the connection had.
        self.task = None


class TransportWSHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """One connection. Strawberry's handler knows the protocol's states; this one is strict about what is sent."""

    view: GraphQLView
    websocket: Socket
    operations: dict[str, Operation[Context, None]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Operations that were ended by the client and are not over yet.
        self.endings: set[asyncio.Task[None]] = set()

    async def handle(self) -> None:
        """Serve the connection until its end."""
        settings = self.view.services.settings
        self.connection_init_wait_timeout = timedelta(seconds=settings.connection_init_seconds)
        self.on_request_accepted()
        try:
            async for text in self.websocket.texts(settings):
                await self.handle_message(_read(text))
        except Closed as close:
            await self.websocket.close(close.code, close.reason)
        except WebSocketDisconnected:
            pass
        except Exception as error:
            await self.websocket.close(INTERNAL_ERROR, unexpected(error).message)
        finally:
            await self.shutdown()

    async def handle_message(self, message: Any) -> None:
        """One message, its form checked (`_read`). Raises `Closed`."""
        match message["type"]:
            case "connection_init":
                await self._initialise(message)
            case "ping":
                payload = message.get("payload")
                await self.send_message({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})
            case "subscribe":
                await self.handle_subscribe(message)
            case "complete":
                await self.handle_complete(message)

    async def _initialise(self, message: Any) -> None:
        if self.connection_init_received:
            raise Closed(TOO_MANY, "Too many initialisation requests")
        await self.handle_connection_init({"type": "connection_init", "payload": message.get("payload") or {}})
        # It was cancelled; and what it holds then is a cycle with this, of all that the connection has.
        self.connection_init_timeout_task = None

    async def handle_subscribe(self, message: Any) -> None:
        """Begin an operation. Raises `Closed`."""
        if not self.connection_acknowledged:
            raise Closed(UNAUTHORIZED, "Unauthorized")
        operation_id = message["id"]
        if operation_id in self.operations:
            raise Closed(4409, f"Subscriber for {operation_id} already exists")
        most = self.view.services.settings.subscriptions_per_connection
        if len(self.operations) >= most:
            raise Closed(TOO_MANY, f"More than {most} subscriptions on one connection. End some, or open another one.")
        try:
            demanded = parameters.of_value(message["payload"])
        except RequestRefused as refusal:
            raise Closed(BAD_REQUEST, refusal.reason) from None
        operation = Demanded(self, operation_id, demanded)
        self.operations[operation_id] = operation
        try:
            operation.place.enter_context(self.view.bounds.one_of(self.context.viewer))
        except RequestRefused as refusal:
            await operation.send_initial_errors([refusal.error])
            return
        operation.task = asyncio.create_task(self.run_operation(operation))
        operation.task.add_done_callback(self._task_done)
        operation.task.add_done_callback(operation.ended)

    async def cleanup_operation(self, operation_id: str) -> None:
        """End an operation. Its place is free at once: the next message may be the one that wants it."""
        operation = self.operations.pop(operation_id, None)
        if isinstance(operation, Demanded) and operation.task:
            operation.place.close()
            # Its task may be about to send what it has. Under an id that is free, and may be another operation's by then.
            operation.completed = True
            ending = asyncio.create_task(ended(operation.task))
            self.endings.add(ending)
            ending.add_done_callback(self.endings.discard)

    async def shutdown(self) -> None:
        """End everything of the connection, and wait until it has ended."""
        if self.connection_init_timeout_task:
            await ended(self.connection_init_timeout_task)
            self.connection_init_timeout_task = None
        for operation_id in list(self.operations):
            await self.cleanup_operation(operation_id)
        if self.endings:
            await asyncio.wait(self.endings)

    async def run_operation(self, operation: Demanded) -> None:  # type: ignore[override]
        """Send the results of an operation until it ends or is ended."""
        try:
            await self._send_results(operation)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except WebSocketDisconnected:
            pass
        except Exception as error:
            with suppress(WebSocketDisconnected):
                await operation.send_initial_errors([unexpected(error)])
        finally:
            if self.operations.get(operation.id) is operation:
                self.forget_id(operation.id)

    async def _send_results(self, operation: Demanded) -> None:
        try:
            # First: to look for a text costs a question to Redis, whether there is one or not.
            await count_on_socket(self.context)
            operation.demanded.query = await text_of(operation.demanded, self.view.services.persisted)
        except GraphQLError as error:
            await operation.send_initial_errors([error])
            return
        results = self.execute(operation)
        async with aclosing(results):
            async for result in results:
                if isinstance(result, PreExecutionError):
                    await operation.send_initial_errors(result.errors or [])
                    return
                await operation.send_next(result)

    async def execute(self, operation: Demanded) -> AsyncGenerator[ExecutionResult, None]:
        """The results of an operation; the first is a `PreExecutionError` if nothing could be executed."""
        demanded = operation.demanded
        results = await self.schema.stream(
            demanded.query,
            variable_values=demanded.variables,
            context_value=self.context,
            root_value=self.root_value,
            operation_name=demanded.operation_name,
            operation_extensions=demanded.extensions,
        )
        async with aclosing(results):
            async for result in results:
                assert isinstance(result, ExecutionResult)  # no directive of the schema asks for less
                yield result


def _read(text: str) -> Any:
    """A message as the protocol has it. Raises `Closed` 4400 for anything else."""
    try:
        message = read_json(text)
    except NotJSON as error:
        raise Closed(BAD_REQUEST, f"A message {error}") from None
    if not isinstance(message, dict):
        raise Closed(BAD_REQUEST, "A message must be a JSON object")
    kind = message.get("type")
    if kind in ("connection_init", "ping", "pong"):
        if not isinstance(message.get("payload"), dict | None):
            raise Closed(BAD_REQUEST, f"The payload of '{kind}' must be an object or null")
    elif kind in ("subscribe", "complete"):
        operation_id = message.get("id")
        if not isinstance(operation_id, str) or not 0 < len(operation_id) <= _MAX_ID:
            raise Closed(BAD_REQUEST, f"The id of '{kind}' must be a text of 1 to {_MAX_ID} characters")
        if kind == "subscribe" and not isinstance(message.get("payload"), dict):
            raise Closed(BAD_REQUEST, "The payload of 'subscribe' must be an object")
    else:
        shown = kind if isinstance(kind, str) else "none"
        raise Closed(BAD_REQUEST, f"Unknown message type: {shown}")
    return message
