"""Words of the page, chosen in the browser: one build serves every language.

The catalogues are ICU messages by key, `<concern>.<name>`, in one file for each concern and language beside this one.
English is in the page; another language is fetched when it is wanted.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import reflex as rx
from reflex.vars import VarData

#: The languages there are, by their BCP 47 tags, and what their speakers call them.
LANGUAGES: Final = {"en": "English", "de": "Deutsch", "es": "Español", "zh": "中文"}

_HERE = Path(__file__).parent
_SOURCE = rx.asset("messages.js", shared=True)
# Imported by it; they must lie beside it when the page is built.
for _language in LANGUAGES:
    rx.asset(f"{_language}.js", shared=True)
for _path in sorted(_HERE.glob("*.json")):
    rx.asset(_path.name, shared=True)


def catalogue(language: str) -> dict[str, str]:
    """All messages of a language by key."""
    messages: dict[str, str] = {}
    for path in sorted(_HERE.glob(f"*.{language}.json")):
        messages |= json.loads(path.read_text())
    return messages


_KNOWN = catalogue("en")


def t(key: str, **values: object) -> rx.Var[str]:
    """The message `key` in the reader's language; `values`, which may be variables, go where it names them.

    Raises `KeyError`, when the page is built, if there is no such message.
    """
    if key not in _KNOWN:
        raise KeyError(f"no message {key!r} in i2v_app/messages")
    given = rx.Var.create(values) if values else None
    own = VarData(
        imports={_SOURCE.importable_path: ["useMessages"]},
        hooks={"const say = useMessages();": None},
    )
    return rx.Var(
        _js_expr=f"say({json.dumps(key)}{f', {given!s}' if given is not None else ''})",
        _var_type=str,
        _var_data=VarData.merge(own, given._get_all_var_data() if given is not None else None),
    ).guess_type()
