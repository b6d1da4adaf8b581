"""What the page says is there in every language: all that its code asks for, and nothing that nobody says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from i2v_app.messages.words import LANGUAGES, catalogue, t
from i2v_core.jobs import Motion, Shape

APP = Path(__file__).resolve().parents[2] / "i2v_app"
MESSAGES = APP / "messages"
#: Messages that are found by the code of a refusal, not by their key.
BY_CODE = "refusals."
#: The name of a value at the beginning of an ICU argument.
_ARGUMENT = re.compile(r"\{\s*([A-Za-z]\w*)\s*[,}]")
#: Keys as code writes them, in Python and in JavaScript; one that ends in a dot begins a family: `t("x." + name)`.
_KEY = re.compile(r"""["'`]([a-z]+\.[a-z_A-Z0-9]*)(?=["'`${])""")
#: What else has the form of a key: the names of files.
_FILES = (".css", ".js", ".jsx", ".py")
#: A key that names one of the API's options.
_OPTION = re.compile(r"\.(motion|shape)_[A-Z]")

#: Beginning of an ICU argument that chooses by number.
_CHOICE = re.compile(r"\{\s*\w+\s*,\s*(plural|selectordinal)\s*,")
#: Beginning of a branch of it.
_BRANCH = re.compile(r"\s*(=\d+|\w+)\s*\{")
#: What each language tells apart, besides what `=` names: CLDR, which every browser chooses by.
_CHOSEN = {
    ("en", "plural"): {"one", "other"},
    ("de", "plural"): {"one", "other"},
    ("es", "plural"): {"one", "many", "other"},
    ("zh", "plural"): {"other"},
    ("en", "selectordinal"): {"one", "two", "few", "other"},
    ("de", "selectordinal"): {"other"},
    ("es", "selectordinal"): {"other"},
    ("zh", "selectordinal"): {"other"},
}

TRANSLATIONS = [language for language in LANGUAGES if language != "en"]


def written_keys() -> Iterator[str]:
    """Every text in the page's code that has the form of a key."""
    for path in APP.rglob("*"):
        if path.suffix in (".py", ".js", ".jsx") and ".web" not in path.parts:
            yield from (key for key in _KEY.findall(path.read_text()) if not key.endswith(_FILES))


def is_family(key: str) -> bool:
    """Whether it is the beginning of keys, the rest of which the code adds."""
    return key.endswith((".", "_"))


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_message_is_there_in_every_language(language: str) -> None:
    assert catalogue(language).keys() == catalogue("en").keys()


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_has_the_same_values_in_it(language: str) -> None:
    english, translated = catalogue("en"), catalogue(language)

    others = {
        key: text
        for key, text in translated.items()
        if set(_ARGUMENT.findall(text)) != set(_ARGUMENT.findall(english[key]))
    }

    assert others == {}


def branches(text: str) -> Iterator[tuple[str, str]]:
    """Every branch that a message takes by a number: how it chooses, and the branch's name."""
    for choice in _CHOICE.finditer(text):
        at = choice.end()
        while branch := _BRANCH.match(text, at):
            yield choice[1], branch[1]
            at, depth = branch.end(), 1
            while depth:
                depth += {"{": 1, "}": -1}.get(text[at], 0)
                at += 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_has_words_that_its_language_never_chooses(language: str) -> None:
    in_vain = [
        (key, branch)
        for key, text in catalogue(language).items()
        for kind, branch in branches(text)
        if not branch.startswith("=") and branch not in _CHOSEN[language, kind]
    ]

    assert in_vain == []


def test_branches_are_found_at_any_depth() -> None:
    text = "{n, plural, =0 {none} one {{more, selectordinal, other {a {name}}}} other {# {name}}}"

    assert list(branches(text)) == [
        ("plural", "=0"),
        ("plural", "one"),
        ("plural", "other"),
        ("selectordinal", "other"),
    ]


@pytest.mark.parametrize("path", sorted(MESSAGES.glob("*.json")), ids=lambda path: path.name)
def test_a_catalogue_holds_what_its_name_says_once_and_in_order(path: Path) -> None:
    concern, language = path.name.split(".")[:2]
    pairs = json.loads(path.read_text(), object_pairs_hook=list)

    assert language in LANGUAGES
    assert all(key.startswith(f"{concern}.") and text.strip() == text != "" for key, text in pairs)
    assert len({key for key, _ in pairs}) == len(pairs)


def test_a_motion_and_a_shape_have_one_name_wherever_they_are_named() -> None:
    elsewhere = [key for key in catalogue("en") if _OPTION.search(key) and not key.startswith("options.")]

    assert elsewhere == []
    for language in LANGUAGES:
        named = [text for key, text in catalogue(language).items() if key.startswith("options.")]
        assert len(set(named)) == len(named) == len(Motion) + len(Shape)


def test_nothing_is_said_in_vain() -> None:
    written = set(written_keys())
    families = tuple(key for key in written if is_family(key))

    unused = [
        key
        for key in catalogue("en")
        if key not in written and not (families and key.startswith(families)) and not key.startswith(BY_CODE)
    ]

    assert unused == []


def test_whatever_the_code_says_is_there() -> None:
    known = catalogue("en")
    concerns = {key.split(".")[0] for key in known}

    missing = [
        key
        for key in set(written_keys())
        if key.split(".")[0] in concerns
        and not (any(name.startswith(key) for name in known) if is_family(key) else key in known)
    ]

    assert missing == []


def test_a_message_that_is_not_there_stops_the_build() -> None:
    with pytest.raises(KeyError, match=r"nowhere\.at_all"):
        t("nowhere.at_all")
