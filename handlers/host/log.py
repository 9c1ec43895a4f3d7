"""The line that each call of a handler logs: after an upload it shows an owner which version runs."""
from __future__ import annotations

from typing import Any, Protocol

from .. import VERSION


class Logger(Protocol):
    """The one method that is used of `get_logger`'s result."""

    def info(self, msg: str) -> Any: ...


def log_call(logger: Logger, handler: str, method: str, profile: str = "") -> None:
    """Log pack version, handler, profile and method, once per call."""
    logger.info(f"pdu handler {handler} {VERSION}{f' ({profile})' if profile else ''}: {method}")
