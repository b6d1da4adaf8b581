"""Programs that use a running API with a token, for the tests of who may ask and how often."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

from tests.fundamentals.server import Server, Viewer

CREATE = """
mutation Create($name: String!, $scopes: [ApiTokenScope!]!, $expiresAt: DateTime) {
  createApiToken(name: $name, scopes: $scopes, expiresAt: $expiresAt) {
    __typename
    ... on ApiTokenCreated { secret token { id name scopes createdAt lastUsedAt expiresAt } }
    ... on ApiTokenRefused { code message howToFix limit { name value } }
  }
}
"""
REVOKE = """
mutation Revoke($id: ID!) {
  revokeApiToken(id: $id) {
    __typename
    ... on ApiTokenRevoked { tokenId }
    ... on ApiTokenNotFound { code tokenId howToFix }
  }
}
"""
TOKENS = "{ apiTokens { id name scopes lastUsedAt expiresAt } }"
JOBS = "{ jobs(first: 5) { totalCount edges { node { id } } } }"
WATCH = "subscription { viewerJobs { __typename } }"


async def make_token(viewer: Viewer, *scopes: str, **more: Any) -> dict[str, Any]:
    """A token of the viewer: `{secret, token}`."""
    answer = await viewer.ask(CREATE, name="program", scopes=list(scopes or ("READ",)), **more)
    created = dict(answer["createApiToken"])
    assert created["__typename"] == "ApiTokenCreated", created
    return created


def with_token(server: Server, secret: str) -> httpx.AsyncClient:
    """A program that asks with this token."""
    return httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {secret}"}, timeout=30)


async def ask(program: httpx.AsyncClient, query: str, **variables: Any) -> httpx.Response:
    """The answer to an operation."""
    return await program.post("/graphql", json={"query": query, "variables": variables})


@asynccontextmanager
async def socket(
    server: Server, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
) -> AsyncIterator[ClientConnection]:
    """A WebSocket that has said `connection_init` with these params."""
    async with websockets.connect(
        server.url.replace("http", "ws") + "/graphql",
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
        additional_headers=dict(headers or {}),
    ) as connection:
        message = {"type": "connection_init"} | ({"payload": dict(params)} if params is not None else {})
        await connection.send(json.dumps(message))
        yield connection


async def said(connection: ClientConnection) -> dict[str, Any]:
    """The next message; fails if there is none within 10 seconds."""
    return dict(json.loads(await asyncio.wait_for(connection.recv(), 10)))


async def subscribe(connection: ClientConnection, query: str, operation_id: str = "1") -> None:
    """Start an operation."""
    await connection.send(json.dumps({"id": operation_id, "type": "subscribe", "payload": {"query": query}}))
