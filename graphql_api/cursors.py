"""Cursors of lists of jobs: opaque, each good for its order alone, and good still when its job is gone."""

from __future__ import annotations

import base64
import binascii
import json
import math

from i2v_core import jobs
from i2v_core.job_list import JobOrder, Position, position_of

#: UNIX seconds that no job is made at; it keeps out infinity too.
_END_OF_TIME = 1e11
#: What stands before the job's id in a cursor: a text, or a time (null for never).
_FIELDS: dict[JobOrder, tuple[type, ...]] = {
    JobOrder.OLDEST: (float,),
    JobOrder.NAME: (str, float),
    JobOrder.EXPIRES_FIRST: (float, float),
}


def cursor_of(job: jobs.Job, order: JobOrder = JobOrder.NEWEST) -> str:
    """The job's place in that order."""
    if order is JobOrder.NEWEST:
        text = f"{job.created_at:.3f} {job.id}"
    else:
        text = json.dumps([order.value, *(None if at == math.inf else at for at in position_of(job, order))])
    return base64.urlsafe_b64encode(text.encode()).decode()


def read_cursor(cursor: str) -> tuple[float, str] | None:
    """The position of a cursor in the order NEWEST, or None if it is not one of ours."""
    try:
        text, job_id = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ")
        created_at = float(text)
    except (ValueError, binascii.Error):
        return None
    return (created_at, job_id) if 0 <= created_at < _END_OF_TIME and jobs.is_id("job", job_id) else None


def read_cursor_in(order: JobOrder, cursor: str) -> Position | None:
    """The position of a cursor in that order, or None if it is not one of ours, or one of another order."""
    if order is JobOrder.NEWEST:
        return read_cursor(cursor)
    try:
        named, *values, job_id = json.loads(base64.urlsafe_b64decode(cursor.encode()).decode())
    except (ValueError, TypeError, RecursionError):
        return None
    fields = _FIELDS[order]
    if (
        named != order.value
        or len(values) != len(fields)
        or not (isinstance(job_id, str) and jobs.is_id("job", job_id))
    ):
        return None
    read = [math.inf if value is None and order is JobOrder.EXPIRES_FIRST else value for value in values]
    pairs = zip(read, fields, strict=True)
    is_good = all(_is_time(value) if kind is float else isinstance(value, str) for value, kind in pairs)
    return (*read, job_id) if is_good else None


def _is_time(value: object) -> bool:
    return isinstance(value, float) and (0 <= value < _END_OF_TIME or value == math.inf)
