"""Playbacks and tickets: a viewer's right to watch one job's video for a while, segment by segment.

A playback has a key of its own, which its segments are encrypted with on their way out, and a number among the playbacks
of its job, which says what variants it is shown (`marks`). A ticket is for one segment (or the init segment) of one
playback, works once, within a minute, for the viewer of the playback alone. Redis holds only its hash; `lua/redeem.lua`
checks and uses it up in one atomic step.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self, cast

from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.errors import Code, Limit, OperationRefused
from i2v_core.jobs import Job, is_id, new_id
from i2v_core.marks import sequence
from i2v_core.settings import Settings
from i2v_core.store import Scripts, store_errors

#: The index that stands for the init segment.
INIT = -1
#: Bytes of a playback's key and of its key id: AES-128, what Common Encryption and Clear Key take.
KEY_BYTES = 16
#: Viewings kept of one job, some 100 bytes each: more than a video that lives for a week will see.
_VIEWINGS = 10_000


class Protection(StrEnum):
    """How segments are encrypted on their way out."""

    #: ISO Common Encryption, decrypted by the browser's media engine (EME, Clear Key).
    CENC = "CENC"
    #: Each as a whole, decrypted by the page (WebCrypto): for browsers without Clear Key.
    AES_GCM = "AES_GCM"


@dataclass(frozen=True, slots=True)
class Playback:
    """One viewer's right to watch one run of a job. Times are UNIX seconds.

    `number` counts the playbacks of the job from 0, `segments` those of the whole video; `marked` is the video's.
    `link` is the digest of the link it was opened by, empty for one of the job's own viewer.
    """

    id: str
    viewer: str
    job: str
    run: int
    created_at: float
    protection: Protection
    segments: int
    marked: bool
    number: int = 0
    key: bytes = field(default=b"", repr=False)
    key_id: bytes = b""
    link: str = ""

    def variant(self, index: int) -> int:
        """Which variant of segment `index` this playback is shown: 0 for A, 1 for B."""
        return sequence(self.number, self.segments)[index] if self.marked and 0 <= index < self.segments else 0

    def to_hash(self) -> dict[str, str]:
        """The fields of its Redis hash, all text, without the number: Redis counts."""
        return {
            "id": self.id,
            "viewer": self.viewer,
            "job": self.job,
            "run": str(self.run),
            "created_at": f"{self.created_at:.6f}",
            "protection": self.protection.value,
            "segments": str(self.segments),
            "marked": "1" if self.marked else "0",
            "key": self.key.hex(),
            "key_id": self.key_id.hex(),
            "issued": "0",
            "link": self.link,
        }

    @classmethod
    def from_hash(cls, fields: Mapping[str, str]) -> Self:
        """The playback from the fields of its Redis hash."""
        return cls(
            id=fields["id"],
            viewer=fields["viewer"],
            job=fields["job"],
            run=int(fields["run"]),
            created_at=float(fields["created_at"]),
            protection=Protection(fields["protection"]),
            segments=int(fields["segments"]),
            marked=fields["marked"] == "1",
            number=int(fields["number"]),
            key=bytes.fromhex(fields["key"]),
            key_id=bytes.fromhex(fields["key_id"]),
            link=fields.get("link", ""),
        )


@dataclass(frozen=True, slots=True)
class Viewing:
    """That a playback was opened of a run: what a mark is traced back to. `at` is in UNIX seconds.

    `link` is the id of the link it was opened by, empty for one of the job's own viewer.
    """

    number: int
    playback: str
    viewer: str
    run: int
    at: float
    link: str = ""


class Playbacks:
    """The playbacks in one Redis. Every method raises `StoreUnavailable` if it cannot be reached."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._settings = settings
        self._scripts = Scripts(redis)

    async def open(
        self, job: Job, protection: Protection = Protection.CENC, *, viewer: str | None = None, link: str = ""
    ) -> Playback | None:
        """A new playback of the job's present run for the job's viewer; None if the job has gone on meanwhile.

        With the digest of a link to the job it is another viewer's who has that link; None if that is over, too. The job must have a video, be it only its beginning.
        """
        assert job.video is not None
        playback = Playback(
            id=new_id("playback"),
            viewer=viewer or job.viewer,
            job=job.id,
            run=job.run,
            created_at=time.time(),
            protection=protection,
            segments=job.video.segment_count,
            marked=job.video.marked,
            key=secrets.token_bytes(KEY_BYTES),
            key_id=secrets.token_bytes(KEY_BYTES),
            link=link,
        )
        fields = playback.to_hash()
        number = await self._scripts.run(
            "open_playback",
            [
                keys.job(job.id),
                keys.playback(playback.id),
                keys.viewer_playbacks(playback.viewer),
                keys.viewings(job.id),
                keys.share_link(link) if link else "",
            ],
            [
                keys.playback(""),
                playback.id,
                playback.viewer,
                playback.run,
                fields["created_at"],
                self._settings.playback_seconds,
                self._settings.playbacks_per_viewer,
                _VIEWINGS,
                json.dumps(fields),
            ],
        )
        return None if number < 0 else Playback.from_hash({**fields, "number": str(number)})

    async def get(self, playback_id: str, viewer: str) -> Playback | None:
        """The playback, or None if there is none (any more) or if it is another viewer's."""
        if not is_id("playback", playback_id):
            return None
        with store_errors():
            held = await cast(Awaitable[dict[str, str]], self._redis.hgetall(keys.playback(playback_id)))
        return _read(held) if held.get("viewer") == viewer else None

    async def issue(self, playback: Playback, indexes: Iterable[int]) -> dict[int, str]:
        """One new ticket for each of the segments (from 0; `INIT` is the init segment), by index.

        Raises `OperationRefused` if the playback has ended or has fetched all it may.
        """
        tickets = {index: secrets.token_urlsafe(24) for index in indexes}
        answer = await self._scripts.run(
            "issue",
            [keys.playback(playback.id), *(keys.ticket(_digest(value)) for value in tickets.values())],
            [
                self._settings.tickets_per_playback,
                int(self._settings.ticket_seconds * 1000),
                *(f"{playback.id}/{index}" for index in tickets),
            ],
        )
        if answer == 0:
            raise playback_over()
        if answer < 0:
            raise OperationRefused(
                f"This playback has fetched the {self._settings.tickets_per_playback} segments that it may.",
                "Open another with openPlayback.",
                code=Code.PLAYBACK_USED_UP,
                limit=Limit("segments of a playback", self._settings.tickets_per_playback, "segments"),
            )
        return tickets

    async def redeem(self, ticket: str, playback_id: str, index: int, viewer: str) -> Playback | None:
        """Use up a ticket: the playback whose segment it opens, or None if it opens nothing (any more)."""
        if not is_id("playback", playback_id):
            return None
        answer = await self._scripts.run(
            "redeem", [keys.ticket(_digest(ticket)), keys.playback(playback_id)], [playback_id, index, viewer]
        )
        opened = _read(dict(zip(answer[::2], answer[1::2], strict=True))) if answer else None
        # A ticket by a link may be older than the setting that switched links off.
        is_off = opened and opened.link and not self._settings.share_links_per_job
        return None if is_off else opened

    async def viewings(self, job_id: str) -> list[Viewing]:
        """The playbacks that were opened of a job, newest first; they are kept as long as the job."""
        with store_errors():
            held = await cast(Awaitable[list[str]], self._redis.lrange(keys.viewings(job_id), 0, -1))
        return [Viewing(**json.loads(text)) for text in held]

    async def viewing_count(self, job_id: str) -> int:
        """How many playbacks were opened of a job: numbers below this were given out."""
        with store_errors():
            count = await cast(Awaitable[str | None], self._redis.hget(keys.job(job_id), "playbacks"))
        return int(count or 0)


def playback_over() -> OperationRefused:
    """The refusal for a playback that has ended, or never was."""
    return OperationRefused(
        "This playback is over.",
        "Open another with openPlayback, or by a link with openSharedPlayback.",
        code=Code.PLAYBACK_NOT_FOUND,
    )


def _read(fields: Mapping[str, str]) -> Playback | None:
    # One that a version before keys has opened is over: the player opens another.
    return Playback.from_hash(fields) if "key" in fields else None


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
