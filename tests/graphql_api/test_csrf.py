"""Other sites' pages: what they can make a browser send is refused, unless their origin is listed."""

from __future__ import annotations

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from i2v_core.settings import Settings
from tests.fundamentals.server import Server
from tests.graphql_api.sockets import connected

SETTINGS = {"cors_origins": "https://friend.example, http://localhost:3000"}
FRIEND = "https://friend.example"
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


def test_a_listed_origin_is_allowed_with_credentials_and_no_other(api: Server) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-i2v-request"}

    friend = httpx.options(f"{api.url}/graphql", headers={"Origin": FRIEND, **asks})
    other = httpx.options(f"{api.url}/graphql", headers={"Origin": "https://other.example", **asks})
    answer = httpx.post(f"{api.url}/graphql", json={"query": HELLO}, headers={"Origin": FRIEND})

    assert friend.status_code == 200
    for allowed in (friend, answer):
        assert allowed.headers["access-control-allow-origin"] == FRIEND
        assert allowed.headers["access-control-allow-credentials"] == "true"
    assert other.status_code == 400
    assert "access-control-allow-origin" not in other.headers


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
