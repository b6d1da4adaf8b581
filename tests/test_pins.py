"""What we pin exactly, because we lean on its internals, is what is installed, and the internals are as we know them.

When one of these fails after `make lock`: read what changed there, adapt the place that the assertion names, and only
then move the pin.
"""

from __future__ import annotations

import inspect
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import arq.constants
import arq.jobs
import arq.worker
import pytest
import redis
from reflex.config import environment

ROOT = Path(__file__).parents[1]


def exact_pins() -> dict[str, str]:
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    matches = (re.fullmatch(r"([\w-]+)(?:\[.*\])?==(.+)", dependency) for dependency in dependencies)
    return {match[1]: match[2] for match in matches if match}


def test_what_we_lean_on_is_pinned_exactly() -> None:
    assert set(exact_pins()) == {"reflex", "strawberry-graphql", "arq"}


@pytest.mark.parametrize(("package", "pinned"), exact_pins().items())
def test_the_pin_is_what_is_installed(package: str, pinned: str) -> None:
    assert version(package) == pinned


def test_redis_py_speaks_to_the_oldest_server_that_we_serve() -> None:
    """redis-py 6 drops Redis 6.2, which the embedded fallback is; arq asks for less than 6."""
    assert int(redis.__version__.split(".")[0]) == 5


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("main", []),
        ("async_run", []),
        ("close", []),
        ("handle_sig", ["signum"]),
        ("start_jobs", ["job_ids"]),
        ("run_job", ["job_id", "score"]),
        ("_poll_iteration", []),
        ("_add_signal_handler", ["signum", "handler"]),
        ("_release_sem_dec_counter_on_complete", []),
    ],
)
def test_arqs_worker_has_what_the_slot_overrides(method: str, parameters: list[str]) -> None:
    """worker/slot.py subclasses it."""
    assert list(inspect.signature(getattr(arq.worker.Worker, method)).parameters)[1:] == parameters


def test_arqs_worker_has_the_attributes_that_the_slot_sets() -> None:
    """worker/slot.py reads and sets them after construction."""
    source = inspect.getsource(arq.worker.Worker)

    for name in ("in_progress_timeout_s", "poll_delay_s", "_pool", "pool", "tasks", "job_serializer"):
        assert f"self.{name}" in source or f"def {name}(" in source, name


def test_arqs_worker_reads_the_lease_length_when_it_takes_a_job() -> None:
    """worker/slot.py shortens it; were it read once at construction, a killed worker's job would come back late."""
    assert "self.in_progress_timeout_s" in inspect.getsource(arq.worker.Worker.start_jobs)


def test_arqs_job_has_the_form_that_we_write() -> None:
    """i2v_core/queue.py writes arq's job key itself, in one step with our document."""
    parameters = list(inspect.signature(arq.jobs.serialize_job).parameters)

    assert parameters == ["function_name", "args", "kwargs", "job_try", "enqueue_time_ms", "serializer"]
    assert arq.constants.job_key_prefix == "arq:job:"
    assert arq.constants.in_progress_key_prefix == "arq:in-progress:"
    assert arq.constants.retry_key_prefix == "arq:retry:"
    assert arq.constants.result_key_prefix == "arq:result:"


@pytest.mark.parametrize(
    "name",
    [
        "REFLEX_ENV_MODE",
        "REFLEX_SKIP_COMPILE",
        "REFLEX_MOUNT_FRONTEND_COMPILED_APP",
        "REFLEX_BACKEND_ONLY",
        "REFLEX_WEB_WORKDIR",
        "REFLEX_UPLOADED_FILES_DIR",
        "REFLEX_SOCKET_INTERVAL",
        "REFLEX_SOCKET_TIMEOUT",
        "REFLEX_USE_NPM",
        "REFLEX_CHECK_LATEST_VERSION",
    ],
)
def test_reflex_has_the_switches_that_serve_a_prebuilt_page(name: str) -> None:
    """i2v_app/serve.py and i2v_app/build.py set them."""
    assert hasattr(environment, name)


def test_graphql_core_and_strawberry_have_what_shared_execution_overrides() -> None:
    """graphql_api/fanout.py subclasses their executor and runner, and collects fields as they do."""
    from graphql.execution import Executor, execute_subscription_event
    from graphql.execution.collect_fields import CollectedFields, collect_fields, collect_subfields
    from strawberry.extensions.runner import SchemaExtensionsRunner
    from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

    assert issubclass(StrawberryGraphQLCoreExecutionContext, Executor)
    assert list(inspect.signature(Executor.build_per_event_executor).parameters) == ["self", "payload"]
    assert list(inspect.signature(execute_subscription_event).parameters) == ["executor"]
    assert list(inspect.signature(SchemaExtensionsRunner.on_stream_result).parameters) == ["self", "result"]
    assert list(inspect.signature(collect_fields).parameters)[:6] == [
        "schema", "fragments", "variable_values", "runtime_type", "operation", "hide_suggestions",
    ]  # fmt: skip
    assert list(inspect.signature(collect_subfields).parameters) == [
        "schema", "fragments", "variable_values", "operation", "return_type", "field_details_list", "hide_suggestions",
    ]  # fmt: skip
    assert CollectedFields._fields == ("grouped_field_set", "new_defer_usages", "forbidden_directive_instances")
