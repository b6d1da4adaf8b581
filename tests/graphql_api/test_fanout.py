"""Shared execution gives exactly what ordinary execution gives, and does it once."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest
from graphql import (
    GraphQLObjectType,
    MiddlewareManager,
    get_named_type,
    is_composite_type,
    is_object_type,
    parse,
    validate,
)
from graphql.execution import Executor, execute_subscription_event
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql_api import fanout
from graphql_api.fanout import Shared, SharingExecutor, encoded
from graphql_api.refusals import job_not_found
from graphql_api.schema import schema
from graphql_api.types import JobDeleted, JobProgress, Queue
from i2v_core.jobs import Failure, Job, JobState, Stage, VideoOptions
from i2v_core.line import Estimate
from i2v_core.mailbox import Progress
from i2v_core.queue_watch import QueueState, SlotState
from i2v_core.settings import Settings
from tests.graphql_api.asking import asking

FREE = SlotState(0.0, None, False, 0.0)
ROOTS = {"jobProgress": '(jobId: "job_x")', "viewerJobs": "", "queueChanged": ""}


def progress(state: JobState = JobState.QUEUED, **more: Any) -> JobProgress:
    job = Job("job_é\u2028", "viewer_a", 'a "name"\n', state, VideoOptions(seed=7), 1_700_000_000.25, version=3, **more)
    return JobProgress.of(Progress(job, Estimate(3, 61.239, None, places_lost=1)))


EVENTS: dict[str, list[Any]] = {
    "jobProgress": [
        progress(),
        progress(JobState.PROCESSING, stage=Stage.GENERATING, percent=33.333333, attempt=2, started_at=1_700_000_001.0),
        progress(JobState.FAILED, failure=Failure("CODE", "It broke.", "Try."), finished_at=1.5, expires_at=2.5),
        job_not_found("job_x"),
    ],
    "viewerJobs": [progress(), JobDeleted(job_id="job_gone")],  # type: ignore[arg-type]
    "queueChanged": [
        Queue.of(QueueState(0, 4, 1, 30.0, 12.346, False, (SlotState(33.333, 20.004, True, 5.0), FREE))),
        Queue.of(QueueState(0, 0, 0, None, None, True)),
    ],
}


class Writer:
    """Documents at random: aliases, nested and repeated fields, fragments of both kinds, directives, variables."""

    def __init__(self, seed: int, root: str) -> None:
        self.random = random.Random(seed)
        self.fragments: list[str] = []
        field = schema._schema.subscription_type.fields[root]  # type: ignore[union-attr]
        selection = self.selection(get_named_type(field.type), 0)
        self.text = (
            f"subscription S($yes: Boolean!, $no: Boolean = false) {{ shown: {root}{ROOTS[root]} {selection} }} "
            + " ".join(self.fragments)
        )

    def directive(self) -> str:
        return self.random.choice(
            ["", "", "", "@skip(if: $no)", "@include(if: $yes)", "@skip(if: $yes)", "@include(if: true) @skip(if: $no)"]
        )

    def selection(self, kind: Any, depth: int) -> str:
        parts = ["__typename"]
        for _ in range(self.random.randint(1, 4)):
            roll = self.random.random()
            if roll < 0.2:
                parts.append(f"... {self.directive()} {self.selection(kind, depth + 1)}" if depth < 3 else "__typename")
            elif roll < 0.4 and depth < 3:
                on = self.narrower(kind)
                parts.append(f"... on {on.name} {self.directive()} {self.selection(on, depth + 1)}")
            elif roll < 0.55 and depth < 3:
                on = self.narrower(kind)
                inner = self.selection(on, depth + 1)
                name = f"F{len(self.fragments)}"
                self.fragments.append(f"fragment {name} on {on.name} {inner}")
                parts += [f"...{name} {self.directive()}"] * self.random.randint(1, 2)
            elif is_object_type(kind):
                parts.append(self.field(kind, depth))
        self.random.shuffle(parts)
        return "{ " + " ".join(parts) + " }"

    def field(self, kind: GraphQLObjectType, depth: int) -> str:
        # `Job.progress` has a resolver; a tenth of the documents ask for it, and are executed as ever.
        names = [name for name in kind.fields if name != "progress" or self.random.random() < 0.1]
        name = self.random.choice(names)
        named = get_named_type(kind.fields[name].type)
        alias = self.random.choice(["", "", f"{kind.name}_{name}: ", f"another_{kind.name}_{name}: "])
        inner = self.selection(named, depth + 1) if is_composite_type(named) else ""
        return f"{alias}{name} {self.directive()} {inner}"

    def narrower(self, kind: Any) -> Any:
        if is_object_type(kind):
            return self.random.choice([kind, *kind.interfaces])
        return self.random.choice([kind, *schema._schema.get_possible_types(kind)])


parsed = lru_cache(parse)  # as the schema's own cache does: the same text is the same document


def executors(text: str, kind: type[Any], **variables: Any) -> Any:
    built = kind.build(schema._schema, parsed(text), raw_variable_values=variables)
    assert isinstance(built, Executor), built
    return built


def valid_documents(root: str, count: int) -> Iterator[str]:
    seed = 0
    while count:
        text = Writer(seed, root).text
        seed += 1
        if not [error for error in validate(schema._schema, parse(text)) if "never used" not in error.message]:
            count -= 1
            yield text


@pytest.mark.parametrize("root", ROOTS)
def test_every_document_gives_what_ordinary_execution_gives(root: str) -> None:
    shared_count = 0
    for text in valid_documents(root, 60):
        for yes, no in ((True, False), (False, True), (True, True)):
            ordinary = executors(text, StrawberryGraphQLCoreExecutionContext, yes=yes, no=no)
            sharing = executors(text, SharingExecutor, yes=yes, no=no)
            for event in EVENTS[root]:
                given = execute_subscription_event(sharing.build_per_event_executor(event))
                if sharing.is_awaitable(given):
                    given.close()  # type: ignore[union-attr]
                    continue  # it has a resolver: not ours to give
                expected = execute_subscription_event(ordinary.build_per_event_executor(event))
                assert given == expected, text
                message = {"id": 'a"1', "type": "next", "payload": {"data": given.data}}  # type: ignore[union-attr]
                plain = {"id": 'a"1', "type": "next", "payload": {"data": expected.data}}  # type: ignore[union-attr]
                assert encoded(message) == json.dumps(plain, separators=(",", ":")), text
                shared_count += type(given.data) is Shared  # type: ignore[union-attr]
    assert shared_count > 200


def data_of(text: str, event: object, **variables: Any) -> Any:
    executor = executors(text, SharingExecutor, **variables)
    return execute_subscription_event(executor.build_per_event_executor(event)).data  # type: ignore[union-attr]


def test_subscribers_with_the_same_document_are_given_the_same_result() -> None:
    document, event = parse('subscription { jobProgress(jobId: "x") { ... on JobProgress { percent } } }'), progress()

    def given() -> Any:
        executor = SharingExecutor.build(schema._schema, document)
        assert isinstance(executor, Executor)
        return execute_subscription_event(executor.build_per_event_executor(event)).data  # type: ignore[union-attr]

    assert given() is given()
    assert given().text is given().text


def test_variables_that_select_differently_share_nothing() -> None:
    text = "subscription($p: Boolean!) { viewerJobs { ... on JobProgress { state percent @include(if: $p) } } }"
    event = progress()

    assert data_of(text, event, p=True) == {"viewerJobs": {"state": "QUEUED", "percent": 0.0}}
    assert data_of(text, event, p=False) == {"viewerJobs": {"state": "QUEUED"}}


def test_what_has_a_resolver_is_left_to_ordinary_execution() -> None:
    plain = "subscription { viewerJobs { ... on JobProgress { job { id } } } }"
    resolved = "subscription { viewerJobs { ... on JobProgress { job { progress { percent } } } } }"

    assert fanout.plan_of(executors(plain, SharingExecutor)) is not None
    assert fanout.plan_of(executors(resolved, SharingExecutor)) is None


def test_a_value_that_is_wrong_is_an_error_as_ever() -> None:
    event = progress()
    event.version = None  # type: ignore[assignment]
    text = 'subscription { jobProgress(jobId: "x") { ... on JobProgress { version } } }'

    given = execute_subscription_event(executors(text, SharingExecutor).build_per_event_executor(event))
    ordinary = executors(text, StrawberryGraphQLCoreExecutionContext)
    expected = execute_subscription_event(ordinary.build_per_event_executor(event))

    assert given == expected
    assert given.errors  # type: ignore[union-attr]


def test_nothing_is_shared_past_a_middleware() -> None:
    seen = []

    def middleware(following: Any, source: Any, info: Any, **arguments: Any) -> Any:
        seen.append(info.field_name)
        return following(source, info, **arguments)

    document = parse('subscription { jobProgress(jobId: "x") { ... on JobProgress { version } } }')
    executor = SharingExecutor.build(schema._schema, document, middleware=MiddlewareManager(middleware))
    assert isinstance(executor, Executor)
    execute_subscription_event(executor.build_per_event_executor(progress()))

    assert "version" in seen


def test_plans_are_bounded() -> None:
    for number in range(2 * fanout._REMEMBERED):
        data_of(f"subscription {{ queueChanged {{ a{number}: length }} }}", EVENTS["queueChanged"][0])

    assert len(fanout._plans) <= fanout._REMEMBERED


async def test_an_error_of_the_stream_is_masked_as_ever(settings: Settings) -> None:
    class Broken:
        async def queue(self, flow: str, viewer: str) -> AsyncGenerator[QueueState, None]:
            yield QueueState(0, 4, 1, 30.0, 12.346, False)
            raise RuntimeError("a secret of the server")

    async with asking(settings) as somebody:
        context = somebody.context
        context.services = replace(context.services, hub=Broken())  # type: ignore[arg-type]
        stream = await schema.subscribe("subscription { queueChanged { length } }", context_value=context)
        results = [result async for result in stream]  # type: ignore[union-attr]

    assert results[0].data == {"queueChanged": {"length": 4}}
    assert "secret" not in str(results[-1].errors)
    assert results[-1].errors
