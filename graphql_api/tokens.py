"""API tokens in the schema: made, listed and revoked by their viewer, with the cookie alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Self

import strawberry

from graphql_api.context import Context, Info
from graphql_api.enums import Scope
from graphql_api.refusals import Limit, Refusal, TryAgain, try_again
from graphql_api.types import when
from i2v_core import tokens
from i2v_core.errors import Code, StoreUnavailable, TokenRefused, Unauthenticated
from i2v_core.viewer_middleware import bearer, identity_of


@strawberry.type(description="A token for a program of yours, without its secret: that is shown once, when it is made.")
class ApiToken:
    id: strawberry.ID = strawberry.field(description="What it is revoked by.")
    name: str = strawberry.field(description="The name you gave it.")
    scopes: list[Scope] = strawberry.field(description="What it may do.")
    created_at: datetime = strawberry.field(description="When it was made.")
    last_used_at: datetime | None = strawberry.field(description="When it was last used, to the minute; null if never.")
    expires_at: datetime | None = strawberry.field(
        description="When it ends by itself; null for one that lives until a year after its last use."
    )

    @classmethod
    def of(cls, token: tokens.Token) -> Self:
        """The token as the schema shows it."""
        return cls(
            id=strawberry.ID(token.id),
            name=token.name,
            scopes=[scope for scope in Scope if scope in token.scopes],
            created_at=datetime.fromtimestamp(token.created_at, UTC),
            last_used_at=when(token.last_used_at),
            expires_at=when(token.expires_at),
        )


@strawberry.type(description="A new token. This is the only time that its secret is shown.")
class ApiTokenCreated:
    token: ApiToken = strawberry.field(description="The token.")
    secret: str = strawberry.field(
        description="What the program sends: `Authorization: Bearer <secret>`, or the same in `connectionParams` on a WebSocket. Whoever has it may what the token may."
    )


@strawberry.type(description="No token was made.")
class ApiTokenRefused(Refusal):
    limit: Limit | None = strawberry.field(default=None, description="The limit it was over, if that was the reason.")


@strawberry.type(description="The token is no longer valid, and what was open with it is being ended.")
class ApiTokenRevoked:
    token_id: strawberry.ID = strawberry.field(description="Id of the token.")


@strawberry.type(description="There is no such token among yours, or no longer.")
class ApiTokenNotFound(Refusal):
    token_id: strawberry.ID = strawberry.field(description="The id that was asked for.")


CreateApiTokenResult = Annotated[
    ApiTokenCreated | ApiTokenRefused | TryAgain,
    strawberry.union("CreateApiTokenResult", description="The token with its secret, or why there is none."),
]
RevokeApiTokenResult = Annotated[
    ApiTokenRevoked | ApiTokenNotFound | TryAgain,
    strawberry.union("RevokeApiTokenResult", description="That it is no longer valid, or why not."),
]


@strawberry.type
class TokenQueries:
    """Mixed into `Query`."""

    @strawberry.field(description="Your API tokens that are valid, newest first. Not for tokens.")
    async def api_tokens(self, info: Info) -> list[ApiToken]:
        return [ApiToken.of(token) for token in await info.context.services.tokens.of_viewer(info.context.viewer)]


@strawberry.type
class TokenMutations:
    """Mixed into `Mutation`."""

    @strawberry.mutation(
        description="Make a token with which a program asks as you, with the scopes that you name and no others. Not for tokens."
    )
    async def create_api_token(
        self,
        info: Info,
        name: Annotated[str, strawberry.argument(description="What you will know it by, 1 to 100 characters.")],
        scopes: Annotated[list[Scope], strawberry.argument(description="What it may do.")],
        expires_at: Annotated[
            datetime | None,
            strawberry.argument(
                description="When it shall end by itself, in UTC unless it says otherwise; null for one that lives until a year after its last use."
            ),
        ] = None,
    ) -> CreateApiTokenResult:
        ends = None
        if expires_at is not None:
            ends = (expires_at if expires_at.tzinfo else expires_at.replace(tzinfo=UTC)).timestamp()
        try:
            token, secret = await info.context.services.tokens.make(info.context.viewer, name, scopes, ends)
        except TokenRefused as error:
            limit = (
                Limit(name=error.limit.name, value=error.limit.value, unit=error.limit.unit) if error.limit else None
            )
            return ApiTokenRefused(code=error.code, message=error.message, how_to_fix=error.how_to_fix, limit=limit)
        except StoreUnavailable as error:
            return try_again(error)
        return ApiTokenCreated(token=ApiToken.of(token), secret=secret)

    @strawberry.mutation(
        description="End a token of yours. It is refused from now on, and subscriptions that were opened with it end within seconds. Not for tokens."
    )
    async def revoke_api_token(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the token.")]
    ) -> RevokeApiTokenResult:
        try:
            if await info.context.services.tokens.revoke(info.context.viewer, id):
                return ApiTokenRevoked(token_id=id)
        except StoreUnavailable as error:
            return try_again(error)
        return ApiTokenNotFound(
            code=Code.TOKEN_NOT_FOUND,
            message="There is no such token.",
            how_to_fix="It may have expired or been revoked. apiTokens lists those that are valid.",
            token_id=id,
        )


async def sign_in(context: Context) -> None:
    """Let a WebSocket be its token's, if its client sent one with `connection_init`: as `Authorization` or as `token`.

    Raises `Unauthenticated` if it is not valid, `RateLimited` and `StoreUnavailable`.
    """
    params = context.connection_params or {}
    by_lower_name = {name.lower(): value for name, value in params.items()}
    if "token" in by_lower_name:
        given = by_lower_name["token"]
        secret = given if isinstance(given, str) else ""
    elif "authorization" in by_lower_name:
        secret = bearer(by_lower_name["authorization"]) or ""
    else:
        return
    token = await context.services.token_watch.find(secret, context.flow)
    if token is None:
        raise Unauthenticated
    context.identity = identity_of(token, context.flow)
    if context.holding is not None:
        context.holding.depends_on(token)
