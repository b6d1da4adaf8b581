"""Encryption at rest: what lies on the disk is worth nothing without the key, and cannot be swapped or changed unseen.

AES-256-GCM with a random nonce for each file. The file's name within the store is authenticated with it, so that one
file put in the place of another does not open. The key is derived from `I2V_MEDIA_KEY` by HKDF-SHA256 (RFC 5869).
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

#: What a sealed file begins with. No JPEG, WebP or MP4 does.
_MAGIC = b"i2v-sealed-1\n"
_NONCE = 12


def is_sealed(data: bytes) -> bool:
    """Whether the data needs a key."""
    return data.startswith(_MAGIC)


class SealBroken(ValueError):
    """The file was sealed with another key, is another file than its name says, or was changed."""


class Seal:
    """Seals and opens with one key: any long random text."""

    def __init__(self, key: str) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=b"i2v media store").derive(key.encode())
        self._aead = AESGCM(derived)

    def close(self, data: bytes, name: str) -> bytes:
        """The data sealed for that name."""
        nonce = secrets.token_bytes(_NONCE)
        return _MAGIC + nonce + self._aead.encrypt(nonce, data, name.encode())

    def open(self, sealed: bytes, name: str) -> bytes:
        """The data; as it is if it was stored before there was a key. Raises `SealBroken`."""
        if not is_sealed(sealed):
            return sealed
        nonce, rest = sealed[len(_MAGIC) : len(_MAGIC) + _NONCE], sealed[len(_MAGIC) + _NONCE :]
        try:
            return self._aead.decrypt(nonce, rest, name.encode())
        except InvalidTag:
            raise SealBroken(f"{name} does not open with this I2V_MEDIA_KEY") from None
