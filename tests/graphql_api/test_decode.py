"""Taking in a stranger's picture: every kind that is accepted comes out upright, in its colours, without its metadata."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from graphql_api.decoder import Decoded
from graphql_api.picture_formats import FORMATS, sniff
from tests.graphql_api.taking_in import KINDS, PICTURES, Take, folder, photo, picture, pixels, saved, take

__all__ = ["folder", "picture", "take"]  # fixtures


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
