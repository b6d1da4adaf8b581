"""Jobs that have ended, put straight into a running server's Redis and media store: thousands in a second."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from functools import cache
from io import BytesIO
from typing import Any

import redis
from PIL import Image
from playwright.sync_api import BrowserContext

from i2v_cli.present_redis import present_redis
from i2v_core import keys
from i2v_core.jobs import SCHEMA_VERSION, JobState, VideoOptions, new_id
from i2v_core.settings import Settings
from i2v_core.viewers import COOKIE
from tests.browser.visiting import Server
from tests.conftest import PICTURES

DAY = 24 * 3600.0
_PICTURES = ("coffee.png", "astronaut.png", "chelsea.png", "landscape_1.jpg", "landscape_6.jpg")
_FAILURE = {"code": "PICTURE_LOST", "message": "The picture is gone.", "how_to_fix": "Add it again."}


def viewer_of(context: BrowserContext) -> str:
    """The id of the viewer that this browser is."""
    return next(cookie["value"] for cookie in context.cookies() if cookie["name"] == COOKIE).split(".")[0]


def seed(
    server: Server,
    viewer: str,
    names: Sequence[str],
    *,
    states: Mapping[str, JobState] | None = None,
    days_left: Mapping[str, float] | None = None,
) -> dict[str, str]:
    """A job of the viewer for each name, the first the newest, a minute apart; their ids by name.

    COMPLETED unless `states` says otherwise, deleted in 7 days unless `days_left` does. Nobody is told of them: a page that
    is open finds them when it reads its list again.
    """
    now = time.time()
    media = server.data / "media"
    ids = {}
    client = redis.Redis.from_url(present_redis(Settings(data_dir=server.data)))
    with client, client.pipeline(transaction=False) as pipe:
        for number, name in enumerate(names):
            ids[name] = job_id = new_id("job")
            state = (states or {}).get(name, JobState.COMPLETED)
            created = now - 60.0 * (number + 1)
            lives = DAY * (days_left or {}).get(name, 7.0)
            pipe.hset(keys.job(job_id), mapping=_document(job_id, viewer, name, state, created, now + lives))
            pipe.pexpire(keys.job(job_id), math.ceil(lives * 1000))
            pipe.zadd(keys.viewer_jobs(viewer), {job_id: int(created * 1000)})
            (media / job_id).mkdir(parents=True)
            (media / job_id / "thumbnail.webp").write_bytes(_thumbnail(_PICTURES[number % len(_PICTURES)]))
        pipe.pexpire(keys.viewer_jobs(viewer), int(30 * DAY * 1000))
        pipe.execute()
    return ids


def _document(job_id: str, viewer: str, name: str, state: JobState, created: float, expires: float) -> dict[str, Any]:
    return {
        "v": SCHEMA_VERSION,
        "id": job_id,
        "viewer": viewer,
        "flow": viewer,
        "name": name,
        "state": state.value,
        "options": json.dumps(VideoOptions().to_dict()),
        "created_at": f"{created:.3f}",
        "finished_at": f"{created + 30:.3f}",
        "expires_at": f"{expires:.3f}",
        "width": 640,
        "height": 480,
        "version": 5,
        "percent": 100 if state is JobState.COMPLETED else 0,
        "attempt": 1,
        "run": 1,
        "segments": 10 if state is JobState.COMPLETED else 0,
        **({"failure": json.dumps(_FAILURE)} if state is JobState.FAILED else {}),
    }


@cache
def _thumbnail(picture: str) -> bytes:
    with Image.open(PICTURES / picture) as image:
        image.thumbnail((480, 480))
        buffer = BytesIO()
        image.convert("RGB").save(buffer, "WEBP", quality=60)
    return buffer.getvalue()
