"""What browsers are told about the page, and who may not open its socket."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from i2v_app.same_origin import SameOriginOnly
from i2v_app.security_headers import PageHeaders, content_security_policy


@pytest.fixture
def visitor(tmp_path: Path) -> TestClient:
    (tmp_path / "index.html").write_text('<script>a()</script><script src="/x.js"></script>')
    app = Starlette(
        routes=[
            Route("/", lambda _: HTMLResponse("<p>page")),
            Route("/assets/x-1234.js", lambda _: PlainTextResponse("x")),
            Route("/media/a", lambda _: PlainTextResponse("x", headers={"Cache-Control": "no-store"})),
            Route("/_upload", lambda _: PlainTextResponse("open"), methods=["POST"]),
            WebSocketRoute("/_event", _greet),
        ]
    )
    return TestClient(SameOriginOnly(PageHeaders(app, tmp_path)))


def test_of_inline_scripts_only_the_pages_own_may_run(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<script>a()</script><script async="">b()</script><script src="/x.js"></script>'
    )

    policy = content_security_policy(tmp_path)

    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert scripts.count("'sha256-") == 2
    assert "unsafe" not in scripts
    assert "frame-ancestors 'none'" in policy


def test_hashed_files_are_kept_for_ever_and_the_page_is_asked_for_anew(visitor: TestClient) -> None:
    assert "immutable" in visitor.get("/assets/x-1234.js").headers["cache-control"]
    assert visitor.get("/assets/gone.js").headers["cache-control"] == "no-cache"
    assert visitor.get("/").headers["cache-control"] == "no-cache"
    assert "content-security-policy" in visitor.get("/").headers


def test_an_answer_keeps_the_headers_it_has(visitor: TestClient) -> None:
    assert visitor.get("/media/a").headers["cache-control"] == "no-store"


def test_reflexs_upload_route_is_closed(visitor: TestClient) -> None:
    assert visitor.post("/_upload").status_code == 404


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://testserver.evil.example"])
def test_another_sites_page_cannot_open_the_socket(visitor: TestClient, origin: str) -> None:
    with pytest.raises(WebSocketDisconnect), visitor.websocket_connect("/_event", headers={"Origin": origin}):
        pass


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://testserver"}, {"Origin": "https://testserver"}])
def test_the_page_itself_and_programs_can(visitor: TestClient, headers: dict[str, str]) -> None:
    with visitor.websocket_connect("/_event", headers=headers) as socket:
        assert socket.receive_text() == "hello"


async def _greet(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()
