"""What `make screenshots` reckons with."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tools import screenshots
from tools.css_use import rules


def test_the_rules_of_a_stylesheet_are_told_apart() -> None:
    sheet = (
        "@charset 'utf-8';@font-face{font-family:x;src:url('a}b.woff2')}.a{color:red}/* .b{} */.c,.d:hover{--x:'{';top:0}"
        "@media (width<=30rem){.e{top:0}@supports (top:0){.f{top:0}}}@keyframes g{50%{top:0}}.h{top:0}"
    )

    assert [where for _, where in rules(sheet)] == [
        ".a",
        ".c,.d:hover",
        "@media (width<=30rem) .e",
        "@media (width<=30rem) @supports (top:0) .f",
        ".h",
    ]
    assert rules(sheet)[1][0].endswith(".c,.d:hover{--x:'{';top:0}")


def test_without_a_font_for_chinese_no_pictures_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "fc-list")
    monkeypatch.setattr(subprocess, "run", lambda asked, **_: subprocess.CompletedProcess(asked, 0, stdout=b""))
    monkeypatch.setattr(screenshots, "_make", lambda _: 0)

    with pytest.raises(SystemExit, match="fonts-wqy-microhei"):
        screenshots.main()
