"""The queue strip, how trouble is told, and what stands where there is nothing."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from dataclasses import replace
from typing import Any

import reflex as rx

from i2v_app.components.insecure import insecure_notice
from i2v_app.components.said import refusal
from i2v_app.components.trouble import bar, one_notice
from i2v_app.components.waiting.queue_strip import queue_strip
from i2v_app.messages.words import t
from i2v_app.pages.components.cards import CARD, NOON
from i2v_app.pages.components.specimen import section, specimen
from i2v_app.pages.start import frames
from i2v_app.states.cards import Running, Waiting
from i2v_app.states.line import Slot

_MINE = [
    replace(CARD, id=f"mine-{number}", thumbnail=f"/samples/{name}-small.webp", name=f"{name}.jpg")
    for number, name in enumerate(("dandelions", "cat", "coffee"))
]
_MADE = {"mine-0": Running(stage="GENERATING", percent=42, attempt=1, remaining=18, watchable=False)}
_READ = rx.console_log("read")


def strips() -> rx.Component:
    """The whole queue as a picture. Nothing is drawn of it for who has nothing in it."""
    return section(
        "Queue strip",
        _strip("empty: nothing of mine, so nothing is shown", length=2, slots=[60]),
        _strip("mine alone, being made", running=_MADE),
        _strip("mine among others", waiting={"mine-1": 3, "mine-2": 5}, running=_MADE, length=6),
        _strip("mine behind many", waiting={"mine-1": 41}, length=104, slots=[60]),
        _strip("two slots, one of them mine", waiting={"mine-1": 1}, running=_MADE, length=2, slots=[60]),
        _strip("paused", waiting={"mine-1": 1, "mine-2": 2}, length=2, paused=True),
        wide=True,
    )


def _strip(
    state: str,
    *,
    waiting: dict[str, int] | None = None,
    running: dict[str, Running] | None = None,
    length: int = 0,
    slots: list[int] | None = None,
    paused: bool = False,
) -> rx.Component:
    places = {
        job: Waiting(place=place, starts_at=0.0 if paused else NOON + 30 * place, attempt=0)
        for job, place in (waiting or {}).items()
    }
    return specimen(
        state,
        queue_strip(
            cards=_MINE,
            waiting=places,
            running=running or {},
            length=length,
            slots=[Slot(percent=percent, is_mine=False) for percent in slots or []],
            paused=paused,
            refused=0,
            on_move=lambda job, before: rx.console_log(f"{job} before {before}"),
        ),
    )


def trouble() -> rx.Component:
    """Bars, which go by themselves, and notices, which are read and dismissed."""
    message, how_to_fix = refusal("TOO_MANY_WAITING", "", "")
    return section(
        "Trouble",
        specimen("no network", bar(t("waiting.link_offline"))),
        specimen("the server is away", bar(t("waiting.link_lost"))),
        specimen("its list cannot be read", bar(t("waiting.link_reconnecting"))),
        specimen("no cookies", bar(t("waiting.link_no_cookie"))),
        specimen("an order that the server did not hear", _notice(t("waiting.notice_server_away"))),
        specimen("older videos could not be read", _notice(t("waiting.notice_older_unread"))),
        specimen("an order that was refused", _notice(message, " ", how_to_fix)),
        # Without its wrapper, which shows it over plain http alone.
        specimen("over plain http", insecure_notice().children[0]),
        wide=True,
    )


def _notice(*words: Any) -> rx.Component:
    return one_notice(rx.el.span(*words), _READ)


def empty() -> rx.Component:
    """Where there are no cards."""
    return section(
        "Nothing there",
        *(
            # The stylesheet looks for the list without cards before it.
            specimen(
                state,
                rx.el.ul(class_name="cards"),
                rx.el.div(frames(), rx.el.p(t(words)), class_name="empty"),
            )
            for state, words in (("no videos", "waiting.empty"), ("not read yet", "waiting.looking"))
        ),
    )
