"""What could not be done, as the page is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Notice:
    """Either a `key` of the page's own words, or the API's refusal: its code and, for codes unknown here, its words."""

    key: str = ""
    code: str = ""
    message: str = ""
    how_to_fix: str = ""

    @classmethod
    def of(cls, refusal: Mapping[str, Any]) -> Notice:
        """The notice of an API's `Refusal`."""
        return cls(code=refusal["code"], message=refusal["message"], how_to_fix=refusal["howToFix"])
