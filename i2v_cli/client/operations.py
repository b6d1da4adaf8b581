"""The GraphQL operations of the command line."""

from __future__ import annotations

_JOB = """
fragment JobFields on Job {
  id name state attempt createdAt startedAt finishedAt expiresAt
  failure { code message howToFix }
  options { motion seconds seed shape focus { x y } }
}
"""
_PROGRESS = """
fragment ProgressFields on JobProgress {
  state stage percent attempt queuePosition startsInSeconds remainingSeconds version
}
"""
_WHOLE_JOB = "fragment WholeJob on Job { ...JobFields progress { ...ProgressFields } }" + _JOB + _PROGRESS
_REFUSAL = "... on Refusal { code message howToFix retryAfterSeconds }"

HELLO = "{ __typename }"
UPLOAD = (
    "mutation Upload($image: Upload!, $options: VideoOptions, $key: String) {"
    f" uploadImage(image: $image, options: $options, idempotencyKey: $key) {{ __typename ... on Job {{ ...WholeJob }} {_REFUSAL} }}"
    " }" + _WHOLE_JOB
)
VIEWER_JOBS = (
    "subscription Watch { viewerJobs { __typename"
    " ... on JobProgress { ...ProgressFields job { ...JobFields } } ... on JobDeleted { jobId } } }" + _JOB + _PROGRESS
)
JOBS = (
    "query Jobs($first: Int!, $after: String) { jobs(first: $first, after: $after) {"
    " edges { node { ...WholeJob } } pageInfo { hasNextPage endCursor } } }" + _WHOLE_JOB
)
CANCEL = (
    f"mutation Cancel($id: ID!) {{ cancelJob(id: $id) {{ __typename ... on Job {{ ...WholeJob }} {_REFUSAL} }} }}"
    + _WHOLE_JOB
)
RETRY = (
    f"mutation Retry($id: ID!) {{ retryJob(id: $id) {{ __typename ... on Job {{ ...WholeJob }} {_REFUSAL} }} }}"
    + _WHOLE_JOB
)
DELETE = f"mutation Delete($id: ID!) {{ deleteJob(id: $id) {{ __typename ... on JobDeleted {{ jobId }} {_REFUSAL} }} }}"
_TOKEN = "fragment TokenFields on ApiToken { id name scopes createdAt lastUsedAt expiresAt }"
CREATE_TOKEN = (
    "mutation Create($name: String!, $scopes: [ApiTokenScope!]!, $expiresAt: DateTime) {"
    " createApiToken(name: $name, scopes: $scopes, expiresAt: $expiresAt) { __typename"
    f" ... on ApiTokenCreated {{ secret token {{ ...TokenFields }} }} {_REFUSAL} }} }}" + _TOKEN
)
TOKENS = "{ apiTokens { ...TokenFields } }" + _TOKEN
REVOKE_TOKEN = (
    "mutation Revoke($id: ID!) {"
    f" revokeApiToken(id: $id) {{ __typename ... on ApiTokenRevoked {{ tokenId }} {_REFUSAL} }} }}"
)


def several_jobs(count: int) -> str:
    """A query of jobs by the variables `id0`, `id1`...; the answer has them as `job0`, `job1`..."""
    variables = ", ".join(f"$id{n}: ID!" for n in range(count))
    fields = " ".join(f"job{n}: job(id: $id{n}) {{ ...WholeJob }}" for n in range(count))
    return f"query Several({variables}) {{ {fields} }}" + _WHOLE_JOB
