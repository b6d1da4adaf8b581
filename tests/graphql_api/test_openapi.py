"""The API is what its OpenAPI document says: schemathesis tries it against a running server, and the document itself holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from graphql_api.rest import openapi
from graphql_api.rest.pages import MEANINGS
from graphql_api.rest.problems import STATUS, type_of
from tests.fundamentals.server import Server
from tests.graphql_api.fuzzing import fuzz
from tests.graphql_api.serving import serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("openapi")) as server:
        yield server


def test_the_api_is_what_its_description_says(server: Server, tmp_path: Path) -> None:
    said = fuzz(server, "/api/openapi.json", tmp_path, "-n", "6")

    assert "Tested: 9" in said, said
    assert [phase for phase in ("Examples", "Coverage", "Fuzzing", "Stateful") if f"✅ {phase}" not in said] == [], said
    followed = re.search(r"API Links:\s+(\d+) covered", said)
    assert followed, said
    assert int(followed[1]) >= 4, "a job that was created was not looked at, cancelled, retried and deleted"


def test_the_server_serves_the_description_with_every_address_that_it_has(server: Server) -> None:
    served = httpx.get(f"{server.url}/api/openapi.json")

    assert served.headers["content-type"] == "application/json"
    assert served.json() == openapi.document()
    assert served.json()["openapi"].startswith("3.1")
    for method, path, _ in openapi.operations():
        answer = httpx.request(method, server.url + path.replace("{id}", "job_" + "x" * 24))
        assert answer.status_code != 405, (method, path)


def places(value: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield place, value
        for name, inner in value.items():
            yield from places(inner, f"{place}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, f"{place}/{number}")


def test_every_example_fits_its_schema() -> None:
    document = openapi.document()

    tried = 0
    for place, part in places(document):
        if "schema" in part and "example" in part:
            schema = {**part["schema"], "components": document["components"]}
            assert jsonschema_rs.is_valid(schema, part["example"]), place
            tried += 1
    assert tried > 20


def test_everything_is_described_and_every_reference_leads_somewhere() -> None:
    document = openapi.document()

    for _, part in places(document):
        if reference := part.get("$ref"):
            target: Any = document
            for name in reference.removeprefix("#/").split("/"):
                target = target[name]
    for place, part in places(document["components"]["schemas"]):
        for name, schema in part.get("properties", {}).items() if place.count("/") < 3 else ():
            assert schema.get("description", "").endswith("."), f"{place}/{name}"
    for _, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                assert operation["summary"]
                assert {"400", "401", "403", "429", "500", "503"} <= set(operation["responses"]), operation[
                    "operationId"
                ]


def test_every_problem_has_a_page_that_says_what_it_means(server: Server) -> None:
    assert set(MEANINGS) == set(STATUS)
    overview = httpx.get(f"{server.url}/api")

    for code in STATUS:
        page = httpx.get(server.url + type_of(code))
        assert page.status_code == 200
        assert code.value in page.text
        assert f'href="{type_of(code)}"' in overview.text
    assert httpx.get(f"{server.url}/problems/nonsense").status_code == 404
    for shown in (overview, page):
        assert shown.headers["content-type"].startswith("text/html")
        assert not re.search(r"(src|href)=\"(?!/)", shown.text), "something is loaded from elsewhere"
