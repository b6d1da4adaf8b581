"""Jobs to be watched: without a worker they wait, and change when they are told to."""

from __future__ import annotations

import json

import httpx

from tests.conftest import PICTURES
from tests.fundamentals.server import UPLOAD

WATCH = "subscription Watch($id: ID!) { jobProgress(jobId: $id) { ... on JobProgress { state } ... on JobNotFound { code } } }"
WATCH_ALL = "subscription { viewerJobs { __typename } }"


def upload(http: httpx.Client) -> str:
    """Upload a picture; the id of its job."""
    operations = {"query": UPLOAD, "variables": {"image": None}}
    answer = http.post(
        "/graphql",
        data={"operations": json.dumps(operations), "map": '{"0": ["variables.image"]}'},
        files={"0": ("coffee.png", (PICTURES / "coffee.png").read_bytes())},
    )
    return str(answer.json()["data"]["uploadImage"]["id"])


def cancel(http: httpx.Client, job_id: str) -> None:
    """Cancel a job, which ends its progress."""
    query = "mutation Cancel($id: ID!) { cancelJob(id: $id) { __typename } }"
    answer = http.post("/graphql", json={"query": query, "variables": {"id": job_id}}).json()
    assert answer["data"]["cancelJob"]["__typename"] == "Job", answer
