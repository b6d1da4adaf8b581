"""The schema can be read where the operator lets it, and nothing else breaks where not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from graphql import get_introspection_query

from i2v_core.settings import Settings
from tests.graphql_api.asking import Asker, asking


@pytest.fixture
async def closed(settings: Settings) -> AsyncIterator[Asker]:
    """A server that does not show its schema."""
    async with asking(settings, introspection="off") as asker:
        yield asker


@pytest.mark.parametrize(
    "query",
    [
        get_introspection_query(),
        "{__schema{queryType{name}}}",
        "{a:__schema{__typename}}",
        '{__type(name:"Job"){fields{name}}}',
        '{__type(name:"Job"){...F}} fragment F on __Type{kind}',
        '{__type(name:"Job"){...on __Type{ofType{name}}}}',
    ],
)
async def test_it_is_not_shown_where_it_is_turned_off(settings: Settings, closed: Asker, query: str) -> None:
    async with asking(settings) as usual:
        assert not await usual.errors(query)
    codes = {error["extensions"]["code"] for error in await closed.errors(query)}

    assert codes == {"INTROSPECTION_DISABLED"}


async def test_what_every_client_asks_for_is_answered_all_the_same(closed: Asker) -> None:
    data = await closed.data('{__typename limits{__typename} __type(name:"Job"){name __typename}}')

    assert data == {
        "__typename": "Query",
        "limits": {"__typename": "Limits"},
        "__type": {"name": "Job", "__typename": "__Type"},
    }


async def test_a_field_of_ours_may_be_called_name(closed: Asker) -> None:
    assert not await closed.errors("{jobs{edges{node{name failure{code}}}}}")


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{jobz{totalCount}}", None),
        ("{jobs{totalCounts}}", None),
        ("query($a:Jobb){job(id:$a){id}}", None),
        ("{jobs(frist:1){totalCount}}", None),
        ("query($o:VideoOptions){__typename}", {"o": {"motion": "ZOOM"}}),
    ],
)
async def test_names_are_not_suggested_either(
    settings: Settings, closed: Asker, query: str, variables: dict[str, object] | None
) -> None:
    async with asking(settings) as usual:
        helpful = str(await usual.errors(query, variables))
    silent = str(await closed.errors(query, variables))

    assert "Did you mean" not in silent
    assert "Did you mean" in helpful or variables
