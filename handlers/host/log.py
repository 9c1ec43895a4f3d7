"""The line that each call of a handler logs."""
from __future__ import annotations

from typing import Any, Protocol

from .. import VERSION


class Logger(Protocol):
    """All that is asked of `get_logger`'s result: one finished text."""

    def info(self, msg: str) -> Any: ...


def log_call(logger: Logger, handler: str, method: str, profile: str = "") -> None:
    """Say once per call which code runs: the only way an owner sees it after an upload."""
    logger.info(f"pdu handler {handler} {VERSION}{f' ({profile})' if profile else ''}: {method}")
