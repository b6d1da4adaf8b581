"""A program that uses the API as one viewer, and does not give up."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import websockets
from PIL import Image

UPLOAD = """mutation($image: Upload!, $options: VideoOptions, $key: String) {
  uploadImage(image: $image, options: $options, idempotencyKey: $key) {
    __typename ... on Job { id } ... on Refusal { code retryAfterSeconds }
  }
}"""
JOB = "query($id: ID!) { job(id: $id) { id state attempt startedAt finishedAt createdAt failure { code } progress { segmentsReady percent queuePosition startsInSeconds } } }"
#: What can come of a request while the other side is being killed.
BROKEN = (httpx.TransportError, json.JSONDecodeError, KeyError, TypeError)


def picture(number: int) -> bytes:
    """A small picture that is unlike any with another number."""
    image = Image.new("RGB", (64, 48), (number * 37 % 256, number * 91 % 256, number * 13 % 256))
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


class Client:
    """One viewer; behind a listed proxy, at an address of its own."""

    def __init__(self, url: str, address: str | None = None) -> None:
        self.url = url
        headers = {"X-Forwarded-For": address} if address else {}
        self.http = httpx.AsyncClient(base_url=url, timeout=30, headers=headers)

    async def ask(self, query: str, **variables: Any) -> Any:
        """The data of an answer; raises one of `BROKEN` if there is none."""
        answer = await self.http.post("/graphql", json={"query": query, "variables": variables})
        return answer.json()["data"]

    async def upload(self, data: bytes, *, key: str | None = None, seconds: float = 3) -> dict[str, Any]:
        """What `uploadImage` answers to one attempt."""
        variables = {"image": None, "options": {"seconds": seconds}, "key": key}
        answer = await self.http.post(
            "/graphql",
            data={
                "operations": json.dumps({"query": UPLOAD, "variables": variables}),
                "map": json.dumps({"0": ["variables.image"]}),
            },
            files={"0": ("picture.png", data)},
            headers={"X-I2V-Request": "1"},
        )
        return dict(answer.json()["data"]["uploadImage"])

    async def upload_until_taken(self, data: bytes, *, key: str) -> str:
        """The job's id, however often it takes; the key makes sure that it is one job."""
        while True:
            try:
                answer = await self.upload(data, key=key)
                if "id" in answer:
                    return str(answer["id"])
                await asyncio.sleep(min(answer["retryAfterSeconds"] or 0.2, 1.0))
            except BROKEN:
                await asyncio.sleep(0.1)

    async def job(self, job_id: str) -> dict[str, Any] | None:
        """The job as it stands."""
        found = (await self.ask(JOB, id=job_id))["job"]
        return dict(found) if found else None

    async def events(self, query: str, **variables: Any) -> AsyncIterator[dict[str, Any]]:
        """What a subscription streams, until its end or that of the connection."""
        if "i2v_viewer" not in self.http.cookies:
            await self.http.get("/healthz")
        headers = {"Cookie": f"i2v_viewer={self.http.cookies['i2v_viewer']}"}
        if "x-forwarded-for" in self.http.headers:
            headers["X-Forwarded-For"] = self.http.headers["x-forwarded-for"]
        async with websockets.connect(
            self.url.replace("http", "ws") + "/graphql",
            subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
            additional_headers=headers,
        ) as connection:
            await connection.send(json.dumps({"type": "connection_init"}))
            await connection.recv()
            payload = {"query": query, "variables": variables}
            await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            async for text in connection:
                message = json.loads(text)
                if message["type"] == "next":
                    yield message["payload"]["data"]
                elif message["type"] == "complete":
                    return

    async def close(self) -> None:
        """Let go of its connections."""
        await self.http.aclose()
