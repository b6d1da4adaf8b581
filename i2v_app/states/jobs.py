"""The cards of one open page, and the watch that keeps them true."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import aclosing

import reflex as rx
from gql.transport.exceptions import TransportQueryError
from reflex.istate.data import RouterData
from starlette.requests import cookie_parser

from i2v_app.api_client import Answer, ApiClient, Unreachable, Watch
from i2v_app.batches import batches
from i2v_app.refused import refusal_in
from i2v_app.states.board import MOST_ENDED, Board
from i2v_app.states.cards import Card
from i2v_app.states.line import LineState
from i2v_app.states.notices import Notice, notice_of
from i2v_app.states.progress import ProgressState
from i2v_app.states.queue import QueueState
from i2v_app.states.tabs import once_a_tab
from i2v_app.states.telling import CardList, tell
from i2v_core.logs import get_logger
from i2v_core.settings import settings
from i2v_core.viewers import COOKIE

log = get_logger("page")

#: Jobs read at a time: two screens of cards.
_PAGE = 24
#: Jobs that the API can be told are known.
_MOST_KNOWN = 1000
#: Seconds after which the wait is told anew though nothing of one's own has changed (others come and go), and the least
#: between two tellings while something does.
_QUIET_SECONDS = 15.0
_QUEUE_SECONDS = 5.0
#: Seconds between attempts to reach the API again: soon at first, then patient; each varied so that pages do not all
#: come at once after a restart.
_BACKOFF = (0.3, 0.6, 1.0, 2.0, 4.0, 8.0)
#: Refusals of one who asks too often or has too much open; everything else that is refused here is not the viewer's doing.
_TOO_MUCH = ("RATE_LIMITED", "TOO_MANY_SUBSCRIPTIONS")
#: Seconds of being live after which what comes is a new trouble and no more of the last.
_STEADY_SECONDS = 5.0


class JobsState(rx.State):
    """The viewer's jobs as this page shows them."""

    #: "connecting" until the first list, then "live"; "no_cookie" without a viewer. While the watch is lost, why:
    #: "reconnecting" when the API is away, "refused" when it is asked too much, "trouble" when it is something else.
    link: str = "connecting"
    ready: bool = False
    #: The cards as `CardList` tells them.
    cards: rx.Field[list[Card]] = rx.field(default_factory=list)
    changed: rx.Field[dict[str, Card | None]] = rx.field(default_factory=dict)
    #: Where more are than the page shows: "older" here if they are asked for, "gallery" there alone.
    more: str = ""
    #: How many cards there are, once older ones were asked for: the browser knows it still when this server was restarted.
    shown: str = rx.SessionStorage("")
    server_time: float = 0.0
    #: What could not be done; its `key` and `code` are empty when all is well.
    notice: rx.Field[Notice] = rx.field(default_factory=Notice)

    _board: Board = Board()
    _list: CardList = CardList()
    _cursor: str | None = None
    _has_older: bool = False
    _queue_read_at: float = 0.0
    _live_since: float = 0.0
    #: The order that the notice is about.
    _noticed: tuple[str | None, ...] = ()

    @rx.event(background=True)
    @once_a_tab
    async def watch(self) -> None:
        """Keep the page true for as long as it is open. Started by every page's `on_load`, which also ends it."""
        async with self:
            client = client_of(self.router)
            if client is None:
                self.link = "no_cookie"
                return
        failures = 0
        while True:
            try:
                async with client.watch() as watch:
                    await self._follow(watch)
            except Exception as error:
                async with self:
                    is_new = self.link == "live" and time.monotonic() - self._live_since >= _STEADY_SECONDS
                    failures = 0 if is_new else failures + 1
                    self.link, at_least = _lost(error, failures)
            backoff = _BACKOFF[min(failures, len(_BACKOFF) - 1)]
            await asyncio.sleep(at_least + backoff * random.uniform(0.7, 1.3))

    async def _follow(self, watch: Watch) -> None:
        async with self:
            known = self._board.known(_MOST_KNOWN)
            # A page that was there before has its older cards still, and is told by the events what became of them.
            wanted = _PAGE if known else whole_number(self.shown, at_least=_PAGE, at_most=MOST_ENDED)
        async with aclosing(batches(watch.events(known), at_least_every=_QUIET_SECONDS)) as arriving:
            # The events first, then the list: what changes in between is in both, and the newer one wins.
            await anext(arriving)
            await self._read_all(watch, wanted, is_new=not known)
            async for batch in arriving:
                await self._apply(watch, batch)

    async def _read_all(self, watch: Watch, wanted: int, *, is_new: bool) -> None:
        page = await watch.jobs(first=_PAGE)
        jobs = _jobs(page)
        while page["pageInfo"]["hasNextPage"] and len(jobs) < wanted:
            page = await watch.jobs(first=_PAGE, after=page["pageInfo"]["endCursor"])
            jobs += _jobs(page)
        queue, limits = await watch.queue_and_limits()
        async with self:
            is_whole = not page["pageInfo"]["hasNextPage"]
            self._board.take_page(jobs, is_first=True, is_last=is_whole)
            if is_new or is_whole:
                self._take_ends(page)
            (await self.get_state(QueueState)).take_limits(limits)
            await self._take_queue(queue)
            await self._publish()
            self.server_time = time.time()
            self.ready = True
            self.link = "live"
            self._live_since = time.monotonic()

    async def _apply(self, watch: Watch, batch: Sequence[Answer]) -> None:
        async with self:
            board = self._board
            at_work = set(board.running)
            unknown = list(dict.fromkeys(event["job"]["id"] for event in batch if not board.apply(event)))
            if not unknown:
                await self._publish()
            is_queue_old = time.monotonic() - self._queue_read_at >= _QUEUE_SECONDS or set(board.running) != at_work
        if not unknown and not is_queue_old:
            return
        for start in range(0, max(1, len(unknown)), _PAGE):
            ids = unknown[start : start + _PAGE]
            queue, read = await watch.queue_and_jobs(ids)
            async with self:
                for job_id, job in zip(ids, read, strict=True):
                    if job is None:
                        board.remove(job_id)
                    else:
                        board.take(job)
                await self._publish()
                await self._take_queue(queue)

    @rx.event(background=True)
    async def show_more(self) -> None:
        """Read the next page of older jobs, and further while it has none that is not shown already."""
        async with self:
            client, after = client_of(self.router), self._cursor
        if client is None:
            return
        while True:
            try:
                page = await client.jobs(first=_PAGE, after=after)
            except Unreachable as error:
                async with self:
                    self._note(notice_of(error, "older_unread"), "show_more")
                return
            async with self:
                before = len(self._board.cards)
                self._board.take_page(_jobs(page), is_first=False)
                is_new = len(self._board.cards) > before
                self._take_ends(page)
                self._note(Notice(), "show_more")
                self.shown = str(len(self._board.cards))
                await self._publish()
                after = self._cursor
            if is_new or not page["pageInfo"]["hasNextPage"]:
                return

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
        except Unreachable as error:
            notice = notice_of(error, "server_away")
        async with self:
            self._note(notice, order, arguments[0])
        return notice == Notice()

    def _note(self, notice: Notice, *order: str | None) -> None:
        # One that has worked takes back what was said of itself, not what was said of another.
        if notice == Notice() and order != self._noticed:
            return
        self._noticed = order
        tell(self, notice=notice)

    async def _take_queue(self, queue: Answer) -> None:
        (await self.get_state(QueueState)).take(queue)
        (await self.get_state(LineState)).take(queue)
        self._queue_read_at = time.monotonic()

    def _take_ends(self, page: Answer) -> None:
        self._has_older = page["pageInfo"]["hasNextPage"]
        self._cursor = page["pageInfo"]["endCursor"]

    async def _publish(self) -> None:
        board = self._board
        board.settle(time.time())
        self._list.take(board.cards)
        more = "gallery" if board.is_cut or (board.is_full and self._has_older) else "older" if self._has_older else ""
        tell(self, cards=self._list.listed, changed=self._list.changed, more=more)
        if self.shown:
            tell(self, shown=str(len(board.cards)))
        (await self.get_state(ProgressState)).take(board.waiting, board.running)


