"""Taking in a stranger's picture: every way of being refused, and that each costs one upload and nothing else."""

from __future__ import annotations

import asyncio
import os
import signal
import struct
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from graphql_api.decoder import Decoded, Decoder
from graphql_api.refused_pictures import refusal_for
from i2v_core.errors import Code, UploadRefused
from i2v_core.settings import Settings
from tests.graphql_api.taking_in import KINDS, PICTURES, Take, folder, photo, picture, png_header, saved, take

__all__ = ["folder", "picture", "take"]  # fixtures


REFUSED = {
    "empty": (b"", Code.EMPTY_FILE),
    "text": (b"Dear server, I am a picture. Yours, photo.jpg", Code.NOT_A_PICTURE),
    "text that begins like a BMP": (b"BMW is a maker of cars and of motorcycles." * 9, Code.NOT_A_PICTURE),
    "PDF": (b"%PDF-1.7\n" + bytes(200), Code.UNSUPPORTED_FORMAT),
    "SVG": (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", Code.UNSUPPORTED_FORMAT),
    "video": (b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(200), Code.UNSUPPORTED_FORMAT),
    "JPEG signature and nothing sensible": (
        b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9 + b"\xff\xd9",
        Code.DECODE_FAILED,
    ),
    "HEIC header and nothing": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Code.DECODE_FAILED),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_no_picture_is_refused_with_its_reason(name: str, take: Take, folder: Path) -> None:
    data, code = REFUSED[name]

    with pytest.raises(UploadRefused) as refused:
        await take(data)

    assert refused.value.code is code
    assert refused.value.message.endswith(".")
    assert refused.value.how_to_fix.endswith(".")
    assert not folder.exists()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.3, 0.9])
async def test_a_truncated_file_is_called_that(kind: str, part: float, take: Take, folder: Path) -> None:
    data = KINDS[kind]()

    with pytest.raises(UploadRefused) as refused:
        await take(data[: int(len(data) * part)])

    assert refused.value.code is Code.TRUNCATED_FILE
    assert not folder.exists()


async def test_a_bomb_is_refused_by_its_header(take: Take, folder: Path) -> None:
    bomb = png_header(13_000, 13_000)
    assert len(bomb) < 4096

    with pytest.raises(UploadRefused) as refused:
        await take(bomb, decode_seconds=2)

    assert refused.value.code is Code.TOO_MANY_PIXELS
    assert refused.value.limit is not None
    assert (refused.value.limit.value, refused.value.limit.unit) == (50, "megapixels")
    assert "13000 x 13000" in refused.value.message
    assert not folder.exists()


async def test_a_webp_that_claims_a_huge_canvas_is_refused_before_it_is_opened(take: Take) -> None:
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (16_382).to_bytes(3, "little") * 2
    data = b"RIFF" + struct.pack("<I", len(canvas) + 4) + b"WEBP" + canvas

    with pytest.raises(UploadRefused) as refused:
        await take(data)

    assert refused.value.code is Code.TOO_MANY_PIXELS


async def test_the_limit_in_pixels_is_the_setting(take: Take) -> None:
    data = saved(photo((400, 300)), "PNG")

    decoded = await take(data, max_megapixels=0.12)
    with pytest.raises(UploadRefused) as refused:
        await take(data, max_megapixels=0.1199)

    assert decoded == Decoded(400, 300)
    assert refused.value.code is Code.TOO_MANY_PIXELS


@pytest.mark.parametrize("in_the_way", ["job", "job/thumbnail.webp/x"])
async def test_a_store_that_cannot_be_written_is_named(take: Take, tmp_path: Path, in_the_way: str) -> None:
    (tmp_path / in_the_way).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / in_the_way).write_text("as full as a disk can be, also for root")

    with pytest.raises(UploadRefused) as refused:
        await take(saved(photo(), "PNG"))

    assert refused.value.code is Code.STORAGE_FAILED
    assert not (tmp_path / "job" / "picture.jpg").exists()


async def test_a_bomb_in_the_metadata_is_refused(take: Take) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("bomb", "x" * 200_000_000, zip=True)

    with pytest.raises(UploadRefused) as refused:
        await take(saved(Image.new("RGB", (8, 8)), "PNG", pnginfo=info))

    assert refused.value.code is Code.DECODE_FAILED


