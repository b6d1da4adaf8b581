"""The invitation: what this is, where pictures go in, what may be chosen, and how long it will take."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

from i2v_app.components.choices.choices import choices
from i2v_app.components.icons import icon
from i2v_app.components.uploader.uploader import framing, picture_drop, samples
from i2v_app.messages.words import t
from i2v_app.states.queue import QueueState

#: What is usually taken: it holds the place of what is taken here until that is known.
_FORMATS = "JPEG, PNG, WebP, AVIF, HEIC, GIF, TIFF, BMP"


def invitation() -> rx.Component:
    """The top of the page."""
    return rx.el.section(
        rx.el.h1(t("invitation.title")),
        rx.el.p(t("invitation.lead"), class_name="lead"),
        rx.el.div(
            rx.el.div(
                framing(),
                rx.el.div(
                    picture_drop(
                        max_bytes=QueueState.max_upload_bytes,
                        formats=QueueState.formats,
                        long_side=QueueState.input_long_side,
                    ),
                    rx.el.p(t("invitation.or_drop"), class_name="drop-hint only-fine-pointer"),
                    class_name="drop-call",
                ),
                rx.el.p(_wait(), class_name="wait", custom_attrs={"data-standing": QueueState.standing}),
                samples(),
                class_name="drop-take",
            ),
            choices(
                min_seconds=QueueState.min_seconds,
                max_seconds=QueueState.max_seconds,
                default_seconds=QueueState.default_seconds,
            ),
            class_name="drop",
        ),
        rx.el.p(
            rx.cond(
                QueueState.standing == "",
                rx.el.span(
                    t("invitation.accepted", formats=_FORMATS, megabytes=20, megapixels=50), class_name="coming"
                ),
                t(
                    "invitation.accepted",
                    formats=QueueState.formats.join(", "),
                    megabytes=QueueState.max_upload_bytes / 1_000_000,
                    megapixels=QueueState.max_megapixels,
                ),
            ),
            class_name="drop-accepted",
        ),
        class_name="invitation",
        aria_label=t("invitation.name"),
    )


def _wait() -> rx.Component:
    takes = t("invitation.takes", time=_span(QueueState.takes, QueueState.takes_unit))
    wait = _span(QueueState.wait, QueueState.wait_unit)
    return rx.fragment(
        icon("clock", 18),
        rx.cond(
            QueueState.standing == "",
            rx.fragment(
                rx.el.span(t("invitation.asking"), class_name="visually-hidden"),
                # As long as it is going to be, so that nothing moves when it comes.
                rx.el.span(f"{t('invitation.takes', time=_span(30, 's'))} {t('invitation.free')}", class_name="coming"),
            ),
            rx.el.span(
                rx.match(
                    QueueState.standing,
                    ("away", t("invitation.away")),
                    ("paused", t("invitation.paused")),
                    ("free", f"{takes} {t('invitation.free')}"),
                    ("busy", f"{takes} {t('invitation.busy', count=QueueState.processing, time=wait)}"),
                    ("line", f"{takes} {t('invitation.line', count=QueueState.waiting, time=wait)}"),
                    "",
                )
            ),
        ),
    )


def _span(amount: object, unit: object) -> rx.Var[str]:
    return t("invitation.span", amount=amount, unit=unit)
