"""The socket on which a server listens, opened before the server is started so that a port in use is said at once."""

from __future__ import annotations

import errno
import socket

from i2v_core.errors import StartRefused

#: Connections that wait while the server starts or restarts; the kernel caps it (4096 on today's Linux).
_BACKLOG = 2048
#: Bytes of a connection that the kernel takes before they can be sent. Without a bound it takes megabytes for a client that
#: does not read (2.2 MB after 500 events of 4 KB, measured); what is on its way does not count, so no download is slower.
_NOT_SENT = 128 * 1024


def listen(host: str, port: int) -> socket.socket:
    """A TCP socket listening on the first address of `host`. Raises `StartRefused`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        raise StartRefused(f"I2V_HOST is {host!r}, which is no address of this machine.") from None
    listening = socket.socket(family, kind, protocol)
    try:
        # A server that was stopped a moment ago leaves connections in TIME_WAIT; they must not hold up the next one.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # Linux and macOS; each connection inherits it
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _NOT_SENT)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise StartRefused(_sentence(error, host, port)) from None
    return listening


def _sentence(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program. Stop that one, or set I2V_PORT to a free port."
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has. Set I2V_PORT to 1024 or above."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"I2V_HOST is {host!r}, which is no address of this machine."
    return f"Cannot listen on {host} port {port}: {error.strerror}."
