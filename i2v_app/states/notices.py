"""What could not be done, as the page is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from i2v_app.refused import refusal_in


@dataclass(frozen=True, slots=True)
class Notice:
    """Either a `key` of the page's own words, or the API's refusal: its code and, for codes unknown here, its words.

    `limit`: the value of the limit that it was over, None if that was not why.
    """

    key: str = ""
    code: str = ""
    message: str = ""
    how_to_fix: str = ""
    limit: float | None = None

    @classmethod
    def of(cls, refusal: Mapping[str, Any]) -> Notice:
        """The notice of an API's `Refusal`."""
        limit = refusal["limit"]
        return cls(
            code=refusal["code"],
            message=refusal["message"],
            how_to_fix=refusal["howToFix"],
            limit=limit["value"] if limit else None,
        )


def notice_of(error: BaseException, key: str) -> Notice:
    """The notice of an error: of the refusal that is in it, or else in the page's own words by `key`."""
    refusal = refusal_in(error)
    return Notice.of(refusal) if refusal else Notice(key=key)
