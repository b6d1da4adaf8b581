"""What browsers are told about the playground: nothing from elsewhere, nothing evaluated, in nobody's frame."""

from __future__ import annotations

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_POLICY = {
    "default-src": "'self'",
    # Neither inline scripts nor eval: whatever a picture's name or an answer holds is never run.
    "script-src": "'self'",
    # Altair and its editor put their styles into the document at run time.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}


def _joined(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}".rstrip() for name, value in policy.items())


#: Of the page.
PAGE = _ALWAYS | {
    "Content-Security-Policy": _joined(_POLICY),
    "Cache-Control": "no-cache",
    "Vary": "Accept",
}
#: Of a file. `private`: on first contact it may carry a viewer's cookie, which no cache on the way may keep.
FILE = _ALWAYS | {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "private, max-age=31536000, immutable",
}
#: Of a sentence that stands where the page or a file would.
SENTENCE = _ALWAYS | {"Cache-Control": "no-store", "Vary": "Accept"}
#: Of the frame for a user's scripts: without an origin it reaches neither the page nor the viewer's cookie. Altair, which
#: asks for the page's own origin, cannot talk to it then: scripts do not run, and `i2v.css` does not offer them.
_SANDBOX = _ALWAYS | {
    "Content-Security-Policy": "sandbox allow-scripts; "
    + _joined(_POLICY | {"frame-ancestors": "'self'", "connect-src": "'none'"}),
    "Cache-Control": FILE["Cache-Control"],
    # To a document without an origin its own scripts are another site's.
    "Access-Control-Allow-Origin": "*",
}


def of_file(name: str) -> dict[str, str]:
    """The headers of the file of this name."""
    return _SANDBOX if name.startswith("iframe-sandbox/") else FILE
