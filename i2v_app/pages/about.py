"""What i2v is, what it takes in, and what becomes of a picture: told before anybody has to ask."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

from i2v_app.components.frame import framed
from i2v_app.messages.words import t
from i2v_app.states.about import AboutState


def about() -> rx.Component:
    """The whole page."""
    return framed(
        rx.el.article(
            rx.el.h1(t("about.title")),
            rx.el.p(t("about.what"), class_name="lead"),
            _limits(),
            _privacy(),
            class_name="about",
        ),
    )


def _limits() -> rx.Component:
    state = AboutState
    return rx.el.section(
        rx.el.h2(t("about.limits")),
        rx.el.dl(
            _fact(t("about.model"), state.model),
            _fact(t("about.size"), t("about.size_is", megabytes=state.max_megabytes, megapixels=state.max_megapixels)),
            _fact(t("about.length"), t("about.length_is", least=state.min_seconds, most=state.max_seconds)),
            _fact(t("about.waiting"), t("about.waiting_is", yours=state.max_waiting, all=state.max_waiting_overall)),
            _fact(t("about.rate"), t("about.rate_is", count=state.max_uploads_per_minute)),
            _fact(t("about.kept"), _time(state.kept_days, state.kept_hours)),
            _fact(t("about.kept_longer"), _time(state.kept_at_most_days, state.kept_at_most_hours)),
            _fact(t("about.links"), _time(state.links_at_most_days, state.links_at_most_hours)),
            # The last, because it may be two lines: less is below it to move.
            _fact(t("about.formats"), state.formats),
        ),
    )


def _privacy() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("about.privacy")),
        _note(t("about.stored"), t("about.stored_is")),
        _note(
            t("about.gone"),
            rx.cond(
                AboutState.known,
                t("about.gone_is", time=_time(AboutState.kept_days, AboutState.kept_hours)),
                t("about.gone_soon"),
            ),
        ),
        _note(t("about.seen"), t("about.seen_is")),
        _note(t("about.copies"), t("about.copies_are")),
        rx.cond(AboutState.watermark, _note(t("about.mark"), t("about.mark_is"))),
        _note(t("about.cookie"), t("about.cookie_is")),
        _note(t("about.hosts"), t("about.hosts_are")),
        id="privacy",
    )


def _time(days: int, hours: float) -> rx.Var[str]:
    return rx.cond(days > 0, t("about.days", count=days), t("about.hours", count=hours))


def _fact(name: rx.Var[str], value: rx.Var[str] | str) -> rx.Component:
    # A line that is empty for a moment has its height already: nothing moves when the numbers come.
    return rx.el.div(rx.el.dt(name), rx.el.dd(rx.cond(AboutState.known, value, "\N{NO-BREAK SPACE}")))


def _note(title: rx.Var[str], text: rx.Var[str] | rx.Component) -> rx.Component:
    return rx.fragment(rx.el.h3(title), rx.el.p(text))
