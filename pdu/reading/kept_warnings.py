"""The warnings that handlers log while a PDU is read, kept for it: many are read at a time, and the
log does not say of which one a line is.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
from collections.abc import Iterator
from typing import Optional

from handlers.shared.errors import printable

from ..cli.known_secrets import hide_secrets

_CURRENT: contextvars.ContextVar[Optional[logging.Handler]] = contextvars.ContextVar(
    "kept_warnings", default=None
)


class _KeptWarnings(logging.Handler):
    """Keeps each different warning that its context logs once, in `texts`."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []
        self.addFilter(hide_secrets)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep in `texts` a record of this reading; one of another thread's reading is left out."""
        if _CURRENT.get() is not self:
            return
        text = printable(record.getMessage())
        if text not in self.texts:
            self.texts.append(text)


@contextlib.contextmanager
def kept_warnings() -> Iterator[list[str]]:
    """Yields the warnings of this context, in their order; it grows during the block.

    >>> with kept_warnings() as warnings:
    ...     logging.getLogger("snmp").warning("outlet 3: its state is 7")
    >>> warnings
    ['outlet 3: its state is 7']
    """
    warnings = _KeptWarnings()
    token = _CURRENT.set(warnings)
    logging.getLogger().addHandler(warnings)
    try:
        yield warnings.texts
    finally:
        logging.getLogger().removeHandler(warnings)
        _CURRENT.reset(token)
