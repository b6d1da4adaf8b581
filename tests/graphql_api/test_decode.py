"""Taking in a stranger's picture: every kind that is accepted, and every way of being refused."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import struct
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, PngImagePlugin

from graphql_api.decoder import Decoded, Decoder
from graphql_api.picture_formats import FORMATS, sniff
from graphql_api.refused_pictures import refusal_for
from i2v_core.errors import Code, UploadRefused
from i2v_core.settings import Settings

PICTURES = Path(__file__).parent.parent / "pictures"
pillow_heif.register_heif_opener()

Take = Callable[..., Awaitable[Decoded]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the decoder puts what it makes; it is the decoder that makes the folder."""
    return tmp_path / "job"


@pytest.fixture
def take(tmp_path: Path, folder: Path) -> Take:
    """Decode some bytes (or a file) as if they had been uploaded under the name `photo.jpg`."""

    async def take(data: bytes | Path, **settings: float) -> Decoded:
        source = tmp_path / "photo.jpg"
        source.write_bytes(data.read_bytes() if isinstance(data, Path) else data)
        decoder = Decoder(Settings(**settings))  # type: ignore[arg-type]
        return await decoder.decode(source, folder / "picture.jpg", folder / "thumbnail.webp")

    return take


@pytest.fixture
def picture(folder: Path) -> Callable[[], NDArray[np.float64]]:
    """The normal form as numbers."""
    return lambda: pixels(Image.open(folder / "picture.jpg"))


def pixels(image: Image.Image) -> NDArray[np.float64]:
    return np.asarray(image.convert("RGB"), np.float64)


def photo(size: tuple[int, int] = (300, 200)) -> Image.Image:
    with Image.open(PICTURES / "coffee.png") as image:
        return image.convert("RGB").resize(size)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and brings next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


KINDS = {
    "JPEG": lambda: saved(photo(), "JPEG", quality=95),
    "PNG": lambda: saved(photo(), "PNG"),
    "WEBP": lambda: saved(photo(), "WEBP", quality=95),
    "AVIF": lambda: saved(photo(), "AVIF", quality=95),
    "HEIC": lambda: saved(photo(), "HEIF", quality=95),
    "GIF": lambda: saved(photo(), "GIF"),
    "TIFF": lambda: saved(photo(), "TIFF", compression="tiff_lzw"),
    "BMP": lambda: saved(photo(), "BMP"),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_accepted_kind_keeps_its_colours(
    kind: str, take: Take, picture: Callable[[], NDArray[np.float64]]
) -> None:
    data = KINDS[kind]()

    decoded = await take(data)

    assert sniff(data[:64]) == kind
    assert decoded == Decoded(300, 200)
    assert np.abs(picture() - pixels(photo())).mean() < 6  # a GIF has 256 colours; the rest are within 3


def test_every_kind_is_named() -> None:
    assert {name.upper() for name in FORMATS} == set(KINDS)


async def test_the_normal_form_is_bounded_and_a_small_one_is_not_enlarged(take: Take, folder: Path) -> None:
    decoded = await take(saved(photo((1500, 1000)), "JPEG"), input_long_side=640)

    assert decoded == Decoded(640, 427)
    with Image.open(folder / "picture.jpg") as made, Image.open(folder / "thumbnail.webp") as thumbnail:
        assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (640, 427))
        assert (thumbnail.format, thumbnail.size) == ("WEBP", (480, 320))


@pytest.mark.parametrize("orientation", [3, 6, 8])
async def test_pictures_come_out_upright_and_alike(
    orientation: int, take: Take, picture: Callable[[], NDArray[np.float64]]
) -> None:
    await take(PICTURES / "landscape_1.jpg")
    upright = picture()

    decoded = await take(PICTURES / f"landscape_{orientation}.jpg")

    assert decoded == Decoded(1800, 1200)
    assert np.abs(picture() - upright).mean() < 4


