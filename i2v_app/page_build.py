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
#: In which file they are is the bundler's choice.
_LOCAL_NAMES = "assets/*.js"
_NAMES = re.compile(r"(SAME_DOMAIN_HOSTNAMES\s*=\s*)\[[^\]]*\]")
#: Files that are served as they are, from the root.
_PUBLIC = Path(__file__).parent / "public"
#: Copies of sources that the bundler has already taken in.
_LEFTOVERS = ("external", "styles")


class OwnOriginPlugin(Plugin):
    """Lets one build serve every address: behind a port mapping, a proxy or https."""

    def post_build(self, **context: Any) -> None:
        """Make the page speak to wherever it came from, and drop what no browser asks for.

        Raises `RuntimeError` if the built page no longer has the form this was written for.
        """
        static: Path = context["static_dir"]
        _rewrite(static, _ADDRESSES, _ADDRESS, _from_own_origin)
        _rewrite(static, _LOCAL_NAMES, _NAMES, lambda match: f"{match[1]}[]")
        shutil.copytree(_PUBLIC, static, dirs_exist_ok=True)
        for path in static.rglob("*.map"):
            path.unlink()
        for name in _LEFTOVERS:
            shutil.rmtree(static / name, ignore_errors=True)


def _rewrite(static: Path, glob: str, pattern: re.Pattern[str], how: Callable[[re.Match[str]], str]) -> None:
    texts = {path: path.read_text() for path in static.glob(glob)}
    found = [path for path, text in texts.items() if pattern.search(text)]
    if len(found) != 1:
        raise RuntimeError(
            f"expected one {glob} in the built page that holds what is to be changed, found {len(found)};"
            " has Reflex changed how it writes it?"
        )
    found[0].write_text(pattern.sub(how, texts[found[0]]))


def _from_own_origin(match: re.Match[str]) -> str:
    # `location` is missing where the bundler's own prerendering runs this; the page is then already built.
    scheme = 'location.origin.replace(/^http/,"ws")' if match[2] == "ws" else "location.origin"
    return f'({scheme}+"{match[3]}")'
