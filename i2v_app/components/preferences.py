"""What the reader prefers, the language and the colours, behind one button: it is chosen once and then left alone."""

# Reflex's elements carry no types of their own.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import reflex as rx

from i2v_app.components.icons import icon
from i2v_app.messages.words import LANGUAGES, t

_SOURCE = rx.asset("preferences.jsx", shared=True)
_PANEL = "preferences"


class _Part(rx.Component):
    library = _SOURCE.importable_path


class _OfLanguages(_Part):
    #: Their own names by tag.
    languages: rx.Var[dict[str, str]]


class LanguageChoice(_OfLanguages):
    """A radio button for each language."""

    tag = "LanguageChoice"


class LanguageName(_OfLanguages):
    """The name of the present language."""

    tag = "LanguageName"


class SchemeChoice(_Part):
    """Radio buttons for the system's colours, light and dark."""

    tag = "SchemeChoice"


def preferences() -> rx.Component:
    """The button and its panel: a popover of the browser's own, which closes by Escape and by a click elsewhere."""
    return rx.fragment(
        rx.el.button(
            icon("globe"),
            rx.el.span(t("shell.preferences"), class_name="visually-hidden"),
            rx.el.span(LanguageName.create(languages=LANGUAGES), class_name="only-wide"),
            type="button",
            class_name="button quiet preferences-button",
            custom_attrs={"popoverTarget": _PANEL},
        ),
        rx.el.div(
            rx.el.fieldset(
                rx.el.legend(t("shell.language")),
                LanguageChoice.create(languages=LANGUAGES),
                class_name="preference-group",
            ),
            rx.el.fieldset(
                rx.el.legend(t("shell.colours")),
                SchemeChoice.create(),
                class_name="preference-group",
            ),
            id=_PANEL,
            class_name="preferences",
            role="group",
            aria_label=t("shell.preferences"),
            custom_attrs={"popover": "auto"},
        ),
    )
