"""What happens to a stored segment between the media store and the network: encryption with the playback's key."""

from __future__ import annotations

import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from graphql_api.cenc import encrypt_segment, protect_init
from i2v_core.playbacks import INIT, Playback, Protection

#: Bytes of the nonce in front of what AES-GCM has encrypted.
_NONCE_BYTES = 12


def protect(data: bytes, playback: Playback, index: int) -> bytes:
    """Segment `index` (or the init segment, `INIT`) as it leaves for this playback."""
    if playback.protection is Protection.CENC:
        return protect_init(data, playback.key_id) if index == INIT else encrypt_segment(data, index, playback.key)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(playback.key).encrypt(nonce, data, f"{playback.id}/{index}".encode())
