"""Attacks by a script inside the page (an extension's, or what somebody pastes into the console), and one by looking at it."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.read_only.evidence import Picture, from_pixels, picture

#: Runs before the page's own scripts: what they hand to the decoder and to the key session is copied.
HOOKS = """(() => {
  const copy = (data) => Array.from(new Uint8Array(ArrayBuffer.isView(data)
    ? data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) : data.slice(0)));
  const taken = { appended: [], licences: [] };
  Object.defineProperty(window, 'taken', { value: taken });
  const { appendBuffer } = SourceBuffer.prototype;
  SourceBuffer.prototype.appendBuffer = function (data) {
    taken.appended.push(copy(data));
    return appendBuffer.call(this, data);
  };
  if (!globalThis.MediaKeySession) return;
  const { update } = MediaKeySession.prototype;
  MediaKeySession.prototype.update = function (licence) {
    taken.licences.push(new TextDecoder().decode(licence));
    return update.call(this, licence);
  };
})()"""
#: A browser without Clear Key, as Safari is: the player falls back to AES-GCM by WebCrypto.
NO_CLEAR_KEY = "delete Navigator.prototype.requestMediaKeySystemAccess"

_TAKEN = """() => ({ licences: taken.licences, appended: taken.appended.map((bytes) => {
  let text = ''; for (const byte of bytes) text += String.fromCharCode(byte); return btoa(text); }) })"""
#: So many pictures by way of a canvas, a tenth of a second of the video apart: frames beside each other look the same at
#: this size. What the browser says where it refuses.
_DRAW = """async (wanted) => {
  const video = document.querySelector('video');
  const canvas = document.createElement('canvas');
  canvas.width = 64; canvas.height = 36;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const pictures = [];
  try {
    for (const end = performance.now() + 20000; pictures.length < wanted && performance.now() < end; ) {
      const before = video.currentTime;
      context.drawImage(video, 0, 0, 64, 36);
      pictures.push(Array.from(context.getImageData(0, 0, 64, 36).data));
      while (Math.abs(video.currentTime - before) < 0.1 && performance.now() < end) await new Promise(requestAnimationFrame);
    }
  } catch (error) { return { pictures, refused: error.name }; }
  return { pictures, refused: null };
}"""
_RECORD = """async () => {
  const video = document.querySelector('video');
  const parts = [];
  try {
    const recorder = new MediaRecorder(video.captureStream(), { mimeType: 'video/webm;codecs=vp8' });
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.start(100);
    let seen = 0;
    for (let before = video.currentTime, end = performance.now() + 10000; seen < 2 && performance.now() < end; ) {
      await new Promise(requestAnimationFrame);
      seen += Math.abs(video.currentTime - before);
      before = video.currentTime;
    }
    await new Promise((resolve) => { recorder.onstop = resolve; recorder.stop(); });
  } catch (error) { return { data: '', refused: error.name }; }
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  let text = ''; for (const byte of bytes) text += String.fromCharCode(byte);
  return { data: btoa(text), refused: null };
}"""
#: What "Save video as" would ask for: the address that the element plays from.
_SAVE = """async () => {
  const video = document.querySelector('video');
  const menu = video.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));
  let data = '';
  try {
    const answer = await fetch(video.currentSrc);
    for (const byte of new Uint8Array(await answer.arrayBuffer())) data += String.fromCharCode(byte);
  } catch { data = ''; }
  return { menu, data: btoa(data), source: video.currentSrc };
}"""

#: Where on the screen the video's picture is, without the bars that fill its frame.
_PLACE = """() => {
  const video = document.querySelector('video');
  video.scrollIntoView({ block: 'center', behavior: 'instant' });
  const frame = video.getBoundingClientRect();
  const scale = Math.min(frame.width / video.videoWidth, frame.height / video.videoHeight);
  const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
  return { x: frame.x + (frame.width - width) / 2, y: frame.y + (frame.height - height) / 2, width, height };
}"""


@dataclass(frozen=True)
class Taken:
    """What hooks have copied."""

    appended: bytes
    licences: list[str]


def taken_by_hooks(page: Page) -> Taken:
    """All that was appended, joined in its order, and every licence in the clear."""
    taken = page.evaluate(_TAKEN)
    return Taken(b"".join(map(base64.b64decode, taken["appended"])), taken["licences"])


def drawn_on_canvas(page: Page, wanted: int = 12) -> tuple[list[Picture], str | None]:
    """Pictures of the playing video read back from a canvas, and the name of the error that ended it."""
    drawn = page.evaluate(_DRAW, wanted)
    return [from_pixels(pixels) for pixels in drawn["pictures"]], drawn["refused"]


def recorded(page: Page) -> tuple[bytes, str | None]:
    """Two seconds of captureStream through MediaRecorder, and the name of the error that kept it from that."""
    made = page.evaluate(_RECORD)
    return base64.b64decode(made["data"]), made["refused"]


def recorded_from_the_screen(page: Page, wanted: int = 6) -> list[Picture]:
    """What a screen recorder sees of the video: pictures of what the browser shows, one after the other."""
    place = page.evaluate(_PLACE)
    return [picture(page.screenshot(type="jpeg", clip=place)) for _ in range(wanted)]


@dataclass(frozen=True)
class Saved:
    """What the context menu could give: whether it opens, from where, and the bytes that are there."""

    menu_opens: bool
    source: str
    data: bytes


def saved_by_menu(page: Page) -> Saved:
    """As "Save video as" would have it, as far as a page can tell."""
    saved = page.evaluate(_SAVE)
    return Saved(saved["menu"], saved["source"], base64.b64decode(saved["data"]))
