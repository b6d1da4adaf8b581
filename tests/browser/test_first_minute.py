"""The first minute: the wait is told, a sample is at hand, options are chosen by looking, and large photos go up smaller."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.visiting import Server, add
from tests.conftest import PICTURES

_JOBS = "{ jobs(first: 5) { edges { node { id name width height pictureUrl options { motion seconds shape focus { x y } } } } } }"
#: EXIF's "the camera was turned to the right".
_TURNED = 6

#: What some phones end every photo with: notes for their own programs.
_NOTES = b"Image_UTC_Data1700000000000SEFHk\x00\x00\x00\x01\x00\x00\x00SEFT"

#: Minutes of patience in a moment, and how often a picture was tried.
_HURRY = """() => {
  const { setTimeout } = window, { send } = XMLHttpRequest.prototype;
  window.setTimeout = (what, after, ...rest) => setTimeout(what, after >= 1000 ? after / 1000 : after, ...rest);
  window.attempts = 0;
  XMLHttpRequest.prototype.send = function (body) { if (body instanceof FormData) attempts++; return send.call(this, body); };
}"""
#: A browser tells nobody else what is in the files that it sends.
_KEEP_WHAT_IS_SENT = """() => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (form) { window.sent = form.get('0'); return send.call(this, form); };
}"""
_NOISE = """
  const read = OffscreenCanvas.prototype.convertToBlob;
  OffscreenCanvas.prototype.convertToBlob = function (options) {
    const context = this.getContext('2d');
    for (let y = 0; y < this.height; y++) {
      context.fillStyle = `hsl(${(y * 137) % 360} 60% 50%)`;
      context.fillRect(0, y, this.width, 1);
    }
    return read.call(this, options);
  };
