"""A program that speaks the whole protocol and claims to be a page: the attack that nothing on this side of a screen can stop.

It also prepares what the other attacks need: a viewer, a finished video, and its stored segments.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import ECDH, SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.conftest import wait_until

#: What browsers add to a fetch of a page's own script, and let no script change. A program may say anything.
FORGED = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
_UPLOAD = """mutation ($image: Upload!, $options: VideoOptions) {
  uploadImage(image: $image, options: $options) { __typename ... on Job { id } } }"""
_STATE = "query ($id: ID!) { job(id: $id) { ... on Job { state } } }"
_OPEN = """mutation ($job: ID!, $key: String!, $protection: Protection!) {
  openPlayback(jobId: $job, publicKey: $key, protection: $protection) { __typename ... on Playback {
    id mimeType segmentCount licence { publicKey iv wrapped keyId } tickets { index value } } } }"""


@dataclass(frozen=True)
class Opened:
    """A playback in the hands of a program: its answer, and the content key that was wrapped in it."""

    answer: dict[str, Any]
    key: bytes


class ScriptedClient:
    """One viewer."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30)

    @property
    def cookie(self) -> str:
        """The viewer's cookie, as a header has it."""
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    def make_video(self, picture: Path, **options: Any) -> str:
        """Upload a picture and wait for its video; the job's id."""
        operations = {"query": _UPLOAD, "variables": {"image": None, "options": options}}
        answer = self.http.post(
            "/graphql",
            data={"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.image"]})},
            files={"0": (picture.name, picture.read_bytes())},
            headers={"X-I2V-Request": "1"},
        ).json()
        job = str(answer["data"]["uploadImage"]["id"])
        wait_until(lambda: self.ask(_STATE, id=job)["job"]["state"] == "COMPLETED", 60, "the video")
        return job

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation."""
        answer = self.http.post("/graphql", json={"query": query, "variables": variables}).json()
        assert "errors" not in answer, answer
        return dict(answer["data"])

    def open(self, job: str, protection: str) -> Opened:
        """Open a playback as the page does."""
        own = generate_private_key(SECP256R1())
        point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        answer = self.ask(_OPEN, job=job, key=_text(point), protection=protection)["openPlayback"]
        licence = answer["licence"]
        theirs = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _bytes(licence["publicKey"]))
        info = f"i2v licence {answer['id']}".encode()
        wrapping = HKDF(SHA256(), 32, salt=None, info=info).derive(own.exchange(ECDH(), theirs))
        keys = AESGCM(wrapping).decrypt(_bytes(licence["iv"]), _bytes(licence["wrapped"]), answer["id"].encode())
        return Opened(answer, _bytes(json.loads(keys)["keys"][0]["k"]))

    def fetch(self, answer: dict[str, Any]) -> list[bytes]:
        """The init segment and every segment of a playback, as they come over the network."""
        tickets = sorted((ticket["index"], ticket["value"]) for ticket in answer["tickets"])
        pieces = []
        for index, ticket in tickets:
            address = f"/media/playbacks/{answer['id']}/{'init' if index < 0 else index}"
            piece = self.http.get(address, headers={**FORGED, "I2V-Ticket": ticket})
            assert piece.status_code == 200, (address, piece.status_code)
            pieces.append(piece.content)
        return pieces


def opened_chunks(opened: Opened, pieces: list[bytes]) -> bytes:
    """The clear video out of whole chunks under AES-GCM (nonce, then ciphertext)."""
    gcm, playback = AESGCM(opened.key), opened.answer["id"]
    return b"".join(
        gcm.decrypt(piece[:12], piece[12:], f"{playback}/{index}".encode()) for index, piece in enumerate(pieces, -1)
    )


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
