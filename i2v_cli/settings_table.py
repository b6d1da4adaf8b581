"""The table of settings, made from `Settings` itself: for a terminal and for docs/settings.md."""

from __future__ import annotations

import os
import re
import textwrap
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic.fields import FieldInfo

from i2v_core.api_settings import ApiSettings
from i2v_core.settings import PREFIX, Settings, load_settings

#: Fields whose value is shown to nobody.
_HIDDEN = {"secret", "media_key"}
#: The password of redis://user:password@host.
_PASSWORD = re.compile(r"(?<=:)[^:@/]+(?=@)")

_HEAD = """# Settings

Every setting is an environment variable. A value that is not allowed stops the start with a sentence that says so;
`i2v doctor` finds misspelled names, and `i2v settings` shows the values in force.

This page is made by `i2v settings --markdown`; a test keeps it true.

| variable | default | allowed | what it is |
|---|---|---|---|
"""


def as_markdown() -> str:
    """The page docs/settings.md."""
    rows = (
        f"| `{PREFIX}{name.upper()}` | {_default(field)} | {_allowed(field)} | {field.description} |"
        for name, field in _fields()
    )
    return _HEAD + "\n".join(rows) + "\n"


def as_text() -> str:
    """Every variable with its value in force, then what it means. Raises `WrongSetting`."""
    settings = load_settings()
    width = 100
    parts = []
    for name, field in _fields():
        variable = PREFIX + name.upper()
        source = "set" if variable in os.environ else "default"
        parts.append(f"{variable} = {_shown(name, getattr(settings, name))}  ({source})")
        parts.append(textwrap.indent(textwrap.fill(field.description or "", width), "    "))
    return "\n".join(parts) + "\n"


def _fields() -> list[tuple[str, FieldInfo]]:
    """What is inherited comes last, though the class has it first: whoever reads begins with where i2v listens."""
    fields = Settings.model_fields.items()
    return sorted(fields, key=lambda field: field[0] in ApiSettings.model_fields)


def _shown(name: str, value: object) -> str:
    if value is None or value == "":
        return "unset"
    return "(hidden)" if name in _HIDDEN else _PASSWORD.sub("***", str(value))


def _default(field: FieldInfo) -> str:
    return "unset" if field.default is None or field.default == "" else f"`{field.default}`"


def _allowed(field: FieldInfo) -> str:
    """The type and its bounds in words."""
    kind: Any = field.annotation
    if get_origin(kind) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(kind))
    kinds = [k for k in get_args(kind) or (kind,) if k is not type(None)]
    words = {"str": "text", "int": "whole number", "float": "number", "Path": "folder"}[kinds[0].__name__]
    bounds = []
    for bound in field.metadata:
        match bound:
            case Ge():
                bounds.append(f"from {bound.ge}")
            case Gt():
                bounds.append(f"above {bound.gt}")
            case Le():
                bounds.append(f"to {bound.le}")
            case Lt():
                bounds.append(f"below {bound.lt}")
            case MinLen():
                bounds.append(f"at least {bound.min_length} characters")
            case _:
                pass
    return ", ".join([words, " ".join(bounds)]) if bounds else words
