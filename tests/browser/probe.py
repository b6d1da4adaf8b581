"""What happens to a video element, written down from inside the page; and browsers that lack something, made of one that does not."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

#: Records every change of a video's source and place, keeps its SourceBuffers (to take media away as a browser would), and
#: counts what a player must give back.
PROBE = """
window.seen = { loadstart: 0, emptied: 0, seeks: [], moving: null };
window.buffers = [];
for (const name of ['loadstart', 'emptied'])
  document.addEventListener(name, () => { window.seen[name] += 1; }, true);
document.addEventListener('seeking', (event) => window.seen.seeks.push(event.target.currentTime), true);
document.addEventListener('timeupdate', (event) => {
  if (event.target.currentTime > 0) window.seen.moving ??= (performance.now() - window.chosen) / 1000;
}, true);
document.addEventListener('change', () => { window.chosen ??= performance.now(); }, true);
const add = MediaSource.prototype.addSourceBuffer;
MediaSource.prototype.addSourceBuffer = function (type) {
  const buffer = add.call(this, type);
  window.buffers.push(buffer);
  return buffer;
};
"""

#: A browser without ClearKey, as Safari is.
NO_EME = "delete Navigator.prototype.requestMediaKeySystemAccess;"

#: A browser that manages the source itself, as Safari on an iPhone does: it says when it wants data.
MANAGED_ONLY = """
(() => {
  const Plain = window.MediaSource;
  window.pauses = 0;
  window.ManagedMediaSource = class ManagedMediaSource extends Plain {
    streaming = false;
    constructor() {
      super();
      this.addEventListener('sourceopen', () => {
        window.pauses += 1;
        setTimeout(() => { this.streaming = true; this.dispatchEvent(new Event('startstreaming')); }, 300);
      }, { once: true });
    }
  };
  delete window.MediaSource;
})();
"""


def seen(page: Page) -> dict[str, Any]:
    """What the probe has written down so far."""
    return dict(page.evaluate("window.seen"))


def buffered_end(video: Locator) -> float:
    """Seconds up to which the browser has the video."""
    return float(video.evaluate("v => v.buffered.length ? v.buffered.end(v.buffered.length - 1) : 0"))


def place(video: Locator) -> float:
    """Seconds at which the picture is."""
    return float(video.evaluate("v => v.currentTime"))
