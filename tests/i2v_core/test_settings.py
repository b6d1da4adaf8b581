"""Settings: a wrong value is one sentence that names the variable, the value and what is allowed."""

from __future__ import annotations

import pytest

from i2v_core.errors import WrongSetting
from i2v_core.settings import Settings, load_settings


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("I2V_PORT", "99999", "less than or equal to 65535"),
        ("I2V_PORT", "eighty", "valid integer"),
        ("I2V_REDIS_URL", "http://elsewhere", "begin with redis://"),
        ("I2V_LOG_FORMAT", "pretty", "'auto', 'human' or 'json'"),
        ("I2V_VIDEO_SECONDS", "11", "less than or equal to 10"),
        ("I2V_MODEL_SECONDS", "0", "greater than 0"),
    ],
)
def test_a_wrong_value_names_the_variable_the_value_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(WrongSetting) as refusal:
        load_settings()

    (sentence,) = refusal.value.sentences
    assert sentence.startswith(f"{name} is '{value}', but ")
    assert words in sentence


def test_every_wrong_value_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("I2V_PORT", "0")
    monkeypatch.setenv("I2V_MAX_UPLOAD_MB", "-1")

    with pytest.raises(WrongSetting) as refusal:
        load_settings()

    assert len(refusal.value.sentences) == 2


def test_a_wrong_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("I2V_SECRET", "too-short")

    with pytest.raises(WrongSetting) as refusal:
        load_settings()

    assert "too-short" not in str(refusal.value)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
        ("2001:db8::7", "http://[2001:db8::7]:8000"),
        ("studio.local", "http://studio.local:8000"),
    ],
)
def test_the_page_reaches_the_api_of_its_own_server_wherever_that_listens(host: str, url: str) -> None:
    assert Settings(host=host).own_api_url == url
    assert Settings(host=host, api_url="https://api.example.org").own_api_url == "https://api.example.org"


def test_secrets_are_not_in_the_repr() -> None:
    settings = Settings(secret="a-secret-of-some-length", redis_url="redis://:password@host/0")

    assert "a-secret" not in repr(settings)
    assert "password" not in repr(settings)


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("I2V_REDIS_URL", "")

    assert load_settings().redis_url is None


def test_every_setting_says_what_it_is_and_why() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name
