"""A way to ask the schema without a server: a viewer's request with the real services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from graphql_api.app import build_api
from graphql_api.context import Context
from graphql_api.schema import schema
from i2v_core.jobs import new_id
from i2v_core.settings import Settings
from i2v_core.viewers import Identity


class Asker:
    """A viewer who asks; `errors` gives what came back in `errors`, as it is sent."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def ask(self, query: str | None, variables: dict[str, Any] | None = None, **more: Any) -> Any:
        """The result of a query or mutation."""
        return await schema.execute(query, variable_values=variables, context_value=self.context, **more)

    async def data(self, query: str, **variables: Any) -> Any:
        """The data; fails on errors."""
        result = await self.ask(query, variables)
        assert not result.errors, result.errors
        return result.data

    async def errors(self, query: str | None, variables: dict[str, Any] | None = None, **more: Any) -> list[Any]:
        """The errors of an operation, which must be the same over a WebSocket."""
        result = await self.ask(query, variables, **more)
        streamed = await schema.stream(query, variable_values=variables, context_value=self.context, **more)
        answers = [answer async for answer in streamed]
        formatted = [dict(error.formatted) for error in result.errors or []]
        assert [dict(error.formatted) for error in answers[0].errors or []] == formatted
        return formatted

    async def code(self, query: str | None, variables: dict[str, Any] | None = None, **more: Any) -> str | None:
        """The code of the only error, None without one."""
        errors = await self.errors(query, variables, **more)
        assert len(errors) <= 1, errors
        return str(errors[0]["extensions"]["code"]) if errors else None


@asynccontextmanager
async def asking(settings: Settings, **changed: Any) -> AsyncIterator[Asker]:
    """An asker of an API with these settings, some of them changed."""
    fields = settings.model_dump(include=settings.model_fields_set)
    api = build_api(Settings(**{**fields, **changed}))
    viewer = new_id("viewer")
    try:
        yield Asker(Context(Identity(viewer, viewer), api.services))
    finally:
        await api.redis.aclose()
