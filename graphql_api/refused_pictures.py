"""Every sentence about a picture that is not taken in: what was wrong, and what would be accepted."""

from __future__ import annotations

from graphql_api.picture_formats import FORMATS, name_of_other, sniff
from i2v_core.errors import Code, Limit, UploadRefused

_ACCEPTED_TEXT = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"

#: What is said, and what to do, of a job whose picture the store has no more.
LOST = ("The picture is no longer in the store.", "Upload it again.")


def refusal_for(head: bytes) -> UploadRefused | None:
    """Why a file that begins with these bytes is not taken in, or None if it may be a picture we can read."""
    if not head:
        return empty_file()
    if sniff(head) is not None:
        return None
    other = name_of_other(head)
    return not_a_picture() if other is None else unsupported_format(other)


def empty_file() -> UploadRefused:
    """There is nothing in it."""
    return UploadRefused(
        "The file is empty.", "Choose the picture again; it may not have been saved.", code=Code.EMPTY_FILE
    )


def not_a_picture() -> UploadRefused:
    """Its bytes are no picture's, whatever its name says."""
    return UploadRefused(
        "The file is not a picture.",
        f"Choose a picture: {_ACCEPTED_TEXT}. The name alone does not make it one.",
        code=Code.NOT_A_PICTURE,
    )


def unsupported_format(name: str) -> UploadRefused:
    """It is something known, such as "a PDF", that is not taken in."""
    return UploadRefused(
        f"The file is {name}, which cannot be read here.",
        f"Save the picture as {_ACCEPTED_TEXT} and send that.",
        code=Code.UNSUPPORTED_FORMAT,
    )


def truncated_file() -> UploadRefused:
    """Its end is missing."""
    return UploadRefused(
        "The picture is cut off: the end of the file is missing.",
        "Copy or download the picture again, and send it once it is whole.",
        code=Code.TRUNCATED_FILE,
    )


def too_many_pixels(width: int, height: int, max_pixels: int) -> UploadRefused:
    """It has more pixels than the setting allows."""
    allowed = max_pixels / 1_000_000
    return UploadRefused(
        f"The picture has {width} x {height} pixels ({_megapixels(width * height)} megapixels); "
        f"at most {allowed:g} megapixels are taken.",
        f"Make it smaller, to {allowed:g} megapixels or fewer. The video needs no more than two.",
        code=Code.TOO_MANY_PIXELS,
        limit=Limit("max_megapixels", allowed, "megapixels"),
    )


def damaged() -> UploadRefused:
    """It begins like a picture and then makes no sense."""
    return UploadRefused(
        "The picture is damaged and cannot be read.",
        "Open it in another program and save it again, as a JPEG or PNG.",
        code=Code.DECODE_FAILED,
    )


def out_of_memory(memory_mb: int) -> UploadRefused:
    """Reading it needs more memory than a decode may take."""
    return UploadRefused(
        f"Reading this picture takes more memory than it may take ({memory_mb} MiB).",
        "Make it smaller or save it as a plain JPEG, and send that.",
        code=Code.DECODE_FAILED,
        limit=Limit("decode_memory_mb", memory_mb, "MiB"),
    )


def took_too_long(seconds: float) -> UploadRefused:
    """Reading it takes longer than a decode may take."""
    return UploadRefused(
        f"Reading this picture takes longer than it may take ({seconds:g} s).",
        "Make it smaller or save it as a plain JPEG, and send that.",
        code=Code.DECODE_FAILED,
        limit=Limit("decode_seconds", seconds, "seconds"),
    )


def decoder_died() -> UploadRefused:
    """The decoder crashed over it, in its own process."""
    return UploadRefused(
        "The picture could not be read: the decoder gave up on it.",
        "Open it in another program and save it again, as a JPEG or PNG.",
        code=Code.DECODE_FAILED,
    )


def not_stored() -> UploadRefused:
    """The disk has no room for it, or will not have it."""
    return UploadRefused(
        "The server has no room for the picture at the moment.",
        "Try again later. If it stays so, tell whoever runs this server to make room.",
        code=Code.STORAGE_FAILED,
    )


def _megapixels(pixels: int) -> str:
    megapixels = pixels / 1_000_000
    return f"{megapixels:.0f}" if megapixels >= 100 else f"{megapixels:.1f}"
