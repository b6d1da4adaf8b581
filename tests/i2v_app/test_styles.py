"""The stylesheets hold what the page uses, and no sheet lies there that is not part of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from i2v_app.styles.sheets import STYLESHEETS

APP = Path(__file__).resolve().parents[2] / "i2v_app"
SHEETS = sorted((APP / "styles").glob("*.css"))
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
#: What stands before a block, and a class in it.
_SELECTOR = re.compile(r"([^{};]+)\{")
_CLASS = re.compile(r"\.([a-z][\w-]*)")
#: A rule for whatever has this class.
_ALONE = re.compile(r"\.([a-z][\w-]*)")
#: A rule that names a side of the screen.
_SIDED = re.compile(r"([^{};]+)\{[^{}]*(?<![\w-])(?:left|right)(?![\w-])")
#: The bundler writes `:dir()` as a list of languages: what is asked is the document.
_RTL = '[dir="rtl"]'
_TOKEN = re.compile(r"(--[\w-]+)\s*:")
#: Set by Reflex on the root, by React Router on a link.
_OF_OTHERS = {"light", "dark", "active"}


def code() -> str:
    """All of the page's code."""
    return "\n".join(path.read_text() for path in APP.rglob("*") if path.suffix in (".py", ".js", ".jsx"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_class_of_a_stylesheet_is_on_something(sheet: Path) -> None:
    text, used = _COMMENT.sub("", sheet.read_text()), code()

    classes = {name for selector in _SELECTOR.findall(text) for name in _CLASS.findall(selector)} - _OF_OTHERS
    unused = sorted(name for name in classes if not re.search(rf"(?<![\w-]){name}(?![\w-])", used))

    assert unused == []


def test_a_class_is_given_its_look_in_one_place() -> None:
    sheets: dict[str, set[str]] = {}
    for sheet in SHEETS:
        for selector in _SELECTOR.findall(_COMMENT.sub("", sheet.read_text())):
            if found := _ALONE.fullmatch(selector.strip()):
                sheets.setdefault(found[1], set()).add(sheet.stem.split("_")[0])

    assert {name: places for name, places in sheets.items() if len(places) > 1} == {}


def test_every_token_is_used() -> None:
    texts = "".join(_COMMENT.sub("", sheet.read_text()) for sheet in SHEETS) + code()

    tokens = set(_TOKEN.findall((APP / "styles" / "tokens.css").read_text()))

    assert len(tokens) > 20
    assert sorted(token for token in tokens if f"var({token})" not in texts and f"var({token}," not in texts) == []


def test_every_stylesheet_is_part_of_the_page() -> None:
    assert {Path(sheet).name for sheet in STYLESHEETS} == {sheet.name for sheet in SHEETS}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_what_names_a_side_names_the_other_from_right_to_left(sheet: Path) -> None:
    sided = [selector.strip() for selector in _SIDED.findall(_COMMENT.sub("", sheet.read_text()))]

    alone = [selector for selector in sided if not selector.startswith(_RTL) and f"{_RTL} {selector}" not in sided]

    assert alone == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_the_direction_is_asked_of_the_document(sheet: Path) -> None:
    """The bundler writes `:dir()` as a list of languages, which holds for none of those that are written so by `dir` alone."""
    assert ":dir(" not in _COMMENT.sub("", sheet.read_text())
