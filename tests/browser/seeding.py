"""Jobs that have ended, put straight into a running server's Redis and media store: thousands in a second.

Those that are COMPLETED can be played: each has its picture's video, which is made once in a run of the tests.
"""

from __future__ import annotations

import atexit
import json
import math
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import redis
from PIL import Image
from playwright.sync_api import BrowserContext

from i2v_cli.present_redis import present_redis
from i2v_core import keys
from i2v_core.jobs import SCHEMA_VERSION, JobState, Video, VideoOptions, new_id
from i2v_core.media import MediaStore
from i2v_core.settings import Settings
from i2v_core.viewers import COOKIE
from tests.browser.visiting import Server
from tests.conftest import PICTURES
from worker.render import Rendering
from worker.render_events import Done, InitStored, Message
from worker.simulated import SimulatedModel

DAY = 24 * 3600.0
#: What the jobs are of, in turn.
_SEEN = (
    "coffee.png",
    "photos/sunset.jpg",
    "photos/china.jpg",
    "photos/brook.jpg",
    "astronaut.png",
    "photos/meadow.jpg",
)
#: Small: a card is no wider, and nobody waits for it. Nothing spends time on being slow, or on a mark.
_MADE = Settings(model_seconds=0.1, video_long_side=480, watermark="off")
_RUN = 1
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
            shown = _shown(_SEEN[number % len(_SEEN)])
            pipe.hset(keys.job(job_id), mapping=_document(job_id, viewer, name, state, created, now + lives, shown))
            pipe.pexpire(keys.job(job_id), math.ceil(lives * 1000))
            pipe.zadd(keys.viewer_jobs(viewer), {job_id: int(created * 1000)})
            (media / job_id).mkdir(parents=True)
            for name_there in ("picture.jpg", "thumbnail.webp", *([str(_RUN)] if state is JobState.COMPLETED else ())):
                (media / job_id / name_there).symlink_to(shown.folder / name_there)
        pipe.pexpire(keys.viewer_jobs(viewer), int(30 * DAY * 1000))
        pipe.execute()
    return ids


@dataclass(frozen=True)
class _Shown:
    """What is to be seen of a picture: the folder of a job that has been made of it, and its video."""

    folder: Path
    size: tuple[int, int]
    video: Video
    segments: int


def _document(
    job_id: str, viewer: str, name: str, state: JobState, created: float, expires: float, shown: _Shown
) -> dict[str, Any]:
    fields = {
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
        "width": shown.size[0],
        "height": shown.size[1],
        "version": 5,
        "percent": 0,
        "attempt": 1,
        "run": _RUN,
        "segments": 0,
    }
    if state is JobState.COMPLETED:
        return fields | {"percent": 100, "segments": shown.segments, "video": json.dumps(asdict(shown.video))}
    return fields | ({"failure": json.dumps(_FAILURE)} if state is JobState.FAILED else {})


@cache
def _shown(picture: str) -> _Shown:
    store, job_id = MediaStore(_folder(), None), new_id("job")
    store.folder(job_id).mkdir()
    with Image.open(PICTURES / picture) as image:
        upright = image.convert("RGB")
        upright.save(store.picture_path(job_id), "JPEG")
        upright.thumbnail((480, 480))
        upright.save(store.thumbnail_path(job_id), "WEBP", quality=60)
        size = image.size
    said: list[Message] = []
    Rendering(job_id, _RUN, settings=_MADE, store=store, emit=said.append, cancelled=threading.Event()).go(
        SimulatedModel(_MADE), VideoOptions()
    )
    begun = next(event for event in said if isinstance(event, InitStored))
    done = next(event for event in said if isinstance(event, Done))
    video = Video(begun.mime_type, begun.width, begun.height, begun.segment_seconds, done.duration)
    return _Shown(store.folder(job_id), size, video, done.segments)


@cache
def _folder() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="i2v-seen-")
    atexit.register(folder.cleanup)
    return Path(folder.name)
