"""The cards of one open page, and the watch that keeps them true."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import aclosing

import reflex as rx
from reflex.istate.data import RouterData
from starlette.requests import cookie_parser

from i2v_app.api_client import Answer, ApiClient, Unreachable, Watch
from i2v_app.batches import batches
from i2v_app.states.board import Board
from i2v_app.states.cards import Card
from i2v_app.states.line import LineState
from i2v_app.states.notices import Notice
from i2v_app.states.progress import ProgressState
from i2v_app.states.queue import QueueState
from i2v_app.states.tabs import once_a_tab
from i2v_core.logs import get_logger
from i2v_core.settings import settings
from i2v_core.viewers import COOKIE

log = get_logger("page")

#: Jobs read at a time: two screens of cards.
_PAGE = 24
#: Seconds after which the wait is told anew though nothing of one's own has changed (others come and go), and the least
#: between two tellings while something does.
_QUIET_SECONDS = 15.0
_QUEUE_SECONDS = 5.0
#: Seconds between attempts to reach the API again: soon at first, then patient; each varied so that pages do not all
#: come at once after a restart.
_BACKOFF = (0.3, 0.6, 1.0, 2.0, 4.0, 8.0)


class JobsState(rx.State):
    """The viewer's jobs as this page shows them."""

    #: "connecting" until the first list, then "live"; "reconnecting" when the API went away; "no_cookie" without a viewer.
    link: str = "connecting"
    ready: bool = False
    cards: rx.Field[list[Card]] = rx.field(default_factory=list)
    has_more: bool = False
    server_time: float = 0.0
    #: What could not be done; its `key` and `code` are empty when all is well.
    notice: rx.Field[Notice] = rx.field(default_factory=Notice)

    _board: Board = Board()
    _cursor: str | None = None
    _queue_read_at: float = 0.0

    @rx.var
    def ids(self) -> list[str]:
        """Ids of all cards, for the uploader to know which of its pictures have arrived."""
        return [card.id for card in self.cards]

    @rx.event(background=True)
    @once_a_tab
    async def watch(self) -> None:
        """Keep the page true for as long as it is open. Started by every page's `on_load`, which also ends it."""
        async with self:
            client = client_of(self.router)
            self._board = Board()
            if client is None:
                self.link = "no_cookie"
                return
        failures = 0
        while True:
            try:
                async with client.watch() as watch:
                    await self._follow(watch)
            except Unreachable as error:
                async with self:
                    failures = 0 if self.link == "live" else failures + 1
                    self.link = "reconnecting"
                log.info("watch_lost", reason=type(error).__name__, failures=failures)
            except Exception as error:
                # A bug of ours: said loudly, but a page that stands still until it is reloaded helps nobody.
                async with self:
                    failures, self.link = failures + 1, "reconnecting"
                log.error("watch_broke", exc_info=error)
            await asyncio.sleep(_BACKOFF[min(failures, len(_BACKOFF) - 1)] * random.uniform(0.7, 1.3))

    async def _follow(self, watch: Watch) -> None:
        async with aclosing(batches(watch.events(), at_least_every=_QUIET_SECONDS)) as arriving:
            # The events first, then the list: what changes in between is in both, and the newer one wins.
            await anext(arriving)
            await self._read_all(watch)
            async for batch in arriving:
                await self._apply(watch, batch)

    async def _read_all(self, watch: Watch) -> None:
        page = await watch.jobs(first=_PAGE)
        queue = await watch.queue_and_limits()
        async with self:
            self._board.take_page([edge["node"] for edge in page["edges"]], is_first=True)
            self._take_ends(page)
            await self._take_queue(queue)
            await self._publish()
            self.server_time = time.time()
            self.ready = True
            self.link = "live"

    async def _apply(self, watch: Watch, batch: Sequence[Answer]) -> None:
        async with self:
            board = self._board
            unknown = list(dict.fromkeys(event["job"]["id"] for event in batch if not board.apply(event)))
            if not unknown:
                await self._publish()
            is_queue_old = time.monotonic() - self._queue_read_at >= _QUEUE_SECONDS
        read = {job_id: await watch.job(job_id) for job_id in unknown}
        queue = await watch.queue_and_limits() if unknown or is_queue_old else None
        async with self:
            for job_id, job in read.items():
                if job is None:
                    board.remove(job_id)
                else:
                    board.take(job)
            await self._publish()
            if queue:
                await self._take_queue(queue)

    @rx.event(background=True)
    async def show_more(self) -> None:
        """Read the next page of older jobs."""
        async with self:
            client, after = client_of(self.router), self._cursor
        if client is None:
            return
        try:
            page = await client.jobs(first=_PAGE, after=after)
        except Unreachable:
            async with self:
                self.notice = Notice(key="older_unread")
            return
        async with self:
            self._board.take_page([edge["node"] for edge in page["edges"]], is_first=False)
            self._take_ends(page)
            await self._publish()

    @rx.event(background=True)
    async def cancel(self, job_id: str) -> None:
        """Cancel a job; its card then says so by itself."""
        await self._order("cancel_job", job_id)

    @rx.event(background=True)
    async def retry(self, job_id: str) -> None:
        """Make a job again that failed or was cancelled."""
        await self._order("retry_job", job_id)

    @rx.event(background=True)
    async def move(self, job_id: str, before: str) -> None:
        """Put a waiting job before another of one's own, or at their end if `before` is empty."""
        if not await self._order("move_job", job_id, before or None):
            async with self:
                (await self.get_state(LineState)).refused += 1

    @rx.event
    def dismiss_notice(self) -> None:
        """The notice has been read."""
        self.notice = Notice()

    async def _order(self, order: str, *arguments: str | None) -> bool:
        async with self:
            client = client_of(self.router)
        if client is None:
            return False
        try:
            answer = await getattr(client, order)(*arguments)
            notice = Notice.of(answer) if "message" in answer else Notice()
        except Unreachable:
            notice = Notice(key="server_away")
        async with self:
            if self.notice != notice:
                self.notice = notice
        return notice == Notice()

    async def _take_queue(self, answer: Answer) -> None:
        (await self.get_state(QueueState)).take(answer)
        (await self.get_state(LineState)).take(answer["queue"])
        self._queue_read_at = time.monotonic()

    def _take_ends(self, page: Answer) -> None:
        self.has_more = page["pageInfo"]["hasNextPage"]
        self._cursor = page["pageInfo"]["endCursor"]

    async def _publish(self) -> None:
        # Only what differs: an assignment alone makes Reflex send the whole variable again.
        if self.cards != (cards := self._board.cards):
            self.cards = cards
        (await self.get_state(ProgressState)).take(self._board.waiting, self._board.running)


def client_of(router: RouterData) -> ApiClient | None:
    """A client for whoever looks at the page; None if they bring no viewer's cookie."""
    # Not http.cookies: one odd cookie of another application on the host would hide ours.
    viewer = cookie_parser(router.headers.cookie).get(COOKIE)
    if not viewer:
        return None
    return ApiClient(settings().own_api_url, f"{COOKIE}={viewer}", router.session.client_ip)
