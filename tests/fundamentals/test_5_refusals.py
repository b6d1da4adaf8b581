"""What is refused, and that each refusal says what was wrong and what to do."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from tests.conftest import PICTURES, eventually
from tests.fundamentals.server import UPLOAD, Server, Viewer
from tests.fundamentals.watching import try_to_open
from tests.graphql_api.conftest import api
from tests.graphql_api.serving import serving

__all__ = ["api"]

PHOTO = (PICTURES / "chelsea.png").read_bytes()
#: Bounds that are in nobody's way: whatever is refused here is refused for what it is. Those of test 7 are for many.
SETTINGS = {"max_upload_mb": 2.0, "waiting_per_viewer": 1000, "uploads_per_minute": 10_000}


@pytest.fixture
def server(api: Server) -> Server:
    """One API for all of these: a refusal leaves nothing behind that the next could stumble over."""
    return api


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "EMPTY_FILE"),
        (b"hello, I am a text", "NOT_A_PICTURE"),
        (b"%PDF-1.7 and so on", "UNSUPPORTED_FORMAT"),
        (PHOTO[: len(PHOTO) // 2], "TRUNCATED_FILE"),
        (PHOTO + b"\0" * 3_000_000, "TOO_MANY_BYTES"),
    ],
)
async def test_a_file_is_refused_with_the_reason(server: Server, alice: Viewer, data: bytes, code: str) -> None:
    before = set(server.settings.media_path.glob("job_*"))

    answer = await alice.upload(data, "holiday.jpg")

    assert (answer["__typename"], answer["code"]) == ("UploadRefused", code)
    assert answer["message"].endswith(".")
    assert answer["howToFix"].endswith(".")
    assert set(server.settings.media_path.glob("job_*")) == before, "something of it was kept"
    await eventually(lambda: _nothing_incoming(server), what="the file that came in being gone")
    assert (await alice.ask("{ jobs { totalCount } }"))["jobs"]["totalCount"] == 0


async def test_a_file_name_is_data_never_a_path(server: Server, alice: Viewer) -> None:
    job = await alice.upload(PHOTO, "../../../escaped\n.jpg")

    assert job["__typename"] == "Job"
    assert "/" not in job["name"]
    assert not list(server.settings.media_path.parent.parent.rglob("*escaped*"))


async def test_options_out_of_range_are_refused(alice: Viewer) -> None:
    focus = [{"x": 1.01, "y": 0.5}, {"x": 0.5, "y": -0.01}]
    wrong: list[dict[str, Any]] = [{"seconds": 2.9}, {"seconds": 10.1}, {"seed": -1}, *({"focus": f} for f in focus)]

    for options in wrong:
        answer = await alice.upload(PHOTO, **options)

        assert (answer["__typename"], answer["code"]) == ("UploadRefused", "WRONG_OPTIONS"), options


@pytest.mark.parametrize(
    ("fields", "headers", "status"),
    [
        ({"operations": "{}", "map": "{}"}, {}, 400),  # no preflight header: another site's form could send this
        ({"operations": "not json", "map": "{}"}, {"X-I2V-Request": "1"}, 400),
        ({"operations": "{}", "map": "[]"}, {"X-I2V-Request": "1"}, 400),
        ({"map": "{}"}, {"X-I2V-Request": "1"}, 400),
        ({"operations": json.dumps({"query": UPLOAD}), "map": '{"0": ["query"]}'}, {"X-I2V-Request": "1"}, 400),
        (
            {"operations": json.dumps({"query": UPLOAD}), "map": '{"9": ["variables.image"]}'},
            {"X-I2V-Request": "1"},
            400,
        ),
        ({"operations": "x" * 100_000, "map": "{}"}, {"X-I2V-Request": "1"}, 413),
    ],
)
async def test_a_malformed_upload_is_a_client_error(
    alice: Viewer, fields: dict[str, str], headers: dict[str, str], status: int
) -> None:
    answer = await alice.http.post("/graphql", data=fields, files={"0": ("a.png", PHOTO)}, headers=headers)

    assert answer.status_code == status, answer.text


async def test_a_store_that_cannot_be_written_is_a_refusal_and_no_crash(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        alice = Viewer(server)
        incoming = server.settings.media_path / ".incoming"
        incoming.rmdir()
        incoming.write_text("in the way")  # as full as a disk can be, also for root

        refused, unready = await alice.upload(PHOTO), await alice.http.get("/readyz")
        incoming.unlink()
        taken, ready = await alice.upload(PHOTO), await alice.http.get("/readyz")
        await alice.http.aclose()

    assert (refused["__typename"], refused["code"]) == ("UploadRefused", "STORAGE_FAILED")
    assert (unready.status_code, ready.status_code) == (503, 200)
    assert "no room" in unready.json()["reason"]
    assert taken["__typename"] == "Job"


async def test_a_body_that_is_no_upload_is_bounded(alice: Viewer) -> None:
    long = await alice.http.post("/graphql", json={"query": "{ queue { paused } }", "variables": {"x": "y" * 300_000}})
    afterwards = await alice.ask("{ queue { paused } }")

    assert long.status_code == 413
    assert afterwards == {"queue": {"paused": False}}


async def test_an_upload_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    operations = json.dumps({"query": UPLOAD, "variables": {"image": None}})
    head = (
        f'--b\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{operations}\r\n'
        '--b\r\nContent-Disposition: form-data; name="map"\r\n\r\n{"0": ["variables.image"]}\r\n'
        '--b\r\nContent-Disposition: form-data; name="0"; filename="a.png"\r\n\r\n'
    )
    with serving(tmp_path, upload_seconds=1.0) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.settings.port)
        writer.write(
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nX-I2V-Request: 1\r\nContent-Length: 100000\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n\r\n" + head.encode() + PHOTO[:1000]
        )

        answer = await reader.readuntil(b"howToFix")  # and then nothing more is sent
        writer.close()

    assert b'"code":"UPLOAD_TOO_SLOW"' in answer.replace(b" ", b"")


async def test_an_upload_that_is_no_file_is_refused_by_the_schema(alice: Viewer) -> None:
    answer = await alice.http.post("/graphql", json={"query": UPLOAD, "variables": {"image": "a text"}})

    assert "A file is needed" in answer.json()["errors"][0]["message"]


async def test_a_playback_of_a_job_without_a_video_is_refused(alice: Viewer) -> None:
    job = await alice.upload(PHOTO)

    assert (await try_to_open(alice, job["id"]))["code"] == "NOT_PLAYABLE_YET"
    await alice.ask("mutation($id: ID!) { cancelJob(id: $id) { __typename } }", id=job["id"])
    assert (await try_to_open(alice, job["id"]))["code"] == "HAS_NO_VIDEO"
    again = "mutation($id: ID!) { cancelJob(id: $id) { ... on JobAlreadyFinished { code job { state } } } }"
    assert (await alice.ask(again, id=job["id"]))["cancelJob"] == {
        "code": "JOB_ALREADY_FINISHED",
        "job": {"state": "CANCELLED"},
    }


async def test_of_a_video_that_is_lost_nobody_waits_for_the_beginning(alice: Viewer, redis: Redis) -> None:
    job = await alice.upload(PHOTO)
    await redis.hset(keys.job(job["id"]), "state", "COMPLETED")

    refused = await try_to_open(alice, job["id"])

    assert (refused["code"], refused["message"]) == ("HAS_NO_VIDEO", "The video is not where it was stored.")


async def test_pages_of_jobs_go_on_where_the_last_ended(alice: Viewer) -> None:
    ids = [(await alice.upload(PHOTO))["id"] for _ in range(5)]
    query = "query($n: Int!, $a: String) { jobs(first: $n, after: $a) { edges { node { id } } pageInfo { hasNextPage endCursor } } }"

    seen, after = [], None
    while True:
        page = (await alice.ask(query, n=2, a=after))["jobs"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert seen == ids[::-1]
    bad = await alice.http.post("/graphql", json={"query": query, "variables": {"n": 2, "a": "nonsense"}})
    assert bad.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_one_file_is_one_job_however_often_a_query_names_it(alice: Viewer) -> None:
    fields = " ".join(
        f"a{n}: uploadImage(image: $image) {{ ... on Job {{ id }} ... on Refusal {{ code }} }}" for n in range(5)
    )
    operations = {"query": f"mutation($image: Upload!) {{ {fields} }}", "variables": {"image": None}}

    answer = await alice.http.post(
        "/graphql",
        data={"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.image"]})},
        files={"0": ("a.png", PHOTO)},
        headers={"X-I2V-Request": "1"},
    )

    answers = list(answer.json()["data"].values())
    assert [one.get("code") for one in answers] == [None] + ["TOO_MANY_AT_ONCE"] * 4
    assert (await alice.ask("{ jobs { totalCount } }"))["jobs"]["totalCount"] == 1


async def test_two_parts_of_one_name_are_refused_and_leave_nothing_on_the_disk(server: Server, alice: Viewer) -> None:
    operations = {"query": UPLOAD, "variables": {"image": None}}

    answer = await alice.http.post(
        "/graphql",
        data={"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.image"]})},
        files=[("0", ("a.png", PHOTO)), ("0", ("b.png", PHOTO))],
        headers={"X-I2V-Request": "1"},
    )

    assert answer.status_code == 400
    await eventually(lambda: _nothing_incoming(server), what="the files that came in being gone")


async def _nothing_incoming(server: Server) -> bool:
    incoming = server.settings.media_path / ".incoming"
    return not incoming.exists() or not list(incoming.iterdir())
