"""What is done to the built page before it is compressed and served."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reflex.plugins import Plugin

#: The file that holds the addresses that Reflex bakes in, and one such address with its path.
_ADDRESSES = "assets/reflex-env*.js"
_ADDRESS = re.compile(r"""(["'`])(http|ws)s?://[^/"'`]+(/[^"'`]*)\1""")
#: Host names for which Reflex would change an address after all: it then drops the port of https, and never connects.
#: The bundler puts them now into one file and now into another.
_LOCAL_NAMES = "assets/*.js"
_NAMES = re.compile(r"(SAME_DOMAIN_HOSTNAMES\s*=\s*)\[[^\]]*\]")
#: Where Reflex tells the server over its socket which address is open. The part behind `#` is for the browser alone: the
#: secret of a link stands there.
_TOLD = "assets/*.js"
_TOLD_ADDRESS = re.compile(r"(\basPath:\s*[\w$]+\.pathname\s*\+\s*[\w$]+)\s*\+\s*[\w$]+")
#: Files that are served as they are, from the root.
_PUBLIC = Path(__file__).parent / "public"
#: The font of most words. Asked for at once and not when the stylesheet has come, and used if it is there when the words
#: are first drawn, else from the next page on: words that change their font move what is below them.
_FONT = "assets/*-latin-wght-normal-*.woff2"
_OFFLINE = "offline.html"
#: Rules of the reset that Reflex puts before our styles, for elements that the page has none of: tools/css_use.py names
#: what is never used.
_OF_NOTHING = re.compile(
    r"(?<=[{}])(?:hr|abbr:where\(\[title\]\)|small|sub,sup|sub|sup|table|progress|summary|textarea|::file-selector-button"
    r"|::-webkit-date[\w-]*|::-webkit-(?:inner|outer)-spin-button|:where\(select:is\(\[multiple\],\[size\]\)\)[ \w]*)\{[^{}]*\}"
)
#: Copies of sources that the bundler has already taken in.
_LEFTOVERS = ("external", "styles")


class OwnOriginPlugin(Plugin):
    """Lets one build serve every address: behind a port mapping, a proxy or https."""

    def post_build(self, **context: Any) -> None:
        """Make the page speak to wherever it came from, keep to itself what is behind `#`, and drop what no browser asks for.

        Raises `RuntimeError` if the built page no longer has the form this was written for.
        """
        # Here, because the page's words ask for Reflex's configuration, which is what imports this.
        from i2v_app.offline_build import build_offline_page

        static: Path = context["static_dir"]
        _rewrite(static, _ADDRESSES, _ADDRESS, _from_own_origin)
        _rewrite(static, _LOCAL_NAMES, _NAMES, lambda match: f"{match[1]}[]")
        _rewrite(static, _TOLD, _TOLD_ADDRESS, lambda match: match[1])
        shutil.copytree(_PUBLIC, static, dirs_exist_ok=True)
        build_offline_page(static)
        _preload_font(static)
        _never_swap_fonts(static)
        _drop_rules_of_nothing(static)
        for path in static.rglob("*.map"):
            path.unlink()
        for name in _LEFTOVERS:
            shutil.rmtree(static / name, ignore_errors=True)


def _preload_font(static: Path) -> None:
    fonts = [path.relative_to(static).as_posix() for path in static.glob(_FONT)]
    if len(fonts) != 1:
        raise RuntimeError(f"expected one {_FONT} in the built page, found {len(fonts)}")
    link = f'<link rel="preload" href="/{fonts[0]}" as="font" type="font/woff2" crossorigin="anonymous"/>'
    for page in static.rglob("*.html"):
        if page.name != _OFFLINE:  # which has no font but the system's
            page.write_text(page.read_text().replace("<title>", f"{link}<title>", 1))


def _never_swap_fonts(static: Path) -> None:
    for sheet in static.glob("assets/*.css"):
        sheet.write_text(sheet.read_text().replace("font-display:swap", "font-display:optional"))


def _drop_rules_of_nothing(static: Path) -> None:
    for sheet in static.glob("assets/*.css"):
        sheet.write_text(_OF_NOTHING.sub("", sheet.read_text()))


def _rewrite(static: Path, glob: str, pattern: re.Pattern[str], how: Callable[[re.Match[str]], str]) -> None:
    changed = {path: pattern.sub(how, text) for path in static.glob(glob) if pattern.search(text := path.read_text())}
    if len(changed) != 1:
        raise RuntimeError(
            f"expected what is to be changed in one {glob} of the built page, found it in {len(changed)}; "
            "has Reflex changed how it writes it?"
        )
    for path, text in changed.items():
        path.write_text(text)


def _from_own_origin(match: re.Match[str]) -> str:
    # `location` is missing where the bundler's own prerendering runs this; the page is then already built.
    scheme = 'location.origin.replace(/^http/,"ws")' if match[2] == "ws" else "location.origin"
    return f'({scheme}+"{match[3]}")'
