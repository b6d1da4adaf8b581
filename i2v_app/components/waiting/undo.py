"""Deleting with a way back, as components of the page."""

from __future__ import annotations

from typing import TypeVar, cast

import reflex as rx
from reflex.vars import VarData

import i2v_app.components.player.player
import i2v_app.components.waiting.telling
import i2v_app.messages.words  # noqa: F401  # its asset must lie there when the page is built

_SOURCE = rx.asset("undo.jsx", shared=True)
_DELETIONS = rx.asset("deletions.js", shared=True)
# Imported by undo.jsx, and by others from here.
rx.asset("beside.js", shared=True)

T = TypeVar("T")


class DeleteButton(rx.Component):
    """Deletes a job: its card goes at once, the job some seconds later, if that is not undone."""

    library = _SOURCE.importable_path
    tag = "DeleteButton"

    job: rx.Var[str]
    name: rx.Var[str]


class UndoOffer(rx.Component):
    """Offers to bring back what was just deleted. Its child is the sign of its closing button."""

    library = _SOURCE.importable_path
    tag = "UndoOffer"


def kept(name: str, cards: T) -> T:
    """The variable `cards` without those that are being deleted. `name`: how the browser's code is to call it."""
    cards_var = rx.Var.create(cards)
    own = VarData(
        imports={_DELETIONS.importable_path: ["useKept"]},
        hooks={f"const {name} = useKept({cards_var!s});": None},
    )
    # What `cards` needs comes first: its hooks have to stand above.
    data = VarData.merge(cards_var._get_all_var_data(), own)
    return cast(T, rx.Var(_js_expr=name, _var_type=cards_var._var_type, _var_data=data).guess_type())


delete_button = DeleteButton.create
undo_offer = UndoOffer.create
