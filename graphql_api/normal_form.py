"""A picture of any mode, depth and colour space, brought into normal form: upright, bounded, opaque, sRGB in 8 bits.

The order spares memory: everything that needs a second full-size copy is done in bands or after the picture is small.
"""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image, ImageCms

#: Rows handled at a time where a full-size copy in a wider mode is avoided.
_BAND = 256
#: Averaging down to three times the target comes before Lanczos: as good to the eye, much faster.
_GAP = 3.0
_WHITE = "white"
#: What turns a picture upright, by its EXIF orientation.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
#: EXIF's tag for it.
_ORIENTATION = 0x0112


def normal_form(image: Image.Image, long_side: int) -> Image.Image:
    """A new RGB picture without metadata, its long side at most `long_side` pixels, of an opened, not yet loaded one.

    Transparency becomes white. Raises what Pillow raises for broken files, and `MemoryError`.
    """
    if image.format in ("JPEG", "MPO"):
        # Lets the JPEG decoder itself halve, quarter or eighth the picture; never below the size wanted.
        scale = min(1.0, long_side / max(image.size))
        image.draft(None, (max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    image.load()
    orientation = image.getexif().get(_ORIENTATION)
    profile = image.info.get("icc_profile")
    image = _bounded(_opaque(_eight_bits(image)), long_side)
    image = _srgb(image, profile if isinstance(profile, bytes) else None)
    image = image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image
    image.info.clear()  # savers copy comments and XMP from here
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of more than 8 bits scaled, not clipped, to 8; palettes and bits resolved."""
    if image.mode.startswith("I;16"):
        tags = getattr(image, "tag_v2", {})
        bits = tags.get(258, (16,))  # a TIFF's BitsPerSample: 12-bit scans come in the same mode
        top = 2 ** (bits[0] if isinstance(bits, tuple) else bits) - 1
        return _scaled_grey(image, 0, top)
    if image.mode in ("I", "F"):
        low, high = _range(image)
        return _scaled_grey(image, low, high)
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA") or (image.mode in ("L", "RGB") and "transparency" in image.info):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK", "LAB"):
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _range(image: Image.Image) -> tuple[float, float]:
    """What black and white are in a picture of 32-bit numbers, which does not say so."""
    low, high = (float(edge) for edge in image.getextrema())  # type: ignore[arg-type]
    if image.mode == "F" and low >= 0 and high <= 1:
        return 0, 1
    if low >= 0:
        for top in (255.0, 65535.0):
            if high <= top:
                return 0, top
    return low, high


def _scaled_grey(image: Image.Image, low: float, high: float) -> Image.Image:
    scale = 255 / (high - low) if high > low else 0.0

    def band_in_8_bits(band: Image.Image) -> Image.Image:
        # Half a step more, because the conversion to L cuts fractions off.
        return band.convert("F").point(lambda value: value * scale + (0.5 - low * scale)).convert("L")

    return _by_bands(image, "L", band_in_8_bits)


def _opaque(image: Image.Image) -> Image.Image:
    """Transparency put on white: what paper and most pages would have shown behind it."""
    if image.mode not in ("LA", "RGBA"):
        return image
    mode = "L" if image.mode == "LA" else "RGB"

    def band_on_white(band: Image.Image) -> Image.Image:
        ground = Image.new(mode, band.size, _WHITE)
        ground.paste(band.convert(mode), mask=band.getchannel("A"))
        return ground

    return _by_bands(image, mode, band_on_white)


def _by_bands(image: Image.Image, mode: str, change: Callable[[Image.Image], Image.Image]) -> Image.Image:
    changed = Image.new(mode, image.size)
    for top in range(0, image.height, _BAND):
        bottom = min(top + _BAND, image.height)
        changed.paste(change(image.crop((0, top, image.width, bottom))), (0, top))
    return changed


def _bounded(image: Image.Image, long_side: int) -> Image.Image:
    scale = long_side / max(image.size)
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=_GAP)


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Converted by its profile, if that is usable and of the same kind; plainly otherwise. Always a new picture."""
    if profile or image.mode == "LAB":
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else ImageCms.createProfile("LAB")
            converted = ImageCms.profileToProfile(
                image,
                source,
                ImageCms.createProfile("sRGB"),
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # broken, or made for another colour space than the picture's: as if it had none
        else:
            assert converted is not None  # it is None only for work done in place
            return converted
    return image.copy() if image.mode == "RGB" else image.convert("RGB")
