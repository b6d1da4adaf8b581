"""The page: an invitation, and below it a card for every picture."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

from i2v_app.components.clock import server_clock
from i2v_app.components.frame import framed
from i2v_app.components.held import held
from i2v_app.components.insecure import insecure_notice
from i2v_app.components.invitation import invitation
from i2v_app.components.job_card import job_card
from i2v_app.components.uploader.uploader import upload_cards
from i2v_app.components.viewer.viewer import viewer
from i2v_app.states.jobs import JobsState


def start() -> rx.Component:
    """The whole page."""
    return framed(
        insecure_notice(),
        invitation(),
        _videos(),
        server_clock(now=JobsState.server_time),
        _announcer(),
        viewer(),
        skip_to="videos",
        skip_words="Skip to your videos",
    )


def _videos() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Your videos", id="videos", tab_index=-1),
        rx.el.ul(
            upload_cards(jobs=JobsState.ids),
            rx.foreach(held("heldCards", JobsState.cards, JobsState.ready), job_card),
            class_name="cards",
            role="list",
            aria_label="Your pictures and videos, newest first",
        ),
        # The stylesheet shows it when the list above has nothing in it: cards of uploads are the browser's alone.
        rx.el.div(
            _frames(),
            rx.cond(
                JobsState.ready,
                rx.el.p(
                    "Nothing here yet. Your first picture will appear here, with its place in line, as soon as you add it."
                ),
                rx.el.p("Looking for your videos…"),
            ),
            class_name="empty",
        ),
        rx.cond(
            JobsState.has_more,
            rx.el.button("Show older ones", on_click=JobsState.show_more, type="button", class_name="button more"),
        ),
        class_name="videos",
        aria_labelledby="videos",
    )


def _frames() -> rx.Component:
    """A frame on its way: where it was, where it is, where it will be."""
    return rx.el.svg(
        *(rx.el.rect(x=str(18 + 34 * step), y="14", width="56", height="42", rx="9") for step in range(3)),
        view_box="0 0 160 70",
        width="160",
        height="70",
        class_name="frames",
        aria_hidden="true",
    )


def _announcer() -> rx.Component:
    return rx.el.p(JobsState.spoken, aria_live="polite", role="status", class_name="visually-hidden announcer")
