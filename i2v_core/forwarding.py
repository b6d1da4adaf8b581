"""How the page's own server says for whom it asks: the person's address, signed, so that nobody else can say it.

The page's server asks the API over the network. Without this everybody who looks at a page would be its server's address
to the API, would share its turns and use up its rate. A header of ours and not `X-Forwarded-For`: that one is the
proxies', and is believed by where it comes from; this one by who can have made it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from ipaddress import ip_address

from itsdangerous import BadSignature, TimestampSigner

FORWARDED_HEADER = "I2V-Forwarded-For"
#: Seconds by which two servers' clocks may differ, and a request may take from one to the other.
_VALID_SECONDS = 60


class Forwarding:
    """Makes and reads the header's value: `<address>.<time>.<signature>`, with keys derived from the signing secrets."""

    def __init__(self, secrets: Sequence[str]) -> None:
        # itsdangerous wants the oldest first, signs with the last and believes all.
        self._signer = TimestampSigner(list(reversed(secrets)), salt="i2v.forwarded", key_derivation="hmac")

    def sign(self, address: str) -> str:
        """The header's value for a person's address."""
        return self._signer.sign(address).decode("latin-1")

    def read(self, value: bytes) -> str | None:
        """The address in a header's value; None if it is not signed by one of us, or not just now."""
        try:
            # Not its own max_age: that refuses whatever comes from a clock that is ahead of ours.
            address, signed_at = self._signer.unsign(value, return_timestamp=True)
        except BadSignature:
            return None
        return address.decode("latin-1") if abs(time.time() - signed_at.timestamp()) <= _VALID_SECONDS else None


def is_address(text: str) -> bool:
    """Whether it is an IP address: a proxy may hand on anything, and not everything can be a header's value."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return text.isascii()
