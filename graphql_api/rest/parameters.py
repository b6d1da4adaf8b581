"""What is asked for in query strings and form fields: read strictly, so that a slip of the pen is told and not ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from starlette.requests import Request

from graphql_api.context import Services
from graphql_api.cursors import read_cursor
from graphql_api.new_jobs import Asked
from graphql_api.rest.problems import Problem, RestCode
from graphql_api.uploads import MAX_SEED, FocusPoint, VideoOptionsInput, read_options
from i2v_core.errors import Code
from i2v_core.jobs import MIDDLE, Motion, Shape

#: A page of 100 jobs is one round trip to Redis and some 90 KB of answer.
MAX_PAGE, DEFAULT_PAGE = 100, 20
OPTIONS = ("motion", "seconds", "seed", "shape", "focusX", "focusY")
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?")
_WHOLE = re.compile(r"-?[0-9]{1,20}")

Choice = TypeVar("Choice", bound=StrEnum)


def query(request: Request, *known: str) -> dict[str, str]:
    """The query string's parameters by name. Raises `Problem` 400 for one that is unknown or given twice."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise _wrong(f"There is no parameter {name[:40]!r} here.", f"Use {_list(known)}.")
        if name in given:
            raise _wrong(f"The parameter {name!r} is given twice.", "Give it once.")
        given[name] = value
    return given


def read_page(given: Mapping[str, str]) -> tuple[int, tuple[float, str] | None]:
    """How many jobs are wanted, and after which position (None: from the newest). Raises `Problem` 400."""
    text = given.get("limit", str(DEFAULT_PAGE))
    if not (_WHOLE.fullmatch(text) and 1 <= int(text) <= MAX_PAGE):
        raise _wrong(f"'limit' is {text[:40]!r}.", f"Use a whole number from 1 to {MAX_PAGE}.")
    position = None
    if "after" in given and (position := read_cursor(given["after"])) is None:
        raise _wrong(
            "'after' is not a cursor of this list.", "Use 'nextCursor' of the page before, or the Link header."
        )
    return int(text), position


def read_video_options(given: Mapping[str, str], fields: Mapping[str, str], services: Services) -> Asked:
    """The options from the query string and the form's fields, which win. Raises `Problem` 422, or `UploadRefused`."""
    for name in fields:
        if name not in OPTIONS:
            raise _wrong_option(f"There is no field {name[:40]!r}.", f"Use {_list(('image', *OPTIONS))}.")
    in_address = {name: value for name, value in given.items() if name in OPTIONS}
    if fields:
        _options(in_address, services)  # what the form overrules is no less a slip of the pen
    return _options({**in_address, **fields}, services)


def _options(texts: Mapping[str, str], services: Services) -> Asked:
    options = VideoOptionsInput()
    if "motion" in texts:
        options.motion = _one_of(Motion, "motion", texts["motion"])
    if "seconds" in texts:
        options.seconds = _number("seconds", texts["seconds"], "5 or 4.5")
    if "seed" in texts:
        if not (_WHOLE.fullmatch(texts["seed"]) and int(texts["seed"]) <= MAX_SEED):
            raise _wrong_option(f"'seed' is {texts['seed'][:40]!r}.", f"Use a whole number from 0 to {MAX_SEED}.")
        options.seed = int(texts["seed"])
    if "shape" in texts:
        options.shape = _one_of(Shape, "shape", texts["shape"])
    if "focusX" in texts or "focusY" in texts:  # one of them alone: the other stays in the middle
        options.focus = FocusPoint(
            x=_number("focusX", texts.get("focusX", str(MIDDLE.x)), "0.25"),
            y=_number("focusY", texts.get("focusY", str(MIDDLE.y)), "0.25"),
        )
    return read_options(options, services)


def _one_of(kind: type[Choice], name: str, text: str) -> Choice:
    try:
        return kind(text)
    except ValueError:
        raise _wrong_option(f"{name!r} is {text[:40]!r}.", f"Use {_list(tuple(kind))}.") from None


def _number(name: str, text: str, example: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise _wrong_option(f"{name!r} is {text[:40]!r}.", f"Use a number, such as {example}.")
    return float(text)


def _wrong(message: str, how_to_fix: str) -> Problem:
    return Problem(RestCode.BAD_USER_INPUT, message, how_to_fix)


def _wrong_option(message: str, how_to_fix: str) -> Problem:
    return Problem(Code.WRONG_OPTIONS, message, how_to_fix)


def _list(names: tuple[str, ...]) -> str:
    if len(names) < 2:
        return names[0] if names else "none"
    return f"{', '.join(names[:-1])} or {names[-1]}"