"""
_WHAT_WAS_SENT = """() => new Promise((resolve) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.split(',')[1]);
  reader.readAsDataURL(window.sent);
})"""


def test_who_has_no_picture_tries_a_sample(page: Page) -> None:
    page.get_by_role("button", name="Try a cup of coffee").click()

    expect(page.get_by_role("listitem", name="coffee.jpg")).to_have_attribute("data-state", "COMPLETED", timeout=20_000)
    expect(page.locator(".wish-picture img").first).to_have_attribute("src", re.compile("^blob:"))
    assert _jobs(page)[0]["options"] == {
        "motion": "AUTO",
        "seconds": 5,
        "shape": "AS_PICTURE",
        "focus": _point(0.5, 0.5),
    }


def test_what_is_chosen_is_made_and_remembered(page: Page) -> None:
    page.get_by_role("radio", name="Zoom out").check()
    page.get_by_role("slider", name="Length").press("End")
    page.get_by_role("radio", name="1:1").check()
    page.reload()

    expect(page.get_by_role("radio", name="Zoom out")).to_be_checked()
    expect(page.get_by_role("slider", name="Length")).to_have_attribute("aria-valuetext", "10 seconds")
    expect(page.get_by_role("radio", name="1:1")).to_be_checked()
    page.get_by_role("slider", name="Length").press("Home")
    add(page, "coffee.png")
    page.get_by_role("button", name="Make the video").click()
    expect(page.locator("[data-job]")).to_have_count(1, timeout=20_000)

    assert _jobs(page)[0]["options"] == {
        "motion": "ZOOM_OUT",
        "seconds": 3,
        "shape": "SQUARE",
        "focus": _point(0.5, 0.5),
    }


def test_the_motion_is_chosen_with_the_arrow_keys(page: Page) -> None:
    page.get_by_role("radio", name="Automatic").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("radio", name="Zoom out")).to_be_checked()


def test_what_stays_in_the_picture_is_chosen_with_the_keys(page: Page) -> None:
    page.get_by_role("radio", name="9:16").check()
    add(page, "coffee.png", "astronaut.png")
    point = page.get_by_role("slider", name="What matters in the picture")
    expect(point).to_be_focused()
    preview = page.locator("input[value=TALL] ~ .wish-frame img")
    before = preview.evaluate("image => image.style.objectPosition")
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")

    expect(point).to_have_attribute("aria-valuetext", "30% from the left, 60% from the top")
    assert preview.evaluate("image => image.style.objectPosition") != before, "the crop is shown as it will be"
    make = page.get_by_role("button", name="Make 2 videos")
    expect(make).to_be_visible()  # the second picture may still be looked at
    assert not page.locator("[data-job], .card").count(), "nothing is sent before it is said"
    assert_accessible(page, "framing")
    make.press("Enter")
    expect(page.get_by_role("button", name="Choose pictures")).to_be_focused()
    expect(page.locator("[data-job]")).to_have_count(2, timeout=20_000)

    made = {job["name"]: job["options"]["focus"] for job in _jobs(page)}
    assert made == {"coffee.png": _point(0.3, 0.6), "astronaut.png": _point(0.5, 0.5)}


def test_what_stays_in_the_picture_is_chosen_by_dragging(page: Page) -> None:
    page.get_by_role("radio", name="1:1").check()
    add(page, "coffee.png")
    page.locator(".stage").scroll_into_view_if_needed()
    box = page.locator(".stage").bounding_box()
    assert box
    page.locator(".stage-point").hover()
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Make the video").click()
    expect(page.locator("[data-job]")).to_have_count(1, timeout=20_000)

    assert _jobs(page)[0]["options"]["focus"] == {"x": pytest.approx(0.8, abs=0.01), "y": pytest.approx(0.5, abs=0.01)}


def test_a_picture_that_was_left_out_leaves_the_focus_where_pictures_are_added(page: Page) -> None:
    page.get_by_role("radio", name="1:1").check()
    add(page, "coffee.png")

    page.get_by_role("button", name="Leave it out").press("Enter")

    expect(page.get_by_role("button", name="Choose pictures")).to_be_focused()


def test_who_leaves_is_asked_while_a_picture_is_nowhere_but_here(page: Page) -> None:
    page.route("**/graphql", lambda route: route.abort())
    page.get_by_role("radio", name="Orbit").check()  # browsers ask nobody who has touched nothing
    add(page, "coffee.png")
    expect(page.locator(".card")).to_contain_text("Connection lost")

    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()

    page.unroute("**/graphql")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-job]")).to_have_count(1, timeout=20_000)
    assert page.evaluate("dispatchEvent(new Event('beforeunload', { cancelable: true }))"), "it has arrived"


def test_a_picture_that_was_added_without_a_network_is_sent_when_there_is_one(page: Page) -> None:
    page.evaluate(_HURRY)
    page.context.set_offline(True)
    add(page, "coffee.png")

    page.wait_for_function("() => attempts > 10")  # more often than is tried where there is a network
    expect(page.locator(".card")).to_contain_text("Connection lost")
    page.context.set_offline(False)

    expect(page.locator("[data-job]")).to_have_count(1, timeout=20_000)


def test_what_could_not_be_sent_is_not_lost_and_tried_again_with_the_next_network(page: Page) -> None:
    page.evaluate(_HURRY)
    page.route("**/graphql", lambda route: route.abort())
    add(page, "coffee.png", "astronaut.png")
    expect(page.locator(".card").get_by_text("This picture could not be sent.")).to_have_count(2, timeout=20_000)
    assert not page.evaluate("dispatchEvent(new Event('beforeunload', { cancelable: true }))"), "who leaves is asked"

    page.unroute("**/graphql")
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.locator("[data-job]")).to_have_count(2, timeout=20_000)
    assert [job["name"] for job in _jobs(page)] == ["astronaut.png", "coffee.png"], "in the order they were chosen in"


def test_where_canvases_are_falsified_the_picture_goes_up_as_it_is(page: Page, tmp_path: Path) -> None:
    page.route("**/picture_worker*.js", _falsify)
    photo = _photo_of_12_megapixels(tmp_path)
    page.evaluate(_KEEP_WHAT_IS_SENT)

    add(page, photo)
    expect(page.locator("[data-job]")).to_have_count(1, timeout=20_000)

    assert page.evaluate("window.sent.size") == photo.stat().st_size


def test_a_large_photo_of_a_phone_goes_up_as_large_as_it_is_kept_and_upright(page: Page, tmp_path: Path) -> None:
    photo = _photo_of_12_megapixels(tmp_path)
    page.evaluate(_KEEP_WHAT_IS_SENT)

    add(page, photo)
    expect(page.locator("[data-job]")).to_have_count(1, timeout=20_000)

    sent = base64.b64decode(page.evaluate(_WHAT_WAS_SENT))
    assert Image.open(io.BytesIO(sent)).size == (1920, 2560), "upright, its long side the server's"
    assert len(sent) < photo.stat().st_size / 2
    (job,) = _jobs(page)
    kept = Image.open(io.BytesIO(page.request.get(page.url.rstrip("/") + job["pictureUrl"]).body())).convert("RGB")
    assert (job["width"], job["height"]) == kept.size == (1920, 2560)
    # The photo's left third is red; turned to the right, that is the upper third.
    top, bottom = kept.getpixel((960, 300)), kept.getpixel((960, 2300))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 180 > 60 > top[2]
    assert bottom[2] > 180 > 60 > bottom[0]


def test_a_photo_that_was_cut_off_is_not_made_whole_by_scaling(page: Page, tmp_path: Path) -> None:
    whole = _photo_of_12_megapixels(tmp_path)
    part = tmp_path / "part.jpg"
    part.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    add(page, part)

    expect(page.get_by_role("listitem", name="part.jpg").get_by_role("alert")).to_be_visible(timeout=20_000)


def test_five_large_photos_leave_the_page_answering(page: Page, tmp_path: Path) -> None:
    photo = _photo_of_12_megapixels(tmp_path)
    page.evaluate(
        "() => { window.read = 0; window.createImageBitmap = () => { window.read++; return Promise.reject(new Error()); }; }"
    )

    page.evaluate(_KEEP_WHAT_IS_SENT)
    add(page, *[photo] * 5)
    page.get_by_role("radio", name="Orbit").check()
    expect(page.get_by_role("radio", name="Orbit")).to_be_checked()
    expect(page.locator("[data-job]")).to_have_count(5, timeout=60_000)

    assert 0 < page.evaluate("window.sent.size") < photo.stat().st_size / 2
    assert page.evaluate("window.read") == 0, "pictures are read and scaled off the main thread"


def test_the_wait_is_told_in_german(browser: Browser, server: Server) -> None:
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    page.goto(server.url)

    expect(page.locator(".wait")).to_contain_text(re.compile(r"Ein Video braucht etwa \d+ (s|min)\."))
    expect(page.get_by_role("button", name="Bilder auswählen")).to_be_visible()
    page.set_input_files("input[type=file]", str(PICTURES / "LICENSES.md"))
    expect(page.locator(".card").get_by_role("alert")).to_contain_text("Das ist kein Bild.")
    context.close()


def test_a_phone_has_a_camera_and_one_line_of_options(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(server.url)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Take a photo").click()
    assert chooser.value.element.get_attribute("capture") == "environment"

    line = page.get_by_role("button", name="Automatic · 5 s · As the picture")
    expect(page.get_by_role("radio", name="Pan")).to_be_hidden()
    line.click()
    page.get_by_role("radio", name="Pan").check()
    page.get_by_role("radio", name="16:9").check()

    expect(page.get_by_role("button", name="Pan · 5 s · 16:9")).to_have_attribute("aria-expanded", "true")
    context.close()


def test_who_wants_no_motion_sees_it_only_where_they_point(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    moving = "image => getComputedStyle(image).animationPlayState"
    tile = page.locator(".wish", has=page.locator("input[value=PAN]"))
    assert tile.locator("img").evaluate(moving) == "paused"

    tile.hover()

    assert tile.locator("img").evaluate(moving) == "running"


def _jobs(page: Page) -> list[dict[str, Any]]:
    """The viewer's jobs as the API has them."""
    answer = page.request.post(f"{page.url}graphql", data={"query": _JOBS})
    return [edge["node"] for edge in answer.json()["data"]["jobs"]["edges"]]


def _falsify(route: Route) -> None:
    """What browsers do that guard against being recognised by their canvas."""
    answer = route.fetch()
    route.fulfill(response=answer, body=_NOISE + answer.text())


def _point(x: float, y: float) -> dict[str, float]:
    return {"x": x, "y": y}


def _photo_of_12_megapixels(folder: Path) -> Path:
    """A photo as a phone held upright writes it: lying, with a note that it is to be turned, and with more behind it.

    Red at the left, blue else.
    """
    photo = Image.open(PICTURES / "photos" / "brook.jpg").convert("RGB").resize((4000, 3000))
    photo.paste((220, 20, 20), (0, 0, 1333, 3000))
    photo.paste((20, 20, 220), (3000, 0, 4000, 3000))
    exif = Image.Exif()
    exif[0x0112] = _TURNED
    path = folder / "IMG_2041.jpg"
    photo.save(path, quality=97, exif=exif)
    path.write_bytes(path.read_bytes() + _NOTES)
    return path
