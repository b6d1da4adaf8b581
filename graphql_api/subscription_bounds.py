"""How many subscriptions a viewer may have open at once in this process, over whichever transport."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from graphql_api.http.refusals import RequestRefused
from graphql_api.request_errors import RequestCode
from i2v_core.errors import Limit
from i2v_core.settings import Settings

#: Seconds after which it is worth asking again: nobody knows when a subscription ends.
_RETRY_AFTER = 5.0


class SubscriptionBounds:
    """Counts the open subscriptions of each viewer; whoever has none takes no memory."""

    def __init__(self, settings: Settings) -> None:
        self._most = settings.subscriptions_per_viewer
        self._open: Counter[str] = Counter()

    @contextmanager
    def one_of(self, viewer: str) -> Iterator[None]:
        """Hold one place of the viewer's. Raises `RequestRefused` 429 if there is none."""
        if self._open[viewer] >= self._most:
            raise RequestRefused(
                429,
                RequestCode.TOO_MANY_SUBSCRIPTIONS,
                f"You have {self._most} subscriptions open, and that is as many as one may have. End one of them, or "
                "watch all your jobs with the one subscription 'viewerJobs'.",
                limit=Limit("subscriptions", self._most, "subscriptions"),
                retry_after=_RETRY_AFTER,
            )
        self._open[viewer] += 1
        try:
            yield
        finally:
            self._open[viewer] -= 1
            if not self._open[viewer]:
                del self._open[viewer]

    def __len__(self) -> int:
        return self._open.total()
