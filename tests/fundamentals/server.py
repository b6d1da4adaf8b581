"""A running API and worker for tests: real processes, a free port, and a client that does what a program would do."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import websockets

from i2v_core.settings import Settings
from tests.conftest import ended, environment, wait_until

UPLOAD = """
mutation Upload($image: Upload!, $options: VideoOptions) {
  uploadImage(image: $image, options: $options) {
    __typename
    ... on Job { id name state width height thumbnailUrl pictureUrl options { motion seconds seed shape focus { x y } } }
    ... on UploadRefused { code message howToFix limit { name value unit } }
    ... on TryAgain { code message howToFix retryAfterSeconds }
  }
}
"""
PROGRESS = """
subscription Progress($jobId: ID!) {
  jobProgress(jobId: $jobId) {
    __typename
    ... on JobProgress {
      job { id } state stage percent attempt queuePosition startsInSeconds remainingSeconds segmentsReady version
    }
    ... on JobNotFound { code message howToFix }
  }
}
"""
#: Seconds that a process may take to end when it is told to: more than any does, on the busiest machine.
STOP_SECONDS = 60.0
#: What a browser adds to a fetch of its own page.
FETCH = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}


@dataclass
class Server:
    """Processes of one deployment; `start` and `stop` them by name."""

    settings: Settings
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Base address of the API."""
        return f"http://127.0.0.1:{self.settings.port}"

    def start(self, *names: str) -> None:
        """Start processes by the name of their command, and wait until the API answers."""
        for name in names:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "i2v_cli", name.split("-")[0]],
                env=environment(self.settings),
                start_new_session=True,
            )
        if "api" in names:
            wait_until(self._answers, 60, "the API answering")

    def start_impatient_worker(self, name: str, stall_seconds: float) -> None:
        """Start a worker whose model counts as hung after so many seconds without a word."""
        code = (
            f"from worker.renderer import Renderer; Renderer.__init__.__kwdefaults__['stall_seconds'] = {stall_seconds};"
            "from i2v_cli.worker import run; raise SystemExit(run())"
        )
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-c", code], env=environment(self.settings), start_new_session=True
        )

    def stop(self, name: str, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a process a signal and wait for its end; its exit code."""
        process = self.processes.pop(name)
        process.send_signal(how)
        return ended(process, STOP_SECONDS)

    def stop_all(self) -> None:
        """End whatever still runs, all at once; a worker puts its job back. Fails after the last, if one did not end."""
        running, self.processes = self.processes, {}
        for name, process in running.items():
            process.send_signal(signal.SIGINT if name.startswith("worker") else signal.SIGTERM)
        stuck = []
        for name, process in running.items():
            try:
                ended(process, STOP_SECONDS)
            except subprocess.TimeoutExpired:
                stuck.append(name)
        assert not stuck, f"told to end, these did not: {stuck}"

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz").status_code == 200
        except httpx.TransportError:
            return False


class Viewer:
    """A program that uses the API as one viewer."""

    def __init__(self, server: Server) -> None:
        self.server = server
        # No certificates, which take 24 ms to read: it is plain http, and some tests are a hundred strangers.
        self.http = httpx.AsyncClient(base_url=server.url, timeout=60, verify=False)

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a query or mutation; fails on errors."""
        answer = (await self.http.post("/graphql", json={"query": query, "variables": variables})).json()
        assert "errors" not in answer, answer["errors"]
        return dict(answer["data"])

    async def upload(self, picture: Path | bytes, name: str | None = None, **options: Any) -> dict[str, Any]:
        """What `uploadImage` answers."""
        data = picture.read_bytes() if isinstance(picture, Path) else picture
        filename = name or (picture.name if isinstance(picture, Path) else "picture.png")
        operations = {"query": UPLOAD, "variables": {"image": None, "options": options or None}}
        answer = await self.http.post(
            "/graphql",
            data={"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.image"]})},
            files={"0": (filename, data)},
            headers={"X-I2V-Request": "1"},
        )
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert "errors" not in body, body["errors"]
        return dict(body["data"]["uploadImage"])

    async def progress(self, job_id: str) -> AsyncIterator[dict[str, Any]]:
        """What `jobProgress` streams, to its end."""
        async with self.subscription(PROGRESS, jobId=job_id) as events:
            async for event in events:
                yield event["jobProgress"]

    @asynccontextmanager
    async def subscription(self, query: str, **variables: Any) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """A subscription over graphql-transport-ws with the viewer's cookie."""
        if "i2v_viewer" not in self.http.cookies:
            await self.http.get("/healthz")
        headers = {"Cookie": f"i2v_viewer={self.http.cookies['i2v_viewer']}"}
        async with websockets.connect(
            self.server.url.replace("http", "ws") + "/graphql",
            subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
            additional_headers=headers,
        ) as socket:
            await socket.send(json.dumps({"type": "connection_init"}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            payload = {"query": query, "variables": variables}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))

            async def events() -> AsyncIterator[dict[str, Any]]:
                async for text in socket:
                    message = json.loads(text)
                    if message["type"] == "complete":
                        return
                    assert message["type"] == "next", message
                    assert "errors" not in message["payload"], message
                    yield message["payload"]["data"]

            yield events()

    async def finished(self, job_id: str) -> dict[str, Any]:
        """The last progress of a job, once it has ended."""
        return [progress async for progress in self.progress(job_id)][-1]
