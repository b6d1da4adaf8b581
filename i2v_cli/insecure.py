"""Whether people can watch what this server shows: browsers decrypt videos on https and on localhost, nowhere else."""

from __future__ import annotations

import ipaddress
import socket

from i2v_core.settings import Settings

#: What to do about it, in one sentence.
ADVICE = (
    "Put https in front and name it in I2V_TRUSTED_PROXIES (`docker compose up` brings one), "
    "or listen on 127.0.0.1 and watch on this machine."
)


def is_plain_to_others(settings: Settings) -> bool:
    """Whether other machines reach this server and nothing is known to speak https for it.

    A page over plain http from another machine has no WebCrypto, no Encrypted Media Extensions and sends no
    `Sec-Fetch-*`: no video plays there. A front on the same machine connects to loopback or is a trusted proxy.
    """
    return not settings.trusted_proxies.strip() and not _is_loopback(settings.host)


def _is_loopback(host: str) -> bool:
    try:
        # As `listening.listen` finds it: the first address of the name, all addresses for an empty one.
        found = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][4][0]
    except socket.gaierror:
        return False
    return ipaddress.ip_address(str(found).partition("%")[0]).is_loopback
