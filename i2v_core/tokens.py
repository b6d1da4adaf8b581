"""API tokens: how a program asks as a viewer, with no more rights than it was given.

A token is shown once, when it is made. What is kept is its SHA-256: 256 random bits cannot be guessed from their hash, so the
slow hashes that passwords need would only make every request slow. A token without an end lives until a year after its last
use, as the cookie of its viewer does: so whatever is forgotten is gone from the store in the end.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self, cast

from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.errors import Code, Limit, TokenRefused
from i2v_core.jobs import is_id, new_id
from i2v_core.settings import Settings
from i2v_core.store import Scripts, store_errors
from i2v_core.viewers import COOKIE_SECONDS, Scope

#: So that a token that lies about in a repository or a log is recognised, by people and by scanners.
PREFIX = "i2v_"
_SECRET = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")
_LONGEST_NAME = 100
#: Nobody plans further, and Redis takes no time that is much later.
_LONGEST_YEARS = 100
#: A use is noted at most this often: to the minute is enough to see which token nobody uses.
_NOTED_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret. Times are UNIX seconds; `expires_at` is None for one without an end."""

    id: str
    viewer: str
    name: str
    scopes: frozenset[Scope]
    created_at: float
    last_used_at: float | None
    expires_at: float | None

    @property
    def is_over(self) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= time.time()

    @classmethod
    def from_hash(cls, fields: Mapping[str, str]) -> Self:
        """The token that `_hash` wrote."""
        return cls(
            id=fields["id"],
            viewer=fields["viewer"],
            name=fields["name"],
            scopes=frozenset(Scope(scope) for scope in fields["scopes"].split()),
            created_at=int(fields["created_at"]) / 1000,
            last_used_at=int(fields["last_used_at"]) / 1000 if "last_used_at" in fields else None,
            expires_at=int(fields["expires_at"]) / 1000 if "expires_at" in fields else None,
        )


class Tokens:
    """The tokens in Redis. Every method raises `StoreUnavailable`."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self.redis = redis
        self._settings = settings
        self._scripts = Scripts(redis)

    async def make(
        self, viewer: str, name: str, scopes: Iterable[Scope], expires_at: float | None = None
    ) -> tuple[Token, str]:
        """A new token of the viewer and its secret. `expires_at` is in UNIX seconds. Raises `TokenRefused`."""
        token = Token(new_id("token"), viewer, name.strip(), frozenset(scopes), time.time(), None, expires_at)
        _check(token)
        secret = PREFIX + secrets.token_urlsafe(32)
        fields, lives_ms = _hash(token, digest(secret)), COOKIE_SECONDS * 1000
        if expires_at is not None:
            lives_ms = max(1, int((expires_at - time.time()) * 1000))
        bound = self._settings.tokens_per_viewer
        made = await self._scripts.run(
            "make_token",
            [keys.viewer_tokens(viewer), keys.token(digest(secret))],
            [bound, lives_ms, *(word for field in fields.items() for word in field)],
        )
        if not made:
            raise TokenRefused(
                f"You have {bound} tokens, and that is as many as one may have.",
                "Revoke one that you no longer use: apiTokens lists them.",
                code=Code.TOO_MANY_TOKENS,
                limit=Limit("tokens", bound, "tokens"),
            )
        return token, secret

    async def of_viewer(self, viewer: str) -> list[Token]:
        """The viewer's tokens that are not over, newest first."""
        with store_errors():
            digests = list(await cast(Awaitable[list[str]], self.redis.hvals(keys.viewer_tokens(viewer))))
            async with self.redis.pipeline(transaction=False) as pipe:
                for found in digests:
                    pipe.hgetall(keys.token(found))
                hashes = await pipe.execute()
        tokens = [Token.from_hash(fields) for fields in hashes if fields]
        return sorted(
            (token for token in tokens if not token.is_over), key=lambda token: token.created_at, reverse=True
        )

    async def revoke(self, viewer: str, token_id: str) -> bool:
        """End a token of the viewer, here and in every process; False if there is none."""
        if not is_id("token", token_id):
            return False
        return bool(await self._scripts.run("revoke_token", [keys.viewer_tokens(viewer)], [token_id, keys.IDENTITY]))

    async def used(self, secret: str) -> Token | None:
        """The token with this secret, noting its use; None if there is none, or none any more."""
        if not _SECRET.fullmatch(secret):
            return None
        words = await self._scripts.run(
            "use_token", [keys.token(digest(secret))], [int(time.time() * 1000), _NOTED_EVERY_MS, COOKIE_SECONDS * 1000]
        )
        token = Token.from_hash(dict(zip(words[::2], words[1::2], strict=True))) if words else None
        return None if token is None or token.is_over else token

    async def which_live(self, tokens: Iterable[Token]) -> set[str]:
        """Ids of those of these tokens that are neither revoked nor over."""
        asked = list(tokens)
        with store_errors():
            async with self.redis.pipeline(transaction=False) as pipe:
                for token in asked:
                    pipe.hexists(keys.viewer_tokens(token.viewer), token.id)
                found = await pipe.execute()
        return {token.id for token, lives in zip(asked, found, strict=True) if lives and not token.is_over}


def digest(secret: str) -> str:
    """What a token is known by in Redis."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _hash(token: Token, hashed: str) -> dict[str, str | int]:
    fields: dict[str, str | int] = {
        "id": token.id,
        "digest": hashed,
        "viewer": token.viewer,
        "name": token.name,
        "scopes": " ".join(sorted(token.scopes)),
        "created_at": int(token.created_at * 1000),
    }
    return fields if token.expires_at is None else {**fields, "expires_at": int(token.expires_at * 1000)}


def _check(token: Token) -> None:
    if not token.name.isprintable() or not 1 <= len(token.name) <= _LONGEST_NAME:
        raise TokenRefused(
            "The name of a token is from 1 to 100 characters in one line.",
            "Name it after the program that will use it.",
            code=Code.WRONG_TOKEN_NAME,
            limit=Limit("length of the name", _LONGEST_NAME, "characters"),
        )
    if not token.scopes:
        raise TokenRefused(
            "A token without scopes may do nothing.",
            "Give it READ, WRITE, PLAY, or several of them.",
            code=Code.WRONG_TOKEN_SCOPES,
        )
    if token.is_over or (token.expires_at or 0) > time.time() + _LONGEST_YEARS * 365 * 24 * 3600:
        raise TokenRefused(
            "A token expires in the future, and within a hundred years.",
            "Give a later time with its zone, or none for a token that lives as long as it is used.",
            code=Code.WRONG_TOKEN_EXPIRY,
        )
