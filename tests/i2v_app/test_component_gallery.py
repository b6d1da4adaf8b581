"""The page of all components: it can be put together, and is part of no build that did not ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from i2v_app import build
from i2v_app.pages.components.page import components


def test_it_shows_a_job_in_every_state() -> None:
    page = str(components())

    states = ("QUEUED", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED")
    assert [state for state in states if state not in page] == []


def test_a_build_with_it_is_another_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(build, "_STAMP", tmp_path / "stamp")
    monkeypatch.delenv("I2V_COMPONENT_GALLERY", raising=False)
    build._STAMP.write_text(build._hash(build._CODE) + build._hash(build._LOCK))
    assert build._page_is_built()

    monkeypatch.setenv("I2V_COMPONENT_GALLERY", "1")

    assert not build._page_is_built()
