"""Log lines: one a line an event, for people on a terminal and JSON elsewhere.

Every process calls `configure_logging` once; everything else does `log = get_logger("worker")` and then
`log.info("job_started", job=..., attempt=...)`. What must never be read by whoever reads logs is dropped by name.
"""

from __future__ import annotations

import logging
import sys
from typing import cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from i2v_core.settings import Settings

#: Whatever bears one of these words in its name never reaches a log.
_SECRET_WORDS = ("cookie", "ticket", "key", "secret", "token", "password", "authorization", "licence")


def get_logger(process: str) -> FilteringBoundLogger:
    """A logger whose lines name the process or part that speaks."""
    return cast(FilteringBoundLogger, structlog.get_logger(process=process))


def configure_logging(settings: Settings) -> None:
    """Send this process's log lines, and those of the libraries it uses, to stderr in the form that the settings ask for."""
    human = settings.log_format == "human" or (settings.log_format == "auto" and sys.stderr.isatty())
    level = getattr(logging, settings.log_level.upper())
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if human else "iso", utc=not human),
        _drop_secrets,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            pad_event_to=24,
            # Not the default one: it prints local variables, and cookies, tickets and secrets are among them.
            exception_formatter=structlog.dev.plain_traceback,
        )
        if human
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer] if not human else [*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,  # a logger made before this call must follow it
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries speak only when something is wrong: their routine lines repeat ours (arq logs each job too).
    root.setLevel(max(level, logging.WARNING))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "arq.worker"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def _drop_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for name in list(event):
        if any(word in name.lower() for word in _SECRET_WORDS):
            event[name] = "(hidden)"
    return event
