"""`i2v token`: tokens with which programs ask as this viewer. The secret is printed once, alone on stdout."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from i2v_cli.client import operations
from i2v_cli.client.address import Address
from i2v_cli.client.api import Answer, Api, ComeAgain
from i2v_cli.client.ending import Exit, Stopped, WrongUsage, run
from i2v_cli.client.job_view import local_time
from i2v_cli.client.listing import say_waiting
from i2v_cli.client.patience import Patience

_SPAN = re.compile(r"(\d+)\s*([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
#: Seconds to go on with a server that has answered before and then does not.
_PATIENCE = 30.0


def create(name: str, *, scopes: Sequence[str], expires: str | None, as_json: bool) -> int:
    """Make a token and print its secret. The exit code."""

    async def work() -> Exit:
        ends = None if expires is None else read_end(expires, datetime.now(UTC)).isoformat()
        answer = await _ask(operations.CREATE_TOKEN, "createApiToken", name=name, scopes=scopes, expiresAt=ends)
        if answer["__typename"] != "ApiTokenCreated":
            raise Stopped(f"{answer['message']} {answer['howToFix']}")
        token = answer["token"]
        if as_json:
            print(json.dumps(token | {"secret": answer["secret"]}))
            return Exit.DONE
        print(
            f"{token['name']} ({token['id']}) may {_listed(token['scopes'])}, {_until(token)}. "
            "This is its secret, shown this once; give it to a program as I2V_TOKEN:",
            file=sys.stderr,
        )
        print(answer["secret"])
        return Exit.DONE

    return run(work)


def show(*, as_json: bool) -> int:
    """Print the viewer's tokens. The exit code."""

    async def work() -> Exit:
        tokens = await _ask(operations.TOKENS, "apiTokens")
        if not tokens and not as_json:
            print("You have no tokens.", file=sys.stderr)
        for token in tokens:
            if as_json:
                print(json.dumps(token))
            else:
                used = f"used {local_time(token['lastUsedAt'])}" if token["lastUsedAt"] else "never used"
                print(token["id"], token["name"], _listed(token["scopes"]), used, _until(token), sep="\t")
        return Exit.DONE

    return run(work)


def revoke(token_ids: Sequence[str], *, as_json: bool) -> int:
    """End tokens. The exit code is 1 if there is none with one of the ids."""

    async def work() -> Exit:
        missing = False
        for token_id in dict.fromkeys(token_ids):
            answer = await _ask(operations.REVOKE_TOKEN, "revokeApiToken", id=token_id)
            is_done = answer["__typename"] == "ApiTokenRevoked"
            missing = missing or not is_done
            if as_json:
                told = {key: value for key, value in answer.items() if key not in ("__typename", "tokenId")}
                print(json.dumps({"event": "revoked" if is_done else "refused", "id": token_id} | told))
            elif is_done:
                print(f"{token_id}: revoked")
            else:
                print(f"{token_id}: {answer['message']} `i2v token list` shows those that are valid.", file=sys.stderr)
        return Exit.SOME_FAILED if missing else Exit.DONE

    return run(work)


def read_end(text: str, now: datetime) -> datetime:
    """The time that `30d`, `12h`, `2w`, `2027-01-31` or `2027-01-31T12:00` means. Raises `WrongUsage`."""
    try:
        if span := _SPAN.fullmatch(text.strip().lower()):
            return now + timedelta(**{_UNITS[span[2]]: int(span[1])})
        end = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise WrongUsage(f"--expires {text!r} is no time. Write 12h, 30d or 2w, or a date like 2027-01-31.") from None
    return end.astimezone(UTC)  # what names no zone is meant on this machine's clock


async def _ask(query: str, field: str, **variables: object) -> Any:
    async with Api(Address.from_environment()) as api:

        async def ask() -> Any:
            answer = (await api.ask(query, **variables))[field]
            if isinstance(answer, dict) and answer["__typename"] == "TryAgain":
                raise ComeAgain(answer["retryAfterSeconds"], answer["message"])
            return answer

        return await Patience(_PATIENCE, say_waiting).insist(ask)


def _listed(scopes: Sequence[str]) -> str:
    return ",".join(scope.lower() for scope in scopes)


def _until(token: Answer) -> str:
    return f"until {local_time(token['expiresAt'])}" if token["expiresAt"] else "until a year after its last use"
