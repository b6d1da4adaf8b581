"""The page, prebuilt, and the API on one origin: `app` is what the web process serves.

The one place where the page's code knows the API's: it mounts it. Everything else asks it over the network.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, chdir
from datetime import timedelta
from pathlib import Path

from reflex_base.constants import Env
from reflex_base.environment import environment
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from graphql_api.app import Api, build_api
from graphql_api.http.origins import cross_origin
from graphql_api.rates import CountedHandshakes
from i2v_app.api_client import forward_people_with
from i2v_app.build import BUILT, ROOT, WEB
from i2v_app.same_origin import SameOriginOnly
from i2v_app.security_headers import SHARED_FILES, PageHeaders
from i2v_app.states.tabs import know_open_sockets_by
from i2v_core.errors import StartRefused
from i2v_core.settings import settings
from i2v_core.viewer_middleware import ViewerMiddleware

#: Seconds between the socket's pings, and seconds without an answer after which it is given up: a phone that walked
#: out of reach is noticed in half a minute instead of two and a half.
_PING = _PONG = timedelta(seconds=15)


def build_app() -> ASGIApp:
    """Wire the page and the API. Raises `StartRefused` if the page was never built."""
    if not (BUILT / "index.html").exists():
        raise StartRefused("The page has not been built. Run `make build` (or `python -m i2v_app.build`) first.")
    _tell_reflex()
    api = build_api(settings())
    with chdir(ROOT):  # Reflex looks for rxconfig.py in the current folder only
        from i2v_app.app import app as page

        pages = page()

    @asynccontextmanager
    async def run_api() -> AsyncIterator[None]:
        async with api.lifespan(viewers):
            yield

    page.register_lifespan_task(run_api)
    with_headers = PageHeaders(_api_before_pages(api, pages), BUILT)
    viewers = ViewerMiddleware(with_headers)
    forward_people_with(lambda address: viewers.forwarding.sign(address))
    know_open_sockets_by(lambda socket: page.event_namespace is None or socket in page.event_namespace.sid_to_token)
    asked = cross_origin(_viewers_but_for_shared_files(viewers, with_headers), settings())
    return SameOriginOnly(asked, settings().cors_origin_list)


def _api_before_pages(api: Api, pages: ASGIApp) -> ASGIApp:
    """The API's routes first. Not by Reflex's `api_transformer`: it would answer for other origins in the API's place."""
    routed = Starlette(routes=[*api.routes, Mount("", CountedHandshakes(pages, api.services.rates))])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # A mounted app is not told of start and end, and it is the pages' start that runs the API.
        await (pages if scope["type"] == "lifespan" else routed)(scope, receive, send)

    return app


def _viewers_but_for_shared_files(viewers: ASGIApp, files: ASGIApp) -> ASGIApp:
    """Files that caches on the way may keep must never carry a viewer's cookie: the next one would become that viewer."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        is_shared = scope["type"] == "http" and scope["path"].startswith(SHARED_FILES)
        await (files if is_shared else viewers)(scope, receive, send)

    return app


def _tell_reflex() -> None:
    """Have Reflex serve what was built before, with no Node and nothing written into the current folder.

    The names are internal, which is one reason why Reflex is pinned exactly.
    """
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(True)
    environment.REFLEX_BACKEND_ONLY.set(True)
    environment.REFLEX_WEB_WORKDIR.set(WEB)
    environment.REFLEX_UPLOADED_FILES_DIR.set(Path(tempfile.gettempdir()) / "i2v-no-uploads")
    environment.REFLEX_SOCKET_INTERVAL.set(_PING)
    environment.REFLEX_SOCKET_TIMEOUT.set(_PONG)


app = build_app()
