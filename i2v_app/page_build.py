"""What is done to the built page before it is compressed and served."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from reflex.plugins import Plugin

#: The file that holds the addresses that Reflex bakes in, and one such address with its path.
_ADDRESSES = "assets/reflex-env*.js"
_ADDRESS = re.compile(r"""(["'`])(http|ws)s?://[^/"'`]+(/[^"'`]*)\1""")
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
        files = list(static.glob(_ADDRESSES))
        if len(files) != 1:
            raise RuntimeError(f"expected one {_ADDRESSES} in the built page, found {len(files)}")
        text, count = _ADDRESS.subn(_from_own_origin, files[0].read_text())
        if not count:
            raise RuntimeError(f"{files[0].name} holds no addresses; has Reflex changed how it writes them?")
        files[0].write_text(text)
        shutil.copytree(_PUBLIC, static, dirs_exist_ok=True)
        for path in static.rglob("*.map"):
            path.unlink()
        for name in _LEFTOVERS:
            shutil.rmtree(static / name, ignore_errors=True)


def _from_own_origin(match: re.Match[str]) -> str:
    # `location` is missing where the bundler's own prerendering runs this; the page is then already built.
    scheme = 'location.origin.replace(/^http/,"ws")' if match[2] == "ws" else "location.origin"
    return f'({scheme}+"{match[3]}")'
