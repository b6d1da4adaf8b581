"""Which of the forms that we can answer in a client wants, by the `Accept` header (RFC 9110, 12.5.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from graphql_api.http.refusals import RequestRefused
from graphql_api.request_errors import RequestCode


class Form(StrEnum):
    """A form of the answer. The order is ours, where the client has no preference."""

    JSON = "application/json"
    GRAPHQL = "application/graphql-response+json"
    #: Server-sent events: graphql-sse, distinct connections mode.
    EVENTS = "text/event-stream"
    #: Apollo's multipart subscription protocol.
    PARTS = "multipart/mixed"

    @property
    def is_stream(self) -> bool:
        """Whether more than one result can be sent in it."""
        return self in (Form.EVENTS, Form.PARTS)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The forms that a client accepts, best first, and the boundary it asked for between parts."""

    forms: tuple[Form, ...]
    boundary: str = "graphql"

    @property
    def single(self) -> Form | None:
        """The best form for one result, None if only streams are accepted."""
        return next((form for form in self.forms if not form.is_stream), None)

    @property
    def stream(self) -> Form | None:
        """The best form for many results."""
        return next((form for form in self.forms if form.is_stream), None)


@dataclass(frozen=True, slots=True)
class _Range:
    """One member of an `Accept` header."""

    type: str
    parameters: dict[str, str]
    quality: float


#: Members of a list, and parameters of a member: separators inside of quotes are none.
_MEMBER = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*")+')
_PARAMETER = re.compile(r'(?:[^;"]|"(?:\\.|[^"\\])*")+')
#: Clients that want another boundary than ours: Apollo's older ones ask for "-".
_BOUNDARIES = ("graphql", "-")


def read_accept(header: str | None) -> Accepted:
    """The forms that a header allows, best first. Without one it is `application/json`. Raises `RequestRefused` 406."""
    if header is None or not header.strip():
        return Accepted((Form.JSON,))
    ranges = [found for member in _MEMBER.findall(header) if (found := _read(member))]
    ranked = []
    for preference, form in enumerate(Form):
        matches = [(_specificity(each, form), -place, each) for place, each in enumerate(ranges)]
        fits = max((m for m in matches if m[0] >= 0), key=lambda m: m[:2], default=None)
        if fits is not None and fits[2].quality > 0:
            ranked.append((-fits[2].quality, -fits[1], preference, form))
    if not ranked:
        raise RequestRefused(
            406,
            RequestCode.NOT_ACCEPTABLE,
            "None of the media types in 'Accept' can be answered in. Accept 'application/graphql-response+json' or "
            "'application/json'; for subscriptions 'text/event-stream' or 'multipart/mixed;subscriptionSpec=1.0'.",
        )
    asked = next((r.parameters.get("boundary", "") for r in ranges if _specificity(r, Form.PARTS) >= 0), "")
    return Accepted(tuple(form for *_, form in sorted(ranked)), asked if asked in _BOUNDARIES else _BOUNDARIES[0])


def _read(member: str) -> _Range | None:
    media_type, *rest = (part.strip() for part in _PARAMETER.findall(member))
    parameters = {}
    for part in rest:
        name, _, value = part.partition("=")
        parameters[name.strip().lower()] = value.strip().strip("\"'")
    try:
        quality = float(parameters.pop("q", "1"))
    except ValueError:
        return None
    return _Range(media_type.lower(), parameters, quality) if 0 <= quality <= 1 else None


def _specificity(asked: _Range, form: Form) -> int:
    """How exactly a range names a form: 2 itself, 1 its kind, 0 anything, -1 not at all.

    Streams must be named: whoever accepts anything expects an answer that ends.
    """
    if asked.parameters.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        return -1
    if form is Form.PARTS:
        is_apollos = asked.parameters.get("subscriptionspec", "").startswith("1.0")
        return 2 if asked.type == form and is_apollos else -1
    if asked.type == form:
        return 2
    if form is Form.EVENTS:
        return 1 if asked.type == "text/*" else -1
    return {"application/*": 1, "*/*": 0}.get(asked.type, -1)
