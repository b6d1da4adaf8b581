"""How this project runs uvicorn, for the page with its API and for the API alone."""

from __future__ import annotations

import gc
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
#: When Python looks for cyclic garbage: after so many more objects, after so many of those looks among the survivors too,
#: and after so many of these among all there are. A waiting subscriber is some 230 objects. With 10,000 of them a look at
#: all holds everybody up for 1 to 4 s, and with Python's own (700, 10, 10) every third change of a place in the line
#: met one. Now it takes some hundred place changes until one. The looks in between stay as small as Python's own: ten times
#: ten thousand objects in one look made every hundredth event 145 ms late where it is 7. What waits for it is bounded: a
#: subscriber that has gone leaves 36 objects (5 KB), and after some 20,000 of them there is a look.
_COLLECT = (700, 10, 700)


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # All is loaded, nobody is served yet. What is here stays for good: no collection looks at it again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECT)
        await super().startup(sockets=sockets)


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
    server = _Server(config)
    server.run(sockets=[listening])
    return 0 if server.started else 1
