"""`python tools/icons.py`: draws the icons of an installed i2v from the mark, into i2v_app/public/icons.

The mark is the one of public/favicon.svg and of the page's header: a frame, and the frame after it, which plays.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

ICONS = Path(__file__).resolve().parent.parent / "i2v_app" / "public" / "icons"
PAPER, STILL, MOVING = "#f7f5f2", "#e9a178", "#b93c0a"
#: Drawn this many times as large and scaled down: Pillow draws no smooth edges.
_FINER = 8


def main() -> None:
    """Draw them all anew."""
    ICONS.mkdir(exist_ok=True)
    for name, size, part, ground in (
        ("192", 192, 1.0, None),
        ("512", 512, 1.0, None),
        # iOS rounds its corners itself, and shows what is clear as black.
        ("180", 180, 0.74, PAPER),
        # Systems cut it to any shape: the mark keeps to the inner circle of four fifths.
        ("maskable", 512, 0.66, PAPER),
    ):
        drawn(size, part, ground).save(ICONS / f"{name}.png", optimize=True)


def drawn(size: int, part: float, ground: str | None) -> Image.Image:
    """The mark on a square of `size` pixels, its width `part` of it; on nothing, or on a colour."""
    large = size * _FINER
    image = Image.new("RGBA", (large, large), ground or (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    # The mark is 20 units wide and 14 high, from (2, 5) on.
    unit = large * part / 20

    def at(x: float, y: float) -> tuple[float, float]:
        return large / 2 + (x - 12) * unit, large / 2 + (y - 12) * unit

    for x, colour in ((2, STILL), (8, MOVING)):
        draw.rounded_rectangle((*at(x, 5), *at(x + 14, 19)), radius=4 * unit, fill=colour)
    draw.polygon([at(13, 9.2), at(13, 14.8), at(17.6, 12)], fill=PAPER)
    return image.resize((size, size), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
