"""Errors that programs can rely on: each has a stable code, and none tells what the server is made of."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from graphql_api import documents
from graphql_api.multipart import ReceivedFile
from graphql_api.request_errors import RequestCode
from graphql_api.rest.problems import Problem
from graphql_api.schema import schema
from i2v_core.errors import StoreUnavailable
from i2v_core.jobs import new_id
from i2v_core.progress import ProgressHub
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from tests.graphql_api.asking import Asker, asking

JOB = "query($id:ID!){job(id:$id){id}}"
PAGE = "query($n:Int!){jobs(first:$n){totalCount}}"
UPLOAD = "mutation($image:Upload!,$options:VideoOptions){uploadImage(image:$image,options:$options){__typename}}"
#: Words of Python and of our libraries, as they would stand in a message or a stack trace.
INNER = re.compile(
    r"\bNone\b|\bTrue\b|\bFalse\b|\bnan\b|<(?!EOF)|class|dict|Traceback|\.py|site-packages|/tmp|strawberry|graphql_api|"
    r"graphql-core|graphql\.|redis|starlette|ReceivedFile|object at|instance|Error\b(?<!Syntax Error)",
    re.IGNORECASE,
)


@pytest.fixture
async def asker(settings: Settings) -> AsyncIterator[Asker]:
    async with asking(settings) as asker:
        yield asker


WRONG: list[tuple[str | None, dict[str, Any] | None, str | None, RequestCode]] = [
    (None, None, None, RequestCode.BAD_REQUEST),
    ("", None, None, RequestCode.BAD_REQUEST),
    (5, None, None, RequestCode.BAD_REQUEST),  # type: ignore[list-item]
    ("{__typename}", [1], None, RequestCode.BAD_REQUEST),  # type: ignore[list-item]
    ("{", None, None, RequestCode.GRAPHQL_PARSE_FAILED),
    ('{job(id:"\\u{110000}"){id}}', None, None, RequestCode.GRAPHQL_PARSE_FAILED),
    ("{nothing}", None, None, RequestCode.GRAPHQL_VALIDATION_FAILED),
    ("{job{id}}", None, None, RequestCode.GRAPHQL_VALIDATION_FAILED),
    ("{job(id:{a:1}){id}}", None, None, RequestCode.GRAPHQL_VALIDATION_FAILED),
    ('mutation{uploadImage(image:"x"){__typename}}', None, None, RequestCode.GRAPHQL_VALIDATION_FAILED),
    ("{limits{formats}} type A{b:Int}", None, None, RequestCode.GRAPHQL_VALIDATION_FAILED),
    (
        "subscription{viewerJobs{__typename} b:viewerJobs{__typename}}",
        None,
        None,
        RequestCode.GRAPHQL_VALIDATION_FAILED,
    ),
    ("query A{limits{formats}} query B{__typename}", None, None, RequestCode.OPERATION_RESOLUTION_FAILURE),
    ("query A{limits{formats}}", None, "B", RequestCode.OPERATION_RESOLUTION_FAILURE),
    ("query A{limits{formats}}", None, "", RequestCode.OPERATION_RESOLUTION_FAILURE),
    ("fragment A on Query{__typename}", None, None, RequestCode.OPERATION_RESOLUTION_FAILURE),
    (JOB, None, None, RequestCode.BAD_USER_INPUT),
    (JOB, {"id": None}, None, RequestCode.BAD_USER_INPUT),
    (JOB, {"id": {"a": [True, None]}}, None, RequestCode.BAD_USER_INPUT),
    (JOB, {"id": ReceivedFile("secret.png", Path("/tmp/upload-secret"))}, None, RequestCode.BAD_USER_INPUT),
    (PAGE, {"n": "many"}, None, RequestCode.BAD_USER_INPUT),
    (PAGE, {"n": float("nan")}, None, RequestCode.BAD_USER_INPUT),
    ("query($n:Int=1){jobs(first:$n){totalCount}}", {"n": None}, None, RequestCode.BAD_USER_INPUT),
    ("{jobs(first:-1){totalCount}}", None, None, RequestCode.BAD_USER_INPUT),
    ('{jobs(after:"x"){totalCount}}', None, None, RequestCode.BAD_USER_INPUT),
    (
        'mutation($n:[Int!]!){playbackTickets(playbackId:"x",indexes:$n){__typename}}',
        {"n": list(range(65))},
        None,
        RequestCode.BAD_USER_INPUT,
    ),
    (UPLOAD, {"image": {"a": True}}, None, RequestCode.BAD_USER_INPUT),
    (UPLOAD, {"image": ReceivedFile("a", Path("a")), "options": {"tempo": None}}, None, RequestCode.BAD_USER_INPUT),
    (UPLOAD, {"image": ReceivedFile("a", Path("a")), "options": [True]}, None, RequestCode.BAD_USER_INPUT),
    (UPLOAD, {"image": ReceivedFile("a", Path("a")), "options": {"motion": True}}, None, RequestCode.BAD_USER_INPUT),
]


@pytest.mark.parametrize(("query", "variables", "name", "code"), WRONG)
async def test_what_is_wrong_with_a_request_has_a_code_and_plain_words(
    asker: Asker, query: str | None, variables: dict[str, Any] | None, name: str | None, code: RequestCode
) -> None:
    errors = await asker.errors(query, variables, operation_name=name)

    assert {error["extensions"]["code"] for error in errors} == {code.value}
    assert [error["message"] for error in errors if INNER.search(error["message"])] == []


@pytest.mark.parametrize(
    "value",
    ["x", "nonsense", "2030-13-01T00:00:00Z", "2030-01-01T00:00:00+00:00:00.5", 5, True, ["a"], 'my"secret ". b'],
)
async def test_a_wrong_date_is_told_without_the_value_and_without_a_librarys_words(asker: Asker, value: object) -> None:
    query = 'mutation($e:DateTime){createApiToken(name:"a",scopes:[READ],expiresAt:$e){__typename}}'
    literal = query.replace("($e:DateTime)", "").replace("$e", json.dumps(value))

    messages = [(await asker.errors(query, {"e": value}))[0]["message"], (await asker.errors(literal))[0]["message"]]

    said = "Value cannot represent a DateTime, such as 2030-12-31T23:59:59Z."
    assert messages == [f"Variable '$e' has invalid value: {said}", said]


async def test_a_document_with_one_operation_needs_no_name(asker: Asker) -> None:
    assert (await asker.data("query Only{limits{minSeconds}}"))["limits"] == {"minSeconds": 3.0}


async def test_the_operation_that_is_named_is_the_one_that_is_done(asker: Asker) -> None:
    result = await asker.ask("query A{__typename} query B{b:__typename}", operation_name="B")

    assert result.data == {"b": "Query"}


async def test_a_name_as_long_as_the_document_is_not_sent_back(asker: Asker) -> None:
    [error] = await asker.errors("{" + "x" * 40_000 + "}")

    assert len(error["message"]) <= 400


async def test_a_hundred_mistakes_are_told_by_the_first_twenty(asker: Asker) -> None:
    errors = await asker.errors("{" + " ".join(f"wrong{i}" for i in range(100)) + "}")

    assert 20 <= len(errors) <= 21


async def test_what_nobody_expected_shows_an_id_that_is_in_the_log(
    asker: Asker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("/srv/secret is not there")

    monkeypatch.setattr(JobQueue, "of_viewer", fail)

    [error] = [dict(e.formatted) for e in (await asker.ask("{jobs{totalCount}}")).errors]

    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert error["path"] == ["jobs"]
    assert "secret" not in str(error)
    assert error["extensions"]["errorId"] in error["message"]
    logged = capsys.readouterr()
    assert error["extensions"]["errorId"] in logged.out + logged.err
    assert "/srv/secret is not there" in logged.out + logged.err


async def test_a_value_of_ours_that_cannot_be_sent_is_ours_to_mend(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def many(*_: object) -> str:
        return "many"

    monkeypatch.setattr(JobQueue, "count_of_viewer", many)

    [error] = [dict(e.formatted) for e in (await asker.ask("{jobs{totalCount}}")).errors]

    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "many" not in error["message"]


async def test_what_breaks_before_an_operation_is_told_over_every_transport(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("/srv/secret")

    monkeypatch.setattr(documents, "reckon", fail)

    [posted] = [dict(e.formatted) for e in (await asker.ask("{a1:__typename}")).errors]
    [streamed] = await asker_events(asker, "{a2:__typename}")

    for error in (posted, streamed):
        assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert "secret" not in str(error)


@pytest.mark.parametrize("moment", ["at once", "after an event"])
async def test_what_breaks_a_subscription_is_masked_as_well(
    asker: Asker, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    class Broken:
        async def __aenter__(self) -> AsyncIterator[object]:
            if moment == "at once":
                raise RuntimeError("/srv/secret")
            return self.events()

        async def __aexit__(self, *_: object) -> None:
            pass

        async def events(self) -> AsyncIterator[object]:
            raise RuntimeError("/srv/secret")
            yield

    monkeypatch.setattr(ProgressHub, "viewer", lambda *_: Broken())

    [error] = await asker_events(asker, "subscription{viewerJobs{__typename}}")

    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "secret" not in str(error)


async def test_while_the_store_is_away_the_answer_is_to_try_again(settings: Settings, tmp_path: Path) -> None:
    async with asking(settings, redis_url=f"unix://{tmp_path}/nobody") as asker:
        [error] = [dict(e.formatted) for e in (await asker.ask("{jobs{totalCount}}")).errors]
        typed = await asker.data(
            f'mutation{{cancelJob(id:"{new_id("job")}"){{...on TryAgain{{code retryAfterSeconds}}}}}}'
        )

    assert typed["cancelJob"] == {"code": "TRY_AGAIN", "retryAfterSeconds": error["extensions"]["retryAfterSeconds"]}
    assert Problem.of(StoreUnavailable()).retry_after == error["extensions"]["retryAfterSeconds"] == 3
    assert error["extensions"]["code"] == "TRY_AGAIN"
    assert "Try again" in error["extensions"]["howToFix"]
    assert not INNER.search(error["message"])


async def asker_events(asker: Asker, query: str) -> list[dict[str, Any]]:
    """The errors of everything that a subscription sends."""
    stream = await schema.stream(query, context_value=asker.context)
    return [dict(error.formatted) async for event in stream for error in event.errors or []]
