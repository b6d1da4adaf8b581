"""Who may do what: scopes of the one who asks, and no writing by other sites' pages."""

from __future__ import annotations

from starlette.requests import Request

from graphql_api.context import Context, Services
from graphql_api.http.origins import PREFLIGHT_HEADERS
from graphql_api.rest.problems import Problem, RestCode
from i2v_core.errors import Forbidden
from i2v_core.viewers import IDENTITY_KEY, Identity, Scope

#: What another site's form can send, or its script without asking first (the Fetch standard's safelist).
_FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded", "text/plain")


def require(request: Request, scope: Scope) -> Identity:
    """Who asks, if they may do it. Raises `Problem` 403."""
    identity: Identity = request.scope[IDENTITY_KEY]
    try:
        identity.require(scope)
    except Forbidden as error:
        raise Problem.of(error) from None
    if scope is not Scope.READ:
        _refuse_other_sites(request)
    return identity


def context_of(identity: Identity, services: Services) -> Context:
    """What the functions that GraphQL's resolvers share with us want to know."""
    return Context(identity, services)


def content_type(request: Request) -> str:
    """The media type of the body, in lower case and without parameters; empty if none is named."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def _refuse_other_sites(request: Request) -> None:
    """Raise `Problem` 403 for what a page of another site could have sent along with the viewer's cookie."""
    # Not Basic: a browser adds that by itself, where a front asks for a password.
    if request.headers.get("authorization", "").lower().startswith("bearer "):
        return
    kind = content_type(request)
    if kind and kind not in _FORM_TYPES:
        return
    if not any(request.headers.get(name) for name in PREFLIGHT_HEADERS):
        raise Problem(
            RestCode.PREFLIGHT_HEADER_MISSING,
            "The request could have been sent by another site's page.",
            "Add the header 'X-I2V-Request: 1' (any value will do), or use a token.",
        )
