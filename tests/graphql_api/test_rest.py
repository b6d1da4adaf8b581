"""Jobs without GraphQL: uploaded, listed, looked at, cancelled, retried and deleted, by the rules that hold there too."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.fundamentals.server import Server
from tests.graphql_api.serving import OURS, PHOTO, client, serving, upload


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("rest")) as server:
        yield server


@pytest.fixture
def alice(server: Server) -> Iterator[httpx.Client]:
    with client(server) as viewer:
        yield viewer


@pytest.fixture
def bob(server: Server) -> Iterator[httpx.Client]:
    with client(server) as viewer:
        yield viewer


def graphql(viewer: httpx.Client, query: str) -> dict[str, object]:
    answer = viewer.post("/graphql", json={"query": query}).json()
    assert "errors" not in answer, answer
    return dict(answer["data"])


def test_a_picture_in_a_form_is_created_where_the_location_says(alice: httpx.Client) -> None:
    created = upload(alice, motion="PAN", seconds="3.5", seed="7")
    found = alice.get(created.headers["Location"])

    assert created.status_code == 201
    assert created.headers["Location"] == f"/api/jobs/{created.json()['id']}"
    assert found.status_code == 200
    job = found.json()
    assert (job["name"], job["state"], job["width"], job["height"]) == ("cat.png", "QUEUED", 451, 300)
    assert job["options"] == {
        "motion": "PAN",
        "seconds": 3.5,
        "seed": 7,
        "shape": "AS_PICTURE",
        "focus": {"x": 0.5, "y": 0.5},
    }
    assert job["queuePosition"] >= 1


@pytest.mark.parametrize(
    ("query", "headers", "name"),
    [
        ("?name=caf%C3%A9.png", {}, "café.png"),
        ("", {"Content-Disposition": 'attachment; filename="../dir/cat.png"'}, "cat.png"),
        ("", {"Content-Disposition": "attachment; filename*=UTF-8''%E2%82%AC.png"}, "€.png"),
        ("?name=a%22%0D%0AX:%20y.png", {}, "aX: y.png"),
        ("", {}, "picture"),
    ],
)
def test_a_raw_picture_is_taken_in_under_the_name_that_it_is_given(
    server: Server, query: str, headers: dict[str, str], name: str
) -> None:
    with httpx.Client(base_url=server.url) as anybody:  # no other site can send this type: no header is needed
        created = anybody.post(
            f"/api/jobs{query}", content=PHOTO.read_bytes(), headers={"Content-Type": "image/png", **headers}
        )

        assert (created.status_code, created.json().get("name")) == (201, name)
        assert anybody.get(created.headers["Location"]).status_code == 200


def test_a_raw_picture_has_its_options_in_the_query_string(alice: httpx.Client) -> None:
    created = alice.post(
        "/api/jobs?motion=ORBIT&seconds=4&seed=1",
        content=PHOTO.read_bytes(),
        headers={"Content-Type": "application/octet-stream"},
    )

    told = created.json()["options"]
    assert (told["motion"], told["seconds"], told["seed"]) == ("ORBIT", 4.0, 1)


def test_both_ways_store_the_same_picture(server: Server, alice: httpx.Client) -> None:
    as_form = upload(alice).json()["id"]
    raw = alice.post("/api/jobs", content=PHOTO.read_bytes(), headers={"Content-Type": "image/png"}).json()["id"]

    stored = [server.settings.media_path / job / "picture.jpg" for job in (as_form, raw)]
    assert stored[0].read_bytes() == stored[1].read_bytes()


def test_the_same_key_and_picture_are_the_same_job(alice: httpx.Client) -> None:
    def send(data: bytes) -> httpx.Response:
        files = {"image": ("cat.png", data)}
        return alice.post("/api/jobs", files=files, headers={"Idempotency-Key": "k1"})

    first, again, other = send(PHOTO.read_bytes()), send(PHOTO.read_bytes()), send(PHOTO.read_bytes() + b"\0")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["Location"] == again.headers["Location"]
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_USED")
    assert alice.get("/api/jobs").json()["totalCount"] == 1


def test_pages_of_jobs_go_on_where_the_link_says(alice: httpx.Client) -> None:
    ids = [upload(alice).json()["id"] for _ in range(5)]

    seen, address = [], "/api/jobs?limit=2"
    while address:
        page = alice.get(address)
        seen += [job["id"] for job in page.json()["jobs"]]
        assert page.json()["totalCount"] == 5
        address = page.links.get("next", {}).get("url", "")

    assert seen == ids[::-1]


def test_a_job_is_cancelled_retried_and_deleted(server: Server, alice: httpx.Client) -> None:
    address = upload(alice).headers["Location"]

    cancelled, again = alice.post(f"{address}/cancel"), alice.post(f"{address}/cancel")
    retried, not_over = alice.post(f"{address}/retry"), alice.post(f"{address}/retry")
    deleted, gone = alice.delete(address), alice.delete(address)

    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "CANCELLED")
    assert (again.status_code, again.json()["code"]) == (409, "JOB_ALREADY_FINISHED")
    assert (retried.status_code, retried.json()["state"]) == (200, "QUEUED")
    assert (not_over.status_code, not_over.json()["code"]) == (409, "JOB_NOT_OVER")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (gone.status_code, gone.json()["code"]) == (404, "JOB_NOT_FOUND")
    assert not (server.settings.media_path / address.rsplit("/", 1)[-1]).exists()


def test_a_job_whose_picture_is_lost_is_not_made_again(server: Server, alice: httpx.Client) -> None:
    job = upload(alice)
    address = job.headers["Location"]
    alice.post(f"{address}/cancel")
    (server.settings.media_path / job.json()["id"] / "picture.jpg").unlink()

    refused = alice.post(f"{address}/retry")

    assert (refused.status_code, refused.json()["code"]) == (409, "PICTURE_LOST")


def test_the_frames_shape_and_focus_are_told_in_a_form_or_in_the_address(alice: httpx.Client) -> None:
    form = upload(alice, shape="TALL", focusX="0.2", focusY="0.85")
    raw = {"Content-Type": "image/png"}
    address = alice.post("/api/jobs?shape=WIDE&focusY=1", content=PHOTO.read_bytes(), headers=raw)

    wanted = [(each.json()["options"]["shape"], each.json()["options"]["focus"]) for each in (form, address)]
    assert wanted == [("TALL", {"x": 0.2, "y": 0.85}), ("WIDE", {"x": 0.5, "y": 1.0})]


def test_graphql_and_rest_tell_the_same_of_the_same_jobs(alice: httpx.Client) -> None:
    job = upload(alice, seed="3").json()
    fields = "id name state attempt createdAt width height thumbnailUrl pictureUrl options { motion seconds seed shape focus { x y } } progress { queuePosition version percent }"

    told = graphql(
        alice, f'{{ job(id: "{job["id"]}") {{ {fields} }} limits {{ maxUploadBytes formats maxWaiting modelName }} }}'
    )

    same = dict(told["job"])  # type: ignore[call-overload]
    same |= same.pop("progress")
    assert {name: job[name] for name in same} == same
    limits = alice.get("/api/limits").json()
    assert {name: limits[name] for name in told["limits"]} == told["limits"]  # type: ignore[attr-defined]


def test_the_queue_tells_how_long_it_is(alice: httpx.Client) -> None:
    before = alice.get("/api/queue").json()["length"]
    upload(alice)

    queue = alice.get("/api/queue").json()

    assert queue["length"] > before
    assert (queue["processing"], queue["modelSeconds"], queue["paused"]) == (0, None, False)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("DELETE", ""), ("POST", "/cancel"), ("POST", "/retry"), ("GET", "/events")]
)
def test_another_viewers_job_is_not_there(alice: httpx.Client, bob: httpx.Client, method: str, path: str) -> None:
    address = upload(alice).headers["Location"]

    foreign, unknown = bob.request(method, address + path), bob.request(method, f"/api/jobs/job_{'x' * 24}{path}")
    malformed = bob.request(method, f"/api/jobs/..%2F..%2Fetc{path}")

    assert (foreign.status_code, unknown.status_code, malformed.status_code) == (404, 404, 404)
    assert foreign.json() | {"jobId": ""} == unknown.json() | {"jobId": ""}
    assert alice.get(address).json()["state"] == "QUEUED"


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("DELETE", ""), ("POST", "/cancel"), ("POST", "/retry")])
def test_another_sites_page_cannot_write_in_a_viewers_name(
    server: Server, alice: httpx.Client, method: str, path: str
) -> None:
    address = upload(alice).headers["Location"]
    target = "/api/jobs" if (method, path) == ("POST", "") else address + path
    files = {"image": ("a.png", PHOTO.read_bytes())} if target == "/api/jobs" else None

    with httpx.Client(base_url=server.url, cookies=alice.cookies) as forged:
        plain = forged.request(method, target, files=files)
        # A browser adds this one by itself, where a front asks for a password.
        basic = forged.request(method, target, files=files, headers={"Authorization": "Basic eDp5"})
        typed = forged.request(method, target, content=b"x", headers={"Content-Type": "text/plain; image/png"})

    for answer in (plain, basic, typed):
        assert (answer.status_code, answer.json()["code"]) == (403, "PREFLIGHT_HEADER_MISSING")
    assert alice.get("/api/jobs").json()["totalCount"] == 1
    assert alice.get(address).json()["state"] == "QUEUED"


def test_without_a_cookie_everybody_is_somebody_new(server: Server) -> None:
    address = httpx.post(
        f"{server.url}/api/jobs", content=PHOTO.read_bytes(), headers={"Content-Type": "image/png"}
    ).headers["Location"]

    assert httpx.get(server.url + address).status_code == 404


@pytest.mark.parametrize(
    ("accept", "is_description"),
    [
        ("application/json", True),
        ("application/json, */*;q=0.1", True),
        ("text/html,application/json;q=0.9", False),
        ("*/*", False),
    ],
)
def test_a_program_that_asks_what_there_is_in_json_gets_the_description(
    server: Server, accept: str, is_description: bool
) -> None:
    answer = httpx.get(f"{server.url}/api", headers={"Accept": accept}, follow_redirects=True)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json") is is_description
    assert not is_description or answer.json()["openapi"].startswith("3.1")


def test_head_tells_what_get_would_without_the_body(alice: httpx.Client) -> None:
    address = upload(alice).headers["Location"]

    for path in ("/api/jobs", address, f"{address}/events", "/api/queue", "/api/limits"):
        answer = alice.head(path)

        assert (answer.status_code, answer.content) == (200, b""), path


def test_no_answer_names_a_video_or_a_playback(alice: httpx.Client) -> None:
    job = upload(alice).json()

    assert not [
        name for name in job if "video" in name.lower() or "play" in name.lower() or "segmenturl" in name.lower()
    ]
    for path in ("video", "video.mp4", "playback", "playbacks", "segments/0", "picture"):
        for method in ("GET", "POST"):
            assert alice.request(method, f"{job['url']}/{path}").status_code == 404


def test_the_preflight_header_may_have_any_of_its_names(server: Server) -> None:
    assert OURS
    for name in ("apollo-require-preflight", "x-apollo-operation-name", "graphql-preflight"):
        answer = httpx.post(f"{server.url}/api/jobs", files={"image": PHOTO.read_bytes()}, headers={name: "1"})

        assert answer.status_code == 201, answer.text
