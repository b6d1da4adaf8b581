"""The licence of a playback: its key, wrapped for the one page that asked, on its way out once.

ECDH on P-256 with a key pair that either side makes for this licence alone, HKDF-SHA256 (RFC 5869), AES-256-GCM. Whoever
logs all traffic of a browser (an HAR file, a proxy that ends TLS) holds both public keys, and no key to the video. What
is wrapped is a JSON Web Key Set as Clear Key licences are (W3C Encrypted Media Extensions, 9.1.4).
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from i2v_core.errors import Code, OperationRefused
from i2v_core.playbacks import Playback

#: What the derived key is for, before the playback's id.
_INFO = "i2v licence "
_IV_BYTES = 12


@dataclass(frozen=True, slots=True)
class Licence:
    """A wrapped key. All texts are base64url without padding."""

    public_key: str
    iv: str
    wrapped: str
    key_id: str


def read_public_key(text: str) -> EllipticCurvePublicKey:
    """The client's public key from an uncompressed P-256 point in base64url.

    Raises `OperationRefused` if it is none. (The curve's library checks that the point lies on the curve.)
    """
    try:
        point = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if len(point) != 65:
            raise ValueError("not an uncompressed point")
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except (ValueError, binascii.Error):
        raise OperationRefused(
            "The public key is not one.",
            "Make an ECDH key pair on P-256 and send the uncompressed point (65 bytes) as base64url.",
            code=Code.WRONG_PUBLIC_KEY,
        ) from None


def wrap(playback: Playback, client: EllipticCurvePublicKey) -> Licence:
    """The playback's key for the holder of that public key."""
    own = generate_private_key(SECP256R1())
    info = f"{_INFO}{playback.id}".encode()
    key = HKDF(SHA256(), 32, salt=None, info=info).derive(own.exchange(ECDH(), client))
    iv = secrets.token_bytes(_IV_BYTES)
    key_id = _text(playback.key_id)
    keys = {"keys": [{"kty": "oct", "kid": key_id, "k": _text(playback.key)}], "type": "temporary"}
    wrapped = AESGCM(key).encrypt(iv, json.dumps(keys).encode(), playback.id.encode())
    public = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return Licence(public_key=_text(public), iv=_text(iv), wrapped=_text(wrapped), key_id=key_id)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
