"""Several pictures in one request: each is one upload to every bound, as if it had come alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Message

from graphql_api.multipart import MultipartBody, receive_multipart
from i2v_core.errors import Code, UploadRefused
from i2v_core.settings import Settings
from tests.conftest import PICTURES
from tests.fundamentals.conftest import alice, server
from tests.fundamentals.server import Server, Viewer

__all__ = ["alice", "server"]

PICTURE = (PICTURES / "coffee.png").read_bytes()


async def upload(
    viewer: Viewer, count: int, *, with_keys: bool = False, files: Sequence[bytes] = ()
) -> list[dict[str, Any]]:
    """The answers to so many pictures of one request, or to these files, in their order."""
    files = files or count * [PICTURE]
    key = ', idempotencyKey: "{0}"' if with_keys else ""
    query = f"mutation({' '.join(f'$f{i}: Upload!' for i in range(count))}) {{"
    for i in range(count):
        query += f" a{i}: uploadImage(image: $f{i}{key.format(i)})"
        query += " { __typename ... on Job { id } ... on UploadRefused { code limit { value } retryAfterSeconds } }"
    answer = await viewer.http.post(
        "/graphql",
        data={
            "operations": json.dumps({"query": query + " }", "variables": {f"f{i}": None for i in range(count)}}),
            "map": json.dumps({str(i): [f"variables.f{i}"] for i in range(count)}),
        },
        files={str(i): (f"{i}.png", files[i], "image/png") for i in range(count)},
        headers={"X-I2V-Request": "1"},
    )
    data = answer.json()["data"]
    return [data[f"a{i}"] for i in range(count)]


@pytest.mark.parametrize(
    ("setting", "code"),
    [("uploads_per_minute", Code.TOO_MANY_UPLOADS), ("uploads_in_flight", Code.TOO_MANY_AT_ONCE)],
)
async def test_one_request_gets_no_more_pictures_in_than_many_would(
    server: Server, alice: Viewer, setting: str, code: Code
) -> None:
    server.settings = server.settings.model_copy(update={setting: 2})
    server.start("api")

    answers = await upload(alice, 4)

    assert [answer["__typename"] for answer in answers] == ["Job", "Job", "UploadRefused", "UploadRefused"]
    for refused in answers[2:]:
        assert (refused["code"], refused["limit"]["value"]) == (code, 2)
        assert refused["retryAfterSeconds"] > 0


async def test_places_of_a_request_are_free_again_once_it_is_answered(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"uploads_in_flight": 2})
    server.start("api")

    for _ in range(3):
        assert [answer["__typename"] for answer in await upload(alice, 2)] == ["Job", "Job"]


async def test_pictures_that_have_their_jobs_already_need_no_place_in_a_full_line(
    server: Server, alice: Viewer
) -> None:
    server.settings = server.settings.model_copy(update={"waiting_per_viewer": 3})
    server.start("api")

    first = await upload(alice, 3, with_keys=True)
    again = await upload(alice, 3, with_keys=True)

    assert again == first
    assert len({answer["id"] for answer in first}) == 3


async def test_as_many_as_may_come_are_read_whole_each_as_large_as_it_may_be(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"max_upload_mb": 0.5})
    server.start("api")
    # What follows the picture belongs to the file as well: one that is cut off anywhere is another file.
    files = [PICTURE + bytes([i]) * (500_000 - len(PICTURE)) for i in range(5)]

    first = await upload(alice, 5, with_keys=True, files=files)
    again = await upload(alice, 5, with_keys=True, files=files)
    other = await upload(alice, 5, with_keys=True, files=[*files[:4], files[4][:-1] + b"x"])

    assert [answer["__typename"] for answer in first] == 5 * ["Job"]
    assert again == first
    assert other[:4] == first[:4]
    assert other[4]["code"] == Code.IDEMPOTENCY_KEY_USED


async def test_what_is_not_read_any_more_is_refused_by_what_was_before_it(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"max_upload_mb": 0.5})
    server.start("api")
    much = PICTURE + b"\0" * 800_000

    answers = await upload(alice, 5, files=[PICTURE, much, much, much, PICTURE])

    assert [answer["__typename"] for answer in answers] == ["Job", *4 * ["UploadRefused"]]
    assert {answer["code"] for answer in answers[1:]} == {Code.TOO_MANY_BYTES}
    assert {answer["limit"]["value"] for answer in answers[1:]} == {500_000}


async def test_one_that_had_begun_when_reading_was_given_up_is_no_whole_picture(tmp_path: Path) -> None:
    def part(name: str, content: bytes) -> bytes:
        head = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.png"\r\n\r\n'
        return head.encode() + content + b"\r\n"

    much = PICTURE + b"\0" * 800_000
    refused = b"".join(part(name, much) for name in "abc")
    begun = part("d", PICTURE)
    messages: list[Message] = [
        {"type": "http.request", "body": refused + begun[: len(begun) // 2], "more_body": True},
        {"type": "http.request", "body": begun[len(begun) // 2 :] + part("e", PICTURE) + b"--x--\r\n"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    request = Request(
        {"type": "http", "headers": [(b"content-type", b"multipart/form-data; boundary=x")]}, receive=receive
    )
    body = MultipartBody(before_files=())
    await receive_multipart(request, tmp_path, Settings(max_upload_mb=0.5), body)

    refusals = [body.file(name).refusal for name in "abcde"]
    assert [isinstance(refusal, UploadRefused) and refusal.code for refusal in refusals] == 5 * [Code.TOO_MANY_BYTES]
    assert len(messages) == 1, "it was read on"