async def test_running_out_of_memory_costs_one_upload(take: Take, folder: Path) -> None:
    data = saved(Image.new("RGBA", (7000, 7000)), "PNG", compress_level=1)

    with pytest.raises(UploadRefused) as refused:
        await take(data, decode_memory_mb=256)

    assert refused.value.code is Code.DECODE_FAILED
    assert "256 MiB" in refused.value.message
    assert not folder.exists()


async def test_running_out_of_processor_time_costs_one_upload(take: Take, folder: Path) -> None:
    data = saved(Image.new("RGBA", (7000, 7000)), "WEBP", lossless=True, quality=0, method=0)

    with pytest.raises(UploadRefused) as refused:
        await take(data, decode_seconds=1)  # the system counts whole seconds; this takes several

    assert refused.value.code is Code.DECODE_FAILED
    assert "(1 s)" in refused.value.message
    assert not folder.exists()


async def test_hanging_costs_one_upload(take: Take, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = asyncio.create_subprocess_exec

    async def start_and_freeze(*arguments: object, **options: object) -> asyncio.subprocess.Process:
        process = await start(*arguments, **options)  # type: ignore[arg-type]
        process.send_signal(signal.SIGSTOP)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start_and_freeze)
    monkeypatch.setattr("graphql_api.decoder._WAITING_SECONDS", 0.2)

    with pytest.raises(UploadRefused) as refused:
        await take(KINDS["PNG"](), decode_seconds=0.2)

    assert refused.value.code is Code.DECODE_FAILED
    assert "longer" in refused.value.message
    assert not folder.exists()


async def test_a_decoder_that_is_killed_costs_one_upload(
    take: Take, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = asyncio.create_subprocess_exec

    async def start_and_crash(*arguments: object, **options: object) -> asyncio.subprocess.Process:
        process = await start(*arguments, **options)  # type: ignore[arg-type]
        process.send_signal(signal.SIGSEGV)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start_and_crash)

    with pytest.raises(UploadRefused) as refused:
        await take(KINDS["PNG"]())

    assert refused.value.code is Code.DECODE_FAILED
    assert not folder.exists()


async def test_cancelling_kills_the_process_and_leaves_nothing(
    take: Take, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = asyncio.create_subprocess_exec
    started: asyncio.Queue[asyncio.subprocess.Process] = asyncio.Queue()

    async def start_and_tell(*arguments: object, **options: object) -> asyncio.subprocess.Process:
        process = await start(*arguments, **options)  # type: ignore[arg-type]
        process.send_signal(signal.SIGSTOP)  # it would be done before we can cancel
        await started.put(process)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start_and_tell)
    decoding = asyncio.ensure_future(take(KINDS["PNG"]()))
    process = await started.get()

    decoding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await decoding

    assert process.returncode == -signal.SIGKILL
    assert not folder.exists()


async def test_no_more_than_the_set_number_run_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = asyncio.create_subprocess_exec
    running, most = set(), 0

    async def start_and_count(*arguments: object, **options: object) -> asyncio.subprocess.Process:
        nonlocal most
        process = await start(*arguments, **options)  # type: ignore[arg-type]
        running.add(process)
        running.difference_update([other for other in running if other.returncode is not None])
        most = max(most, len(running))
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start_and_count)
    decoder = Decoder(Settings(decode_concurrency=2))
    source = PICTURES / "chelsea.png"

    await asyncio.gather(
        *(decoder.decode(source, tmp_path / f"{n}" / "p.jpg", tmp_path / f"{n}" / "t.webp") for n in range(6))
    )

    assert most == 2


async def test_the_process_sees_nothing_of_the_servers_environment(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}
    start = asyncio.create_subprocess_exec

    async def start_and_look(*arguments: object, **options: object) -> asyncio.subprocess.Process:
        seen.update(options["env"])  # type: ignore[call-overload]
        return await start(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setenv("I2V_SECRET", "not for strangers' pictures")
    monkeypatch.setattr(asyncio, "create_subprocess_exec", start_and_look)

    await take(KINDS["BMP"]())

    assert "I2V_SECRET" not in seen
    assert "I2V_REDIS_URL" not in seen
    assert seen["I2V_DECODE_PARENT"] == str(os.getpid())


def test_a_refusal_can_be_had_from_the_first_bytes_alone() -> None:
    refusal = refusal_for(b"PK\x03\x04" + bytes(30))

    assert refusal is not None
    assert refusal.code is Code.UNSUPPORTED_FORMAT
    assert "ZIP" in refusal.message
    assert refusal_for(KINDS["JPEG"]()[:16]) is None
