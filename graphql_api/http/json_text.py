"""JSON as it is sent to us: strictly, and nothing that cannot be written back."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn


class NotJSON(ValueError):
    """The text is no JSON, or has a value that no JSON text can carry on: the message is half a sentence."""


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text (UTF-8). Raises `NotJSON`.

    Python's reader alone would let `NaN` through, make infinity of `1e999`, and let halves of surrogate pairs through, which
    no UTF-8 text can hold.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotJSON("has half a character in it (a lone surrogate)") from None
    except UnicodeDecodeError:
        raise NotJSON("is not UTF-8") from None
    except RecursionError:
        raise NotJSON("is nested too deeply") from None
    except ValueError:  # numbers of thousands of digits too
        raise NotJSON("is not valid JSON") from None
    return value


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError
    return number


def _refuse(_: str) -> NoReturn:
    raise ValueError
