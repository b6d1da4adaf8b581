"""Which server is meant, and as whom: `I2V_URL` and `I2V_TOKEN`."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from i2v_cli.client.ending import WrongUsage

#: Where `i2v up` serves if nobody says otherwise.
DEFAULT_URL = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Address:
    """Base address of a server without a slash at its end, and the token to ask with; None to be an anonymous viewer."""

    url: str
    token: str | None = field(default=None, repr=False)

    @property
    def api(self) -> str:
        """Where GraphQL over HTTP is."""
        return f"{self.url}/graphql"

    @property
    def socket(self) -> str:
        """Where GraphQL over WebSocket is."""
        return "ws" + self.api.removeprefix("http")

    @classmethod
    def from_environment(cls) -> Address:
        """What the variables say. Raises `WrongUsage`."""
        url = os.environ.get("I2V_URL", "").strip().rstrip("/") or DEFAULT_URL
        token = os.environ.get("I2V_TOKEN", "").strip() or None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise WrongUsage(f"I2V_URL is {url!r}, which is no address of a server. Set it like {DEFAULT_URL}.")
        if parts.username or parts.password:
            raise WrongUsage("I2V_URL has a name or a password in it. Take it out, and set I2V_TOKEN to a token.")
        if token and not token.isascii():
            raise WrongUsage("I2V_TOKEN has letters that no token has. Copy it again as it was shown.")
        return cls(url, token)
