"""What every resolver can reach: made once a process (`Services`), and once a request or connection (`Context`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import strawberry

from i2v_core.admission import Admission
from i2v_core.media import MediaStore
from i2v_core.persisted import PersistedOperations
from i2v_core.playbacks import Playbacks
from i2v_core.progress import ProgressHub
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from i2v_core.share_links import ShareLinks
from i2v_core.token_watch import Holding, TokenWatch
from i2v_core.tokens import Tokens
from i2v_core.viewers import Identity

if TYPE_CHECKING:
    from graphql_api.decoder import Decoder
    from graphql_api.rates import Rates


@dataclass(frozen=True, slots=True)
class Services:
    """The parts that the API is wired from; see `graphql_api.app`."""

    settings: Settings
    queue: JobQueue
    hub: ProgressHub
    admission: Admission
    playbacks: Playbacks
    share_links: ShareLinks
    media: MediaStore
    decoder: Decoder
    tokens: Tokens
    token_watch: TokenWatch
    rates: Rates
    persisted: PersistedOperations


@dataclass(slots=True)
class Context:
    """One request: who asks, and the services."""

    identity: Identity
    services: Services
    #: What ends a WebSocket or a stream whose token ends; None where nothing can.
    holding: Holding | None = None
    #: What a WebSocket's client sent along with `connection_init`; None over HTTP. Strawberry sets it.
    connection_params: dict[str, object] | None = None

    @property
    def viewer(self) -> str:
        """Whose jobs they are."""
        return self.identity.viewer

    @property
    def flow(self) -> str:
        """Whom the viewer shares turns and bounds with."""
        return self.identity.flow


Info = strawberry.Info[Context, None]
