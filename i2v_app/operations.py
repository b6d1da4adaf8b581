"""The GraphQL operations that the page's code sends. The player's and the uploader's stand in their own files."""

from __future__ import annotations

from gql import gql

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

VIEWER_JOBS = gql(
    "subscription ($known: [KnownJob!]) { viewerJobs(known: $known) { __typename ... on JobProgress { job { id } ...ProgressFields } ... on JobDeleted { jobId } } }"
    + _PROGRESS
)
JOBS_BY_ID = gql("query ($ids: [ID!]!) { nodes(ids: $ids) { ...JobFields } }" + _JOB)
JOBS = gql(
    "query ($first: Int!, $after: String) { jobs(first: $first, after: $after) {"
    " edges { node { ...JobFields } } pageInfo { hasNextPage endCursor } } }" + _JOB
)
QUEUE_AND_LIMITS = gql(
    "query { queue { length processing modelSeconds estimatedWaitSeconds paused slots { percent remainingSeconds isMine } }"
    " limits { maxUploadBytes maxMegapixels formats inputLongSide minSeconds maxSeconds defaultSeconds retentionHours } }"
)
LIMITS = gql(
    "query { limits { maxUploadBytes maxMegapixels formats minSeconds maxSeconds retentionHours"
    " keepAtMostHours shareLinkMaxHours maxWaiting maxWaitingOverall maxUploadsPerMinute modelName watermark } }"
)
_REFUSAL = "... on Refusal { code message howToFix retryAfterSeconds limit { name value unit } }"

CANCEL_JOB = gql("mutation ($id: ID!) { cancelJob(id: $id) { __typename " + _REFUSAL + " } }")
RETRY_JOB = gql("mutation ($id: ID!) { retryJob(id: $id) { __typename " + _REFUSAL + " } }")
MOVE_JOB = gql("mutation ($id: ID!, $before: ID) { moveJob(id: $id, before: $before) { __typename " + _REFUSAL + " } }")