async def test_orientation_is_honoured_in_mirrored_form_and_in_every_kind_that_has_it(
    take: Take, picture: Callable[[], NDArray[np.float64]]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 5
    lying = photo().transpose(Image.Transpose.TRANSPOSE)

    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"):
        decoded = await take(saved(lying, kind, exif=exif.tobytes()))

        assert decoded == Decoded(300, 200), kind
        assert np.abs(picture() - pixels(photo())).mean() < 6, kind


async def test_metadata_is_gone(take: Take, folder: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret description"
    exif[0x8825] = {1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)}  # GPS
    data = saved(photo(), "JPEG", exif=exif, comment=b"a secret comment", xmp=b"<x:xmpmeta>a secret packet</x:xmpmeta>")
    assert data.count(b"secret") == 3

    await take(data)

    for path in folder.iterdir():
        assert b"secret" not in path.read_bytes()
        with Image.open(path) as made:
            assert dict(made.getexif()) == {}
            assert not {"exif", "xmp", "comment", "icc_profile"} & set(made.info)


async def test_an_icc_profile_is_applied(take: Take, picture: Callable[[], NDArray[np.float64]]) -> None:
    # A profile that has red and green exchanged: whoever ignores it shows the wrong colour.
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"

    await take(saved(Image.new("RGB", (64, 64), (200, 30, 30)), "PNG", icc_profile=bytes(profile)))

    assert np.abs(picture()[32, 32] - (30, 200, 30)).max() < 6


async def test_a_broken_icc_profile_is_ignored(take: Take, picture: Callable[[], NDArray[np.float64]]) -> None:
    await take(saved(Image.new("RGB", (64, 64), (200, 30, 30)), "PNG", icc_profile=b"no profile at all"))

    assert np.abs(picture()[32, 32] - (200, 30, 30)).max() < 4


async def test_cmyk_becomes_rgb(take: Take, picture: Callable[[], NDArray[np.float64]]) -> None:
    for kind in ("JPEG", "TIFF"):
        await take(saved(photo().convert("CMYK"), kind))

        assert np.abs(picture() - pixels(photo())).mean() < 4, kind


async def test_sixteen_bit_grey_is_scaled_not_clipped(take: Take, picture: Callable[[], NDArray[np.float64]]) -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (64, 1))

    for kind in ("PNG", "TIFF"):
        await take(saved(Image.fromarray(ramp), kind))

        assert np.abs(picture()[32, :, 0] - np.arange(256)).max() < 3, kind


async def test_grey_in_floats_is_scaled(take: Take, picture: Callable[[], NDArray[np.float64]]) -> None:
    ramp = np.tile(np.linspace(0, 1, 256).astype(np.float32), (64, 1))

    await take(saved(Image.fromarray(ramp), "TIFF"))

    assert np.abs(picture()[32, :, 0] - np.arange(256)).max() < 3


@pytest.mark.parametrize("mode", ["1", "L"])
async def test_grey_and_black_and_white(mode: str, take: Take, picture: Callable[[], NDArray[np.float64]]) -> None:
    await take(saved(Image.new(mode, (40, 30), 255), "PNG"))

    assert picture().min() > 250


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
async def test_transparency_becomes_white(mode: str, take: Take, picture: Callable[[], NDArray[np.float64]]) -> None:
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 255))
    image.paste((0, 0, 0, 0), (32, 0, 64, 64))
    image.paste((0, 0, 0, 128), (0, 32, 32, 64))

    await take(saved(image.convert(mode), "PNG"))

    got = picture()
    assert got[16, 16].max() < 8
    assert got[16, 48].min() > 247
    assert np.abs(got[48, 16] - 127).max() < 5


async def test_a_palette_with_a_transparent_colour(take: Take, picture: Callable[[], NDArray[np.float64]]) -> None:
    image = Image.new("P", (64, 64), 1)
    image.putpalette([0, 0, 0, 200, 30, 30])
    image.paste(0, (32, 0, 64, 64))

    for kind in ("PNG", "GIF"):
        await take(saved(image, kind, transparency=0))

        got = picture()
        assert np.abs(got[32, 16] - (200, 30, 30)).max() < 6, kind
        assert got[32, 48].min() > 247, kind


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
async def test_the_first_frame_of_several_is_taken(
    kind: str, take: Take, picture: Callable[[], NDArray[np.float64]]
) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue")]

    await take(saved(frames[0], kind, save_all=True, append_images=frames[1:]))

    assert np.abs(picture()[32, 32] - (255, 0, 0)).max() < 12


@pytest.mark.parametrize("size", [(1, 1), (4000, 3), (3, 4000), (641, 479)])
async def test_odd_and_extreme_shapes(size: tuple[int, int], take: Take) -> None:
    decoded = await take(saved(Image.new("RGB", size, "teal"), "PNG"))

    assert abs(decoded.width - min(size[0], 2560)) <= 1  # bounded to 2560, a strip's short side shrinks too
    assert abs(decoded.height - min(size[1], 2560)) <= 1


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
