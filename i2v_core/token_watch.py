"""The tokens that this process knows: remembered for a moment, and what was opened with one is ended when it ends.

Nothing polls: a revocation comes over one channel (`identity_news.py`), and an expiry is a timer of the connection itself.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from i2v_core.tokens import Token, Tokens, digest

#: Seconds that a token is believed without asking Redis again: a program that asks often costs no more than a cookie, and
#: a revocation that we were not told of still holds within the promised five.
_REMEMBERED_SECONDS = 2.0
#: Tokens remembered at once. One takes about 1 KB.
_MOST_REMEMBERED = 4096
#: Seconds for which what was no token is not looked for again: a program that goes on with a revoked one costs Redis nothing.
#: A secret that was refused never becomes a token later.
_REFUSED_SECONDS = 10.0


class Holding:
    """A WebSocket or an answer that streams, from its opening to its end: the right to it can be taken away."""

    __slots__ = ("_is_over", "_limit", "_watch", "token")  # every waiting subscriber has one

    def __init__(self, watch: TokenWatch) -> None:
        self._watch = watch
        self._limit = asyncio.timeout(None)
        self._is_over = False
        self.token: Token | None = None

    async def __aenter__(self) -> Holding:
        await self._limit.__aenter__()
        return self

    async def __aexit__(self, *raised: object) -> None:
        self._is_over = True
        self._watch.forget(self)
        # Turns the cancellation that `end` made into a TimeoutError.
        await self._limit.__aexit__(*raised)  # type: ignore[arg-type]

    @property
    def was_ended(self) -> bool:
        """Whether it was ended because its right was."""
        return self._limit.expired()

    def depends_on(self, token: Token) -> None:
        """From now on it ends when this token expires or is revoked, and no more when an earlier one does."""
        if self._is_over or self.was_ended:
            return
        self._watch.forget(self)
        self.token = token
        now = asyncio.get_running_loop().time()
        self._limit.reschedule(None if token.expires_at is None else now + token.expires_at - time.time())
        # Last: it ends at once what depends on a token that is revoked already.
        self._watch.remember(self)

    def end(self) -> None:
        """End it at the next turn of the loop: what runs in it is cancelled. Nothing happens to one that is over."""
        if not (self._is_over or self.was_ended):
            self._limit.reschedule(asyncio.get_running_loop().time())


#: Counts one more question of a flow. Raises `RateLimited`.
Counts = Callable[[str], Awaitable[None]]


class TokenWatch:
    """Finds tokens and ends what depends on them."""

    def __init__(self, tokens: Tokens, counts: Counts | None = None) -> None:
        """`counts` is asked before Redis is: secrets cost nothing to make up, and each other one would be looked up."""
        self._tokens = tokens
        self._counts = counts
        self._known: dict[str, tuple[Token, float]] = {}
        #: Until when (monotonic) what was shown is known to be no token.
        self._refused: dict[str, float] = {}
        self._held: dict[str, set[Holding]] = defaultdict(set)
        #: Ended lately: one that was found just before, and is held just after, ends too.
        self._ended: deque[str] = deque(maxlen=_MOST_REMEMBERED)

    async def find(self, secret: str, flow: str) -> Token | None:
        """The token with this secret, or None. `flow`: who shows it. Raises `StoreUnavailable` and `RateLimited`."""
        name = digest(secret)
        if (known := self._known.get(name)) and known[1] > time.monotonic() and not known[0].is_over:
            return known[0]
        self._known.pop(name, None)
        if self._refused.get(name, 0.0) > time.monotonic():
            return None
        if self._counts is not None:
            await self._counts(flow)
        token = await self._tokens.used(secret)
        if token is not None:
            _make_room(self._known)
            self._known[name] = token, time.monotonic() + _REMEMBERED_SECONDS
        else:
            self._refused.pop(name, None)
            _make_room(self._refused)
            self._refused[name] = time.monotonic() + _REFUSED_SECONDS
        return token

    def remember(self, holding: Holding) -> None:
        """`holding` depends on its token."""
        assert holding.token is not None
        self._held[holding.token.id].add(holding)
        if holding.token.id in self._ended:
            holding.end()

    def forget(self, holding: Holding) -> None:
        """`holding` is over."""
        if holding.token is not None and (held := self._held.get(holding.token.id)):
            held.discard(holding)
            if not held:
                del self._held[holding.token.id]

    def end(self, token_ids: Iterable[str]) -> None:
        """Forget these tokens and end all that depends on them."""
        ended = set(token_ids)
        self._ended.extend(ended)
        self._known = {name: known for name, known in self._known.items() if known[0].id not in ended}
        for token_id in ended:
            for holding in list(self._held.get(token_id, ())):
                holding.end()

    async def check(self) -> None:
        """Look whether what is held still may be: after a time in which nobody could tell us. Raises `StoreUnavailable`."""
        self._known.clear()
        held = {token_id: next(iter(holdings)).token for token_id, holdings in self._held.items()}
        tokens = [token for token in held.values() if token is not None]
        if tokens:
            self.end(held.keys() - await self._tokens.which_live(tokens))


def _make_room(remembered: dict[str, Any]) -> None:
    while len(remembered) >= _MOST_REMEMBERED:
        del remembered[next(iter(remembered))]
