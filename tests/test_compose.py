"""What can be said of the containers without an engine: what is published, what is set, and what each may do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from i2v_core.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text()
#: `${NAME:-default}`, the one form that old and new Compose both know.
_VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")
#: Variables of the front, which are no settings of i2v's processes.
_OF_THE_FRONT = {"I2V_SITE", "I2V_CERTIFICATES", "I2V_HTTP_PORT"}


def test_the_front_alone_is_published_and_on_this_machine_only() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert list(published) == ["front"]
    given = [_VARIABLE.sub(r"\2", port) for port in published["front"]]
    assert given == ["127.0.0.1:443:443", "127.0.0.1:80:80"]


def test_only_the_front_has_a_way_out() -> None:
    networks = COMPOSE["networks"]
    leading_out = {name for name, options in networks.items() if not options.get("internal")}

    assert leading_out == {"outside"}
    assert [name for name, service in SERVICES.items() if "outside" in service["networks"]] == ["front"]
    assert "store" not in SERVICES["front"]["networks"]


@pytest.mark.parametrize("name", ["web", "worker"])
def test_every_variable_of_a_process_is_a_setting_with_an_allowed_default(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {variable: _VARIABLE.sub(r"\2", value) for variable, value in SERVICES[name]["environment"].items()}

    assert {variable.removeprefix(PREFIX).lower() for variable in given} <= set(Settings.model_fields)
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    assert Settings().trusted_proxies, "or no cookie would be Secure"


def test_what_is_passed_on_has_the_name_that_it_has_outside() -> None:
    for service in SERVICES.values():
        for variable, value in service.get("environment", {}).items():
            assert [found[0] for found in _VARIABLE.findall(str(value))] in ([], [variable])


def test_defaults_are_those_of_the_settings() -> None:
    defaults = {f"{PREFIX}{name.upper()}": field.default for name, field in Settings.model_fields.items()}

    for variable, value in SERVICES["web"]["environment"].items():
        if (found := _VARIABLE.fullmatch(value)) and found[2] and variable != "I2V_TRUSTED_PROXIES":
            assert found[2] == f"{defaults[variable]}".removesuffix(".0"), variable


def test_no_service_may_more_than_it_needs() -> None:
    for name, service in SERVICES.items():
        if name == "redis":
            continue  # its image starts as root to hand its folder over, then gives that up
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "front" else []), name


def test_every_volume_and_network_is_declared() -> None:
    for service in SERVICES.values():
        named = {volume.split(":")[0] for volume in service.get("volumes", []) if not volume.startswith(".")}
        assert named <= set(COMPOSE["volumes"])
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        for volume in service.get("volumes", []):
            assert not volume.startswith(".") or (ROOT / volume.split(":")[0]).is_file()


def test_the_front_knows_what_its_file_asks_for_with_the_same_defaults() -> None:
    asked = dict(re.findall(r"\{\$(\w+):([^}]*)\}", CADDYFILE))

    given = {
        variable: found[2]
        for variable, value in SERVICES["front"]["environment"].items()
        if (found := _VARIABLE.fullmatch(value))
    }
    assert given == asked
    assert set(asked) <= _OF_THE_FRONT | {"I2V_PORT"}


def test_the_front_keeps_a_browser_on_one_process_and_can_be_told_nothing() -> None:
    assert "lb_policy cookie" in CADDYFILE
    assert re.search(r"^\tadmin off$", CADDYFILE, re.MULTILINE)
    assert re.search(r"name web\s+port 8000", CADDYFILE), "where the Dockerfile's process listens"
    # A failure that counted would let one broken upload shut the door for everybody.
    assert not re.search(r"^\s*(fail_duration|max_fails)", CADDYFILE, re.MULTILINE)


def test_the_front_is_described() -> None:
    operations = (ROOT / "docs" / "operations.md").read_text()

    for variable in _OF_THE_FRONT | {"I2V_PORT", "I2V_HOST"}:
        assert variable in operations
