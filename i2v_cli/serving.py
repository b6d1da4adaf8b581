"""How this project runs uvicorn, for the page with its API and for the API alone."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from i2v_core.logs import configure_logging
from i2v_core.settings import Settings

#: Bytes of one WebSocket message. The page's and the API's are a few KB; files never come this way.
_LARGEST_MESSAGE = 1 << 20
#: Seconds that open requests and sockets get to end after a stop was asked for. Subscriptions end when told; the
#: bound is for clients that have gone.
_GRACE_SECONDS = 2


def serve(app: str | Callable[..., Any], settings: Settings, listening: socket.socket, *, factory: bool = False) -> int:
    """Serve an ASGI app on a listening socket until SIGTERM or SIGINT, and return the exit code."""
    configure_logging(settings)
    config = uvicorn.Config(
        app,
        factory=factory,
        lifespan="on",
        # wsproto without compression: a waiting subscriber costs a fraction of the memory that zlib's windows take.
        ws="wsproto",
        ws_per_message_deflate=False,
        ws_max_size=_LARGEST_MESSAGE,
        # Ours are the log lines; uvicorn's would repeat addresses with their query strings.
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    server.run(sockets=[listening])
    return 0 if server.started else 1
