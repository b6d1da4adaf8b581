"""Nobody can bring the server down with a query: each limit is a setting, and an answer that names it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import websockets
from gql import GraphQLRequest
from graphql import get_introspection_query, parse, specified_rules

from graphql_api.documents import Documents
from graphql_api.limits.costs import COSTS, INTROSPECTION
from graphql_api.limits.reckoning import DEEPEST, ENDLESS, reckon
from graphql_api.schema import schema
from i2v_app import operations
from i2v_core import keys
from i2v_core.jobs import Job, JobState, VideoOptions, new_id
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from tests.fundamentals.conftest import alice, server
from tests.fundamentals.server import Server, Viewer
from tests.graphql_api.asking import Asker, asking

__all__ = ["alice", "server"]

#: 20 fragments on jobs, each asking for the next one twice: a million jobs out of a kilobyte.
DOUBLING = (
    "{job(id:1){...F0}}"
    + "".join(
        f"fragment F{i} on Job{{a:progress{{job{{...F{i + 1}}}}}b:progress{{job{{...F{i + 1}}}}}}}" for i in range(20)
    )
    + "fragment F20 on Job{id}"
)
#: The same without fields in between.
SPREADING = (
    "{...F0}"
    + "".join(f"fragment F{i} on Query{{...F{i + 1} ...F{i + 1}}}" for i in range(20))
    + "fragment F20 on Query{__typename}"
)

#: Each may wait for 20 seconds, and is priced for it.
TICKETS_8_TIMES = (
    "mutation{" + " ".join(f'a{n}:playbackTickets(playbackId:"x",indexes:[0]){{__typename}}' for n in range(8)) + "}"
)


@pytest.fixture
async def asker(settings: Settings) -> AsyncIterator[Asker]:
    async with asking(settings) as asker:
        yield asker


def measure(query: str, **variables: Any) -> Any:
    return reckon(schema._schema, parse(query), variables).measure


@pytest.mark.parametrize(
    ("query", "code", "limit"),
    [
        ("{limits{formats}}" + " " * 50_000, "QUERY_TOO_LONG", ("document", 50_000, "characters")),
        ('{job(id:"' + "x" * 1_000_000 + '"){id}}', "QUERY_TOO_LONG", ("document", 50_000, "characters")),
        ("{" + "limits{formats}" * 400 + "}", "TOO_MANY_TOKENS", ("tokens", 1000, "tokens")),
        ("#\n" * 1001 + "{__typename}", "TOO_MANY_TOKENS", ("tokens", 1000, "tokens")),
        ("{a" * 250 + "}" * 250, "QUERY_TOO_DEEP", ("depth", 25, "levels")),
        ("{" + "job{" * 30 + "id" + "}" * 31, "QUERY_TOO_DEEP", ("depth", 25, "levels")),
        ("{" + "...{" * 30 + "__typename" + "}" * 31, "QUERY_TOO_DEEP", ("depth", 25, "levels")),
        (DOUBLING, "QUERY_TOO_DEEP", ("depth", 25, "levels")),
        ("{" + " ".join(f"a{i}:__typename" for i in range(31)) + "}", "TOO_MANY_ALIASES", ("aliases", 30, "aliases")),
        ("{" + "__typename " * 32 + "}", "TOO_MANY_ALIASES", ("aliases", 30, "aliases")),
        ("{__typename" + " @skip(if:false)" * 31 + "}", "TOO_MANY_DIRECTIVES", ("directives", 30, "directives")),
        ("query" + " @a" * 31 + "{__typename}", "TOO_MANY_DIRECTIVES", ("directives", 30, "directives")),
        ("{jobs(first:101){totalCount}}", "PAGE_TOO_LARGE", ("page", 100, "items")),
        (SPREADING, "QUERY_TOO_COSTLY", ("cost", 10_000, "units")),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
async def test_a_document_over_a_limit_is_refused_with_the_limit(
    asker: Asker, query: str, code: str, limit: tuple[str, float, str]
) -> None:
    [error] = await asker.errors(query)

    assert error["extensions"]["code"] == code
    assert error["extensions"]["limit"] == dict(zip(("name", "value", "unit"), limit, strict=True))
    assert len(error["message"].split(". ")) >= 2, "it says what is wrong and what to do"


@pytest.mark.parametrize(
    ("setting", "value", "query", "code"),
    [
        ("query_max_characters", 1000, "{__typename}" + " " * 1000, "QUERY_TOO_LONG"),
        ("query_max_tokens", 200, "#\n" * 201 + "{__typename}", "TOO_MANY_TOKENS"),
        ("query_max_depth", 10, "{" + "...{" * 10 + "__typename" + "}" * 11, "QUERY_TOO_DEEP"),
        ("query_max_aliases", 0, "{a:__typename}", "TOO_MANY_ALIASES"),
        ("query_max_directives", 0, "{__typename @skip(if:false)}", "TOO_MANY_DIRECTIVES"),
        ("query_max_cost", 7000, TICKETS_8_TIMES, "QUERY_TOO_COSTLY"),
    ],
)
async def test_each_limit_is_a_setting(settings: Settings, setting: str, value: int, query: str, code: str) -> None:
    async with asking(settings) as usual, asking(settings, **{setting: value}) as strict:
        assert await usual.code(query) is None
        assert await strict.code(query) == code


async def test_the_largest_page_is_a_setting_and_no_smaller_than_the_page_of_videos_asks_for(
    settings: Settings,
) -> None:
    query = "{jobs(first:101){totalCount}}"

    async with asking(settings) as usual, asking(settings, query_max_page=101) as generous:
        assert await usual.code(query) == "PAGE_TOO_LARGE"
        assert await generous.code(query) is None
    with pytest.raises(ValueError, match="query_max_page"):
        Settings(query_max_page=99)


async def test_a_subscription_and_a_mutation_are_held_to_the_same(asker: Asker) -> None:
    many = " ".join(f'a{i}:deleteJob(id:"{i}"){{__typename}}' for i in range(31))
    inner = " ".join(f"a{i}:version" for i in range(31))

    assert await asker.code(f"mutation{{{many}}}") == "TOO_MANY_ALIASES"
    assert await asker.code(f"subscription{{viewerJobs{{...on JobProgress{{{inner}}}}}}}") == "TOO_MANY_ALIASES"


async def test_a_request_can_upload_a_few_pictures_and_not_a_hundred(asker: Asker) -> None:
    def uploads(count: int) -> str:
        fields = " ".join(f"a{i}:uploadImage(image:$image){{__typename}}" for i in range(count))
        return f"mutation($image:Upload!){{{fields}}}"

    assert measure(uploads(9)).cost < 10_000
    assert await asker.code(uploads(10)) == "QUERY_TOO_COSTLY"


async def test_each_node_that_is_asked_for_has_its_price(asker: Asker) -> None:
    def nodes(times: int) -> str:
        return "query($ids:[ID!]!){" + " ".join(f"a{i}:nodes(ids:$ids){{id}}" for i in range(times)) + "}"

    ids = [new_id("job") for _ in range(100)]

    assert await asker.code(nodes(1), {"ids": ids}) is None
    assert await asker.code(nodes(30), {"ids": ids}) == "QUERY_TOO_COSTLY"
    assert await asker.code(nodes(30), {"ids": ids[:2]}) is None


SEARCHES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("", "orderBy:NAME", {}, {}),
    ("", 'search:"a"', {}, {}),
    ("", "states:COMPLETED", {}, {}),
    ("($text:String)", "search:$text", {"text": "a"}, {"text": ""}),
    ("($states:[JobState!])", "states:$states", {"states": ["FAILED"]}, {"states": []}),
    ("($order:JobOrder!=NAME)", "orderBy:$order", {}, {"order": "NEWEST"}),
]


@pytest.mark.parametrize(("head", "argument", "searching", "plain"), SEARCHES)
async def test_a_list_that_is_searched_is_paid_for_as_the_whole_of_it(
    asker: Asker, head: str, argument: str, searching: dict[str, Any], plain: dict[str, Any]
) -> None:
    def lists(times: int) -> str:
        fields = " ".join(f"a{i}:jobs(first:0,{argument}){{pageInfo{{hasNextPage}}}}" for i in range(times))
        return f"query{head}{{{fields}}}"

    assert await asker.code(lists(30), searching) == "QUERY_TOO_COSTLY"
    assert await asker.code(lists(5), searching) is None
    if plain:
        assert await asker.code(lists(30), plain) is None, "the list as it is kept"


async def test_the_jobs_among_the_nodes_are_read_together(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    queue, reads = asker.context.services.queue, list[int]()
    own, foreign = new_id("job"), new_id("job")
    for job_id, viewer in ((own, asker.context.viewer), (foreign, new_id("viewer"))):
        await queue.enqueue(
            Job(job_id, viewer, "a", JobState.QUEUED, VideoOptions(), time.time(), width=4, height=3, flow=viewer)
        )
    get_many = JobQueue.get_many

    async def counting(self: JobQueue, ids: Sequence[str]) -> list[Job | None]:
        reads.append(len(ids))
        return await get_many(self, ids)

    monkeypatch.setattr(JobQueue, "get_many", counting)

    asked = [own, foreign, "none", new_id("playback"), own, new_id("job")]
    found = (await asker.data("query($ids:[ID!]!){nodes(ids:$ids){id}}", ids=asked))["nodes"]

    assert found == [{"id": own}, None, None, None, {"id": own}, None]
    assert reads == [3]


def test_counting_ones_jobs_costs_what_it_asks_of_redis() -> None:
    for first in (0, 1, 100):
        bare = measure(f"{{jobs(first:{first}){{edges{{cursor}}}}}}").cost
        counted = measure(f"{{jobs(first:{first}){{edges{{cursor}} ...{{totalCount}}}}}}").cost

        assert counted - bare == 100, "it is counted once, whatever the size of the page"


async def test_counting_a_full_list_as_often_as_is_allowed_looks_at_each_job_once(asker: Asker) -> None:
    queue, viewer = asker.context.services.queue, asker.context.viewer
    made = [f"job_{number:024}" for number in range(queue.settings.jobs_at_most - 1)]
    async with queue.redis.pipeline(transaction=False) as pipe:
        for number, job_id in enumerate(made):
            pipe.hset(keys.job(job_id), "id", job_id)
            pipe.expire(keys.job(job_id), 60)
            pipe.zadd(keys.viewer_jobs(viewer), {job_id: number})
        await pipe.execute()
    newest = Job(new_id("job"), viewer, "a", JobState.QUEUED, VideoOptions(), time.time(), flow=viewer)
    await queue.enqueue(newest)
    await queue.redis.config_resetstat()

    counts = await asker.data("{" + " ".join(f"a{i}:jobs(first:0){{totalCount}}" for i in range(30)) + "}")

    assert {page["totalCount"] for page in counts.values()} == {queue.settings.jobs_at_most}
    commands = await queue.redis.info("commandstats")
    assert sum(each["calls"] for each in commands.values()) < len(made) + 1000


async def test_knowing_many_jobs_has_its_price_and_makes_no_page(asker: Asker) -> None:
    def price(known: int) -> float:
        text = "subscription($known:[KnownJob!]){viewerJobs(known:$known){__typename}}"
        return float(measure(text, known=[{"id": "x", "version": 1}] * known).cost)

    assert price(1000) - price(0) == 5000
    many = " ".join(f"a{i}:viewerJobs(known:$known){{__typename}}" for i in range(2))
    text = f"subscription($known:[KnownJob!]){{{many}}}"
    assert await asker.code(text, {"known": [{"id": "x", "version": 1}] * 1000}) == "QUERY_TOO_COSTLY"
    assert await asker.code(text, {"known": [{"id": "x", "version": 1}] * 500}) != "PAGE_TOO_LARGE"


async def test_cost_follows_the_variables_of_each_request_of_one_text(asker: Asker) -> None:
    pages = " ".join(f"page{i}:jobs(first:$n){{edges{{node{{...J}}}}}}" for i in range(6))
    query = f"query($n:Int!){{{pages}}} fragment J on Job{{id progress{{percent version job{{id name state width}}}}}}"

    for _ in range(2):  # the second time it is remembered
        assert await asker.code(query, {"n": 5}) is None
        assert await asker.code(query, {"n": 100}) == "QUERY_TOO_COSTLY"
        assert await asker.code(query, {"n": 101}) == "PAGE_TOO_LARGE"


async def test_a_page_that_a_default_asks_for_counts_as_well(asker: Asker) -> None:
    assert await asker.code("query($n:Int=101){jobs(first:$n){totalCount}}") == "PAGE_TOO_LARGE"
    assert await asker.code("query($n:Int=101){jobs(first:$n){totalCount}}", {"n": 3}) is None


async def test_a_million_characters_do_not_hold_up_the_loop(asker: Asker) -> None:
    """Refused by its length, before anything is done with it: another task gets its turns in between."""
    text = "{" + "a " * 500_000 + "}"

    assert await asyncio.gather(*(asker.code(text) for _ in range(20))) == ["QUERY_TOO_LONG"] * 20


async def test_the_query_that_reads_the_schema_passes(asker: Asker) -> None:
    query = get_introspection_query(
        descriptions=True,
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )

    assert await asker.code(query) is None
    assert measure(query).cost < 7_000, "the least that I2V_QUERY_MAX_COST can be set to"


async def test_asking_for_the_schema_over_and_over_is_too_much(asker: Asker) -> None:
    query = "{" + " ".join(f"a{i}:__schema{{types{{...T}}}}" for i in range(20)) + "}"
    query += "fragment T on __Type{name fields{name description args{name type{name}} type{name kind ofType{name}}}}"

    assert await asker.code(query) == "QUERY_TOO_COSTLY"


async def test_no_number_of_different_documents_fills_the_memory(asker: Asker) -> None:
    remembered = Documents()
    settings, rules = asker.context.services.settings, tuple(specified_rules)

    for i in [*range(50), 49, 0]:
        text = f"{{a{i}:__typename}}" + " " * 10_000
        document, key = remembered.read(text, None, settings, schema._schema, rules)
        same, _ = remembered.read(text, None, settings, schema._schema, rules)
        assert not remembered.validate(document, key, settings, schema._schema, rules)
        assert not remembered.validate(same, key, settings, schema._schema, rules)

    assert sum(len(key[0]) for key in remembered._known) == remembered._characters <= 200_000
    assert remembered.read(text, None, settings, schema._schema, rules)[0].is_valid


def test_fragments_are_reckoned_once_each_and_numbers_stop() -> None:
    chain = (
        "".join(f"fragment F{i} on Query{{...F{i + 1} ...F{i + 1}}}" for i in range(90))
        + "fragment F90 on Query{limits{formats}}"
    )

    assert measure("{...F0}" + chain).cost == ENDLESS


def test_a_fragment_counts_as_if_it_were_written_in_its_place() -> None:
    fragment = "fragment F on Query{a:jobs(first:7){edges{node{id @skip(if:true)}}} limits{formats}}"
    written = "{x:queue{length} ...{a:jobs(first:7){edges{node{id @skip(if:true)}}} limits{formats}}}"

    assert measure("{x:queue{length} ...F}" + fragment) == measure(written)


def test_fragments_in_a_circle_end() -> None:
    circle = "{...A} fragment A on Query{...B limits{...L}} fragment B on Query{...A ...B} fragment L on Limits{...L formats}"

    assert measure(circle).cost < 10


async def test_fragments_in_a_circle_are_told_by_validation(asker: Asker) -> None:
    assert await asker.code("{...A} fragment A on Query{...B} fragment B on Query{...A}") == "GRAPHQL_VALIDATION_FAILED"


def test_a_chain_of_fragments_longer_than_pythons_stack_ends() -> None:
    chain = "".join(f"fragment F{i} on Query{{...F{i + 1}}}" for i in range(5000))

    assert measure("{...F0}" + chain).depth > DEEPEST


@pytest.mark.parametrize("size", ["-1", "1.5", '"x"', "null", "{a:1}", "[]", "9" * 5000])
def test_a_size_that_is_none_does_no_harm(size: str) -> None:
    assert measure(f"{{jobs(first:{size}){{totalCount}}}}").cost > 0


@pytest.mark.parametrize("size", [-1, 1.5, "x", None, {"a": 1}, [], True, float("nan"), float("inf"), 10**400])
def test_a_variable_that_is_none_does_no_harm(size: object) -> None:
    assert measure("query($n:Int){jobs(first:$n){totalCount}}", n=size).cost >= 0


def test_what_the_page_itself_asks_is_far_from_the_limits() -> None:
    sent = [value.document for value in vars(operations).values() if isinstance(value, GraphQLRequest)]

    reckoned = [reckon(schema._schema, document, {"first": 100}) for document in sent]

    assert len(reckoned) >= 6
    assert max(r.measure.cost for r in reckoned) < 6000
    assert max(r.measure.depth for r in reckoned) <= 10


async def test_over_http_and_websocket_alike(server: Server, alice: Viewer) -> None:
    server.start("api")
    for query in (SPREADING, "{jobs(first:101){totalCount}}", "subscription{viewerJobs{" + "a:__typename " * 31 + "}}"):
        posted = (await alice.http.post("/graphql", json={"query": query})).json()["errors"]

        assert await refused(alice, query) == posted
        assert posted[0]["extensions"]["limit"]["value"] in (30, 100, 10_000)
    assert "errors" in (await alice.http.post("/graphql", json={"query": "{"})).json()
    for wrong in (
        "{nothing}",
        "query A{limits{formats}} query B{queue{length}}",
        "query($n:Int!){jobs(first:$n){totalCount}}",
    ):
        assert (await refused(alice, wrong))[0]["extensions"]["code"]


async def refused(viewer: Viewer, query: str) -> Any:
    """The errors that a WebSocket answers a subscription with; the socket stays open for others."""
    async with websockets.connect(
        viewer.server.url.replace("http", "ws") + "/graphql",
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
    ) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}))
        message = json.loads(await socket.recv())
        assert (message["type"], message["id"]) == ("error", "1")
        await socket.send(json.dumps({"id": "2", "type": "subscribe", "payload": {"query": "{__typename}"}}))
        assert json.loads(await socket.recv())["payload"] == {"data": {"__typename": "Query"}}
        return message["payload"]


def test_every_mutation_has_a_price_and_every_price_a_field() -> None:
    kinds = schema._schema.type_map
    mutations = {f"Mutation.{name}" for name in kinds["Mutation"].fields}  # type: ignore[attr-defined]
    subscriptions = {f"Subscription.{name}" for name in kinds["Subscription"].fields}  # type: ignore[attr-defined]
    fields = {f"{name}.{field}" for name, kind in kinds.items() for field in getattr(kind, "fields", {})}

    assert mutations | subscriptions <= set(COSTS), "give it a price in graphql_api/limits/costs.py"
    assert set(COSTS) | set(INTROSPECTION) <= fields
