"""The commands and what they are called. Each imports what it needs when it runs, so that `i2v --help` is quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from i2v_cli.client import commands
from i2v_core.errors import StartRefused

app = typer.Typer(
    name="i2v",
    help="Image to video on your own machine. Settings are I2V_ variables: `i2v settings` lists them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run a command. Whatever keeps it from starting is one sentence on stderr and exit code 1."""
    try:
        app()
    except StartRefused as refusal:
        print(f"i2v: {refusal}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)  # 128 + SIGINT, as shells count it


@app.command()
def up() -> None:
    """Serve the app: an embedded Redis (unless I2V_REDIS_URL is set), one worker and one web process."""
    from i2v_cli.up import run

    sys.exit(run())


@app.command()
def web(
    fd: Annotated[int | None, typer.Option(hidden=True, help="Listening socket inherited from `i2v up`.")] = None,
) -> None:
    """Serve the page and the API on one port."""
    from i2v_cli.web import run

    sys.exit(run(fd))


@app.command()
def api() -> None:
    """Serve the API alone."""
    from i2v_cli.api import run

    sys.exit(run())


@app.command()
def worker() -> None:
    """Make videos, one at a time. SIGTERM finishes the running one first, SIGINT puts it back at once."""
    from i2v_cli.worker import run

    sys.exit(run())


@app.command()
def doctor(json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Say what is present and what is missing, and what to do about it."""
    from i2v_cli.doctor import run

    sys.exit(run(as_json=json))


commands.register(app)

queue = typer.Typer(help="Look at the queue of everybody, pause it, take a job out of it.", no_args_is_help=True)
app.add_typer(queue, name="queue")


@queue.command("list")
def queue_list(json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """List what is being made and what waits, in order."""
    from i2v_cli.queue import show

    sys.exit(show(as_json=json))


@queue.command("pause")
def queue_pause() -> None:
    """Let nothing new begin. What is being made is finished, and uploads are still taken."""
    from i2v_cli.queue import pause

    sys.exit(pause(True))


@queue.command("resume")
def queue_resume() -> None:
    """Go on after a pause."""
    from i2v_cli.queue import pause

    sys.exit(pause(False))


@queue.command("cancel")
def queue_cancel(job: Annotated[str, typer.Argument(help="Id of the job.")]) -> None:
    """Cancel a job, whoever owns it."""
    from i2v_cli.queue import cancel

    sys.exit(cancel(job))


secret = typer.Typer(help="The secret that signs viewers' cookies.", no_args_is_help=True)
app.add_typer(secret, name="secret")


@secret.command("rotate")
def secret_rotate(
    forget_old: Annotated[
        bool,
        typer.Option(
            "--forget-old", help="Sign everybody out and end every link to a video: for a secret that others may know."
        ),
    ] = False,
) -> None:
    """Sign with a new secret from now on. Nobody is signed out, and nothing has to be started again."""
    from i2v_cli.secret import rotate

    sys.exit(rotate(keep_old=not forget_old))


@app.command()
def trace(
    leaked: Annotated[Path, typer.Argument(help="The leaked recording: a video file.")],
    job: Annotated[str, typer.Option("--job", help="Id of the job whose video it may show.")],
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say which playback a leaked recording came from. Exit code 0: named, 2: cannot tell, 1: an error."""
    from i2v_cli.trace import run

    sys.exit(run(leaked, job, as_json=json))


@app.command()
def settings(
    markdown: Annotated[bool, typer.Option("--markdown", help="As docs/settings.md has it.")] = False,
) -> None:
    """List every setting, its value and what it means."""
    from i2v_cli.settings_table import as_markdown, as_text

    print(as_markdown() if markdown else as_text(), end="")
