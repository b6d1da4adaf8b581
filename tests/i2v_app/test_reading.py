"""What a page reads when it opens, comes back or is told of something, without Reflex around it and with a list for an API."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from types import MethodType
from typing import Any

import pytest
from gql.transport.exceptions import TransportConnectionFailed

from i2v_app.states import about, jobs
from i2v_app.states.about import AboutState
from i2v_app.states.jobs import JobsState
from tests.i2v_app.test_board import event, job
from tests.i2v_app.test_telling import LIMITS, queue

ABOUT_LIMITS = {
    "modelName": "simulated",
    "retentionHours": 168.0,
    "keepAtMostHours": 720.0,
    "shareLinkMaxHours": 30.0,
    "maxWaiting": 20,
    "maxWaitingOverall": 200,
    "maxUploadsPerMinute": 60,
    "watermark": False,
}


class Handler:
    """A state as an event handler has it."""

    def __init__(self, kind: type[Any]) -> None:
        self.__dict__["state"] = kind(_reflex_internal_init=True)
        self.__dict__["others"] = {}

    async def __aenter__(self) -> Handler:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        found = getattr(type(self.state), name, None)
        return MethodType(found, self) if inspect.isfunction(found) else getattr(self.state, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self.state, name, value)

    async def get_state(self, kind: type[Any]) -> Any:
        return self.others.setdefault(kind, kind(_reflex_internal_init=True))

    @property
    def shown_ids(self) -> list[str]:
        """The cards that the browser has, the newest first."""
        cards = {card.id: card for card in self.cards} | dict(self.changed)
        there = [card for card in cards.values() if card]
        return [card.id for card in sorted(there, key=lambda card: (card.created_at, card.id), reverse=True)]


class Api:
    """The viewer's jobs, newest first, and what was asked for."""

    def __init__(self, listed: Sequence[dict[str, Any]]) -> None:
        self.listed = list(listed)
        self.asked: list[str] = []
        self.away = 0

    async def jobs(self, *, first: int, after: str | None = None) -> dict[str, Any]:
        self._ask("jobs")
        start = [one["id"] for one in self.listed].index(after) + 1 if after else 0
        page = self.listed[start : start + first]
        ends = {"hasNextPage": start + first < len(self.listed), "endCursor": page[-1]["id"] if page else None}
        return {"edges": [{"node": one} for one in page], "pageInfo": ends}

    async def queue_and_jobs(self, ids: Sequence[str]) -> tuple[dict[str, Any], list[dict[str, Any] | None]]:
        self._ask("queue_and_jobs")
        assert len(ids) <= 100, "as many as the API takes"
        known = {one["id"]: one for one in self.listed}
        return {**queue(length=0), "slots": []}, [known.get(one) for one in ids]

    async def queue_and_limits(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {**queue(length=0), "slots": []}, LIMITS

    async def cancel_job(self, job_id: str) -> dict[str, Any]:
        if job_id == "refused":
            return {
                "code": "JOB_ALREADY_FINISHED",
                "message": "It is over.",
                "howToFix": "Nothing to do.",
                "limit": None,
            }
        return {"__typename": "Job"}

    async def limits(self) -> dict[str, Any]:
        self._ask("limits")
        return {**LIMITS, **ABOUT_LIMITS}

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.away:
            self.away -= 1
            raise TransportConnectionFailed("away")


def ended(count: int) -> list[dict[str, Any]]:
    """So many jobs that have ended, newest first."""
    return [
        {**job(f"job-{n:04}", state="COMPLETED"), "createdAt": f"2026-01-01T{n // 60:02}:{n % 60:02}:00+00:00"}
        for n in reversed(range(count))
    ]


@pytest.fixture
def tab(monkeypatch: pytest.MonkeyPatch) -> Handler:
    """An open page of somebody with a hundred videos."""
    api = Api(ended(100))
    monkeypatch.setattr(jobs, "client_of", lambda _: api)
    tab = Handler(JobsState)
    tab.__dict__["api"] = api
    return tab


async def opened(tab: Handler) -> None:
    await tab._read_all(tab.api, 24, is_new=not tab._board.cards)


async def show_more(tab: Handler) -> None:
    await JobsState.show_more.fn(tab)  # type: ignore[attr-defined]


async def test_older_cards_are_there_still_when_the_connection_is_back(tab: Handler) -> None:
    await opened(tab)
    await show_more(tab)
    await show_more(tab)
    assert len(tab.shown_ids) == 72

    tab.api.listed.insert(0, {**job("new"), "createdAt": "2026-01-02T00:00:00+00:00"})
    await opened(tab)

    assert len(tab.shown_ids) == 73
    assert tab.shown_ids[0] == "new"
    assert tab.shown == "73", "what the browser remembers"
    await show_more(tab)
    assert len(tab.shown_ids) == 97


async def test_as_many_are_read_anew_as_the_browser_remembers(tab: Handler) -> None:
    await tab._read_all(tab.api, 72, is_new=True)

    assert len(tab.shown_ids) == 72
    assert tab.more == "older"


async def test_showing_older_ones_goes_on_until_there_is_one(tab: Handler) -> None:
    await opened(tab)
    waiting = tab.api.listed[24:72]
    for one in waiting:  # as unfinished ones come: told as they stand, wherever in the list they are
        tab._board.take(one)

    await show_more(tab)

    assert len(tab.shown_ids) == 96
    assert tab.more == "older"
    await show_more(tab)
    assert (len(tab.shown_ids), tab.more) == (100, "")


async def test_many_that_are_unknown_are_read_together(tab: Handler) -> None:
    unknown = [event(one["id"], state="COMPLETED", version=1) for one in tab.api.listed]

    await tab._apply(tab.api, unknown)

    assert len(tab.shown_ids) == 100
    assert tab.api.asked == 5 * ["queue_and_jobs"]


async def test_for_what_an_event_tells_nothing_is_asked_but_how_long_the_wait_is_when_a_job_begins(
    tab: Handler,
) -> None:
    tab.api.listed.insert(0, {**job("a"), "createdAt": "2026-01-02T00:00:00+00:00"})
    await opened(tab)
    tab.api.asked.clear()

    await tab._apply(tab.api, [event("a", state="QUEUED", version=2, queuePosition=2)])
    assert tab.api.asked == []
    await tab._apply(tab.api, [event("a", state="PROCESSING", version=3)])
    assert tab.api.asked == ["queue_and_jobs"]
    await tab._apply(tab.api, [event("a", state="PROCESSING", version=4, percent=50.0)])
    assert tab.api.asked == ["queue_and_jobs"]


async def test_what_was_read_is_shown_though_the_rest_cannot_be(tab: Handler) -> None:
    unknown = [event(one["id"], state="COMPLETED", version=1) for one in tab.api.listed]
    await tab._apply(tab.api, unknown[:24])
    tab.api.away = 1

    with pytest.raises(TransportConnectionFailed):
        await tab._apply(tab.api, unknown[24:])

    assert len(tab.shown_ids) == 24


async def test_beyond_so_many_the_gallery_has_the_rest(tab: Handler) -> None:
    tab.api.listed = ended(300)
    await opened(tab)

    while tab.more == "older":
        await show_more(tab)

    assert (len(tab.shown_ids), tab.more) == (240, "gallery")


async def test_what_works_takes_back_its_own_notice_alone(tab: Handler) -> None:
    cancel = JobsState.cancel.fn  # type: ignore[attr-defined]

    await cancel(tab, "refused")
    await cancel(tab, "another")
    assert tab.notice.code == "JOB_ALREADY_FINISHED"

    tab.api.away = 1
    await show_more(tab)
    assert tab.notice.key == "older_unread"
    await show_more(tab)
    assert tab.notice.key == ""


async def test_the_limits_are_asked_for_again_when_the_server_was_away(monkeypatch: pytest.MonkeyPatch) -> None:
    tab, api = Handler(AboutState), Api([])
    monkeypatch.setattr(about, "client_of", lambda _: api)
    monkeypatch.setattr(about, "_PAUSES", (0.0, 0.0, 0.0))
    api.away = 2

    await AboutState.read.fn(tab)  # type: ignore[attr-defined]

    assert api.asked == 3 * ["limits"]
    assert (tab.known, tab.kept_days, tab.links_at_most_days) == (True, 7, 0)
