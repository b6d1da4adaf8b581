"""A video is watched from its first segment on, by the same playback that serves a finished one."""

from __future__ import annotations

import asyncio
import base64
import io
import os
import signal
from typing import Any

import av
import pytest
from cryptography.exceptions import InvalidTag

from tests.conftest import PICTURES, eventually
from tests.fundamentals.server import Server, Viewer
from tests.fundamentals.test_3_nothing_is_lost import _render_process, _until
from tests.fundamentals.watching import INIT, OPEN, bytes_of, new_key, try_to_open, unwrap, watch

SECONDS = {"model_seconds": 5.0}


async def test_what_exists_is_seen_at_once_and_the_rest_as_it_comes(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update=SECONDS)
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    stream = alice.progress(job["id"])
    await _until(stream, segmentsReady=1)

    watching = await watch(alice, job["id"])
    assert watching.playback["complete"] is False
    assert watching.playback["durationSeconds"] == 3
    parts = [await watching.fetch(index) for index in range(INIT, watching.playback["segmentCount"])]
    assert len(watching.frames(b"".join(parts))) == 12 * watching.playback["segmentCount"]
    count, complete = watching.playback["segmentCount"], False
    while not complete:
        answer = await watching.ask_tickets(count)
        complete = answer["complete"]
        if count < answer["segmentCount"]:
            parts.append(await watching.fetch(count))
            count += 1
        complete = complete and count == answer["segmentCount"]

    assert count == 6
    assert len(watching.frames(b"".join(parts))) == 3 * 24


async def test_a_finished_video_needs_nothing_else(server: Server, alice: Viewer) -> None:
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    await alice.finished(job["id"])

    watching = await watch(alice, job["id"])

    assert watching.playback["complete"] is True
    assert base64.b64decode(watching.playback["initSegment"]) == await watching.fetch(INIT)
    await watching.ask_tickets(INIT)
    assert len(watching.frames(await watching.whole())) == 3 * 24
    again = await watching.ask_tickets(2, 99)
    assert [ticket["index"] for ticket in again["tickets"]] == [2]
    assert (await watching.ask_tickets(99))["tickets"] == []


async def test_what_is_sealed_as_a_whole_opens_with_its_key_and_in_its_place_alone(
    server: Server, alice: Viewer
) -> None:
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    await alice.finished(job["id"])

    watching = await watch(alice, job["id"], "AES_GCM")
    given = watching.open_sealed(INIT, base64.b64decode(watching.playback["initSegment"]))
    sealed = {index: await watching.fetch(index) for index in sorted(watching.tickets)}

    assert given == watching.open_sealed(INIT, sealed[INIT])
    clear = b"".join(watching.open_sealed(index, data) for index, data in sealed.items())
    with av.open(io.BytesIO(clear)) as file:
        assert len(list(file.decode(video=0))) == 3 * 24
    with pytest.raises(InvalidTag):
        watching.open_sealed(1, sealed[0])


async def test_no_answer_but_the_first_has_the_key_and_only_its_asker_can_unwrap_it(
    server: Server, alice: Viewer
) -> None:
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    await alice.finished(job["id"])
    pair, public = new_key()

    first = (await alice.ask(OPEN, id=job["id"], publicKey=public))["openPlayback"]
    second = (await alice.ask(OPEN, id=job["id"], publicKey=public))["openPlayback"]

    keys = [unwrap(playback["licence"], playback["id"], pair)["k"] for playback in (first, second)]
    assert len({bytes_of(key) for key in keys}) == 2, "two playbacks share a key"
    with pytest.raises(InvalidTag):
        unwrap(first["licence"], first["id"], new_key()[0])
    with pytest.raises(InvalidTag):
        unwrap(first["licence"], second["id"], pair)
    fields = "{ __schema { mutationType { fields { name } } queryType { fields { name } } } }"
    names = [field["name"] for kind in (await alice.ask(fields))["__schema"].values() for field in kind["fields"]]
    assert not [name for name in names if "licence" in name.lower()]


@pytest.mark.parametrize("key", ["", "x", "AAAA", "_" * 87, new_key()[1][:-4]])
async def test_a_public_key_that_is_none_is_refused_with_what_to_do(server: Server, alice: Viewer, key: str) -> None:
    server.start("api")
    job = await alice.upload(PICTURES / "chelsea.png")

    refused = (await alice.ask(OPEN, id=job["id"], publicKey=key))["openPlayback"]

    assert (refused["code"], "P-256" in refused["howToFix"]) == ("WRONG_PUBLIC_KEY", True)


async def test_who_watches_hears_at_once_that_the_job_was_cancelled(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"model_seconds": 30.0})
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=5)
    await _until(alice.progress(job["id"]), segmentsReady=1)
    watching = await watch(alice, job["id"])

    waiting = asyncio.create_task(watching.ask_tickets(5))
    await _is_waiting(waiting)
    await alice.ask("mutation($id: ID!) { cancelJob(id: $id) { __typename } }", id=job["id"])

    async with asyncio.timeout(10):
        refused = await waiting
    assert (refused["code"], refused["message"]) == ("HAS_NO_VIDEO", "This job was cancelled.")
    assert (await try_to_open(alice, job["id"]))["code"] == "HAS_NO_VIDEO"


async def test_when_an_attempt_breaks_off_the_video_starts_over(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"model_seconds": 6.0})
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    stream = alice.progress(job["id"])
    await _until(stream, segmentsReady=1)
    watching = await watch(alice, job["id"])
    model = await eventually(lambda: _render_process(server), what="the render process being found")

    waiting = asyncio.create_task(watching.ask_tickets(5))
    await _is_waiting(waiting)
    os.kill(model, signal.SIGKILL)

    assert (await waiting)["code"] == "PLAYBACK_STARTED_OVER"
    await _until(stream, attempt=2, segmentsReady=1)
    again = await watch(alice, job["id"])
    assert again.playback["attempt"] == 2
    assert (await watching.ask_tickets(0))["code"] == "PLAYBACK_STARTED_OVER"
    await _until(stream, state="COMPLETED")


async def _is_waiting(answer: asyncio.Task[dict[str, Any]]) -> None:
    """Until the server has had time for many other answers, and this one is still out."""
    done, _ = await asyncio.wait([answer], timeout=0.3)
    assert not done, answer.result()
