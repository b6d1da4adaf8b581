"""`i2v cancel`, `i2v retry` and `i2v delete`: what one does with jobs of one's own. (The operator has `i2v queue cancel`.)"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from i2v_cli.client import operations
from i2v_cli.client.address import Address
from i2v_cli.client.api import Answer, Api, ComeAgain
from i2v_cli.client.ending import Exit, run
from i2v_cli.client.job_view import JobView
from i2v_cli.client.listing import say_waiting
from i2v_cli.client.patience import Patience

#: The mutation of each order, its field, and what is said when it is done.
_ORDERS = {
    "cancel": (operations.CANCEL, "cancelJob", "cancelled"),
    "retry": (operations.RETRY, "retryJob", "made again"),
    "delete": (operations.DELETE, "deleteJob", "deleted, with its picture and its video"),
}
#: Seconds to go on with a server that has answered before and then does not.
_PATIENCE = 30.0


def order(what: str, ids: Sequence[str], *, as_json: bool) -> int:
    """Do one of `cancel`, `retry` and `delete` to each job. The exit code is 1 if it was refused for one of them."""
    mutation, field, done = _ORDERS[what]

    async def work() -> Exit:
        refused = False
        async with Api(Address.from_environment()) as api:
            patience = Patience(_PATIENCE, say_waiting)
            for job_id in dict.fromkeys(ids):

                async def ask(job_id: str = job_id) -> Answer:
                    answer: Answer = (await api.ask(mutation, id=job_id))[field]
                    if answer["__typename"] == "TryAgain":
                        raise ComeAgain(answer["retryAfterSeconds"], answer["message"])
                    return answer

                answer = await patience.insist(ask)
                is_done = answer["__typename"] in ("Job", "JobDeleted")
                refused = refused or not is_done
                _say(job_id, answer, done, as_json=as_json)
        return Exit.SOME_FAILED if refused else Exit.DONE

    return run(work)


def _say(job_id: str, answer: Answer, done: str, *, as_json: bool) -> None:
    kind = answer["__typename"]
    if as_json:
        told = JobView.of_job(answer).told if kind == "Job" else {k: v for k, v in answer.items() if k != "__typename"}
        event = "refused" if kind not in ("Job", "JobDeleted") else done.split(",")[0].replace("made again", "retried")
        print(json.dumps({"event": event} | told | {"id": job_id}), flush=True)
    elif kind in ("Job", "JobDeleted"):
        print(f"{job_id}: {done}", flush=True)
    else:
        print(f"{job_id}: {answer['message']} {answer['howToFix']}", file=sys.stderr, flush=True)
