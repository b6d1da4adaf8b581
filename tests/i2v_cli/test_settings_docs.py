"""docs/settings.md is what `i2v settings --markdown` says."""

from __future__ import annotations

from pathlib import Path

import pytest

from i2v_cli.settings_table import as_markdown, as_text
from i2v_core.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_is_true() -> None:
    assert PAGE.read_text() == as_markdown(), "run: .venv/bin/i2v settings --markdown >docs/settings.md"


def test_every_setting_says_what_it_is() -> None:
    silent = [name for name, field in Settings.model_fields.items() if not field.description]

    assert silent == []


def test_values_in_force_are_shown_but_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("I2V_SECRET", "open sesame open sesame")
    monkeypatch.setenv("I2V_MEDIA_KEY", "open sesame, and all that is stored with it")
    monkeypatch.setenv("I2V_REDIS_URL", "redis://user:password@host:6379/0")
    monkeypatch.setenv("I2V_PORT", "8123")

    said = as_text()

    assert "I2V_PORT = 8123  (set)" in said
    assert "sesame" not in said
    assert "redis://user:***@host:6379/0" in said
