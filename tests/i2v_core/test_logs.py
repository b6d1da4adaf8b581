"""Logs: one line an event, JSON or human, and never a secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from i2v_core.logs import configure_logging, get_logger
from i2v_core.settings import Settings


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("form", ["json", "human"])
def test_secrets_never_reach_a_log(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format=form))

    get_logger(f"test-{form}").info(
        "segment_served", job="job_1", attempt=2, ticket="t-secret", cookie="c-secret", api_key="k"
    )

    (line,) = capsys.readouterr().err.splitlines()
    assert "job_1" in line
    assert "secret" not in line


def test_json_is_one_object_a_line_also_for_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format="json"))

    logging.getLogger("some.library").warning("it is %s", "odd")
    try:
        raise ValueError("inner")
    except ValueError:
        get_logger("test-exception").error("unexpected_error", exc_info=True)

    first, second = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (first["event"], first["level"]) == ("it is odd", "warning")
    assert "ValueError: inner" in second["exception"]


def test_a_human_traceback_shows_no_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format="human"))

    def fail(ticket: str) -> None:
        raise ValueError("inner")

    value = "-".join(["t", "secret"])
    try:
        fail(value)
    except ValueError as error:
        get_logger("test-traceback").error("unexpected_error", exc_info=error)

    said = capsys.readouterr().err
    assert "ValueError: inner" in said
    assert "t-secret" not in said
