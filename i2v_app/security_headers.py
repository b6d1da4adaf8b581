"""What browsers are told about the page: how long files are good for, and what the page may do."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
#: File names under it hold a hash of their content, so they never change, and anybody may keep them.
SHARED_FILES = "/assets/"
_FOREVER = "public, max-age=31536000, immutable"

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), "
    "picture-in-picture=(), fullscreen=(self), autoplay=(self), encrypted-media=(self)",
}


class PageHeaders:
    """ASGI middleware that adds the headers to every answer that does not have its own."""

    def __init__(self, app: ASGIApp, built: Path) -> None:
        self.app = app
        self._built = built
        self._policy = ""
        self._policy_of = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("Content-Security-Policy", self._policy_now())
                found = message["status"] in (200, 304)
                headers.setdefault(
                    "Cache-Control", _FOREVER if found and scope["path"].startswith(SHARED_FILES) else "no-cache"
                )
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _policy_now(self) -> str:
        # A page that is built anew under a running server must not be locked out by the old one's hashes.
        changed = (self._built / "index.html").stat().st_mtime_ns
        if changed != self._policy_of:
            self._policy, self._policy_of = content_security_policy(self._built), changed
        return self._policy


def content_security_policy(built: Path) -> str:
    """The policy for the built page in this folder: everything from here, and of inline scripts only its own."""
    hashes = sorted({_hash(text) for page in built.glob("*.html") for text in _INLINE_SCRIPT.findall(page.read_text())})
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {' '.join(hashes)}".rstrip(),
            # Reflex's components put their styles into the document at run time.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
