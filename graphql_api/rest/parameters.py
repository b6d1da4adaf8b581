"""What is asked for in query strings and form fields: read strictly, so that a slip of the pen is told and not ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.requests import Request

from graphql_api.context import Services
from graphql_api.cursors import read_cursor
from graphql_api.rest.problems import Problem, RestCode
from graphql_api.uploads import MAX_SEED, VideoOptionsInput, read_options
from i2v_core.errors import Code
from i2v_core.jobs import Motion, VideoOptions

#: A page of 100 jobs is one round trip to Redis and some 90 KB of answer.
MAX_PAGE, DEFAULT_PAGE = 100, 20
OPTIONS = ("motion", "seconds", "seed")
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?")
_WHOLE = re.compile(r"-?[0-9]{1,20}")


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


def read_video_options(given: Mapping[str, str], fields: Mapping[str, str], services: Services) -> VideoOptions:
    """The options from the query string and the form's fields, which win. Raises `Problem` 422, or `UploadRefused`."""
    for name in fields:
        if name not in OPTIONS:
            raise _wrong_option(f"There is no field {name[:40]!r}.", f"Use {_list(('image', *OPTIONS))}.")
    texts = {name: value for name, value in {**given, **fields}.items() if name in OPTIONS}
    options = VideoOptionsInput()
    if "motion" in texts:
        options.motion = _motion(texts["motion"])
    if "seconds" in texts:
        if not _NUMBER.fullmatch(texts["seconds"]):
            raise _wrong_option(f"'seconds' is {texts['seconds'][:40]!r}.", "Use a number, such as 5 or 4.5.")
        options.seconds = float(texts["seconds"])
    if "seed" in texts:
        if not (_WHOLE.fullmatch(texts["seed"]) and int(texts["seed"]) <= MAX_SEED):
            raise _wrong_option(f"'seed' is {texts['seed'][:40]!r}.", f"Use a whole number from 0 to {MAX_SEED}.")
        options.seed = int(texts["seed"])
    return read_options(options, services)


def _motion(text: str) -> Motion:
    try:
        return Motion(text)
    except ValueError:
        raise _wrong_option(f"'motion' is {text[:40]!r}.", f"Use {_list(tuple(Motion))}.") from None


def _wrong(message: str, how_to_fix: str) -> Problem:
    return Problem(RestCode.BAD_USER_INPUT, message, how_to_fix)


def _wrong_option(message: str, how_to_fix: str) -> Problem:
    return Problem(Code.WRONG_OPTIONS, message, how_to_fix)


def _list(names: tuple[str, ...]) -> str:
    if len(names) < 2:
        return names[0] if names else "none"
    return f"{', '.join(names[:-1])} or {names[-1]}"
