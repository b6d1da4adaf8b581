"""Viewers: whoever owns jobs. An anonymous signed cookie, or an API token that acts as such a viewer.

The cookie is HttpOnly and SameSite=Lax, made on first contact and renewed long before it ends. The page, the API and the
WebSocket handshake read it through the same middleware (`viewer_middleware.py`), so they agree on who asks.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network

from itsdangerous import BadSignature, Signer, TimestampSigner

from i2v_core.errors import Forbidden
from i2v_core.jobs import is_id

COOKIE = "i2v_viewer"
#: Seconds that a cookie lives. A year, renewed when a month old: whoever comes back now and then stays the same viewer.
COOKIE_SECONDS = 365 * 24 * 3600
_RENEW_AFTER = 30 * 24 * 3600
#: Key of the `Identity` in an ASGI scope.
IDENTITY_KEY = "i2v.identity"


class Scope(StrEnum):
    """What an identity may do. The cookie of a browser may everything; a token what it was made for."""

    READ = "READ"  #: look at and watch the progress of one's jobs
    WRITE = "WRITE"  #: upload, make another, cancel, retry, move, keep, delete
    PLAY = "PLAY"  #: open playbacks


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: the viewer, whom they share turns and bounds with (`flow_of`), and what they may do.

    `token`: id of the token they ask with; None with the cookie.
    """

    viewer: str
    flow: str
    scopes: frozenset[Scope] = frozenset(Scope)
    token: str | None = None

    def require(self, scope: Scope) -> None:
        """Raises `Forbidden` without this scope."""
        if scope not in self.scopes:
            raise Forbidden(scope.value)

    def require_cookie(self) -> None:
        """Raises `Forbidden` to a token, whatever its scopes: what is done with tokens is not done by tokens."""
        if self.token is not None:
            raise Forbidden(None)


def flow_of(viewer: str, client: tuple[str, int] | None, secret: str) -> str:
    """Who a viewer shares turns and bounds with: all others of the client's address, and all tokens that are used there.

    So neither many cookies nor many tokens gain anything: both cost nothing to make. A token that is used from another
    address than its viewer counts there, as the viewer would who went there.

    An IPv4 address, or the /64 of an IPv6 one, which is what one household or one rented server has; it is hashed with
    the secret, so that no address is stored. Behind a front the address is the one that it forwards, if it is listed
    in `I2V_TRUSTED_PROXIES`. Without any address (a UNIX socket) a viewer is a flow of their own.
    """
    try:
        address = ip_address(client[0].split("%")[0]) if client else None
    except ValueError:
        address = None
    if address is None:
        return viewer
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    network = ip_network((address, 32 if address.version == 4 else 64), strict=False)
    return "address_" + hmac.new(secret.encode(), str(network).encode(), hashlib.sha256).hexdigest()[:24]


class ViewerCookie:
    """Signs and checks the cookie's value: `<viewer id>.<time>.<signature>`, HMAC-SHA1 by itsdangerous.

    Of several secrets the first signs, and all are believed.
    """

    def __init__(self, secrets: str | Sequence[str]) -> None:
        newest_first = [secrets] if isinstance(secrets, str) else list(secrets)
        # itsdangerous wants the oldest first, and signs with the last.
        self._signer = TimestampSigner(newest_first[::-1], salt="i2v.viewer")
        self._newest = Signer(newest_first[0], salt="i2v.viewer")

    def sign(self, viewer: str) -> str:
        """The cookie's value for a viewer."""
        return self._signer.sign(viewer).decode()

    def read(self, value: str) -> tuple[str, bool] | None:
        """The viewer of a cookie's value and whether it should be renewed, or None if it is not one of ours.

        It should if it is a month old, or signed with a secret that does not sign any more.
        """
        try:
            viewer, signed_at = self._signer.unsign(value, max_age=COOKIE_SECONDS, return_timestamp=True)
        except BadSignature:
            return None
        name = viewer.decode()
        is_old = time.time() - signed_at.timestamp() > _RENEW_AFTER or not self._newest.validate(value)
        return (name, is_old) if is_id("viewer", name) else None
