"""`i2v web`: the page and the API in one process on one port."""

from __future__ import annotations

import socket

from i2v_cli.insecure import ADVICE, is_plain_to_others
from i2v_core.logs import configure_logging, get_logger
from i2v_core.settings import load_settings

log = get_logger("web")


def run(fd: int | None) -> int:
    """Serve on an inherited listening socket, or on one of its own. The exit code; raises `StartRefused`."""
    settings = load_settings()
    configure_logging(settings)
    from i2v_cli.listening import listen
    from i2v_cli.serving import serve

    listening = listen(settings.host, settings.port) if fd is None else socket.socket(fileno=fd)
    if is_plain_to_others(settings):
        log.warning("nobody_elsewhere_can_watch", host=settings.host, reason="plain http", advice=ADVICE)
    return serve("i2v_app.serve:app", settings, listening)
