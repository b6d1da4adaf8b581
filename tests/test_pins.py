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
import graphql
import pytest
import redis
import strawberry
from graphql.execution.values import get_variable_values
from reflex.config import environment
from strawberry.http.async_base_view import AsyncBaseHTTPView
from strawberry.subscriptions.protocols.graphql_transport_ws import handlers
from strawberry.types import ExecutionContext

from graphql_api.request_errors import plainly

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
        ("_sleep_until_tasks_complete", []),
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


def test_strawberry_has_what_tokens_and_rates_lean_on() -> None:
    """graphql_api/view.py signs a WebSocket in when it connects, and rates.py knows one by what its client sent along."""
    handler = inspect.getsource(handlers.BaseGraphQLTransportWSHandler.handle_connection_init)

    assert "self.context.connection_params = payload" in handler, "it says what a WebSocket's client sent along"
    assert "except ConnectionRejectionError" in handler
    assert "code=4403" in handler


def test_strawberrys_schema_has_what_ours_overrides() -> None:
    """graphql_api/schema.py: the way from a request's text to an operation, for every transport."""
    prepare = strawberry.Schema._prepare_operation_async
    assert list(inspect.signature(prepare).parameters) == ["self", "context", "extensions_runner"]
    for method in (strawberry.Schema.execute, strawberry.Schema._stream):
        assert "self._prepare_operation_async(" in inspect.getsource(method), method
    assert "validation_rules" in ExecutionContext.__dataclass_fields__
    assert "provided_operation_name" in ExecutionContext.__dataclass_fields__
    assert "self._provided_operation_name = provided_operation_name" in inspect.getsource(ExecutionContext)


def test_strawberry_hands_over_the_list_of_errors_that_it_sends() -> None:
    """graphql_api/schema.py masks them in place, in `process_errors`, which costs nothing where there are none."""
    assert list(inspect.signature(strawberry.Schema.process_errors).parameters) == [
        "self",
        "errors",
        "execution_context",
    ]
    handled = inspect.getsource(strawberry.Schema._handle_execution_result)
    assert "self._process_errors(result.errors, context)" in handled
    assert "errors=result.errors" in handled


def test_strawberry_adds_two_rules_of_its_own_to_validation() -> None:
    """graphql_api/documents.py validates itself, to hide suggestions, and adds the same two."""
    source = inspect.getsource(strawberry.schema.schema.validate_document)

    assert set(re.findall(r"\b(\w+ValidationRule)\b", source)) == {
        "ASTValidationRule",
        "MaybeNullValidationRule",
        "OneOfInputValidationRule",
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"max_lexical_tokens": 1}, "Document contains more than"),
        ({"max_comments": 1}, "Document contains more than"),
        ({}, "Document is nested too deeply"),
    ],
)
def test_graphql_core_says_in_these_words_why_it_stops_reading(options: dict[str, int], said: str) -> None:
    """graphql_api/documents.py tells them apart from mistakes by these words."""
    with pytest.raises(graphql.GraphQLError, match=said):
        graphql.parse("# a\n# b\n" + "{a" * 300 + "}" * 300, **options)


def test_graphql_core_can_hide_its_suggestions_and_forbids_nested_introspection() -> None:
    """graphql_api/documents.py."""
    for function in (graphql.validate, get_variable_values):
        assert {"max_errors", "hide_suggestions"} <= set(inspect.signature(function).parameters)
    assert "MaxIntrospectionDepthRule" in {rule.__name__ for rule in graphql.specified_rules}


@pytest.mark.parametrize("value", [{"a": None}, True, float("nan"), object()])
@pytest.mark.parametrize("kind", ["ID", "Int", "Float", "String", "Boolean"])
def test_graphql_core_shows_values_where_we_cut_them_off(kind: str, value: object) -> None:
    """graphql_api/request_errors.py: messages must tell nothing of Python."""
    node = graphql.parse(f"query($a:{kind}!){{a}}").definitions[0]
    schema = graphql.build_schema("type Query{a:Int}")
    errors = get_variable_values(schema, node.variable_definitions, {"a": value})  # type: ignore[attr-defined]

    for error in errors if isinstance(errors, list) else []:
        assert re.search(r"\b(None|True|nan)\b|[<{]", plainly(error.message)) is None


def test_reflex_keeps_its_open_sockets_and_its_states_as_we_know_them() -> None:
    """i2v_app/serve.py looks a socket up; rxconfig.py sets how long the states of closed ones are kept, by Redis' name for it."""
    from reflex.istate.manager import StateManager, memory
    from reflex.utils.token_manager import LocalTokenManager

    assert LocalTokenManager().sid_to_token == {}
    assert issubclass(memory.StateManagerMemory, StateManager)
    assert "redis_token_expiration" in inspect.getsource(memory._default_token_expiration)


def test_strawberrys_websocket_handler_has_what_ours_overrides() -> None:
    """graphql_api/websocket.py subclasses it, and calls or replaces these."""
    handler = handlers.BaseGraphQLTransportWSHandler

    assert list(inspect.signature(handler.handle_connection_init).parameters) == ["self", "message"]
    assert list(inspect.signature(handlers.Operation.__init__).parameters)[1:] == [
        "handler",
        "id",
        "query",
        "variables",
        "operation_name",
    ]
    for name in ("handle", "shutdown", "handle_subscribe", "handle_complete", "cleanup_operation", "run_operation"):
        assert inspect.iscoroutinefunction(getattr(handler, name)), name
    assert "self.graphql_transport_ws_handler_class(" in inspect.getsource(AsyncBaseHTTPView.run)


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
