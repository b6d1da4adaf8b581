"""The board that a page's cards are made of: newest wins, nothing lost, nothing twice."""

from __future__ import annotations

from typing import Any

from i2v_app.states.board import MOST_ENDED, Board


def job(job_id: str, *, state: str = "QUEUED", version: int = 1, created: int = 0, **progress: Any) -> dict[str, Any]:
    """An API's `Job` as the page asks for it."""
    return {
        "id": job_id,
        "name": f"{job_id}.png",
        "state": state,
        "createdAt": f"2026-01-01T00:00:{created:02}+00:00",
        "expiresAt": None,
        "thumbnailUrl": f"/media/thumbnails/{job_id}",
        "width": 640,
        "height": 480,
        "failure": None,
        "options": {"motion": "AUTO", "seconds": 5.0},
        "progress": progress_of(state=state, version=version, **progress),
    }


def progress_of(*, state: str, version: int, **more: Any) -> dict[str, Any]:
    """An API's `JobProgress`."""
    base = {
        "stage": None,
        "percent": 0.0,
        "attempt": 1,
        "queuePosition": 1,
        "startsInSeconds": 3.0,
        "remainingSeconds": 33.0,
    }
    return {**base, "segmentsReady": 0, "state": state, "version": version, **more}


def event(job_id: str, **progress: Any) -> dict[str, Any]:
    """An event of the watch."""
    return {"__typename": "JobProgress", "job": {"id": job_id}, **progress_of(**progress)}


def test_cards_are_newest_first() -> None:
    board = Board()

    board.take_page([job("old", created=1), job("new", created=2)], is_first=True)

    assert [card.id for card in board.cards] == ["new", "old"]


def test_progress_of_a_known_state_is_taken_from_the_event_alone() -> None:
    board = Board()
    board.take(job("a", state="PROCESSING", version=3))

    known = board.apply(event("a", state="PROCESSING", version=4, percent=41.7, stage="GENERATING"))

    assert known
    assert board.running["a"].percent == 41


def test_a_job_can_be_watched_from_its_first_segment_on() -> None:
    board = Board()
    board.take(job("a", state="PROCESSING", version=3))
    assert not board.running["a"].watchable

    board.apply(event("a", state="PROCESSING", version=4, segmentsReady=1))

    assert board.running["a"].watchable


def test_an_event_of_an_unknown_job_or_of_an_end_asks_for_the_job() -> None:
    board = Board()
    board.take(job("a"))

    assert not board.apply(event("b", state="QUEUED", version=1))
    assert not board.apply(event("a", state="COMPLETED", version=2))


def test_an_event_of_a_job_that_was_made_again_asks_for_the_job() -> None:
    board = Board()
    board.take(job("a", state="FAILED", version=5))

    assert not board.apply(event("a", state="QUEUED", version=6))


def test_a_start_and_a_new_attempt_are_taken_from_the_event_alone() -> None:
    board = Board()
    board.take(job("a"))

    assert board.apply(event("a", state="PROCESSING", version=2))
    assert (board.cards[0].state, list(board.waiting), list(board.running)) == ("PROCESSING", [], ["a"])

    assert board.apply(event("a", state="QUEUED", version=3, attempt=2))
    assert (board.cards[0].state, list(board.waiting), list(board.running)) == ("QUEUED", ["a"], [])
    assert board.waiting["a"].attempt == 2

    assert board.apply(event("a", state="PROCESSING", version=2)), "it is older than what is known"
    assert board.cards[0].state == "QUEUED"


def test_what_is_older_than_what_is_known_changes_nothing() -> None:
    board = Board()
    board.take(job("a", state="PROCESSING", version=5, percent=50.0))

    board.apply(event("a", state="PROCESSING", version=4, percent=40.0))
    board.take(job("a", state="QUEUED", version=2))

    assert board.running["a"].percent == 50
    assert board.cards[0].state == "PROCESSING"


