"""`i2v submit`: pictures go to a real server, each once, whatever is in the way; what it says and what it returns."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from i2v_cli.client.viewer_file import ViewerFile
from tests.conftest import PICTURES, wait_until
from tests.fundamentals.conftest import server
from tests.fundamentals.server import Server
from tests.i2v_cli.client import Client, command

__all__ = ["server"]

CAT = PICTURES / "chelsea.png"
#: Not a picture, whatever it is called.
TEXT = PICTURES / "LICENSES.md"


@pytest.fixture
def client(server: Server, tmp_path: Path) -> Client:
    return Client(server.url, tmp_path / "home")


def settings_of(server: Server, **changed: object) -> None:
    server.settings = server.settings.model_copy(update=changed)


def ids(lines: list[dict[str, Any]]) -> list[str]:
    return [line["id"] for line in lines if line["event"] == "taken"]


def jobs_of(client: Client) -> list[dict[str, Any]]:
    return client.lines("jobs")[1]


@contextmanager
def proxy_that_loses_an_answer(port: int) -> Iterator[str]:
    """The address of a way to the server on which the answer to the first multipart request is lost."""
    lost = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if is_answer and uploading.is_set() and not lost.is_set():
                    lost.set()
                    break
                if b"multipart/form-data" in data:
                    uploading.set()
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    uploading = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.create_connection(("127.0.0.1", port))
                threading.Thread(target=pump, args=(near, far, False), daemon=True).start()
                threading.Thread(target=pump, args=(far, near, True), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    listening.close()
    assert lost.is_set()


def test_each_change_of_state_is_a_line_and_one_refused_picture_makes_it_one(server: Server, client: Client) -> None:
    server.start("api", "worker")

    done = client.i2v("submit", CAT, TEXT, "--watch", "--seconds", "3")

    assert done.returncode == 1, done.stderr
    about_the_cat = [line for line in done.stdout.splitlines() if line.startswith(f"{CAT}: ")]
    assert "being made" in about_the_cat[-2]
    assert "completed in" in about_the_cat[-1]
    assert f"{TEXT}: not taken in: The file is not a picture. Choose a picture" in done.stdout
    assert "\x1b" not in done.stdout


def test_for_programs_each_line_is_an_object_with_the_fields_of_the_api(server: Server, client: Client) -> None:
    server.start("api", "worker")

    code, lines = client.lines("submit", CAT, TEXT, "--watch", "--motion", "zoom-in", "--seconds", 3, "--seed", 7)

    taken, refused, ended = lines[0], next(each for each in lines if each["event"] == "refused"), lines[-1]
    assert code == 1
    assert {line["event"] for line in lines} == {"taken", "refused", "progress", "ended"}
    assert taken["file"] == str(CAT)
    middle = {"x": 0.5, "y": 0.5}
    assert taken["options"] == {"motion": "ZOOM_IN", "seconds": 3, "seed": 7, "shape": "AS_PICTURE", "focus": middle}
    assert not taken["repeated"]
    assert (refused["file"], refused["code"]) == (str(TEXT), "NOT_A_PICTURE")
    assert (ended["event"], ended["id"], ended["state"], ended["percent"]) == ("ended", taken["id"], "COMPLETED", 100)
    percents = [line["percent"] for line in lines if line["event"] == "progress"]
    assert percents == sorted(percents)
    assert {frozenset(line) for line in lines if line["event"] == "progress"} == {frozenset(ended)}


def test_the_shape_and_what_stays_of_the_picture_are_told_by_name_and_by_a_point(
    server: Server, client: Client
) -> None:
    server.start("api")

    code, lines = client.lines("submit", CAT, "--shape", "tall", "--focus", "0.3,1")
    wrong = [client.i2v("submit", CAT, "--focus", text) for text in ("0.3", "0.3,1.2", "left,top")]

    assert code == 0
    assert (lines[0]["options"]["shape"], lines[0]["options"]["focus"]) == ("TALL", {"x": 0.3, "y": 1.0})
    assert [(each.returncode, "is no point of a picture" in each.stderr) for each in wrong] == [(2, True)] * 3
    assert len(jobs_of(client)) == 1


def test_the_same_command_again_makes_no_second_job_unless_it_is_asked_to(server: Server, client: Client) -> None:
    server.start("api")

    first = client.lines("submit", CAT)[1]
    same = client.lines("submit", CAT)[1]
    other = client.lines("submit", CAT, "--seed", 1)[1]
    again = client.lines("submit", CAT, "--again")[1]

    assert ids(same) == ids(first)
    assert len({*ids(first), *ids(other), *ids(again)}) == 3


def test_a_key_of_ones_own_is_for_one_picture(server: Server, client: Client) -> None:
    server.start("api")

    first = client.lines("submit", CAT, "--idempotency-key", "mine")[1]
    shutil.copy(CAT, client.home / "copy.png")
    same = client.lines("submit", client.home / "copy.png", "--idempotency-key", "mine")[1]
    two = client.i2v("submit", CAT, PICTURES / "coffee.png", "--idempotency-key", "mine")

    assert ids(same) == ids(first)
    assert two.returncode == 2
    assert "for one picture" in two.stderr


def test_an_answer_that_is_lost_makes_no_second_job(server: Server, client: Client) -> None:
    server.start("api")
    with proxy_that_loses_an_answer(server.settings.port) as way:
        done = client.i2v("submit", CAT, "--again", I2V_URL=way)

    assert done.returncode == 0, done.stderr
    assert "the connection is lost; trying again" in done.stderr
    shutil.copy(ViewerFile(way, viewers(client)).path, ViewerFile(server.url, viewers(client)).path)
    assert len(jobs_of(client)) == 1


def viewers(client: Client) -> Path:
    return client.home / "i2v" / "viewers"


def test_it_waits_for_as_long_as_the_server_asks_and_says_so(server: Server, client: Client) -> None:
    settings_of(server, waiting_per_viewer=1, model_seconds=6.0)
    server.start("api", "worker")

    # The first is being made, the second waits, and the third has no place until the first is done.
    code, lines = client.lines("submit", CAT, PICTURES / "coffee.png", PICTURES / "landscape_1.jpg")

    waits = [line for line in lines if line["event"] == "waiting"]
    assert code == 0
    assert len(ids(lines)) == 3
    assert 1 <= len(waits) <= 3  # it does not come back before it was asked to
    assert all(line["seconds"] >= 1 for line in waits)
    assert "the server asks to wait" in waits[0]["message"]
    assert "You have 1 picture waiting" in waits[0]["message"]


def test_or_takes_it_for_a_refusal(server: Server, client: Client) -> None:
    settings_of(server, waiting_per_viewer=1)
    server.start("api")

    code, lines = client.lines("submit", CAT, PICTURES / "coffee.png", "--no-wait")

    assert code == 1
    assert [line["event"] for line in lines] == ["taken", "refused"]
    assert lines[1]["code"] == "TOO_MANY_WAITING"
    assert lines[1]["retryAfterSeconds"] > 0


def test_pictures_come_from_folders_patterns_and_pipes_in_the_order_in_which_they_are_named(
    server: Server, client: Client, tmp_path: Path
) -> None:
    server.start("api")
    folder = tmp_path / "holiday"
    folder.mkdir()
    for name in ("b.JPG", "a.jpg", ".hidden.jpg"):
        shutil.copy(PICTURES / "landscape_1.jpg", folder / name)
    (folder / "notes.txt").write_text("not sent")

    done = client.i2v(
        "submit", CAT, folder, PICTURES / "landscape_[38].jpg", CAT, "-", "--json", stdin=CAT.read_bytes()
    )

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["name"] for line in lines] == [
        "chelsea.png",
        "a.jpg",
        "b.JPG",
        "landscape_3.jpg",
        "landscape_8.jpg",
        "stdin",
    ]
    assert done.returncode == 0


def test_a_pipe_that_says_nothing_can_be_interrupted(client: Client) -> None:
    reading, writing = os.pipe()
    submitting = subprocess.Popen(
        command(("submit", "-")),
        env=client.env,
        stdin=reading,
        stderr=subprocess.PIPE,
        # A shell that has put the tests into the background has its children ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(reading)
    os.write(writing, b"the beginning")
    # It reads: the pipe is empty again.
    wait_until(lambda: _is_empty(writing), what="reading")

    submitting.send_signal(signal.SIGINT)

    assert submitting.wait(20) == 130
    os.close(writing)
    assert submitting.stderr
    assert b"Traceback" not in submitting.stderr.read()
    submitting.stderr.close()


def _is_empty(pipe: int) -> bool:
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0\0\0\0"))[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.jpg"], "There is no file nothing.jpg"),
        (["*.nothing"], "No file is called like *.nothing"),
        (["docs"], "There is no picture in docs"),
        ([CAT, "--motion", "fly"], "'--motion': 'fly' is not one of"),
    ],
)
def test_what_makes_no_sense_is_said_before_anything_is_sent(
    words: list[object], said: str, server: Server, client: Client
) -> None:
    done = client.i2v("submit", CAT, *words)

    assert done.returncode == 2
    assert said in done.stderr
    assert not (client.home / "i2v").exists()


def test_a_large_file_is_never_held_in_memory(server: Server, client: Client, tmp_path: Path) -> None:
    settings_of(server, max_upload_mb=500.0)
    server.start("api")
    large = tmp_path / "large.png"
    large.write_bytes(CAT.read_bytes()[:100_000])
    os.truncate(large, 200_000_000)

    process = subprocess.Popen(command(("submit", large)), env=client.env, stdout=subprocess.PIPE)
    most = 0

    def has_ended() -> bool:
        nonlocal most
        # Not the system's account of an ended child: that has our own memory in it, from before it became the command.
        with suppress(psutil.NoSuchProcess):
            most = max(most, psutil.Process(process.pid).memory_info().rss)
        return process.poll() is not None

    wait_until(has_ended, seconds=60, what="the end of the command")
    said, _ = process.communicate()

    assert process.returncode == 1
    assert b"not taken in: The picture" in said
    assert 20_000_000 < most < 120_000_000  # bytes
