"""One place for everything that can be set: environment variables with the prefix `I2V_`.

A field's description says what it is, its unit and why its default is what it is; `docs/settings.md` is made from them.
"""

from __future__ import annotations

import os
from functools import cached_property, lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import SettingsConfigDict

from i2v_core.api_settings import ApiSettings
from i2v_core.errors import WrongSetting

PREFIX = "I2V_"


class Settings(ApiSettings):
    """Everything an operator can set, read from the environment once at start."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    # Where it listens -------------------------------------------------------------------------------------------
    host: str = Field(
        "127.0.0.1", description="Address to listen on. Loopback, so that nothing is published by accident."
    )
    port: int = Field(8000, ge=1, le=65535, description="TCP port of the page and the API.")
    api_url: str | None = Field(
        None,
        description="Where the page's server finds the API (http or https). By default itself: the API is mounted in it.",
    )
    trusted_proxies: str = Field(
        "",
        description="Comma-separated addresses or networks whose X-Forwarded-* headers are believed. None by default, and never all: anybody could then pretend to be anybody.",
    )

    # Where it keeps things --------------------------------------------------------------------------------------
    data_dir: Path = Field(
        Path("i2v-data"), description="Folder for everything that must survive a restart. It can be moved."
    )
    media_dir: Path | None = Field(
        None, description="Folder of pictures and segments. By default `media` in the data folder."
    )
    redis_url: str | None = Field(
        None,
        repr=False,
        description="Redis to use (redis://, rediss:// or unix://). Without it `i2v up` starts an embedded one.",
    )
    retention_hours: float = Field(
        168,
        gt=0,
        le=24 * 365,
        description="Hours a finished job and its video are kept. A week: long enough to come back to.",
    )
    secret: str | None = Field(
        None,
        min_length=16,
        repr=False,
        description="Secret that signs viewers' cookies, 16 characters or more. By default one is made once and kept in Redis, shared by all processes. A list, separated by commas, rotates it: the first signs, the others are still believed.",
    )

    media_key: str | None = Field(
        None,
        min_length=32,
        repr=False,
        description="Random text (32 characters or more) that pictures and segments are encrypted with on the disk. By default they are stored clear.",
    )

    # What may be uploaded ---------------------------------------------------------------------------------------
    max_upload_mb: float = Field(
        20, gt=0, le=500, description="Largest upload in MB (1 MB = 1,000,000 bytes). Phone photos are 2-12."
    )
    max_megapixels: float = Field(
        50, gt=0, le=178, description="Largest picture in megapixels. imgproxy's limit; today's phones make 50."
    )
    max_concurrent_uploads: int = Field(
        8,
        ge=1,
        le=256,
        description="Upload bodies read at once; more wait. 8 keep 100 uploads of 10 MB under 60 MB of memory.",
    )
    upload_seconds: float = Field(
        30, gt=0, description="Seconds one upload may take once it is being read, so slow senders block nobody."
    )
    decode_concurrency: int = Field(
        2, ge=1, le=64, description="Pictures decoded at once, each in a process of its own."
    )
    decode_memory_mb: int = Field(
        1024, ge=256, description="Address space of a decode process in MiB. It counts mapped libraries too."
    )
    decode_seconds: float = Field(
        20, gt=0, description="CPU and wall seconds a decode may take before the picture is refused."
    )

    # What is made -----------------------------------------------------------------------------------------------
    model: str = Field("simulated", description="Name of the video model: an entry point in the group `i2v.models`.")
    model_seconds: float = Field(
        30, gt=0, le=3600, description="Seconds of work the simulated model takes for each picture."
    )
    render_memory_mb: int | None = Field(
        None,
        ge=1024,
        description="Address space of the render process in MiB; it counts mapped libraries too. By default 2048 for the simulated model (it takes 720, and 1,700 with the largest sizes that can be set), and no limit for another one: the libraries of real ones map far more than they use.",
    )
    input_long_side: int = Field(
        2560, ge=640, le=8192, description="Long side in pixels of the stored picture: twice the video's."
    )
    video_long_side: int = Field(1280, ge=64, le=3840, description="Long side in pixels of the video.")
    video_seconds: float = Field(
        5, ge=3, le=10, description="Length in seconds of a video whose uploader did not choose one."
    )
    video_fps: int = Field(24, ge=8, le=60, description="Frames a second of the video. 24 is cinema's.")

    # The queue --------------------------------------------------------------------------------------------------
    max_attempts: int = Field(
        3, ge=1, le=20, description="Times a job is tried before it fails. A put-back at shutdown does not count."
    )
    lease_seconds: float = Field(
        4, ge=1, le=60, description="Seconds without a sign of life after which another worker may take a job."
    )
    drain_seconds: float = Field(
        40,
        ge=0,
        le=3600,
        description="Seconds a worker told to stop (SIGTERM) may take to finish its job: one picture and a margin.",
    )

    waiting_per_viewer: int = Field(
        20,
        ge=1,
        le=100_000,
        description="Pictures that one viewer (or all anonymous ones of an address) may have waiting: ten minutes of the model.",
    )
    jobs_per_viewer: int = Field(
        2000,
        ge=1,
        le=100_000,
        description="Jobs that one viewer may have beside those that may wait, kept ones included: as many as the page's list of videos is made for. A search or another order reads them all.",
    )
    waiting_overall: int = Field(
        5000,
        ge=1,
        le=1_000_000,
        description="Pictures that may wait in all: at 30 seconds each, those of a day and a half.",
    )
    uploads_in_flight: int = Field(
        20,
        ge=1,
        le=1000,
        description="Uploads that one viewer (or address) may have under way at once: as many as may wait.",
    )
    uploads_per_minute: int = Field(
        60,
        ge=1,
        le=100_000,
        description="Uploads that one viewer, and all that come from one address together, may begin in a minute, refused ones included. Jobs that are made again and other videos of a picture count as well.",
    )

    # Watching ---------------------------------------------------------------------------------------------------
    ticket_seconds: float = Field(
        60, gt=0, le=3600, description="Seconds within which a segment's one-use ticket must be used."
    )
    playback_seconds: float = Field(
        3600, gt=0, le=86400, description="Seconds a playback lives; the player opens another after that."
    )
    playbacks_per_viewer: int = Field(
        64, ge=1, le=10000, description="Playbacks one viewer may have open; the oldest ends first."
    )

    tickets_per_playback: int = Field(
        512,
        ge=64,
        le=100_000,
        description="Segments one playback may fetch in its life. 512 is the longest video 24 times over.",
    )
    watermark: Literal["on", "off"] = Field(
        "on",
        description="Whether videos carry a faint mark that names the playback a leaked copy came from. It doubles the encoding and the disk space.",
    )

    # The API ----------------------------------------------------------------------------------------------------
    playground: Literal["on", "off"] = Field(
        "on",
        description="Whether a browser that opens `/graphql` gets a page to try the API in. Turn it off where nobody shall: the API itself is open to the same people either way.",
    )

    # What it says -----------------------------------------------------------------------------------------------
    log_format: Literal["auto", "human", "json"] = Field(
        "auto", description="Log lines: `human` on a terminal, else `json`; `auto` decides."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")

    @field_validator("redis_url")
    @classmethod
    def _redis_scheme(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("it must begin with redis://, rediss:// or unix://")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _named_proxies(cls, value: str) -> str:
        for proxy in filter(None, (item.strip() for item in value.split(","))):
            try:
                ip_network(proxy)
            except ValueError:
                raise ValueError(f"{proxy!r} is neither an address nor a network such as 10.0.0.0/8") from None
        return value

    @field_validator("secret")
    @classmethod
    def _every_secret_is_long(cls, value: str | None) -> str | None:
        if value is not None and min(map(len, _secrets(value)), default=0) < 16:
            raise ValueError("each of the secrets in it must have 16 characters or more")
        return value

    @field_validator("api_url")
    @classmethod
    def _api_scheme(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("it must begin with http:// or https://")
        return value.rstrip("/") if value else value

    @field_validator("redis_url", "api_url", "secret", "media_key", "media_dir", "render_memory_mb", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value  # compose passes unset variables on as empty strings

    @cached_property
    def media_path(self) -> Path:
        """Absolute folder of the media store."""
        return (self.media_dir or self.data_dir / "media").resolve()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The configured signing secrets, the one that signs first; none if they are kept in Redis."""
        return _secrets(self.secret or "")

    @property
    def max_upload_bytes(self) -> int:
        """The upload limit in bytes."""
        return int(self.max_upload_mb * 1_000_000)

    @property
    def max_pixels(self) -> int:
        """The picture limit in pixels."""
        return int(self.max_megapixels * 1_000_000)

    @property
    def render_memory_bytes(self) -> int | None:
        """The limit of the render process's address space in bytes, None if it has none."""
        limit = self.render_memory_mb or (2048 if self.model == "simulated" else None)
        return limit * 2**20 if limit else None

    @property
    def retention_seconds(self) -> int:
        """Seconds that a finished job is kept."""
        return int(self.retention_hours * 3600)

    @property
    def jobs_at_most(self) -> int:
        """Jobs of one viewer in all: those that are kept, and those that may wait."""
        return self.jobs_per_viewer + self.waiting_per_viewer

    @property
    def keeps_longer(self) -> bool:
        """Whether ended jobs can be kept for longer than they are by themselves."""
        return self.keep_at_most_hours > self.retention_hours

    @property
    def longest_keep_hours(self) -> float:
        """Hours from now until which an ended job can be kept: never fewer than it is kept anyway."""
        return max(self.keep_at_most_hours, self.retention_hours)

    @property
    def own_api_url(self) -> str:
        """Base address under which this process's own server, or the configured one, answers the API."""
        return self.api_url or self.own_url

    @property
    def own_url(self) -> str:
        """What a program on this machine opens to reach the server that listens on `host` and `port`."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises `WrongSetting` with one sentence a wrong variable: its name, its value and what is allowed.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise WrongSetting([_sentence(e) for e in error.errors()]) from None


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return load_settings()


def _secrets(value: str) -> tuple[str, ...]:
    return tuple(secret.strip() for secret in value.split(",") if secret.strip())


def _sentence(error: object) -> str:
    assert isinstance(error, dict)
    field = str(error["loc"][0])
    name = f"{PREFIX}{field.upper()}"
    given = os.environ.get(name, error.get("input"))
    shown = "(hidden)" if field in {"secret", "media_key"} else repr(given)
    context = error.get("ctx") or {}
    reason = str(context["error"]) if "error" in context else error["msg"][0].lower() + error["msg"][1:]
    return f"{name} is {shown}, but {reason}."
