"""The way of one picture, timed step by step with the true model time, and the memory of each process idle and busy."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import websockets

PICTURE = Path(__file__).parent.parent / "tests" / "pictures" / "astronaut.png"
SECONDS = float(os.environ.get("I2V_MODEL_SECONDS", "30"))
UPLOAD = "mutation($image: Upload!) { uploadImage(image: $image) { ... on Job { id } } }"
WATCH = "subscription($id: ID!) { jobProgress(jobId: $id) { ... on JobProgress { state stage segmentsReady } } }"
TIMES = "query($id: ID!) { job(id: $id) { createdAt startedAt finishedAt } }"


async def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        env = {k: v for k, v in os.environ.items() if not k.startswith("I2V_")}
        env |= {
            "I2V_DATA_DIR": folder,
            "I2V_PORT": str(port),
            "I2V_MODEL_SECONDS": str(SECONDS),
            "I2V_LOG_LEVEL": "error",
        }
        began = time.monotonic()
        up = subprocess.Popen([sys.executable, "-m", "i2v_cli", "up"], env=env, stdout=subprocess.DEVNULL)
        try:
            await _measure(f"http://127.0.0.1:{port}", began, up.pid)
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(30)


async def _measure(url: str, began: float, pid: int) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        while not await _answers(client):
            await asyncio.sleep(0.02)
        steps = [("start to the page answering", time.monotonic() - began)]
        await asyncio.sleep(3)  # let everything settle: idle is what it is when nothing happens
        idle = _memory(pid)
        sent = time.monotonic()
        job = await _upload(client)
        steps.append(("upload to job id", time.monotonic() - sent))
        busy: dict[str, float] = {}
        seen: dict[str, float] = {}
        async for progress in _watch(url, client, job):
            now = time.monotonic() - sent
            if progress["segmentsReady"]:
                seen.setdefault("first segment", now)
            for name, memory in _memory(pid).items():
                busy[name] = max(busy.get(name, 0), memory)
            seen.setdefault(progress["stage"] or progress["state"], now)
        steps += [(f"upload to {name}", at) for name, at in sorted(seen.items(), key=lambda item: item[1])]
        times = (await _ask(client, TIMES, id=job))["job"]
        steps.append(
            ("PROCESSING to COMPLETED, by the server's clock", _between(times["startedAt"], times["finishedAt"]))
        )
        steps.append(("job id to PROCESSING, by the server's clock", _between(times["createdAt"], times["startedAt"])))
        pages = []
        for _ in range(20):
            asked = time.monotonic()
            await client.get("/")
            pages.append(time.monotonic() - asked)
        steps.append(("the page's HTML, median of 20", statistics.median(pages)))
    print(f"\n| step (model: {SECONDS:g} s) | seconds |\n|---|---|")
    for name, seconds in steps:
        print(f"| {name} | {seconds:.3f} |")
    print("\n| process | idle, PSS MB | busy, peak PSS MB |\n|---|---|---|")
    for name in sorted({*idle, *busy}):
        print(f"| {name} | {idle.get(name, 0):.0f} | {busy.get(name, 0):.0f} |")


def _memory(pid: int) -> dict[str, float]:
    """Proportional set size of each process under `pid`, in MB, by what it is."""
    found: dict[str, float] = {}
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        try:
            words = " ".join(process.cmdline())
            name = next(
                (n for n in ("worker.render", "graphql_api.decode", "redis", "worker", "web", "up") if n in words),
                "other",
            )
            found[name] = found.get(name, 0) + process.memory_full_info().pss / 1e6
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


async def _upload(client: httpx.AsyncClient) -> str:
    answer = await client.post(
        "/graphql",
        data={
            "operations": json.dumps({"query": UPLOAD, "variables": {"image": None}}),
            "map": json.dumps({"0": ["variables.image"]}),
        },
        files={"0": (PICTURE.name, PICTURE.read_bytes())},
        headers={"X-I2V-Request": "1"},
    )
    return str(answer.json()["data"]["uploadImage"]["id"])


async def _watch(url: str, client: httpx.AsyncClient, job: str) -> Any:
    async with websockets.connect(
        url.replace("http", "ws") + "/graphql",
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
        additional_headers={"Cookie": f"i2v_viewer={client.cookies['i2v_viewer']}"},
    ) as connection:
        await connection.send(json.dumps({"type": "connection_init"}))
        await connection.recv()
        payload = {"query": WATCH, "variables": {"id": job}}
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        async for text in connection:
            message = json.loads(text)
            if message["type"] == "complete":
                return
            yield message["payload"]["data"]["jobProgress"]


async def _ask(client: httpx.AsyncClient, query: str, **variables: Any) -> Any:
    return (await client.post("/graphql", json={"query": query, "variables": variables})).json()["data"]


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).json().get("workers", 0) > 0
    except (httpx.TransportError, ValueError):
        return False


def _between(start: str, end: str) -> float:
    from datetime import datetime

    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
