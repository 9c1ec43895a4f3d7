"""The warnings that handlers log while a PDU is read, in a list for each reading: many PDUs are
read at a time, and the log does not say of which PDU a line is.
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
    """A handler of Python's `logging` for one reading: it puts each warning that is logged during
    this reading, by the thread that reads, once into `texts`. The variable `_CURRENT` has the
    handler of the reading that the present thread does.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []
        self.addFilter(hide_secrets)

    def emit(self, record: logging.LogRecord) -> None:
        """Called by `logging` for each warning of any thread: its text goes into `texts`, unless it
        is of the reading of another thread.
        """
        if _CURRENT.get() is not self:
            return
        text = printable(record.getMessage())
        if text not in self.texts:
            self.texts.append(text)


@contextlib.contextmanager
def kept_warnings() -> Iterator[list[str]]:
    """Yields a list that gets each warning which this thread logs during the block, once, in their
    order.

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
