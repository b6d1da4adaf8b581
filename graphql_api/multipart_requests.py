"""GraphQL multipart requests (jaydenseric's specification): which file belongs into which variable."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from starlette.requests import Request

from graphql_api.body_limits import BodyLimits
from graphql_api.context import Services
from graphql_api.http import parameters
from graphql_api.http.parameters import Parameters
from graphql_api.http.refusals import RequestRefused
from graphql_api.multipart import MultipartBody, invalid, receive_multipart
from graphql_api.request_errors import RequestCode
from i2v_core.errors import Limit, StoreUnavailable, UploadRefused
from i2v_core.viewers import IDENTITY_KEY, Identity

_IN_VARIABLES = "variables."


class MultipartRequests:
    """Reads multipart requests: the files to disk, the operation with the files where its `map` says."""

    def __init__(self, services: Services, limits: BodyLimits) -> None:
        self._services = services
        self._limits = limits

    async def read(self, request: Request, held: AsyncExitStack) -> Parameters:
        """The operation. `held` gets what must be undone once it was answered. Raises `RequestRefused`."""
        body = MultipartBody()
        held.callback(body.discard)
        identity: Identity = request.scope[IDENTITY_KEY]
        try:
            # A place for the upload until it is answered; without one, its files are refused unread.
            await held.enter_async_context(self._services.admission.admitted(identity.flow, identity.viewer))
        except (UploadRefused, StoreUnavailable) as refusal:
            body.refusal = refusal
        folder = self._services.media.incoming
        async with self._limits.one_upload(identity.flow):
            await receive_multipart(request, folder, self._services.settings, body)
        await self._admit_the_others(body, identity, held)
        operations, places = body.json("operations"), body.json("map")
        demanded = parameters.of_value(operations)
        self._put(body, self._read_map(places), operations)
        return demanded

    async def _admit_the_others(self, body: MultipartBody, identity: Identity, held: AsyncExitStack) -> None:
        """A place for each file beyond the first: the bounds count pictures, however many come in one request."""
        for file in list(body.files.values())[1:]:
            if file.refusal is not None:
                continue
            try:
                await held.enter_async_context(self._services.admission.admitted(identity.flow, identity.viewer))
            except (UploadRefused, StoreUnavailable) as refusal:
                if not body.may_be_known(refusal):
                    file.refusal = refusal

    def _read_map(self, places: object) -> dict[str, list[str]]:
        if not isinstance(places, dict) or not all(
            isinstance(paths, list) and all(isinstance(path, str) for path in paths) for paths in places.values()
        ):
            raise invalid(
                "The multipart field 'map' must be an object that has, for each file's part, a list of paths such as "
                "'variables.image'."
            )
        most = self._services.settings.multipart_paths
        if sum(map(len, places.values())) > most:
            raise RequestRefused(
                413,
                RequestCode.BODY_TOO_LARGE,
                f"The multipart 'map' has more than {most} paths. Send fewer files in one request.",
                limit=Limit("paths of a multipart map", most, "paths"),
            )
        return places

    def _put(self, body: MultipartBody, places: Mapping[str, list[str]], operations: Any) -> None:
        for part, paths in places.items():
            file = body.file(part)
            for path in paths:
                holder, key = _find(operations, path)
                holder[key] = file


def _find(operations: Any, path: str) -> tuple[Any, str | int]:
    """The object or list that a path leads into, and the last step. Raises `RequestRefused` if nothing waits there."""
    if not path.startswith(_IN_VARIABLES):
        raise invalid(f"The path {path[:80]!r} in the multipart 'map' does not begin with 'variables.'.")
    holder: Any = None
    key: str | int = ""
    found = operations
    for step in path.split("."):
        holder, key = found, step
        if isinstance(holder, dict) and step in holder:
            found = holder[step]
        elif isinstance(holder, list) and step.isdecimal() and step.isascii() and int(step[:9]) < len(holder):
            key = int(step[:9])
            found = holder[key]
        else:
            raise invalid(f"The path {path[:80]!r} in the multipart 'map' leads to no variable.")
    if found is not None:
        raise invalid(f"At the path {path[:80]!r} of the multipart 'map' there must be null, where the file is put.")
    return holder, key
