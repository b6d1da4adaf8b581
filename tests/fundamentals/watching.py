"""A program that watches a video by the protocol of docs/playback.md: key pair, playback, licence, tickets, segments."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass
from typing import Any

import av
import httpx
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.fundamentals.server import FETCH, Viewer

OPEN = """
mutation Open($id: ID!, $publicKey: String!, $protection: Protection! = CENC) {
  openPlayback(jobId: $id, publicKey: $publicKey, protection: $protection) {
    __typename
    ... on Playback {
      id mimeType segmentCount complete protection attempt durationSeconds segmentSeconds width height expiresAt
      licence { publicKey iv wrapped keyId }
      initSegment
      tickets { index value }
    }
    ... on Refusal { code message howToFix }
  }
}
"""
#: The same by a link.
OPEN_SHARED = (
    OPEN.replace("$id: ID!", "$secret: String!")
    .replace("openPlayback", "openSharedPlayback")
    .replace("jobId: $id", "secret: $secret")
)
TICKETS = """
mutation Tickets($id: ID!, $indexes: [Int!]!) {
  playbackTickets(playbackId: $id, indexes: $indexes) {
    __typename
    ... on Tickets { tickets { index value } segmentCount complete }
    ... on Refusal { code message howToFix }
  }
}
"""
INIT = -1


def text_of(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """The inverse of `text_of`."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def new_key() -> tuple[EllipticCurvePrivateKey, str]:
    """A key pair and the public key as the API takes it."""
    pair = generate_private_key(SECP256R1())
    return pair, text_of(pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def unwrap(licence: dict[str, str], playback_id: str, pair: EllipticCurvePrivateKey) -> dict[str, Any]:
    """The JSON Web Key of a licence."""
    server = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), bytes_of(licence["publicKey"]))
    info = f"i2v licence {playback_id}".encode()
    key = HKDF(SHA256(), 32, salt=None, info=info).derive(pair.exchange(ECDH(), server))
    clear = AESGCM(key).decrypt(bytes_of(licence["iv"]), bytes_of(licence["wrapped"]), playback_id.encode())
    (found,) = json.loads(clear)["keys"]
    assert found["kid"] == licence["keyId"]
    return dict(found)


@dataclass
class Watching:
    """A playback with its key."""

    viewer: Viewer
    playback: dict[str, Any]
    key: bytes
    tickets: dict[int, str]

    @property
    def id(self) -> str:
        return str(self.playback["id"])

    async def ask_tickets(self, *indexes: int) -> dict[str, Any]:
        """What `playbackTickets` answers; the tickets are kept."""
        answer = (await self.viewer.ask(TICKETS, id=self.id, indexes=indexes))["playbackTickets"]
        self.tickets |= {ticket["index"]: ticket["value"] for ticket in answer.get("tickets", [])}
        return dict(answer)

    async def get(self, index: int, **headers: str) -> httpx.Response:
        """The response to a fetch of a segment with its ticket, as a browser would send it."""
        sent = {"I2V-Ticket": self.tickets.get(index, "none"), **FETCH, **headers}
        return await self.viewer.http.get(
            f"/media/playbacks/{self.id}/{'init' if index == INIT else index}", headers=sent
        )

    async def fetch(self, index: int) -> bytes:
        """A segment as it came."""
        response = await self.get(index)
        assert response.status_code == 200, response
        return response.content

    async def whole(self) -> bytes:
        """Init segment and all segments that there are tickets for, joined as they came."""
        return b"".join([await self.fetch(index) for index in sorted(self.tickets)])

    def frames(self, data: bytes) -> list[av.VideoFrame]:
        """The frames of a protected file (`CENC`), decrypted by FFmpeg with the playback's key."""
        with av.open(io.BytesIO(data), options={"decryption_key": self.key.hex()}) as file:
            return list(file.decode(video=0))

    def open_sealed(self, index: int, data: bytes) -> bytes:
        """A segment in the clear (`AES_GCM`)."""
        return AESGCM(self.key).decrypt(data[:12], data[12:], f"{self.id}/{index}".encode())


async def try_to_open(viewer: Viewer, job_id: str, protection: str = "CENC") -> dict[str, Any]:
    """What `openPlayback` answers, its key not looked at."""
    variables = {"id": job_id, "publicKey": new_key()[1], "protection": protection}
    return dict((await viewer.ask(OPEN, **variables))["openPlayback"])


async def watch(viewer: Viewer, job_id: str, protection: str = "CENC") -> Watching:
    """An open playback of a job."""
    return await _watching(viewer, OPEN, id=job_id, protection=protection)


async def watch_shared(viewer: Viewer, secret: str, protection: str = "CENC") -> Watching:
    """An open playback of the video that a link leads to."""
    return await _watching(viewer, OPEN_SHARED, secret=secret, protection=protection)


async def _watching(viewer: Viewer, query: str, **variables: str) -> Watching:
    pair, public = new_key()
    ((_, playback),) = (await viewer.ask(query, publicKey=public, **variables)).items()
    assert playback["__typename"] == "Playback", playback
    key = bytes_of(unwrap(playback["licence"], playback["id"], pair)["k"])
    return Watching(viewer, playback, key, {ticket["index"]: ticket["value"] for ticket in playback["tickets"]})
