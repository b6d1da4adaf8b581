"""The cards in the browser, of which the server sends what has changed rather than all."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import reflex as rx
from reflex.vars import VarData

_SOURCE = rx.asset("card_list.js", shared=True)

T = TypeVar("T")


def card_list(name: str, listed: T, changed: object) -> T:
    """All cards, of the two variables by which they are told (`i2v_app/states/telling.py`).

    `name`: how the browser's code is to call them, unlike any other.
    """
    listed_var = rx.Var.create(listed)
    return cast(T, _hook("useCardList", name, listed_var._var_type, listed_var, changed))


def ids_of(name: str, cards: object) -> rx.Var[list[str]]:
    """The ids of the cards. `name`: how the browser's code is to call them."""
    return _hook("useIds", name, list[str], cards)


def _hook(hook: str, name: str, kind: Any, *values: object) -> rx.Var[Any]:
    given = [rx.Var.create(value) for value in values]
    own = VarData(
        imports={_SOURCE.importable_path: [hook]},
        hooks={f"const {name} = {hook}({', '.join(str(value) for value in given)});": None},
    )
    # What it is made of comes first: its hooks have to stand above.
    data = VarData.merge(*(value._get_all_var_data() for value in given), own)
    return rx.Var(_js_expr=name, _var_type=kind, _var_data=data).guess_type()
