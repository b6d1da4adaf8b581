"""Settings of the API: who may ask, for how much, and how it may be spoken to. A part of `settings.py`."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings


class ApiSettings(BaseSettings):
    """What an operator can set about the API; `Settings` has these and all the others."""

    # Who asks ---------------------------------------------------------------------------------------------------
    operations_per_minute: int = Field(
        1200,
        ge=1,
        le=10_000_000,
        description="Requests and WebSocket operations one viewer may make in a minute. 20 a second: an open page makes a few.",
    )
    operations_per_minute_per_address: int = Field(
        12_000,
        ge=1,
        le=10_000_000,
        description="The same for all viewers and tokens of an address together: an office of 50 open pages behind one.",
    )
    tokens_per_viewer: int = Field(
        20, ge=1, le=1000, description="API tokens one viewer may have: one for each program of theirs, and room."
    )

    # Keeping and sharing ----------------------------------------------------------------------------------------
    keep_at_most_hours: float = Field(
        720,
        gt=0,
        le=24 * 3650,
        description="Hours from now until which a viewer can have an ended job kept, with its video, and again before they are over. The same number as `I2V_RETENTION_HOURS`, or a lower one, turns keeping for longer off; what was kept before lives to the end that it has.",
    )

    share_link_max_hours: float = Field(
        720,
        gt=0,
        le=24 * 3650,
        description="Hours that a link to a video lives at most: a month. None lives longer than its job. A lower number is for links made from then on.",
    )
    share_links_per_job: int = Field(
        20,
        ge=0,
        le=1000,
        description="Links that there can be to one video at a time. 0 turns sharing off: no link is made, and none that was made before opens anything.",
    )

    # What a GraphQL request may ask for ---------------------------------------------------------------------------
    introspection: Literal["on", "off"] = Field(
        "on",
        description="Whether the GraphQL schema can be read from the server. It holds no secrets, and the tools of clients need it.",
    )
    query_max_characters: int = Field(
        50_000,
        ge=1000,
        le=1_000_000,
        description="Characters of a GraphQL document. Values belong into variables; 50,000 are read in a moment.",
    )
    query_max_tokens: int = Field(
        1000,
        ge=200,
        le=10_000,
        description="Names, values and brackets of a GraphQL document. Clients' have 20 to 300; at 1000 the worst document is refused or answered in under 0.1 s.",
    )
    query_max_depth: int = Field(
        25,
        ge=10,
        le=100,
        description="Levels of nesting of a GraphQL document, fragments included. The query that reads the schema has 19, ours 8.",
    )
    query_max_aliases: int = Field(
        30,
        ge=0,
        le=1000,
        description="Aliases and repeated fields of a GraphQL operation, fragments included: each asks for the same again.",
    )
    query_max_directives: int = Field(
        30, ge=0, le=1000, description="Directives of a GraphQL operation, fragments included."
    )
    query_max_page: int = Field(
        100,
        ge=100,  # what the page asks for at once
        le=1000,
        description="Items of one page of a list. 100 jobs are one round trip to Redis and some 60 KB of answer.",
    )
    query_max_cost: int = Field(
        10_000,
        ge=7000,
        le=1_000_000,
        description="Cost of a GraphQL operation in units of about 6 microseconds of one core: 10,000 hold the others up for 60 ms. Reading the schema costs 4,000 to 6,000, a page of 100 full jobs 8,000, a search or another order 1,500 more, an upload 1,000.",
    )

    # How the API may be spoken to --------------------------------------------------------------------------------
    cors_origins: str = Field(
        "",
        description="Comma-separated origins (https://example.com) whose pages may use the API with the viewer's cookie. None by default; `*` is refused.",
    )
    max_operation_kb: int = Field(
        256,
        ge=4,
        le=10_000,
        description="Largest request that is no upload, in KiB. The longest of any client here has 2.",
    )
    body_seconds: float = Field(
        15, gt=0, le=600, description="Seconds the body of a request that is no upload may take to arrive."
    )
    body_idle_seconds: float = Field(
        5, gt=0, le=60, description="Seconds without a byte after which a body, an upload's too, is given up."
    )
    multipart_files: int = Field(10, ge=1, le=100, description="Files in one multipart request.")
    multipart_paths: int = Field(
        20, ge=1, le=1000, description="Places in the variables that the `map` of a multipart request may name in all."
    )
    multipart_field_kb: int = Field(
        64,
        ge=4,
        le=1024,
        description="Longest `operations` or `map` of a multipart request, in KiB: far more than any upload has.",
    )
    connection_init_seconds: float = Field(
        10, gt=0, le=300, description="Seconds a WebSocket may stay open without its first message (`connection_init`)."
    )
    message_kb: int = Field(
        64, ge=4, le=1024, description="Longest message of a WebSocket client, in KiB. Clients' have 2."
    )
    messages_per_second: float = Field(
        50,
        gt=0,
        le=10_000,
        description="Messages a second that a WebSocket client may send, reckoned over 10 seconds: a page that opens 100 subscriptions at once is fine.",
    )
    subscriptions_per_connection: int = Field(
        100,
        ge=1,
        le=10_000,
        description="Operations open at once on one WebSocket. One subscription can watch all jobs.",
    )
    subscriptions_per_viewer: int = Field(
        200,
        ge=1,
        le=100_000,
        description="Subscriptions one viewer may have open at once in one process, over all connections and transports.",
    )
    heartbeat_seconds: float = Field(
        10,
        gt=0,
        le=300,
        description="Seconds of silence after which a subscription over HTTP is sent a sign of life. Proxies often give up after 30 to 60.",
    )
    persisted_operations: int = Field(
        1000,
        ge=0,
        le=100_000,
        description="GraphQL documents remembered for clients that send a hash instead (at most 32 KiB each, the least used goes first). 0 turns it off.",
    )
    persisted_hours: float = Field(
        168, gt=0, le=24 * 365, description="Hours after which a remembered document that nobody used is forgotten."
    )

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        for origin in _listed(value):
            parts = urlsplit(origin)
            if (
                parts.scheme not in ("http", "https")
                or not parts.hostname
                or "*" in origin
                or origin != f"{parts.scheme}://{parts.netloc}"
            ):
                raise ValueError(
                    "each origin must be like https://example.com or http://localhost:3000, and `*` is none"
                )
        return value

    @property
    def cors_origin_list(self) -> list[str]:
        """The origins whose pages may use the API, as browsers write them."""
        return _listed(self.cors_origins)

    @property
    def max_operation_bytes(self) -> int:
        """The limit of a request that is no upload in bytes."""
        return self.max_operation_kb * 1024


def _listed(value: str) -> list[str]:
    return [item.strip().rstrip("/").lower() for item in value.split(",") if item.strip()]
