"""The GraphQL operations that the page's code sends. The player's and the uploader's stand in their own files."""

from __future__ import annotations

from copy import copy
from typing import Any

from gql import GraphQLRequest


class Operation(GraphQLRequest):
    """An operation with its values. It is sent as it is written: gql would print its tree anew each time."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text

    def with_values(self, values: dict[str, Any]) -> Operation:
        """The same operation with values for its variables."""
        other = copy(self)
        other.variable_values = values
        return other

    @property
    def payload(self) -> dict[str, Any]:
        """What a transport sends."""
        return {"query": self._text} | ({"variables": self.variable_values} if self.variable_values else {})


_PROGRESS = """
fragment ProgressFields on JobProgress {
  state stage percent attempt queuePosition startsInSeconds remainingSeconds segmentsReady version
}
"""

_JOB = (
    """
fragment JobFields on Job {
  id name state createdAt finishedAt expiresAt thumbnailUrl width height
  failure { code message howToFix }
  options { motion seconds }
  progress { ...ProgressFields }
}
"""
    + _PROGRESS
)

VIEWER_JOBS = Operation(
    "subscription ($known: [KnownJob!]) { viewerJobs(known: $known) { __typename ... on JobProgress { job { id } ...ProgressFields } ... on JobDeleted { jobId } } }"
    + _PROGRESS
)
JOBS = Operation(
    "query ($first: Int!, $after: String) { jobs(first: $first, after: $after) {"
    " edges { node { ...JobFields } } pageInfo { hasNextPage endCursor } } }" + _JOB
)
_QUEUE = (
    "queue { length processing modelSeconds estimatedWaitSeconds paused slots { percent remainingSeconds isMine } }"
)
QUEUE_AND_JOBS = Operation("query ($ids: [ID!]!) { " + _QUEUE + " nodes(ids: $ids) { ...JobFields } }" + _JOB)
QUEUE_AND_LIMITS = Operation(
    "query { "
    + _QUEUE
    + " limits { maxUploadBytes maxMegapixels formats inputLongSide minSeconds maxSeconds defaultSeconds retentionHours } }"
)
LIMITS = Operation(
    "query { limits { maxUploadBytes maxMegapixels formats minSeconds maxSeconds retentionHours"
    " keepAtMostHours shareLinkMaxHours maxWaiting maxWaitingOverall maxUploadsPerMinute modelName watermark } }"
)
_REFUSAL = "... on Refusal { code message howToFix retryAfterSeconds limit { name value unit } }"

CANCEL_JOB = Operation("mutation ($id: ID!) { cancelJob(id: $id) { __typename " + _REFUSAL + " } }")
RETRY_JOB = Operation("mutation ($id: ID!) { retryJob(id: $id) { __typename " + _REFUSAL + " } }")
MOVE_JOB = Operation(
    "mutation ($id: ID!, $before: ID) { moveJob(id: $id, before: $before) { __typename " + _REFUSAL + " } }"
)
