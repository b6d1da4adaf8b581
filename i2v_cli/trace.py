"""`i2v trace`: which playback a leaked recording came from, in words or as JSON.

Exit codes: 0 a playback is named, 2 it cannot be told and why, 1 it could not be looked into (no such job, no such file).
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from i2v_cli.present_redis import ADVICE, present_redis
from i2v_core.errors import StoreUnavailable
from i2v_core.jobs import Job, JobState, is_id
from i2v_core.media import MediaMissing, MediaStore
from i2v_core.playbacks import Playbacks, Viewing
from i2v_core.queue import JobQueue
from i2v_core.seal import SealBroken
from i2v_core.settings import Settings, load_settings
from i2v_core.store import connect
from worker.watermark.footage import RecordingUnreadable
from worker.watermark.naming import Outcome
from worker.watermark.tracing import Trace, trace

NAMED, ERROR, CANNOT_TELL = 0, 1, 2
#: Likeness below which a recording without the mark is taken for another video, not for this one without its mark.
_SAME_VIDEO = 0.9
#: No more than this is ever claimed, as a part of 1: what was never tried may be wrong more often than that.
_MOST_CONFIDENCE = 0.9999


class CannotLook(Exception):
    """Why nothing could be compared, in a sentence."""


@dataclass(frozen=True, slots=True)
class _Records:
    """What Redis knows of the job."""

    job: Job
    viewings: list[Viewing]
    count: int


def run(leaked: Path, job_id: str, *, as_json: bool) -> int:
    """Look into it, print what was found and return the exit code."""
    try:
        found = _look(leaked, job_id)
    except CannotLook as error:
        print(json.dumps({"job": job_id, "outcome": "ERROR", "reason": str(error)}) if as_json else f"i2v: {error}",
              file=sys.stdout if as_json else sys.stderr)  # fmt: skip
        return ERROR
    print(json.dumps(found, indent=2) if as_json else _in_words(found))
    return NAMED if found["outcome"] == Outcome.NAMED else CANNOT_TELL


def _look(leaked: Path, job_id: str) -> dict[str, object]:
    settings = load_settings()
    if not leaked.is_file():
        raise CannotLook(f"There is no file {leaked}.")
    if not is_id("job", job_id):
        raise CannotLook(f"{job_id!r} is not a job's id. It looks like job_ and 24 letters and digits.")
    records = asyncio.run(_records(settings, job_id))
    job, video = records.job, records.job.video
    if video is None or job.segments == 0 or job.state in (JobState.FAILED, JobState.CANCELLED):
        raise CannotLook(f"The job {job_id} has no video to compare with: it is {job.state}.")
    if not video.marked:
        return _cannot(job, "NOT_MARKED", "The mark was off (I2V_WATERMARK=off) when this job's video was made.")
    if records.count == 0:
        return _cannot(job, "NEVER_WATCHED", "No playback of this job was ever opened.")
    try:
        traced = trace(
            leaked, MediaStore.of(settings), job.id, job.run, video, stored=job.segments, viewings=records.count
        )
    except RecordingUnreadable as error:
        raise CannotLook(f"{leaked} cannot be read as a video: {error}.") from None
    except MediaMissing:
        where = settings.media_path
        raise CannotLook(
            f"The job's video is not in {where}. Set I2V_MEDIA_DIR (or I2V_DATA_DIR) as the worker has it."
        ) from None
    except SealBroken:
        raise CannotLook(
            "The job's video was sealed with another key. Set I2V_MEDIA_KEY as the worker has it."
        ) from None
    return _found(records, traced)


async def _records(settings: Settings, job_id: str) -> _Records:
    redis = connect(present_redis(settings))
    try:
        playbacks = Playbacks(redis, settings)
        job = await JobQueue(redis, settings).get(job_id)
        if job is None:
            raise CannotLook(f"There is no job {job_id} (any more): it may have been deleted, or have expired.")
        return _Records(job, await playbacks.viewings(job_id), await playbacks.viewing_count(job_id))
    except StoreUnavailable:
        raise CannotLook(f"No Redis answers. {ADVICE}") from None
    finally:
        await redis.aclose()


def _found(records: _Records, traced: Trace) -> dict[str, object]:
    job, verdict = records.job, traced.verdict
    numbers = {
        "segments": len(verdict.bits),
        "segmentsRead": verdict.read,
        "bits": "".join("?" if bit is None else "AB"[bit] for bit in verdict.bits),
        "aboveChance": round(verdict.z, 1),
        "likeness": round(traced.likeness, 3),
    }
    if verdict.outcome is Outcome.NAMED:
        share = min(verdict.belief, _MOST_CONFIDENCE) / len(verdict.numbers)
        # Who watched an earlier attempt saw another video, which is gone.
        known = {viewing.number: viewing for viewing in records.viewings if viewing.run == job.run}
        playbacks = [_playback(known[number], share) for number in verdict.numbers if number in known]
        lost = len(verdict.numbers) - len(playbacks)
        if not playbacks:
            reason = "The sequence was read, but its playback is not on record any more: only the newest are kept."
            return _cannot(job, "NOT_ON_RECORD", reason) | numbers
        found = {"job": job.id, "outcome": str(verdict.outcome), "playbacks": playbacks, "notOnRecord": lost}
        return found | {"playbacksOpened": records.count} | numbers
    if verdict.outcome is Outcome.NO_MARK and traced.likeness < _SAME_VIDEO:
        return _cannot(job, "OTHER_VIDEO", "It does not show this job's video, or too little of it.") | numbers
    reasons = {
        Outcome.NO_MARK: "It looks like this job's video, but there is no mark of this job in it: it was made without "
        "one, comes from another job or an earlier attempt, or was damaged too much.",
        Outcome.TOO_LITTLE: f"Too little of the mark is left: {verdict.read} of {len(verdict.bits)} segments could be "
        f"read, which fits several of the {records.count} playbacks.",
        Outcome.NOBODYS: "There is a mark in it, but of no playback that was opened: it may be put together from "
        "several copies, or averaged over them.",
    }
    return _cannot(job, str(verdict.outcome), reasons[verdict.outcome]) | numbers


def _cannot(job: Job, outcome: str, reason: str) -> dict[str, object]:
    return {"job": job.id, "outcome": outcome, "reason": reason, "playbacks": []}


def _playback(viewing: Viewing, confidence: float) -> dict[str, object]:
    at = datetime.fromtimestamp(viewing.at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "playback": viewing.playback,
        "viewer": viewing.viewer,
        "shareLink": viewing.link or None,
        "openedAt": at,
        "number": viewing.number,
        "confidence": round(confidence, 4),
    }


def _in_words(found: dict[str, object]) -> str:
    playbacks = found["playbacks"]
    assert isinstance(playbacks, list)
    if found["outcome"] != Outcome.NAMED:
        return f"Cannot tell. {found['reason']}"
    lines = [
        f"{'One of ' + str(len(playbacks)) + ' playbacks' if len(playbacks) > 1 else 'The playback'} that this "
        f"recording most likely came from, of {found['playbacksOpened']} opened:"
    ]
    for each in playbacks:
        lines += [
            "",
            f"  playback    {each['playback']}",
            f"  viewer      {each['viewer']}",
            *([f"  by link     {each['shareLink']}"] if each["shareLink"] else []),
            f"  opened      {each['openedAt']}",
            f"  confidence  {100 * each['confidence']:.2f} %",
        ]
    if found["notOnRecord"]:
        lines += ["", f"The same mark went to {found['notOnRecord']} older playbacks that are not on record any more."]
    lines += [
        "",
        f"{found['segmentsRead']} of {found['segments']} segments could be read ({found['bits']}), "
        f"{found['aboveChance']} standard deviations above chance.",
    ]
    return "\n".join(lines)
