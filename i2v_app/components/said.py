"""What the API says, in the reader's language where the page has words for it."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import VarData

from i2v_app.messages.words import t


def refusal(code: object, message: object, how_to_fix: object, limit: object = None) -> tuple[rx.Var[str], rx.Var[str]]:
    """What was wrong and what to do, by a refusal's variables; `limit`: the value of the limit that it was over, if any."""
    code_var, message_var, fix_var, limit_var = (rx.Var.create(value) for value in (code, message, how_to_fix, limit))
    saying = t("waiting.unnamed")._get_all_var_data()  # what any message needs to be said

    def var(expression: str, other: rx.Var[Any]) -> rx.Var[str]:
        data = VarData.merge(saying, *(one._get_all_var_data() for one in (code_var, limit_var, other)))
        return rx.Var(_js_expr=expression, _var_type=str, _var_data=data).guess_type()

    said, helps = (
        f"(say.{what}({code_var!s}, {{ limit: {limit_var!s} }}) || {other!s})"
        for what, other in (("refusal", message_var), ("howToFix", fix_var))
    )
    return var(said, message_var), var(helps, fix_var)
