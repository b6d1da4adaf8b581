"""The page: an invitation, and below it a card for every picture."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any, cast

import reflex as rx

from i2v_app.components.card_list import ids_of
from i2v_app.components.clock import server_clock
from i2v_app.components.frame import framed
from i2v_app.components.insecure import insecure_notice
from i2v_app.components.invitation import invitation
from i2v_app.components.job_card import job_card
from i2v_app.components.known_jobs import CARDS, RUNNING, TOLD, WAITING
from i2v_app.components.uploader.uploader import upload_cards
from i2v_app.components.viewer.viewer import viewer
from i2v_app.components.waiting.queue_strip import queue_strip
from i2v_app.components.waiting.undo import kept
from i2v_app.messages.words import t
from i2v_app.states.jobs import JobsState
from i2v_app.states.line import LineState
from i2v_app.states.queue import QueueState

_SHOWN: Any = kept("shownCards", CARDS)


def start() -> rx.Component:
    """The whole page."""
    return framed(
        insecure_notice(),
        invitation(),
        _videos(),
        server_clock(now=JobsState.server_time),
        viewer(),
        skip_to="videos",
        skip_words=cast(str, t("waiting.skip")),
    )


def _videos() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("waiting.videos"), id="videos", tab_index=-1),
        queue_strip(
            cards=_SHOWN,
            waiting=WAITING,
            running=RUNNING,
            length=LineState.length,
            slots=LineState.slots,
            paused=LineState.paused,
            refused=LineState.refused,
            on_move=JobsState.move,
        ),
        rx.el.ul(
            upload_cards(jobs=ids_of("toldIds", TOLD), known=JobsState.ready),
            rx.foreach(
                _SHOWN,
                lambda card: job_card(
                    card=card,
                    waiting=WAITING[card.id],
                    running=RUNNING[card.id],
                    standing=QueueState.standing,
                    key=card.id,
                ),
            ),
            class_name="cards",
            role="list",
            aria_label=t("waiting.list"),
        ),
        # The stylesheet shows it when the list above has nothing in it: cards of uploads are the browser's alone.
        rx.el.div(
            frames(),
            rx.cond(
                JobsState.ready,
                rx.el.p(t("waiting.empty")),
                rx.el.p(t("waiting.looking")),
            ),
            class_name="empty",
        ),
        rx.match(
            JobsState.more,
            (
                "older",
                rx.el.button(t("waiting.older"), on_click=JobsState.show_more, type="button", class_name="button more"),
            ),
            ("gallery", rx.el.a(t("waiting.rest"), href="/gallery", class_name="button more")),
            rx.fragment(),
        ),
        class_name="videos",
        aria_labelledby="videos",
    )


def frames() -> rx.Component:
    """A frame on its way: where it was, where it is, where it will be."""
    return rx.el.svg(
        *(rx.el.rect(x=str(18 + 34 * step), y="14", width="56", height="42", rx="9") for step in range(3)),
        view_box="0 0 160 70",
        width="160",
        height="70",
        class_name="frames",
        aria_hidden="true",
    )
