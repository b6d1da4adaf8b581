"""The client's commands and what they are called. Each imports what it needs when it runs, as in `main.py`."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated, Any

import typer
from typer.core import TyperCommand


class Motion(StrEnum):
    """How the camera moves, as one types it."""

    AUTO = "auto"
    ZOOM_IN = "zoom-in"
    ZOOM_OUT = "zoom-out"
    PAN = "pan"
    DRIFT = "drift"
    ORBIT = "orbit"


class Shape(StrEnum):
    """The shape of the video's frame, as one types it."""

    AS_PICTURE = "as-picture"
    WIDE = "wide"
    SQUARE = "square"
    TALL = "tall"


class State(StrEnum):
    """Where a job is on its way, as one types it."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Scope(StrEnum):
    """What a token may do, as one types it."""

    READ = "read"
    WRITE = "write"
    PLAY = "play"


Ids = Annotated[list[str], typer.Argument(metavar="JOB...", help="Ids of jobs of yours.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
GiveUp = Annotated[
    float, typer.Option("--give-up-after", min=0, help="Seconds to go on with a server that does not answer any more.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (submit, watch, jobs, cancel, retry, delete):
        app.command(cls=_Command)(command)
    token = typer.Typer(help="Tokens with which programs ask as you: make, list and revoke them.", no_args_is_help=True)
    token.command("create")(token_create)
    token.command("list")(token_list)
    token.command("revoke")(token_revoke)
    app.add_typer(token, name="token")


class _Command(TyperCommand):
    """A command whose refusals do not tell of the library that read its words (pydantic's "Value error, ...")."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As Typer does. Raises `typer.BadParameter`."""
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as wrong:
            wrong.message = wrong.message.removeprefix("Value error, ")
            raise


def submit(
    pictures: Annotated[
        list[str], typer.Argument(help="Files, folders, patterns in quotes; `-` for one picture from a pipe.")
    ],
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Show each until its video is made.")] = False,
    motion: Annotated[
        Motion, typer.Option(case_sensitive=False, help="How the camera moves; auto chooses by the picture's shape.")
    ] = Motion.AUTO,
    seconds: Annotated[
        float | None, typer.Option(help="Length of the video. By default what the server is set to.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same video.")] = None,
    shape: Annotated[
        Shape, typer.Option(case_sensitive=False, help="Shape of the video: wide is 16:9, tall 9:16.")
    ] = Shape.AS_PICTURE,
    focus: Annotated[
        str | None,
        typer.Option(
            metavar="X,Y",
            help="What stays if the shape cuts something off: parts of width and height, such as 0.3,0.5.",
        ),
    ] = None,
    idempotency_key: Annotated[
        str | None,
        typer.Option(help="Key of your own for one picture: the same within a day gives the same job."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Make another video of a picture that was sent with these options before.")
    ] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Take it for a refusal if the server asks to come again later.")
    ] = False,
    give_up_after: GiveUp = 300,
    json: Json = False,
) -> None:
    """Send pictures to a server (I2V_URL, I2V_TOKEN). The same command again sends no picture twice within a day.

    Exit code 0: all taken in (with --watch: all completed), 1: not all, 2: wrong usage, 3: no server, 4: not allowed.
    """
    from i2v_cli.client.submit import Wish, submit

    wish = Wish(
        motion.name,
        seconds,
        seed,
        shape.name,
        None if focus is None else _point(focus),
        idempotency_key,
        again,
        watch,
        not no_wait,
        give_up_after,
        json,
    )
    sys.exit(submit(pictures, wish))


def _point(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        x = y = -1.0
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise typer.BadParameter(
            f"{text!r} is no point of a picture. Use two numbers from 0 to 1, such as 0.3,0.5.", param_hint="--focus"
        )
    return x, y


def watch(
    job_ids: Annotated[list[str] | None, typer.Argument(metavar="[JOB...]", help="Ids of jobs of yours.")] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Do not end when all have ended; show new ones as they come.")
    ] = False,
    give_up_after: GiveUp = 300,
    json: Json = False,
) -> None:
    """Show jobs until they have ended: those named, or all of yours that wait or are being made.

    Exit code 0: all completed, 1: not all, 2: wrong usage, 3: no server, 4: not allowed. Ctrl-C ends no job.
    """
    from i2v_cli.client.watch import watch

    sys.exit(watch(job_ids or [], follow=follow, give_up_after=give_up_after, as_json=json))


def jobs(
    state: Annotated[
        list[State] | None, typer.Option(case_sensitive=False, help="Those in this state; may be given several times.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many at most.")] = 20,
    json: Json = False,
) -> None:
    """List your jobs, newest first. In a pipe: id, time, state, picture and words, separated by tabs."""
    from i2v_cli.client.listing import jobs

    sys.exit(jobs(states=[each.name for each in state or []], limit=limit, as_json=json))


def cancel(job_ids: Ids, json: Json = False) -> None:
    """End jobs of yours that wait or are being made. (`i2v queue cancel` is the operator's, and ends anybody's.)"""
    from i2v_cli.client.orders import order

    sys.exit(order("cancel", job_ids, as_json=json))


def retry(job_ids: Ids, json: Json = False) -> None:
    """Make jobs of yours again that failed or were cancelled."""
    from i2v_cli.client.orders import order

    sys.exit(order("retry", job_ids, as_json=json))


def delete(job_ids: Ids, json: Json = False) -> None:
    """Delete jobs of yours with their pictures and videos, at once and for good."""
    from i2v_cli.client.orders import order

    sys.exit(order("delete", job_ids, as_json=json))


def token_create(
    name: Annotated[str, typer.Argument(help="What you will know it by.")],
    scopes: Annotated[
        str, typer.Option(help="What it may do, separated by commas: read, write (submit, cancel...), play.")
    ],
    expires: Annotated[
        str | None, typer.Option(help="When it ends: 12h, 30d, 2w or a date. By default a year after its last use.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a token. Its secret is printed once, alone on stdout."""
    from i2v_cli.client.token import create

    wanted = [scope.strip().upper() for scope in scopes.split(",") if scope.strip()]
    if unknown := [scope for scope in wanted if scope not in Scope.__members__]:
        known = ", ".join(Scope)
        raise typer.BadParameter(f"{unknown[0].lower()} is none of {known}.", param_hint="--scopes")
    sys.exit(create(name, scopes=wanted, expires=expires, as_json=json))


def token_list(json: Json = False) -> None:
    """List your tokens that are valid, without their secrets, which nobody has but you."""
    from i2v_cli.client.token import show

    sys.exit(show(as_json=json))


def token_revoke(
    token_ids: Annotated[list[str], typer.Argument(metavar="TOKEN...", help="Ids, as `i2v token list` shows them.")],
    json: Json = False,
) -> None:
    """End tokens of yours. What was opened with them ends within seconds."""
    from i2v_cli.client.token import revoke

    sys.exit(revoke(token_ids, as_json=json))
