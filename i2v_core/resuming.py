"""What a subscriber of all jobs of a viewer is told first: no more is read of them than that.

A viewer may have thousands that ended long ago, and anybody may subscribe twenty times a second.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from i2v_core import keys
from i2v_core.queue import JobQueue


@dataclass(frozen=True, slots=True)
class Standing:
    """Ids of jobs: those to be read and told, those that are as the subscriber knows them (and ended), those that are gone.

    `told`: unfinished ones first, known or not. `same`: with their versions.
    """

    told: list[str]
    same: dict[str, int]
    gone: list[str]


async def standing(queue: JobQueue, viewer: str, known: Mapping[str, int] | None) -> Standing:
    """How a viewer's jobs stand for whoever knows these versions of them, or says nothing. Raises `StoreUnavailable`."""
    versions = "" if known is None else json.dumps(list(known.items()))
    unfinished, newer, ended, same, of_same, gone = await queue.scripts.run(
        "resume", [keys.viewer_jobs(viewer)], [versions]
    )
    return Standing([*unfinished, *newer, *ended], dict(zip(same, of_same, strict=True)), gone)
