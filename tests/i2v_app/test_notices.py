"""What could not be done: said by the API's code and its number, whichever way it says so."""

from __future__ import annotations

from gql.transport.exceptions import TransportConnectionFailed, TransportQueryError

from i2v_app.states.jobs import _lost, whole_number
from i2v_app.states.notices import Notice, notice_of

LIMITED = TransportQueryError(
    "You have asked too often. Wait 7 seconds.",
    errors=[
        {
            "message": "You have asked too often. Wait 7 seconds.",
            "extensions": {
                "code": "RATE_LIMITED",
                "howToFix": "Wait 7 seconds.",
                "limit": {"name": "operations a minute", "value": 1200, "unit": "operations"},
                "retryAfterSeconds": 7.0,
            },
        }
    ],
)


def test_a_refusal_keeps_the_number_that_it_is_about() -> None:
    refusal = {"code": "TOO_MANY_WAITING", "message": "You have 20.", "howToFix": "Wait."}

    assert Notice.of({**refusal, "limit": {"name": "waiting", "value": 20.0, "unit": "pictures"}}).limit == 20.0
    assert Notice.of({**refusal, "limit": None}).limit is None


def test_an_error_that_is_a_refusal_is_said_as_one() -> None:
    assert notice_of(LIMITED, "server_away") == Notice(
        code="RATE_LIMITED", message="You have asked too often.", how_to_fix="Wait 7 seconds.", limit=1200
    )
    assert notice_of(TransportConnectionFailed("gone"), "server_away") == Notice(key="server_away")
    assert notice_of(TransportQueryError("broken", errors=["broken"]), "server_away") == Notice(key="server_away")


def test_it_is_said_why_the_watch_was_lost_and_asked_again_no_sooner_than_allowed() -> None:
    store_away = TransportQueryError(
        "Away.", errors=[{"message": "Away.", "extensions": {"code": "TRY_AGAIN", "retryAfterSeconds": 2.0}}]
    )
    too_many = TransportQueryError(
        "Many.",
        errors=[{"message": "Many.", "extensions": {"code": "TOO_MANY_SUBSCRIPTIONS", "retryAfterSeconds": 5.0}}],
    )
    broken = TransportQueryError(
        "Broken.", errors=[{"message": "Broken.", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]
    )

    assert _lost(LIMITED, 0) == ("refused", 7.0)
    assert _lost(too_many, 0) == ("refused", 5.0)
    assert _lost(store_away, 0) == ("trouble", 2.0)
    assert _lost(broken, 0) == ("trouble", 0.0)
    assert _lost(TransportConnectionFailed("gone"), 0) == ("reconnecting", 0.0)
    assert _lost(ConnectionRefusedError(), 0) == ("reconnecting", 0.0)
    assert _lost(KeyError("a bug"), 0) == ("trouble", 0.0)


def test_a_number_that_a_browser_has_kept_is_taken_within_bounds_only() -> None:
    kept = {
        text: whole_number(text, at_least=24, at_most=240)
        for text in ("", "96", "5", "99999", "-1", "1e3", "٣٠", "9" * 5000)
    }

    assert kept == {"": 24, "96": 96, "5": 24, "99999": 240, "-1": 24, "1e3": 24, "٣٠": 24, "9" * 5000: 24}
