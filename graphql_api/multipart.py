"""Streamed multipart bodies: a file goes to disk as it arrives, is counted, and is stopped at the limit.

Starlette's own form parser would spool a file of any size to disk before anything is asked. Here the first bytes
are looked at, a file that is over the limit or no picture at all is not stored any further, and the body has a deadline.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from graphql_api.http.bodies import chunks, cut_short, too_slow
from graphql_api.http.parameters import json_of
from graphql_api.http.refusals import RequestRefused
from graphql_api.picture_formats import HEAD_BYTES
from graphql_api.refused_pictures import not_stored, refusal_for
from graphql_api.request_errors import RequestCode
from i2v_core.errors import Code, Limit, StoreUnavailable, UploadRefused
from i2v_core.logs import get_logger
from i2v_core.settings import Settings

log = get_logger("api")

#: The fields that are no files, and must come before them.
_FIELDS = ("operations", "map")
#: Headers of one part. Browsers send two or three, of 200 bytes with a long file name.
_MAX_HEADER_BYTES = 8 * 1024
#: What comes of refused files is read and thrown away up to this many times the limit of one, so that a browser that is
#: still sending gets to read the answer instead of a broken connection.
_DRAIN_FACTOR = 3


@dataclass(slots=True)
class ReceivedFile:
    """A file of a multipart body: where it lies, or why it was refused while it came in."""

    name: str
    path: Path
    size: int = 0
    refusal: UploadRefused | StoreUnavailable | None = None
    #: SHA-256 of the bytes as they came.
    digest: str = ""
    #: Whether a job has been made of it: one file is one job, however often a query names it.
    taken: bool = False


@dataclass(slots=True)
class MultipartBody:
    """A multipart body as received: the texts of its fields and its files, by part name.

    With a refusal set before it is read none of its files is stored, and each is refused with it; but for one that
    names an idempotency key and is only over a bound of the line or the viewer: `enqueue` knows whether it has a place already.
    """

    refusal: UploadRefused | StoreUnavailable | None = None
    #: What stands for each file that had not come when reading was given up: why it is refused.
    unread: ReceivedFile | None = None
    #: Fields that must stand before the first file: without them a GraphQL request's files mean nothing.
    before_files: tuple[str, ...] = ("operations", "map")
    fields: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, ReceivedFile] = field(default_factory=dict)

    def may_be_known(self, refusal: UploadRefused | StoreUnavailable) -> bool:
        """Whether an upload that has no place may be one that was taken in before: it costs no new place in line then."""
        return (
            isinstance(refusal, UploadRefused)
            and refusal.code in (Code.TOO_MANY_WAITING, Code.QUEUE_FULL, Code.TOO_MANY_JOBS)
            and b"dempotencyKey" in self.fields.get("operations", b"")
        )

    def json(self, name: str) -> Any:
        """The JSON value of a field. Raises `RequestRefused` 400 if it is missing or none."""
        if name not in self.fields:
            raise invalid(f"The multipart body has no field '{name}'.")
        return json_of(self.fields[name], f"The multipart field '{name}'")

    def file(self, part: str) -> ReceivedFile:
        """The file of that part. Raises `RequestRefused` 400 if none came."""
        if part not in self.files:
            if self.unread is None:
                raise invalid(f"The multipart 'map' names the part {part[:80]!r}, but no file came with that name.")
            self.files[part] = replace(self.unread)
        return self.files[part]

    def discard(self) -> None:
        """Remove the files that nobody took."""
        for file in self.files.values():
            with suppress(OSError):  # never made, or on a disk that is in trouble: the sweep tries again
                file.path.unlink(missing_ok=True)


async def receive_multipart(request: Request, folder: Path, settings: Settings, body: MultipartBody) -> None:
    """Read the request's multipart body into `body`, its files into `folder`.

    A file that is refused is marked so and not stored any further. Raises `RequestRefused`: 400 for a body that is not
    multipart or is cut short, 408 for one that is too slow before its file has begun, 413 for too many parts or too long fields.
    """
    parser = _Parser(request, folder, settings, body)
    try:
        await parser.read(request)
    except TimeoutError:
        if not body.files:
            raise too_slow(settings) from None
        body.unread = _never_made(folder, _too_slow(settings))
        for file in body.files.values():
            file.refusal = file.refusal or _too_slow(settings)
    except MultipartParseError:
        raise invalid("The multipart body is malformed.") from None
    except ClientDisconnect:
        raise cut_short() from None
    finally:
        parser.close()


class _Parser:
    """One body on its way in: python-multipart finds the parts, this puts them where they belong."""

    def __init__(self, request: Request, folder: Path, settings: Settings, body: MultipartBody) -> None:
        self._folder = folder
        self._settings = settings
        self._body = body
        _, options = parse_options_header(request.headers.get("content-type", ""))
        boundary = options.get(b"boundary")
        if not boundary:
            raise invalid("The content type of the multipart body names no boundary.")
        callbacks: dict[str, Callable[..., None]] = {
            "on_part_begin": self._part_begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }
        self._parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]
        self._header = (b"", b"")
        self._headers: dict[bytes, bytes] = {}
        self._field = ""
        self._file: ReceivedFile | None = None
        self._handle: BinaryIO | None = None
        self._head = b""
        self._hash = hashlib.sha256()
        self._header_bytes = 0
        self._longest_field = settings.multipart_field_kb * 1024
        self._parts = 0
        #: Bytes of files that were refused before they came.
        self._thrown_away = 0
        self._ended = False

    async def read(self, request: Request) -> None:
        """Feed the body through; stop once enough of refused files was drained."""
        settings = self._settings
        drained = _DRAIN_FACTOR * settings.max_upload_bytes
        received, most = 0, (settings.multipart_files + 1) * (settings.max_upload_bytes + self._longest_field) + drained
        async for chunk in chunks(request, whole=settings.upload_seconds, idle=settings.body_idle_seconds):
            received += len(chunk)
            self._parser.write(chunk)
            if self._thrown_away > drained and not self._ended:
                refusal = self._body.refusal or _not_reached(settings)
                self._body.unread = _never_made(self._folder, refusal)
                if self._file is not None:  # a good one may have begun behind the last that was refused
                    self._file.refusal = self._file.refusal or refusal
                return
            if received > most:  # all that may come in files and fields has come: what goes on is beyond the end
                raise _too_much("The request is too large.", Limit("request size", most, "bytes"))
        if not self._ended:
            raise invalid("The multipart body is cut short.")

    def close(self) -> None:
        """Close the file that was being written."""
        if self._handle is not None:
            try:
                self._handle.close()
            except OSError as error:  # what was buffered did not fit either
                if self._file is not None:
                    self._file.refusal = self._file.refusal or _no_room(error)
            self._handle = None

    def _part_begin(self) -> None:
        self._parts += 1
        most = self._settings.multipart_files
        if self._parts > most + len(_FIELDS):
            raise _too_much(
                f"The multipart body has more than {most} files. Send the others in another request.",
                Limit("files of a request", most, "files"),
            )
        self._headers, self._header_bytes = {}, 0

    def _count_header(self, length: int) -> None:
        self._header_bytes += length
        if self._header_bytes > _MAX_HEADER_BYTES:
            raise _too_much(
                "The headers of a part of the multipart body are too long.",
                Limit("headers of a part", _MAX_HEADER_BYTES, "bytes"),
            )

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._count_header(end - start)
        self._header = (self._header[0] + data[start:end], self._header[1])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._count_header(end - start)
        self._header = (self._header[0], self._header[1] + data[start:end])

    def _header_end(self) -> None:
        self._headers[self._header[0].lower()] = self._header[1]
        self._header = (b"", b"")

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        if not self._field:
            raise invalid("A part of the multipart body has no name.")
        if self._field in self._body.fields or self._field in self._body.files:
            raise invalid("The multipart body has two parts of the same name.")
        # Some clients send these two as files, to give them a content type.
        if b"filename" not in options or self._field in _FIELDS:
            self._file, self._body.fields[self._field] = None, b""
            return
        if not all(name in self._body.fields for name in self._body.before_files):
            raise invalid("The fields 'operations' and 'map' must come before the files, in this order.")
        name = _display_name(options[b"filename"].decode("utf-8", "replace"))
        if self._body.refusal is not None and not self._body.may_be_known(self._body.refusal):
            self._file = self._body.files[self._field] = _never_made(self._folder, self._body.refusal, name)
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = tempfile.NamedTemporaryFile(dir=self._folder, prefix="upload-", delete=False)  # noqa: SIM115
        except OSError as error:
            self._file = self._body.files[self._field] = _never_made(self._folder, _no_room(error), name)
            return
        self._handle, self._head, self._hash = handle, b"", hashlib.sha256()  # type: ignore[assignment]
        self._file = self._body.files[self._field] = ReceivedFile(name, Path(handle.name))

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is None:
            held = self._body.fields[self._field] + data[start:end]
            if len(held) > self._longest_field:
                raise _too_much(
                    f"A field of the multipart body is longer than {self._longest_field} bytes.",
                    Limit("field of a multipart body", self._longest_field, "bytes"),
                )
            self._body.fields[self._field] = held
            return
        file = self._file
        file.size += end - start
        if file.refusal is None and file.size > self._settings.max_upload_bytes:
            file.refusal = _too_many_bytes(self._settings)
        if file.refusal is not None:
            self._thrown_away += end - start
            return
        if len(self._head) < HEAD_BYTES:
            self._head += data[start:end][: HEAD_BYTES - len(self._head)]
            if len(self._head) >= HEAD_BYTES:
                self._look(file)
        if file.refusal is None and self._handle is not None:
            self._hash.update(data[start:end])
            try:
                self._handle.write(data[start:end])
            except OSError as error:
                file.refusal = _no_room(error)

    def _part_end(self) -> None:
        if self._file is not None and self._file.refusal is None and len(self._head) < HEAD_BYTES:
            self._look(self._file)
        if self._file is not None:
            self._file.digest = self._hash.hexdigest()
        self.close()
        self._file = None

    def _look(self, file: ReceivedFile) -> None:
        file.refusal = refusal_for(self._head)

    def _end(self) -> None:
        self._ended = True


def invalid(message: str) -> RequestRefused:
    """The refusal of a multipart body that is not as the specification has it."""
    return RequestRefused(400, RequestCode.INVALID_MULTIPART, message)


def _too_much(message: str, limit: Limit) -> RequestRefused:
    return RequestRefused(413, RequestCode.BODY_TOO_LARGE, message, limit=limit)


def _too_many_bytes(settings: Settings) -> UploadRefused:
    megabytes = f"{settings.max_upload_mb:g} MB"
    return UploadRefused(
        f"The file is larger than {megabytes}.",
        f"Choose a picture of at most {megabytes}, or save it as JPEG with a little more compression.",
        code=Code.TOO_MANY_BYTES,
        limit=Limit("upload size", settings.max_upload_bytes, "bytes"),
    )


def _never_made(folder: Path, refusal: UploadRefused | StoreUnavailable, name: str = "picture") -> ReceivedFile:
    return ReceivedFile(name, folder / "never-made", refusal=refusal)


def _not_reached(settings: Settings) -> UploadRefused:
    return UploadRefused(
        "The request was not read as far as this file: too much of those before it was refused.",
        "Send it in a request of its own.",
        code=Code.TOO_MANY_BYTES,
        limit=Limit("upload size", settings.max_upload_bytes, "bytes"),
    )


def _no_room(error: OSError) -> UploadRefused:
    log.error("upload_not_stored", reason=error.strerror)
    return not_stored()


def _too_slow(settings: Settings) -> UploadRefused:
    return UploadRefused(
        f"The upload took longer than {settings.upload_seconds:g} seconds, or stood still for {settings.body_idle_seconds:g}.",
        "Try again with a better connection, or with a smaller picture.",
        code=Code.UPLOAD_TOO_SLOW,
        limit=Limit("upload time", settings.upload_seconds, "seconds"),
    )


def _display_name(name: str) -> str:
    """A file name as data to show: the last part, printable, of bearable length. It is never used as a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable()).strip()[:120] or "picture"
