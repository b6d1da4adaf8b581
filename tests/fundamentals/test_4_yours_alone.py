"""A viewer sees own jobs only: another's id answers exactly as one that does not exist, everywhere."""

from __future__ import annotations

from tests.conftest import PICTURES
from tests.fundamentals.server import FETCH, Server, Viewer
from tests.fundamentals.watching import TICKETS, new_key, watch

UNKNOWN = "job_" + "0" * 24
EVERYTHING = """
mutation Everything($id: ID!, $key: String!) {
  cancelJob(id: $id) { __typename ... on Refusal { code message howToFix } }
  deleteJob(id: $id) { __typename ... on Refusal { code message howToFix } }
  openPlayback(jobId: $id, publicKey: $key) { __typename ... on Refusal { code message howToFix } }
}
"""


async def test_a_foreign_job_answers_like_one_that_does_not_exist(server: Server, alice: Viewer, bob: Viewer) -> None:
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    await alice.finished(job["id"])

    key = new_key()[1]
    foreign_answers = await bob.ask(EVERYTHING, id=job["id"], key=key)
    assert foreign_answers == await bob.ask(EVERYTHING, id=UNKNOWN, key=key)
    playback = (await watch(alice, job["id"])).id
    assert (await bob.ask(TICKETS, id=playback, indexes=[0]))["playbackTickets"]["code"] == "PLAYBACK_NOT_FOUND"
    query = "query($id: ID!) { job(id: $id) { id } node(id: $id) { id } }"
    assert await bob.ask(query, id=job["id"]) == {"job": None, "node": None}
    foreign = [p async for p in bob.progress(job["id"])]
    unknown = [p async for p in bob.progress(UNKNOWN)]
    assert foreign == unknown
    assert [p["__typename"] for p in foreign] == ["JobNotFound"]
    assert (await bob.ask("{ jobs { totalCount } }"))["jobs"]["totalCount"] == 0
    assert (await alice.ask("{ jobs { totalCount } }"))["jobs"]["totalCount"] == 1


async def test_a_ticket_works_for_its_viewer_alone_and_a_thief_does_not_use_it_up(
    server: Server, alice: Viewer, bob: Viewer
) -> None:
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    await alice.finished(job["id"])
    playback = (await watch(alice, job["id"])).playback
    ticket = {"I2V-Ticket": playback["tickets"][1]["value"]} | FETCH
    path = f"/media/playbacks/{playback['id']}/0"

    assert (await bob.http.get(path, headers=ticket)).status_code == 403
    assert (await alice.http.get(path.replace("/0", "/1"), headers=ticket)).status_code == 403
    navigation = ticket | {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert (await alice.http.get(path, headers=navigation)).status_code == 403
    assert (await alice.http.get(path, headers=ticket | {"Sec-Fetch-Site": "cross-site"})).status_code == 403
    assert (await alice.http.get(path, headers=ticket)).status_code == 200


async def test_what_is_deleted_is_gone(server: Server, alice: Viewer) -> None:
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    await alice.finished(job["id"])
    playback = (await watch(alice, job["id"])).playback

    deleted = await alice.ask("mutation($id: ID!) { deleteJob(id: $id) { __typename } }", id=job["id"])

    assert deleted["deleteJob"]["__typename"] == "JobDeleted"
    assert (await alice.ask("query($id: ID!) { job(id: $id) { id } }", id=job["id"]))["job"] is None
    assert (await alice.http.get(job["thumbnailUrl"])).status_code == 404
    segment = await alice.http.get(
        f"/media/playbacks/{playback['id']}/0", headers={"I2V-Ticket": playback["tickets"][1]["value"]} | FETCH
    )
    assert segment.status_code == 404
    assert not (server.settings.media_path / job["id"]).exists()


async def test_all_my_jobs_in_one_subscription(server: Server, alice: Viewer, bob: Viewer) -> None:
    server.start("api")
    query = """subscription {
      viewerJobs { __typename ... on JobProgress { job { id } state queuePosition } ... on JobDeleted { jobId } }
    }"""
    async with alice.subscription(query) as events:
        await bob.upload(PICTURES / "chelsea.png")
        job = await alice.upload(PICTURES / "chelsea.png")

        created = (await anext(events))["viewerJobs"]
        assert created["job"]["id"] == job["id"], "another viewer's job was told"
        await alice.ask("mutation($id: ID!) { deleteJob(id: $id) { __typename } }", id=job["id"])
        gone = (await anext(events))["viewerJobs"]
        while gone["__typename"] != "JobDeleted":
            gone = (await anext(events))["viewerJobs"]
        assert gone["jobId"] == job["id"]