def _lost(error: Exception, failures: int) -> tuple[str, float]:
    """What is said of a watch that was lost, see `link`, and the seconds for which it is not worth trying again."""
    refusal = refusal_in(error)
    if refusal is None and not isinstance(error, Unreachable):
        # A bug of ours: said loudly, but a page that stands still until it is reloaded helps nobody.
        log.error("watch_broke", exc_info=error)
        return "trouble", 0.0
    log.info("watch_lost", reason=refusal["code"] if refusal else type(error).__name__, failures=failures)
    if refusal is None:
        return "trouble" if isinstance(error, TransportQueryError) else "reconnecting", 0.0
    return "refused" if refusal["code"] in _TOO_MUCH else "trouble", refusal["retryAfterSeconds"] or 0.0


def _jobs(page: Answer) -> list[Answer]:
    return [edge["node"] for edge in page["edges"]]


def whole_number(text: str, *, at_least: int, at_most: int) -> int:
    """The number that a browser has kept for us, within bounds: it can send anything."""
    return min(at_most, max(at_least, int(text))) if text.isascii() and text.isdigit() and len(text) < 10 else at_least


def client_of(router: RouterData) -> ApiClient | None:
    """A client for whoever looks at the page; None if they bring no viewer's cookie."""
    # Not http.cookies: one odd cookie of another application on the host would hide ours.
    viewer = cookie_parser(router.headers.cookie).get(COOKIE)
    if not viewer:
        return None
    return ApiClient(settings().own_api_url, f"{COOKIE}={viewer}", router.session.client_ip)