def test_a_job_leaves_the_line_when_it_starts_and_the_bar_when_it_ends() -> None:
    board = Board()
    board.take(job("a", version=1))
    board.take(job("a", state="PROCESSING", version=2))
    assert (list(board.waiting), list(board.running)) == ([], ["a"])

    board.take(job("a", state="COMPLETED", version=3))

    assert (board.waiting, board.running) == ({}, {})
    assert board.cards[0].state == "COMPLETED"


def test_why_a_job_failed_comes_as_its_code_with_the_words_of_the_api() -> None:
    board = Board()
    failure = {"code": "PICTURE_LOST", "message": "It is lost.", "howToFix": "Add it again."}

    board.take({**job("a", state="FAILED"), "failure": failure})

    card = board.cards[0]
    assert (card.failure_code, card.failure, card.how_to_fix) == ("PICTURE_LOST", "It is lost.", "Add it again.")


def test_what_is_being_done_comes_as_the_api_names_it() -> None:
    board = Board()

    board.take(job("a", state="PROCESSING", stage="FINISHING"))

    assert board.running["a"].stage == "FINISHING"


def test_the_first_page_tells_what_was_deleted_meanwhile_and_leaves_older_ones_alone() -> None:
    board = Board()
    board.take_page([job("c", created=3), job("b", created=2), job("a", created=1)], is_first=True)

    board.take_page([job("c", created=3), job("a2", created=2)], is_first=True)

    assert [card.id for card in board.cards] == ["c", "a2", "a"]


def test_an_expected_start_that_hardly_moves_is_not_told_anew() -> None:
    board = Board()
    board.take(job("a", version=1, startsInSeconds=60.0))
    before = board.waiting["a"]

    board.apply(event("a", state="QUEUED", version=2, startsInSeconds=60.5))
    assert board.waiting["a"] == before

    board.apply(event("a", state="QUEUED", version=3, startsInSeconds=30.0))
    assert board.waiting["a"].starts_at < before.starts_at


def test_a_video_that_has_expired_is_taken_off_the_page() -> None:
    board = Board()
    board.take({**job("a", state="COMPLETED"), "expiresAt": "2026-01-01T01:00:00+00:00"})
    board.take(job("b"))
    expires_at = next(card.expires_at for card in board.cards if card.id == "a")

    board.settle(expires_at - 1)
    assert {card.id for card in board.cards} == {"a", "b"}

    board.settle(expires_at)
    assert {card.id for card in board.cards} == {"b"}


def test_a_video_that_is_kept_for_longer_is_read_again() -> None:
    board = Board()
    board.take(job("a", state="COMPLETED", version=5))

    assert board.apply(event("a", state="COMPLETED", version=5))
    assert not board.apply(event("a", state="COMPLETED", version=6))


def test_a_page_that_is_the_last_one_has_all_there_are() -> None:
    board = Board()
    board.take_page([job("b", created=2), job("a", created=1)], is_first=True)

    board.take_page([job("b", created=2)], is_first=True, is_last=True)

    assert [card.id for card in board.cards] == ["b"]


def test_of_those_that_have_ended_only_the_newest_have_room() -> None:
    board = Board()
    board.take(job("waiting", created=0))
    ended = [job(f"job-{n:04}", state="COMPLETED", created=1) for n in range(MOST_ENDED)]
    board.take_page(ended, is_first=True)
    board.settle(0)
    assert (board.is_full, board.is_cut) == (True, False)

    board.take(job("new", state="COMPLETED", created=2))
    board.settle(0)

    assert board.is_cut
    assert len(board.cards) == MOST_ENDED + 1
    ids = [card.id for card in board.cards]
    assert (ids[0], ids[-1]) == ("new", "waiting")
    assert "job-0000" not in ids


def test_what_is_known_is_told_by_id_and_version_the_newest_first() -> None:
    board = Board()
    board.take_page([job("b", created=2, version=7), job("a", created=1, version=3)], is_first=True)

    assert board.known(10) == [{"id": "b", "version": 7}, {"id": "a", "version": 3}]
    assert board.known(1) == [{"id": "b", "version": 7}]
