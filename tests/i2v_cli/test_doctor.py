"""`i2v doctor` finds what is missing and says what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.i2v_cli.conftest import WithoutRedis


def doctor(env: dict[str, str], python: str = sys.executable) -> tuple[int, dict[str, dict[str, str]]]:
    """Its exit code and its findings by name."""
    run = subprocess.run(
        [python, "-m", "i2v_cli", "doctor", "--json"], env=env, capture_output=True, text=True, check=False
    )
    return run.returncode, {finding["name"]: finding for finding in json.loads(run.stdout)}


def test_everything_is_there(env: dict[str, str]) -> None:
    code, found = doctor(env)

    assert code == 0
    assert {name: f["state"] for name, f in found.items() if f["state"] == "missing"} == {}
    assert list(found) == [
        "settings",
        "Python",
        "page",
        "Node",
        "encoder",
        "Redis",
        "data folder",
        "free disk",
        "port",
        "watching",
    ]
    assert "libx264" in found["encoder"]["found"]


def test_a_person_reads_one_line_a_thing(env: dict[str, str]) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "i2v_cli", "doctor"], env=env, capture_output=True, text=True, check=False
    )

    assert said.stdout.splitlines()[-1] == "Everything that is needed is there."
    assert "\033" not in said.stdout


def test_no_redis(env: dict[str, str], without_redis: WithoutRedis) -> None:
    code, found = doctor({**env, **without_redis.env}, without_redis.python)

    assert code == 1
    assert found["Redis"]["state"] == "missing"
    assert "apt-get install redis-server" in found["Redis"]["advice"]


def test_a_redis_elsewhere_that_does_not_answer_and_whose_password_stays_hidden(env: dict[str, str]) -> None:
    code, found = doctor({**env, "I2V_REDIS_URL": "redis://user:sesame@127.0.0.1:1/0"})

    assert code == 1
    assert found["Redis"]["state"] == "missing"
    assert "sesame" not in json.dumps(found)


def test_a_misspelled_variable(env: dict[str, str]) -> None:
    code, found = doctor({**env, "I2V_MODEL_SECOND": "1"})

    assert code == 0
    assert found["settings"]["state"] == "warn"
    assert found["settings"]["advice"] == "Did you mean I2V_MODEL_SECONDS?"


def test_the_variables_of_a_client_are_no_misspelled_settings(env: dict[str, str]) -> None:
    given = {"I2V_URL": "http://127.0.0.1:8000", "I2V_TOKEN": "i2v_x", "I2V_COOKIE": "i2v_viewer=x"}

    _, found = doctor({**env, **given})

    assert found["settings"]["state"] == "ok"


def test_a_wrong_value(env: dict[str, str]) -> None:
    code, found = doctor({**env, "I2V_PORT": "http"})

    assert code == 1
    assert found["settings"]["found"].startswith("I2V_PORT is 'http', but")


def test_a_data_folder_that_cannot_be(env: dict[str, str]) -> None:
    code, found = doctor({**env, "I2V_DATA_DIR": "/dev/null/i2v"})

    assert code == 1
    assert found["data folder"]["state"] == "missing"


def test_a_folder_of_a_newer_redis(env: dict[str, str]) -> None:
    folder = Path(env["I2V_DATA_DIR"]) / "redis"
    folder.mkdir(parents=True)
    (folder / "server.json").write_text('{"product": "redis", "version": [99, 0, 0]}')

    code, found = doctor(env)

    assert code == 1
    assert "Redis 99.0.0" in found["Redis"]["advice"]


def test_plain_http_for_other_machines(env: dict[str, str]) -> None:
    code, found = doctor({**env, "I2V_HOST": "0.0.0.0"})

    assert code == 0
    assert found["watching"]["state"] == "warn"
    assert "https" in found["watching"]["advice"]


def test_what_compose_alone_reads_is_not_called_misspelled(env: dict[str, str]) -> None:
    _, found = doctor({**env, "I2V_SITE": "i2v.example.org", "I2V_CERTIFICATES": "own", "I2V_HTTP_PORT": "8080"})

    assert found["settings"]["state"] == "ok"
