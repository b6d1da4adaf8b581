"""Which server is meant: what is said if nothing, something else or something that is not trusted is there."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.conftest import PICTURES, free_port
from tests.i2v_cli.client import Client

CAT = PICTURES / "chelsea.png"


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """One for whom nothing answers."""
    return Client(f"http://127.0.0.1:{free_port()}", tmp_path / "home")


def test_without_a_server_it_says_what_to_do(client: Client) -> None:
    done = client.i2v("submit", CAT, "--watch")

    assert done.returncode == 3
    assert done.stderr == f"i2v: Nothing answers at {client.url}; start it, or correct I2V_URL.\n"


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://localhost", "http://me:secret@localhost"])
def test_an_address_that_is_none_is_named(url: str, client: Client) -> None:
    done = client.i2v("submit", CAT, I2V_URL=url)

    assert done.returncode == 2
    assert "I2V_URL" in done.stderr
    assert "secret" not in done.stderr


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of something that answers and is no i2v."""

    class Other(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    other = HTTPServer(("127.0.0.1", 0), Other)
    if tls:
        other.socket = tls.wrap_socket(other.socket, server_side=True)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    yield other.server_port
    other.shutdown()
    other.server_close()


def test_something_else_that_answers_is_no_i2v(client: Client) -> None:
    with serving() as port:
        done = client.i2v("submit", CAT, I2V_URL=f"http://127.0.0.1:{port}")

    assert done.returncode == 3
    assert "it is no i2v (404" in done.stderr


@pytest.fixture
def https(tmp_path: Path) -> Iterator[str]:
    """The address of something that speaks TLS with a certificate that it has signed itself (`certificate.pem`)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "own")]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (tmp_path / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    with serving(context) as port:
        yield f"https://127.0.0.1:{port}"


def test_a_certificate_of_ones_own_is_trusted_once_it_is_named(https: str, client: Client, tmp_path: Path) -> None:
    stranger = client.i2v("submit", CAT, I2V_URL=https)
    trusted = client.i2v("submit", CAT, I2V_URL=https, SSL_CERT_FILE=str(tmp_path / "certificate.pem"))

    assert stranger.returncode == 3
    assert "is not trusted" in stranger.stderr
    assert "set SSL_CERT_FILE" in stranger.stderr
    assert "it is no i2v (404" in trusted.stderr
