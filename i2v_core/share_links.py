"""Links by which others may watch one video: made on purpose, with an end, revocable and counted.

A link is a secret of 256 random bits, shown once, when it is made. Two hashes are made of it, one after the other: the *poster
name*, which may stand in an address and in logs and gives the still picture alone, and of that the *digest*, which the link is
known by in Redis. Neither leads back. A link gives the right to open playbacks and to see the video's name and measures;
nothing else of its owner. What was opened by it is checked against it at each ticket that is given and at each that is used.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Self, cast

from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.errors import Code, Limit, OperationRefused
from i2v_core.jobs import JobState, is_id, new_id
from i2v_core.keeping import GRACE_SECONDS
from i2v_core.settings import Settings
from i2v_core.store import Scripts, store_errors

#: A secret, and a poster name: 32 bytes as base64url.
_WORD = re.compile(r"[A-Za-z0-9_-]{43}")
_POSTER = b"i2v poster "


@dataclass(frozen=True, slots=True)
class ShareLink:
    """A link without its secret. `viewer` is who made it, and whose job it is. Times are UNIX seconds."""

    id: str
    job: str
    viewer: str
    created_at: float
    expires_at: float
    opened_times: int = 0
    last_opened_at: float | None = None

    @classmethod
    def from_hash(cls, fields: Mapping[str, str]) -> Self:
        """The link that `lua/make_share_link.lua` wrote."""
        return cls(
            id=fields["id"],
            job=fields["job"],
            viewer=fields["viewer"],
            created_at=int(fields["created_at"]) / 1000,
            expires_at=int(fields["expires_at"]) / 1000,
            opened_times=int(fields.get("opened", 0)),
            last_opened_at=float(fields["last_opened_at"]) if "last_opened_at" in fields else None,
        )


class ShareLinks:
    """The links in one Redis. Every method raises `StoreUnavailable` if it cannot be reached.

    Where links are switched off none is found, not even one that was made before.
    """

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._settings = settings
        self._scripts = Scripts(redis)

    async def make(self, job_id: str, viewer: str, expires_at: float) -> tuple[ShareLink, str] | None:
        """A new link to the video of a job of the viewer, and its secret; None if there is no such job.

        It ends then (UNIX seconds), or with the job if that goes earlier. Raises `OperationRefused`.
        """
        if not is_id("job", job_id):
            return None
        now, secret = time.time(), secrets.token_urlsafe(32)
        until = self._end(expires_at, now)
        link = ShareLink(new_id("share"), job_id, viewer, int(now * 1000) / 1000, until)
        hashed = digest(secret)
        outcome, *ends = await self._scripts.run(
            "make_share_link",
            [keys.job(job_id), keys.share_links(job_id), keys.share_link(hashed), keys.share_digest(link.id)],
            [
                link.id,
                job_id,
                viewer,
                hashed,
                int(now * 1000),
                int(until * 1000),
                self._settings.share_links_per_job,
            ],
        )
        if outcome == "missing":
            return None
        if outcome == "full":
            raise _too_many(self._settings.share_links_per_job)
        if outcome != "ok":
            raise _no_video(JobState(outcome))
        return ShareLink(link.id, job_id, viewer, link.created_at, int(ends[0]) / 1000), secret

    async def of_job(self, job_id: str, viewer: str) -> list[ShareLink]:
        """The links to a job of the viewer that are not over, newest first; none to another viewer's."""
        if not is_id("job", job_id):
            return []
        with store_errors():
            digests = list(await cast(Awaitable[list[str]], self._redis.hvals(keys.share_links(job_id))))
            async with self._redis.pipeline(transaction=False) as pipe:
                for found in digests:
                    pipe.hgetall(keys.share_link(found))
                hashes = await pipe.execute()
        links = [ShareLink.from_hash(fields) for fields in hashes if fields]
        return sorted((link for link in links if link.viewer == viewer), key=lambda link: -link.created_at)

    async def revoke(self, link_id: str, viewer: str) -> bool:
        """End a link of the viewer, and with it what was opened by it; False if there is none."""
        if not is_id("share", link_id):
            return False
        word = secrets.token_hex(8)
        return bool(await self._scripts.run("revoke_share_link", [keys.share_digest(link_id)], [link_id, viewer, word]))

    async def find(self, secret: str) -> ShareLink | None:
        """The link with this secret; None if there is none, or none any more."""
        return await self.by_digest(digest(secret)) if _WORD.fullmatch(secret) else None

    async def by_poster(self, name: str) -> ShareLink | None:
        """The link with this poster name; None if there is none, or none any more."""
        return await self.by_digest(_hashed(name)) if _WORD.fullmatch(name) else None

    async def by_digest(self, hashed: str) -> ShareLink | None:
        """The link with this digest; None if there is none, or none any more."""
        if not self._settings.share_links_per_job:
            return None
        with store_errors():
            held = await cast(Awaitable[dict[str, str]], self._redis.hgetall(keys.share_link(hashed)))
        return ShareLink.from_hash(held) if held else None

    def _end(self, wanted: float, now: float) -> float:
        hours = self._settings.share_link_max_hours
        latest = now + hours * 3600
        if not now < wanted <= latest + GRACE_SECONDS:
            raise OperationRefused(
                f"A link ends at a time in the future, at most {hours:g} hours from now.",
                "Choose a time within that. You can make another link later on.",
                code=Code.WRONG_SHARE_LINK_EXPIRY,
                limit=Limit("life of a link", hours, "hours"),
            )
        return min(wanted, latest)


async def end_all_links(redis: Redis) -> int:
    """End every link of everybody, and what was opened by it; how many there were. Raises `StoreUnavailable`."""
    ended = 0
    with store_errors():
        # What else is kept of a link leads nowhere without this key, and goes by itself.
        async for key in redis.scan_iter(match=keys.share_link("*"), count=1000):
            ended += int(await redis.delete(key))
    return ended


def poster_name(secret: str) -> str:
    """What a link's still picture is fetched by."""
    hashed = hashlib.sha256(_POSTER + secret.encode()).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


def digest(secret: str) -> str:
    """What a link is known by in Redis."""
    return _hashed(poster_name(secret))


def link_not_found() -> OperationRefused:
    """The refusal for a link that is over, was revoked, or never was: all the same."""
    return OperationRefused(
        "This link leads to no video, or no longer.",
        "It may have ended, or whoever made it has taken it back. Ask them for another.",
        code=Code.SHARE_LINK_NOT_FOUND,
    )


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _too_many(bound: int) -> OperationRefused:
    return OperationRefused(
        f"There are {bound} links to this video, and that is as many as there may be."
        if bound
        else "Links to videos are switched off on this server.",
        "Revoke one that you no longer need: shareLinks lists them."
        if bound
        else "Whoever runs this server can allow them (I2V_SHARE_LINKS_PER_JOB).",
        code=Code.TOO_MANY_SHARE_LINKS,
        limit=Limit("links to a video", bound, "links"),
    )


def _no_video(state: JobState) -> OperationRefused:
    if state.is_terminal:
        return OperationRefused(
            "This job has no video that could be watched.",
            "Have it made again with retryJob first.",
            code=Code.HAS_NO_VIDEO,
        )
    return OperationRefused(
        "This video is not finished yet.",
        "Make the link when it is: the job's state is COMPLETED then.",
        code=Code.NOT_PLAYABLE_YET,
    )
