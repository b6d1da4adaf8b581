"""`i2v submit`: pictures are sent one after another, so that they stand in line in the order in which they were named.

Sending is never what takes long: the model makes one video in the time in which dozens of pictures arrive.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from i2v_cli.client import operations
from i2v_cli.client.address import Address
from i2v_cli.client.api import Answer, Api, ComeAgain, Counted
from i2v_cli.client.ending import Exit, Stopped, WrongUsage, first_of, run, say_why
from i2v_cli.client.job_view import JobView
from i2v_cli.client.patience import Patience
from i2v_cli.client.pictures import Picture, find, key_of
from i2v_cli.client.reports import Report, Track
from i2v_cli.client.showing import report_for
from i2v_cli.client.watcher import Watcher


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `key` is the idempotency key; None derives one from each picture, and `again` makes a new one."""

    motion: str
    seconds: float | None
    seed: int | None
    shape: str
    focus: tuple[float, float] | None
    key: str | None
    again: bool
    watch: bool
    wait: bool
    give_up_after: float
    as_json: bool

    @property
    def options(self) -> dict[str, Any]:
        """As the API takes them. What was not asked for is left out: keys are made of them, and older servers know less."""
        wanted: dict[str, Any] = {"motion": self.motion, "seconds": self.seconds, "seed": self.seed}
        if self.shape != "AS_PICTURE":
            wanted["shape"] = self.shape
        if self.focus is not None:
            wanted["focus"] = {"x": self.focus[0], "y": self.focus[1]}
        return wanted


def submit(arguments: Sequence[str], wish: Wish) -> int:
    """Send pictures, and watch their jobs to the end if that is asked for. The exit code."""
    try:
        pictures = find(arguments)  # before there is an event loop: a pipe that says nothing can be interrupted here
        if wish.key is not None and (wish.again or len(pictures) > 1):
            raise WrongUsage(
                "--idempotency-key is for one picture, and not together with --again. Without it each picture has a key of its own."
            )
    except Stopped as stopped:
        return say_why(stopped)
    tracks = [Track(picture.shown) for picture in pictures]

    async def work() -> Exit:
        with report_for(tracks, as_json=wish.as_json) as report:
            async with Api(Address.from_environment()) as api:
                return await Submission(api, wish, report).of(list(zip(pictures, tracks, strict=True)))

    return run(work, if_interrupted=lambda: goes_on(tracks))


class Submission:
    """One run of the command."""

    def __init__(self, api: Api, wish: Wish, report: Report) -> None:
        self._api, self._wish, self._report = api, wish, report
        self._patience = Patience(wish.give_up_after, report.waits)

    async def of(self, pairs: list[tuple[Picture, Track]]) -> Exit:
        """Send all of them, and watch if that is wished for."""
        await self._patience.insist(self._api.hello)
        watching = Patience(self._wish.give_up_after, self._report.waits)
        watching.heard()
        watcher = Watcher(self._api, watching, self._report)
        try:
            async with asyncio.TaskGroup() as tasks:
                if self._wish.watch:
                    tasks.create_task(watcher.run())
                for picture, track in pairs:
                    await self._send(picture, track)
                    if track.job:
                        watcher.add(track)
                watcher.close()
        except ExceptionGroup as group:
            raise first_of(group) from group
        return Exit.DONE if all(track.is_good for _, track in pairs) else Exit.SOME_FAILED

    async def _send(self, picture: Picture, track: Track) -> None:
        self._report.began(track)
        try:
            with picture.opened() as file:
                key = self._wish.key or (
                    f"i2v-cli-{uuid.uuid4()}" if self._wish.again else key_of(file, picture, self._wish.options)
                )
                size = file.seek(0, 2)
                counted: Any = Counted(file, size, lambda part: setattr(track, "sent", part))
                tries = 0

                async def upload() -> Answer:
                    nonlocal tries
                    tries += 1
                    return await self._api.upload(
                        operations.UPLOAD, picture.name, counted, options=self._wish.options, key=key
                    )

                answer = await self._insist(upload, "uploadImage")
        except OSError as error:
            answer = _unreadable(picture, error)
        if answer["__typename"] == "Job":
            track.job = job = JobView.of_job(answer)
            # A job of this very moment has not ended, unless it is an answer to an earlier try that was lost.
            is_older = datetime.fromisoformat(answer["createdAt"]).timestamp() < self._api.began_at
            track.repeated = is_older or (tries == 1 and job.has_ended)
            if track.repeated and job.state in ("FAILED", "CANCELLED"):
                answer = await self._insist(lambda: self._api.ask(operations.RETRY, id=job.id), "retryJob")
                track.job = JobView.of_job(answer) if answer["__typename"] == "Job" else None
        if track.job is not None:
            self._report.taken(track)
        else:
            track.refusal = {name: value for name, value in answer.items() if name != "__typename"}
            self._report.refused(track)

    async def _insist(self, ask: Any, field: str) -> Answer:
        """The answer, once the server does not ask to come again any more."""

        async def once() -> Answer:
            answer: Answer = (await ask())[field]
            seconds = answer.get("retryAfterSeconds")
            if seconds is not None and (self._wish.wait or answer["__typename"] == "TryAgain"):
                raise ComeAgain(float(seconds), answer["message"])
            return answer

        return await self._patience.insist(once)


def goes_on(tracks: list[Track]) -> str:
    """What to say to one who pressed Ctrl-C."""
    running = [track.job.id for track in tracks if track.job and not track.job.has_ended]
    unsent = sum(not track.job and not track.refusal for track in tracks)
    said = ["Interrupted."]
    if running:
        jobs = "The job goes on" if len(running) == 1 else f"The {len(running)} jobs go on"
        said.append(f"{jobs} without this command: `i2v watch` shows them again, `i2v cancel ID` ends one.")
    if unsent:
        pictures = "1 picture was" if unsent == 1 else f"{unsent} pictures were"
        said.append(f"{pictures} not sent; the same command sends the rest.")
    return " ".join(said)


def _unreadable(picture: Picture, error: OSError) -> Answer:
    return {
        "__typename": "Unreadable",
        "code": "FILE_NOT_READ",
        "message": f"The file cannot be read: {(error.strerror or str(error)).lower()}.",
        "howToFix": "Look whether it is still there and may be read by you.",
        "retryAfterSeconds": None,
    }
