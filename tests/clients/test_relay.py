"""Relay: what its compiler demands of the schema, and its connections and `node` at run time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.clients.conftest import Run
from tests.clients.npm import relay_compiler

#: Everything that the examples do not use, in Relay's own ways where it has any.
REST = """
import { graphql } from "relay-runtime";

graphql`query restQuery { ...rest_jobs queue { length estimatedWaitSeconds } limits { maxUploadBytes formats } }`;
graphql`
  fragment rest_jobs on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "restPageQuery") {
    jobs(first: $count, after: $cursor) @connection(key: "rest_jobs") { totalCount edges { node { ...rest_job } } }
  }
`;
graphql`
  fragment rest_job on Job @refetchable(queryName: "restJobQuery") {
    id thumbnailUrl pictureUrl failure { code howToFix } options { motion seconds seed shape focus { x y } } progress { stage remainingSeconds }
  }
`;
graphql`
  fragment rest_refusal on Refusal { __typename code message howToFix retryAfterSeconds }
`;
graphql`
  subscription restMineSubscription {
    viewerJobs { __typename ... on JobProgress { job { ...rest_job } } ... on JobDeleted { jobId @deleteRecord } }
  }
`;
graphql`mutation restRetryMutation($id: ID!) { retryJob(id: $id) { ...rest_job @alias ...rest_refusal @alias } }`;
graphql`mutation restAnotherMutation($id: ID!, $options: VideoOptions) { makeAnother(jobId: $id, options: $options) { ...rest_job @alias ...rest_refusal @alias } }`;
graphql`mutation restMoveMutation($id: ID!, $before: ID) { moveJob(id: $id, before: $before) { ...rest_job @alias ...rest_refusal @alias } }`;
graphql`
  mutation restDeleteMutation($id: ID!, $connections: [ID!]!) {
    deleteJob(id: $id) { ... on JobDeleted { jobId @deleteEdge(connections: $connections) @deleteRecord } ...rest_refusal @alias }
  }
`;
graphql`
  mutation restPlaybackMutation($jobId: ID!, $publicKey: String!) {
    openPlayback(jobId: $jobId, publicKey: $publicKey) {
      ... on Playback { id mimeType tickets { index value } licence { wrapped iv keyId } } ...rest_refusal @alias
    }
  }
`;
graphql`
  mutation restTicketsMutation($playbackId: ID!, $indexes: [Int!]!) {
    playbackTickets(playbackId: $playbackId, indexes: $indexes) { ... on Tickets { complete } ...rest_refusal @alias }
  }
`;
"""


@pytest.fixture
def project(npm_folder: Path, tmp_path: Path) -> Path:
    """A Relay project without operations."""
    for name in ("relay.config.json", "schema.graphql"):
        shutil.copy(npm_folder / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(npm_folder / "node_modules")
    return tmp_path


def test_the_compiler_takes_every_operation_that_the_schema_has(project: Path) -> None:
    (project / "rest.js").write_text(REST)

    done = relay_compiler(project)

    assert done.returncode == 0, done.stdout
    assert "WARN" not in done.stdout
    made = {path.name for path in (project / "__generated__").iterdir()}
    assert {"restPageQuery.graphql.js", "restJobQuery.graphql.js"} <= made  # of `jobs` as a connection, of `node(id:)`


def test_the_compiler_names_a_field_that_is_not_there(project: Path) -> None:
    (project / "wrong.js").write_text(
        'import { graphql } from "relay-runtime";\ngraphql`query wrongQuery { jobs { nonsense } }`;\n'
    )

    done = relay_compiler(project)

    assert done.returncode != 0
    assert "The type `JobConnection` has no field `nonsense`" in done.stdout


@pytest.mark.usefixtures("compiled")
def test_a_job_of_a_connection_is_fetched_again_by_its_id(run: Run, picture: Path) -> None:
    ran = run("node", "relay.mjs", picture)

    again = [line for line in ran.out if line.startswith("again: ")]
    assert len(again) == 1, ran
    assert '"name":"astronaut.png","state":"COMPLETED","progress":{"percent":100}' in again[0]
