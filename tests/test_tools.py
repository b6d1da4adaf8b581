"""What `make screenshots` reckons with."""

from __future__ import annotations

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
