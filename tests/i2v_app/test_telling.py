"""What the browser is told: what is news, and no more of a hundred cards than has changed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from i2v_app.states.board import Board
from i2v_app.states.cards import Card
from i2v_app.states.queue import QueueState
from i2v_app.states.telling import CardList
from tests.i2v_app.test_board import job

LIMITS = {
    "maxUploadBytes": 20_000_000,
    "maxMegapixels": 50.0,
    "formats": ["JPEG", "PNG"],
    "inputLongSide": 2560,
    "minSeconds": 3.0,
    "maxSeconds": 10.0,
    "defaultSeconds": 5.0,
}


def shown(told: CardList) -> list[Card]:
    """What the browser makes of it (i2v_app/components/card_list.js)."""
    cards = {card.id: card for card in told.listed} | told.changed
    there = [card for card in cards.values() if card]
    return sorted(there, key=lambda card: (card.created_at, card.id), reverse=True)


def board_of(count: int) -> Board:
    """So many jobs that have ended."""
    board = Board()
    board.take_page([job(f"job-{n:04}", state="COMPLETED", created=n % 60) for n in range(count)], is_first=True)
    return board


def test_one_of_a_hundred_that_changes_is_told_alone() -> None:
    board, told = board_of(100), CardList()
    told.take(board.cards)
    listed = told.listed

    board.take(job("job-0007", state="FAILED", version=2))
    board.take(job("new", created=59))
    board.remove("job-0099")
    told.take(board.cards)

    assert told.listed is listed
    assert set(told.changed) == {"job-0007", "new", "job-0099"}
    assert told.changed["job-0099"] is None
    assert shown(told) == board.cards


def test_what_is_as_it_was_before_is_not_told_any_more() -> None:
    board, told = board_of(100), CardList()
    told.take(board.cards)

    board.take(job("new", created=59))
    told.take(board.cards)
    board.remove("new")
    told.take(board.cards)

    assert told.changed == {}


def test_many_changes_are_told_as_a_list_again_and_cost_little_each() -> None:
    board, told, sent = board_of(100), CardList(), 0
    told.take(board.cards)
    whole = size([asdict(card) for card in told.listed])

    for version in range(2, 102):
        listed = told.listed
        board.take(job(f"job-{version % 100:04}", state="FAILED", version=version))
        told.take(board.cards)
        assert shown(told) == board.cards
        sent += size({id: asdict(card) if card else None for id, card in told.changed.items()})
        sent += size([asdict(card) for card in told.listed]) if told.listed is not listed else 0

    assert sent / 100 < whole / 5


@pytest.mark.parametrize("count", [0, 1])
def test_few_cards_are_just_told(count: int) -> None:
    board, told = board_of(count), CardList()

    told.take(board.cards)
    board.take(job("new", created=59))
    told.take(board.cards)

    assert shown(told) == board.cards


def test_a_queue_that_is_as_it_was_is_not_told_again() -> None:
    state = QueueState(_reflex_internal_init=True)  # type: ignore[call-arg]
    state.take(queue(length=2))
    state._clean()

    state.take(queue(length=2))
    assert not state.dirty_vars

    state.take(queue(length=3))
    assert state.dirty_vars == {"waiting"}


def test_limits_that_are_as_they_were_are_not_told_again() -> None:
    state = QueueState(_reflex_internal_init=True)  # type: ignore[call-arg]
    state.take_limits(LIMITS)
    state._clean()

    state.take_limits({**LIMITS, "formats": list(LIMITS["formats"])})  # type: ignore[call-overload]
    assert not state.dirty_vars

    state.take_limits({**LIMITS, "maxMegapixels": 12.0})
    assert state.dirty_vars == {"max_megapixels"}


def queue(*, length: int) -> dict[str, Any]:
    """An API's `Queue`."""
    return {"length": length, "processing": 1, "modelSeconds": 30.0, "estimatedWaitSeconds": 61.0, "paused": False}


def size(told: object) -> int:
    """Bytes of it on the way to the browser, about."""
    return len(json.dumps(told, separators=(",", ":")))
