"""Viewers: the cookie is made on first contact, signed, and believed only if it is ours."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from i2v_core.viewer_middleware import ViewerMiddleware
from i2v_core.viewers import COOKIE, IDENTITY_KEY, ViewerCookie, flow_of
from tests.conftest import forged


def client(secret: str = "a-secret-of-the-test", base_url: str = "http://testserver") -> TestClient:
    async def who(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.scope[IDENTITY_KEY].viewer)

    return TestClient(ViewerMiddleware(Starlette(routes=[Route("/", who)]), secret), base_url=base_url)


def test_the_cookie_is_made_on_first_contact_and_kept() -> None:
    browser = client()

    first = browser.get("/")
    second = browser.get("/")

    assert first.text == second.text
    assert "HttpOnly" in first.headers["set-cookie"]
    assert "SameSite=Lax" in first.headers["set-cookie"]
    assert "Secure" not in first.headers["set-cookie"]
    assert "set-cookie" not in second.headers


def test_over_https_the_cookie_is_secure() -> None:
    assert "Secure" in client(base_url="https://testserver").get("/").headers["set-cookie"]


@pytest.mark.parametrize("forge", [forged, lambda value: "viewer_" + "a" * 24, lambda value: ""])
def test_a_forged_cookie_is_a_new_viewer(forge) -> None:  # type: ignore[no-untyped-def]
    mine = client()
    viewer = mine.get("/").text
    thief = client()
    thief.cookies.set(COOKIE, forge(mine.cookies[COOKIE]))

    assert thief.get("/").text != viewer


def test_another_servers_secret_is_not_ours() -> None:
    value = ViewerCookie("one-secret-of-many").sign("viewer_" + "a" * 24)

    assert ViewerCookie("another-secret-of-many").read(value) is None


def test_an_odd_cookie_of_another_application_does_not_hide_ours() -> None:
    browser = client()
    viewer = browser.get("/").text
    value = browser.cookies[COOKIE]

    answer = client().get("/", headers={"Cookie": f'odd="{{a:1}}; b@d=[1,2]; {COOKIE}={value}'})

    assert answer.text == viewer


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_anonymous_viewers_of_one_address_are_one_flow(one: str, other: str, share: bool) -> None:
    flows = [flow_of(f"viewer_{address}", (address, 1), "secret") for address in (one, other)]

    assert (flows[0] == flows[1]) is share
    assert not any(address in flow for address in (one, other) for flow in flows), "an address is stored as it is"
    assert flow_of("viewer_x", (one, 1), "another secret") not in flows


@pytest.mark.parametrize("client", [None, ("", 0), ("testclient", 50000)])
def test_without_an_address_a_viewer_is_a_flow_of_their_own(client: tuple[str, int] | None) -> None:
    assert flow_of("viewer_x", client, "secret") == "viewer_x"
