"""The server says at start that nobody elsewhere can watch, when it can know."""

from __future__ import annotations

import pytest

from i2v_cli.insecure import is_plain_to_others
from i2v_core.settings import Settings
from tests.i2v_cli.conftest import StartUp


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1"])
def test_loopback_is_a_secure_context(host: str) -> None:
    assert not is_plain_to_others(Settings(host=host, trusted_proxies=""))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.7", "fe80::1", "no-such-machine.invalid"])
def test_an_address_that_other_machines_reach_is_none_without_a_front(host: str) -> None:
    assert is_plain_to_others(Settings(host=host, trusted_proxies=" "))
    assert not is_plain_to_others(Settings(host=host, trusted_proxies="172.16.0.0/12"))


def test_the_server_says_so_once_at_start(start_up: StartUp) -> None:
    up = start_up(I2V_HOST="0.0.0.0").ready()

    (said,) = up.events("nobody_elsewhere_can_watch")
    assert said["level"] == "warning"
    assert "I2V_TRUSTED_PROXIES" in str(said["advice"])


def test_it_says_nothing_where_people_can_watch(start_up: StartUp) -> None:
    up = start_up().ready()

    assert not up.events("nobody_elsewhere_can_watch")
