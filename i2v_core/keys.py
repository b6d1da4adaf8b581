"""Names of everything that is kept in Redis, and how long each lives.

| key | type | lives |
|---|---|---|
| `i2v:job:<id>` | hash | `WAIT_SECONDS` and the retention while it waits or runs, then the retention, or as long as it is kept |
| `i2v:viewer:<id>:jobs` | sorted set, by creation | as long as any job in it could |
| `i2v:viewer:<id>:jobs-looked-at` | mark that none in that set is over | a minute at most |
| `i2v:queue` | sorted set: arq's queue | for ever; its entries leave when their job ends |
| `arq:job:<id>`, `arq:in-progress:<id>`, `arq:retry:<id>` | arq's own | TTL |
| `i2v:sequence`, `i2v:virtual-time` | counters: uploads, and the round of the fair order | for ever |
| `i2v:flow:<flow>`, `i2v:begun:<flow>` | sorted set of its waiting jobs, round of its latest begun one | as long as a job may wait |
| `i2v:written` | mark that Redis takes writes, set whenever readiness is asked | a minute |
| `i2v:paused` | mark | until the operator resumes |
| `i2v:call:<word>` | mark of a call that was made | a minute |
| `i2v:idempotency:<hash>` | hash | a day, or until the job is deleted |
| `i2v:uploads:<flow>:now`, `i2v:uploads:<flow or viewer>:lately` | sorted sets | an upload's longest time; a minute |
| `i2v:slots` | hash of the workers' signs of life | for ever; an entry goes when its worker does |
| `i2v:secret` | text: the signing secrets, see `signing.py` | for ever |
| `i2v:token:<hash>`, `i2v:viewer:<id>:tokens` | hash of an API token, hash of a viewer's | until it ends, or a year after its last use |
| `i2v:rate:<whose>` | counters of `limits`: operations of a viewer or an address | two minutes |
| `i2v:playback:<id>`, `i2v:viewer:<id>:playbacks` | hash, sorted set | a playback's lifetime |
| `i2v:ticket:<hash>` | text | a ticket's lifetime |
| `i2v:operation:<hash>`, `i2v:operations` | text, sorted set by last use | `I2V_PERSISTED_HOURS` after the last use |
| `i2v:viewings:<job>` | list, newest first | as long as its job |
| `i2v:shares:<job>` | hash of the links to it | as long as its job |
| `i2v:share:<hash>`, `i2v:share-digest:<id>` | hash of a link, its hash by its id | until the link ends |
"""

from __future__ import annotations

from typing import Final

JOB_PREFIX: Final = "i2v:job:"
QUEUE: Final = "i2v:queue"
SEQUENCE: Final = "i2v:sequence"
VIRTUAL_TIME: Final = "i2v:virtual-time"
PAUSED: Final = "i2v:paused"
WRITTEN: Final = "i2v:written"
SLOTS: Final = "i2v:slots"
SECRET: Final = "i2v:secret"
#: Hashes of the GraphQL operations that are remembered, by last use.
PERSISTED: Final = "i2v:operations"
#: Channel of every change of every job.
EVENTS: Final = "i2v:events"
#: Channel from the API to the workers: something was enqueued, a job is cancelled.
CONTROL: Final = "i2v:control"
#: Channel of what changes about who may ask: a token was revoked, the signing secrets are others.
IDENTITY: Final = "i2v:identity"
#: What the counters of `limits` begin with.
RATE_PREFIX: Final = "i2v:rate"

#: Keys that may be without a TTL: the list that the leak check in the tests reads.
LASTING: Final = frozenset({QUEUE, SEQUENCE, VIRTUAL_TIME, PAUSED, SLOTS, SECRET})

#: How long a job may wait: 30 days. At 30 s a picture that is a queue of 86,000, far over any bound, so no job ever
#: expires in the queue, and a key that something forgot is still gone in the end. (arq's own default is a day.)
WAIT_SECONDS: Final = 30 * 24 * 3600


def job(job_id: str) -> str:
    """Key of a job's document."""
    return JOB_PREFIX + job_id


def flow(name: str) -> str:
    """Key of the waiting jobs of a flow (see `lua/order.lua`)."""
    return f"i2v:flow:{name}"


def uploads_now(name: str) -> str:
    """Key of the uploads of a flow that are under way."""
    return f"i2v:uploads:{name}:now"


def uploads_lately(name: str) -> str:
    """Key of the uploads of a flow, or of a viewer from wherever, in the last minute."""
    return f"i2v:uploads:{name}:lately"


def persisted(digest: str) -> str:
    """Key of the text of a remembered GraphQL operation, by its SHA-256."""
    return f"i2v:operation:{digest}"


def idempotency(digest: str) -> str:
    """Key of what an idempotency key of a viewer has made, by the hash of both."""
    return f"i2v:idempotency:{digest}"


def viewer_jobs(viewer: str) -> str:
    """Key of the list of a viewer's jobs."""
    return f"i2v:viewer:{viewer}:jobs"


def viewer_jobs_looked_at(viewer: str) -> str:
    """Key of the mark that no job in the list of a viewer's jobs is over."""
    return f"i2v:viewer:{viewer}:jobs-looked-at"


def token(digest: str) -> str:
    """Key of an API token, by the hash of its secret: whoever can read Redis still holds no token."""
    return f"i2v:token:{digest}"


def viewer_tokens(viewer: str) -> str:
    """Key of the list of a viewer's API tokens."""
    return f"i2v:viewer:{viewer}:tokens"


def viewer_playbacks(viewer: str) -> str:
    """Key of the list of a viewer's playbacks."""
    return f"i2v:viewer:{viewer}:playbacks"


def playback(playback_id: str) -> str:
    """Key of a playback."""
    return f"i2v:playback:{playback_id}"


def viewings(job_id: str) -> str:
    """Key of the list of the playbacks that were opened of a job. `lua/prelude.lua` makes the same name."""
    return f"i2v:viewings:{job_id}"


def share_links(job_id: str) -> str:
    """Key of the links to a job. `lua/prelude.lua` makes the same names."""
    return f"i2v:shares:{job_id}"


def share_link(digest: str) -> str:
    """Key of a link, by the hash of its secret: whoever can read Redis still holds no link."""
    return f"i2v:share:{digest}"


def share_digest(link_id: str) -> str:
    """Key of the hash of a link's secret, by the link's id."""
    return f"i2v:share-digest:{link_id}"


def ticket(digest: str) -> str:
    """Key of a ticket, by the hash of its value: whoever can read Redis still holds no ticket."""
    return f"i2v:ticket:{digest}"
