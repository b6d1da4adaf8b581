"""What stays on the page while a restarted server has yet to say how things stand."""

from __future__ import annotations

from typing import TypeVar, cast

import reflex as rx
from reflex.vars import VarData

_SOURCE = rx.asset("held.js", shared=True)

T = TypeVar("T")


def held(name: str, value: T, known: object) -> T:
    """The state's variable `value`; while it is not `known`, as it was the last time that it was.

    `name`: how the browser's code is to call it, unlike any other.
    """
    value_var, known_var = rx.Var.create(value), rx.Var.create(known)
    own = VarData(
        imports={_SOURCE.importable_path: ["useHeld"]},
        hooks={f"const {name} = useHeld({value_var!s}, {known_var!s});": None},
    )
    data = VarData.merge(value_var._get_all_var_data(), known_var._get_all_var_data(), own)
    return cast(T, rx.Var(_js_expr=name, _var_type=value_var._var_type, _var_data=data).guess_type())
