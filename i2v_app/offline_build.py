"""What is shown without a connection, put together when the page is built: the offline page in all languages, and its service worker."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from i2v_app.messages.words import LANGUAGES, catalogue

_SOURCES = Path(__file__).parent / "offline"
_WORDS = "/* words */ {}"
_HASH = "/* hash */"


def build_offline_page(static: Path) -> None:
    """Write `offline.html` and `sw.js` into the folder of the built page."""
    # Inside of a script: "</" would end it.
    words = json.dumps({language: _words(language) for language in LANGUAGES}, ensure_ascii=False).replace("</", "<\\/")
    page = _filled("offline.html", _WORDS, words)
    (static / "offline.html").write_text(page)
    worker = _filled("sw.js", _HASH, hashlib.sha256(page.encode()).hexdigest()[:12])
    (static / "sw.js").write_text(worker)


def _filled(name: str, mark: str, text: str) -> str:
    source = (_SOURCES / name).read_text()
    if source.count(mark) != 1:
        raise RuntimeError(f"{name} must have {mark!r} once")
    return source.replace(mark, text)


def _words(language: str) -> dict[str, str]:
    said = catalogue(language)
    return {
        "title": said["shell.offline_title"],
        "offline": said["shell.offline"],
        "away": said["shell.away"],
        "why": said["shell.offline_why"],
        "again": said["shell.offline_again"],
    }
