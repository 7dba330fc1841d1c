"""Logs: one JSON object a line on standard error (`key=value` on a terminal), without personal data.

Everything that Python logs takes this road, Django, Celery and the web server included, so that one redaction
stands before every line (threats: leaks in logs).
"""

import logging
import logging.config
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from config.redaction import redact

# What reaches the event from Python's own loggers and from structlog's alike.
SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def configure(options: dict[str, Any]) -> None:
    """Sends every logger of the process to standard error, from `options["level"]` (settings.LOGGING) up."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": line_formatter}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": options["level"]},
            "loggers": {
                **{name: {"handlers": [], "propagate": True} for name in ("django", "django.server")},
                # Scanners knock under every name; each would fill a page with its traceback.
                "django.security.DisallowedHost": {"level": "CRITICAL"},
            },
        }
    )
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def line_formatter() -> logging.Formatter:
    """Makes an event one line; exceptions become text before the redaction, so that it sees them."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact_event,
            last_words(),
        ],
    )


def redact_event(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: redact(value) for key, value in event.items()}


def last_words() -> Processor:
    """The renderer: for a person at a terminal, or for a program."""
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer(ensure_ascii=False)
