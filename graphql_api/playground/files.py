"""The playground's files: Altair's as the page's build fetched them, and ours beside them, found by name in memory."""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path

#: Where `i2v_app/playground_build.py` puts what it fetched.
BUILT = Path(__file__).resolve().parents[2] / ".web" / "playground"
_OWN = Path(__file__).parent / "static"
#: What the machine's own tables may not know, or know otherwise.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"} | {
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ico": "image/x-icon",
    ".html": "text/html",
}


class Files:
    """Every file that may be served, listed once: no name from outside ever becomes a path.

    `revision` changes whenever one of them does, and is part of their addresses, so that browsers may keep them.
    """

    def __init__(self, built: Path = BUILT) -> None:
        self._paths: dict[str, Path] = {}
        for folder in (built / "files", _OWN):
            self._paths |= {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}
        self.revision = self._digest()

    @property
    def complete(self) -> bool:
        """Whether Altair is there: the page has been built."""
        return "main.js" in self._paths

    def path(self, name: str) -> Path | None:
        """Where the file of this name is; None if there is none."""
        return self._paths.get(name)

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for name, path in sorted(self._paths.items()):
            digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()[:16]


def content_type(path: Path) -> str:
    """The media type of a file, with its charset if it is text."""
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
