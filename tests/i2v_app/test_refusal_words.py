"""Whatever can be refused to a person on the page, or fail for one, has its words in the reader's language, with or without the limit."""

from __future__ import annotations

import json

import pytest

from i2v_app.build import WEB
from i2v_app.messages.words import LANGUAGES, catalogue
from i2v_core.errors import Code
from tests.i2v_app.node import run_module

#: What only programs meet: the page has the viewer's cookie, asks for no tokens and makes none.
OF_PROGRAMS = {
    Code.UNAUTHENTICATED,
    Code.FORBIDDEN,
    Code.TOKEN_NOT_FOUND,
    Code.TOO_MANY_API_TOKENS,
    Code.WRONG_TOKEN_NAME,
    Code.WRONG_TOKEN_SCOPES,
    Code.WRONG_TOKEN_EXPIRY,
}
OF_PEOPLE = set(Code) - OF_PROGRAMS

_SAY_ALL = """
const { IntlMessageFormat } = await import("intl-messageformat");
const said = {};
for (const [language, messages] of Object.entries(JSON.parse(process.argv[1])))
  for (const [key, text] of Object.entries(messages))
    for (const limit of ["none", 0, 1, 12500])
      said[`${language} ${key} ${limit}`] = new IntlMessageFormat(text, language, undefined, { ignoreTag: true }).format({ limit });
console.log(JSON.stringify(said));
"""


def test_every_refusal_that_a_person_can_meet_has_words_and_what_to_do() -> None:
    known = {key for key in catalogue("en") if key.startswith("refusals.")}

    assert known == {f"refusals.{code}{part}" for code in OF_PEOPLE for part in ("", ".fix")}


@pytest.mark.skipif(not (WEB / "node_modules" / "intl-messageformat").exists(), reason="the page was never built here")
def test_the_words_can_be_said_with_a_limit_and_without() -> None:
    refusals = {
        language: {key: text for key, text in catalogue(language).items() if key.startswith("refusals.")}
        for language in LANGUAGES
    }
    said = json.loads(run_module(_SAY_ALL, json.dumps(refusals), cwd=WEB))
    assert len(said) == 4 * sum(len(messages) for messages in refusals.values())
    assert not [text for text in said.values() if not text or "none" in text or "{" in text or "NaN" in text]
    assert said["en refusals.TOO_MANY_BYTES none"] == "The file is too large."
    assert "12.500" in said["de refusals.TOO_MANY_WAITING 12500"]
    assert said["en refusals.TOO_MANY_WAITING 1"].startswith("You have 1 picture waiting")
    assert "switched off" in said["en refusals.TOO_MANY_SHARE_LINKS 0"]
