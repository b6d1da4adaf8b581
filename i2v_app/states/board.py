"""The viewer's jobs as one page knows them, kept true by the API's lists and events. Knows nothing of Reflex."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from i2v_app.states.cards import UNFINISHED, Card, Running, Waiting

Answer = Mapping[str, Any]

#: Cards of jobs that have ended, at most: each has a player, and all of them are told again now and then. The gallery has
#: every video.
MOST_ENDED = 240


class Board:
    """Cards by job id; an event that is older than what is known changes nothing."""

    def __init__(self) -> None:
        self.waiting: dict[str, Waiting] = {}
        self.running: dict[str, Running] = {}
        self._cards: dict[str, Card] = {}
        self._versions: dict[str, int] = {}
        #: Whether there were more than there may be, so that some are not here any more.
        self.is_cut = False

    @property
    def cards(self) -> list[Card]:
        """All cards, newest first."""
        return sorted(self._cards.values(), key=lambda card: (card.created_at, card.id), reverse=True)

    @property
    def is_full(self) -> bool:
        """Whether older ones have no room."""
        return sum(card.has_ended for card in self._cards.values()) >= MOST_ENDED

    def known(self, most: int) -> list[dict[str, Any]]:
        """The API's `KnownJob`s of the newest cards."""
        return [{"id": card.id, "version": self._versions[card.id]} for card in self.cards[:most]]

    def settle(self, now: float) -> None:
        """Forget what has expired by now (UNIX seconds), which nobody tells, and the oldest where there are too many."""
        ended = [card for card in self.cards if card.has_ended]
        for number, card in enumerate(ended):
            if number >= MOST_ENDED:
                self.is_cut = True
            elif not 0 < card.expires_at <= now:
                continue
            self.remove(card.id)

    def take_page(self, jobs: Iterable[Answer], *, is_first: bool, is_last: bool = False) -> None:
        """Take in a page of the list. What the first page should hold and does not was deleted meanwhile.

        `is_last`: there are no older ones than those on it.
        """
        page = {job["id"]: job for job in jobs}
        if is_first:
            created = (Card.of(job).created_at for job in page.values())
            oldest = 0.0 if is_last else min(created, default=0.0)
            for card in self.cards:
                if card.id not in page and card.created_at >= oldest:
                    self.remove(card.id)
        for job in page.values():
            self.take(job)

    def take(self, job: Answer) -> None:
        """Take in a job as it stands."""
        progress = job["progress"]
        if progress["version"] < self._versions.get(job["id"], 0):
            return
        self._cards[job["id"]] = Card.of(job)
        self._progress(job["id"], progress)

    def apply(self, event: Answer) -> bool:
        """Apply an event of the watch. False if the job has to be read: it is new, has ended or goes on, or is kept for longer."""
        if event["__typename"] == "JobDeleted":
            self.remove(event["jobId"])
            return True
        job_id = event["job"]["id"]
        card = self._cards.get(job_id)
        if card is None:
            return False
        version = self._versions.get(job_id, 0)
        if card.has_ended or event["state"] not in UNFINISHED:
            return bool(event["version"] <= version)
        if event["version"] >= version:
            # Between waiting and being made nothing else of a job changes.
            if card.state != event["state"]:
                self._cards[job_id] = replace(card, state=event["state"])
            self._progress(job_id, event)
        return True

    def remove(self, job_id: str) -> None:
        """Forget a job."""
        for known in (self._cards, self._versions, self.waiting, self.running):
            known.pop(job_id, None)

    def _progress(self, job_id: str, progress: Answer) -> None:
        self._versions[job_id] = progress["version"]
        before = self.waiting.pop(job_id, None)
        self.running.pop(job_id, None)
        if progress["state"] == "QUEUED":
            self.waiting[job_id] = Waiting.of(progress, before)
        elif progress["state"] == "PROCESSING":
            self.running[job_id] = Running.of(progress)
