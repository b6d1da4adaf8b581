"""Other sites' pages: what they can make a browser send is refused, unless their origin is listed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from i2v_core.settings import Settings
from tests.conftest import wait_until
from tests.fundamentals.server import Server
from tests.graphql_api.serving import serving
from tests.graphql_api.sockets import connected

SETTINGS = {"cors_origins": "https://friend.example, http://localhost:3000"}
FRIEND = "https://friend.example"
OTHER = "https://other.example"
HELLO = "{ __typename }"


@pytest.mark.parametrize("headers", [{}, {"X-I2V-Request": ""}, {"Content-Type": "text/plain"}])
def test_a_get_that_any_page_could_send_is_refused(api: Server, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{api.url}/graphql", params={"query": HELLO}, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "PREFLIGHT_HEADER_MISSING"


@pytest.mark.parametrize(
    "header", ["X-I2V-Request", "Apollo-Require-Preflight", "GraphQL-Preflight", "X-Requested-With"]
)
def test_a_header_that_no_form_can_send_lets_it_through(api: Server, header: str) -> None:
    assert httpx.get(f"{api.url}/graphql", params={"query": HELLO}, headers={header: "1"}).status_code == 200


@pytest.fixture(scope="module", params=["api", "web"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The API alone, and behind the page, where Reflex has rules of its own for other origins."""
    # One operation a minute of a viewer, and as many viewers as one likes.
    with serving(tmp_path_factory.mktemp("cors"), **SETTINGS, operations_per_minute=1) as server:
        if request.param == "web":
            server.stop("api")
            server.start("web")
            wait_until(lambda: _is_ready(server), what="the page being served")
        yield server


def _is_ready(server: Server) -> bool:
    try:
        return httpx.get(f"{server.url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-i2v-request"}


@pytest.mark.parametrize("path", ["/graphql", "/api/jobs", "/media/x/0"])
def test_a_preflight_of_a_listed_origin_is_allowed_and_makes_nobody_a_viewer(served: Server, path: str) -> None:
    friend = httpx.options(f"{served.url}{path}", headers={"Origin": FRIEND, **ASKS})

    assert friend.status_code == 200
    assert friend.headers["access-control-allow-origin"] == FRIEND
    assert friend.headers["access-control-allow-credentials"] == "true"
    assert "set-cookie" not in friend.headers


@pytest.mark.parametrize("origin", [OTHER, "https://friend.example.other.example", "null"])
def test_an_unlisted_origin_is_allowed_nothing(served: Server, origin: str) -> None:
    preflight = httpx.options(f"{served.url}/graphql", headers={"Origin": origin, **ASKS})
    answer = httpx.post(f"{served.url}/graphql", json={"query": HELLO}, headers={"Origin": origin})

    assert (preflight.status_code, answer.status_code) == (400, 200)
    for told in (preflight, answer):
        assert "access-control-allow-origin" not in told.headers


@pytest.mark.parametrize("path", ["/graphql", "/api/queue"])
def test_a_listed_page_reads_answers_and_refusals_alike(served: Server, path: str) -> None:
    headers = {"Origin": FRIEND, "X-I2V-Request": "1"}
    with httpx.Client(
        base_url=served.url, headers=headers, params={"query": HELLO} if path == "/graphql" else {}
    ) as page:
        answers = [page.get(path), page.get(path), page.get(path, headers={"Authorization": "Bearer i2v_nonsense"})]

    assert [answer.status_code for answer in answers] == [200, 429, 401]
    for answer in answers:
        assert answer.headers.get_list("access-control-allow-origin") == [FRIEND]
        assert "Origin" in answer.headers["vary"]
        assert {"Retry-After", "WWW-Authenticate"} <= set(answer.headers["access-control-expose-headers"].split(", "))


def test_the_page_itself_and_what_else_is_served_is_shared_with_nobody(served: Server) -> None:
    for path in ("/", "/apiary", "/readyz"):
        assert "access-control-allow-origin" not in httpx.get(f"{served.url}{path}", headers={"Origin": FRIEND}).headers


@pytest.mark.parametrize("process", ["api", "web"])
def test_without_the_setting_no_other_origin_is_told_anything(tmp_path: Path, process: str) -> None:
    with serving(tmp_path, process) as server:
        wait_until(lambda: _is_ready(server), what="the server answering")
        preflight = httpx.options(f"{server.url}/api/jobs", headers={"Origin": FRIEND, **ASKS})
        answer = httpx.get(f"{server.url}/api/queue", headers={"Origin": FRIEND})

    assert answer.status_code == 200
    for told in (preflight, answer):
        assert [name for name in told.headers if name.startswith("access-control-")] == []


@pytest.mark.parametrize("origin", ["https://other.example", "http://friend.example", "null"])
def test_a_websocket_of_another_sites_page_is_refused(api: Server, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, connected(api, origin=origin):
        pass

    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", [None, FRIEND, "http://localhost:3000"])
def test_a_websocket_of_a_program_or_a_listed_page_is_let_in(api: Server, origin: str | None) -> None:
    with connected(api, origin=origin) as socket:
        socket.initialise()


@pytest.mark.parametrize(
    "wrong", ["*", "https://*.example", "https://a.example/path", "example.com", "ftp://a.example"]
)
def test_an_origin_that_is_none_is_refused_at_start(wrong: str) -> None:
    with pytest.raises(ValueError, match="each origin must be like"):
        Settings(cors_origins=wrong)
