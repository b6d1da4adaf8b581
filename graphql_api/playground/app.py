"""The playground's routes: its page in front of the GraphQL view for browsers, and its files below it."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from graphql_api.playground import headers
from graphql_api.playground.accept import wants_page
from graphql_api.playground.files import BUILT, Files, content_type
from i2v_core.settings import Settings

_PATH = "/graphql/playground"
_HERE = Path(__file__).parent
#: The example tabs in their order: name, its file in `examples`, the variables it begins with, and those that are files.
TABS: tuple[tuple[str, str, dict[str, Any], list[str]], ...] = (
    ("Upload", "1-upload.graphql", {"options": None}, ["image"]),
    ("Watch", "2-watch.graphql", {"jobId": ""}, []),
    ("List", "3-list.graphql", {"first": 10, "after": None}, []),
    ("Cancel", "4-cancel.graphql", {"id": ""}, []),
    ("Playback", "5-playback.graphql", {"jobId": "", "publicKey": ""}, []),
)
_OFF = (
    "The playground is turned off on this server. The API answers here all the same: POST a query as JSON.\n"
    "Whoever runs the server can turn it on with I2V_PLAYGROUND=on.\n"
)
_NOT_BUILT = (
    "The playground has not been built. Run `make build` once, then start the server again.\n"
    "The API answers here all the same: POST a query as JSON.\n"
)
_NOT_HERE = "There is no such file of the playground. Open /graphql in a browser: the page names the files it needs.\n"


class Playground:
    """The page and its files, or a sentence why there are none. The files are read once, when it is made."""

    def __init__(self, settings: Settings, built: Path = BUILT) -> None:
        self._on = settings.playground == "on"
        self._files = Files(built) if self._on else None
        self._page = _page(self._files.revision) if self._files and self._files.complete else None
        self.routes = [Route(_PATH + "/{revision}/{name:path}", self._file, methods=["GET"])]

    def before(self, view: ASGIApp) -> ASGIApp:
        """The view, with the page for those who ask for one."""

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await (self._answer() if wants_page(scope) else view)(scope, receive, send)

        return _Endpoint(app)

    def _answer(self) -> Response:
        if self._page is not None:
            return HTMLResponse(self._page, headers=headers.PAGE)
        if self._on:
            return PlainTextResponse(_NOT_BUILT, status_code=503, headers=headers.SENTENCE)
        return PlainTextResponse(_OFF, status_code=404, headers=headers.SENTENCE)

    async def _file(self, request: Request) -> Response:
        name, revision = request.path_params["name"], request.path_params["revision"]
        path = self._files.path(name) if self._files and revision == self._files.revision else None
        if path is None:
            return PlainTextResponse(_NOT_HERE, status_code=404, headers=headers.SENTENCE)
        return FileResponse(path, headers={**headers.of_file(name), "Content-Type": content_type(path)})


class _Endpoint:
    """An ASGI application that Starlette's `Route` does not take for a function of a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def _page(revision: str) -> str:
    tabs = [
        {"name": name, "query": (_HERE / "examples" / file).read_text(), "variables": variables, "files": files}
        for name, file, variables, files in TABS
    ]
    # Inside a script element only "</" and "<!--" mean anything.
    data = json.dumps(tabs, ensure_ascii=False).replace("<", "\\u003c")
    page = (_HERE / "page.html").read_text()
    return page.replace("{base}", escape(f"{_PATH}/{revision}/")).replace("{tabs}", data)
