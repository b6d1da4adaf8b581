"""The page put together: its stylesheets, its pages and what runs when one is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from i2v_app.build import has_component_gallery
from i2v_app.components.broken import error_boundary
from i2v_app.components.page_title import page_title
from i2v_app.messages.words import LANGUAGES, catalogue, t
from i2v_app.pages.about import about
from i2v_app.pages.gallery import all_videos
from i2v_app.pages.not_found import not_found
from i2v_app.pages.shared import META, shared
from i2v_app.pages.start import start
from i2v_app.states.about import AboutState
from i2v_app.states.jobs import JobsState
from i2v_app.styles.sheets import STYLESHEETS
from i2v_core.logs import get_logger

log = get_logger("page")

_DESCRIPTION = "Turn photos into short videos on your own server."
#: A chosen colour scheme applies before anything is drawn; Reflex itself knows it only once its scripts have run.
_SCHEME = "try{const t=localStorage.theme;if(t==='dark'||t==='light')document.documentElement.classList.add(t)}catch{}"
#: In another language than the page was built in, its words would be seen to change: it is shown when they have come, or
#: after two seconds without them.
_WORDS = (
    "try{const d=document.documentElement,l=[localStorage.language,...navigator.languages].map(t=>t&&t.split('-')[0])"
    f".find(t=>{list(LANGUAGES)}.includes(t))||'en';"
    "if(l!=='en'){d.dataset.words='coming';d.lang=l;setTimeout(()=>delete d.dataset.words,2000)}}catch{}"
)
#: Where there are videos the invitation is small from the first moment on (components/uploader/own_videos.js).
_VIDEOS = "try{if(localStorage.videos)document.documentElement.dataset.videos=''}catch{}"

#: Where there is no connection, the page says so itself. Once it has loaded, so that nothing waits for it; browsers have
#: no service workers where the page came over plain http from another machine.
_OFFLINE = "addEventListener('load',()=>navigator.serviceWorker?.register('/sw.js').catch(()=>{}));"


def _on_backend_error(exception: Exception) -> None:
    """An event handler failed: a bug of ours. The default would show it to the viewer as a toast."""
    log.error("page_event_failed", exc_info=exception)


app = rx.App(
    stylesheets=[*STYLESHEETS],
    toaster=None,
    # Without Reflex's own overlay: its toast prints the address of the socket.
    app_wraps={(55, "ErrorBoundary"): lambda _: error_boundary()},
    html_lang="en",
    head_components=[
        rx.el.script(_SCHEME + _WORDS + _VIDEOS + _OFFLINE),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/icons/180.png"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        # Not `media=`, which Reflex takes for a style.
        *(
            rx.el.meta(name="theme-color", content=colour, custom_attrs={"media": f"(prefers-color-scheme: {scheme})"})
            for scheme, colour in (("light", "#f7f5f2"), ("dark", "#141312"))
        ),
    ],
    backend_exception_handler=_on_backend_error,
)


def _add(route: str, title: str, page: Callable[[], rx.Component], **rest: Any) -> None:
    """A page whose `title` is a message: the page is built with the English, and says it in the reader's language."""
    app.add_page(
        lambda: rx.fragment(page_title(title=t(title)), page()), route=route, title=catalogue("en")[title], **rest
    )


_add("/", "shell.start_title", start, description=_DESCRIPTION, on_load=JobsState.watch)
_add("/about", "about.tab", about, on_load=[JobsState.watch, AboutState.read])
_add("/gallery", "shell.gallery_title", all_videos, description=_DESCRIPTION, on_load=JobsState.watch)
_add("/shared", "shell.shared_title", shared, meta=META)
_add("404", "shell.not_found_title", not_found, on_load=JobsState.watch)
if has_component_gallery():
    # Imported here, so that no other build has anything of it.
    from i2v_app.pages.components.page import SHEET, components

    app.stylesheets.append(SHEET)
    app.add_page(components, route="/components", title="Components · i2v")
