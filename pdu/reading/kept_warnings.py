"""The warnings that handlers log while a PDU is read, kept for it: many are read at a time, and the
log does not say of which one a line is.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
import re
from collections.abc import Collection, Iterator
from typing import Optional

from handlers.shared.errors import printable

from ..cli.known_secrets import hide_secrets

_CURRENT: contextvars.ContextVar[Optional[logging.Handler]] = contextvars.ContextVar(
    "kept_warnings", default=None
)


# a sentence of `handlers.shared.unknown_states.reason_sentences`
_OUTLET_SENTENCE = re.compile(r"outlets? (?P<identities>.+?)(?P<more> and [0-9]+ more)?: ")


def concerns(sentence: str, identities: Collection[str]) -> bool:
    """Whether a warning is about one of these outlets, or does not say which it is about."""
    match = _OUTLET_SENTENCE.match(sentence)
    if match is None or match["more"]:
        return True
    return any(identity in identities for identity in match["identities"].split(", "))


class _KeptWarnings(logging.Handler):
    """Keeps each different warning that its context logs once."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []
        self.addFilter(hide_secrets)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record of this reading."""
        if _CURRENT.get() is not self:
            return
        text = printable(record.getMessage())
        if text not in self.texts:
            self.texts.append(text)


@contextlib.contextmanager
def kept_warnings() -> Iterator[list[str]]:
    """Yields the warnings of this context, in their order; it grows during the block."""
    warnings = _KeptWarnings()
    token = _CURRENT.set(warnings)
    logging.getLogger().addHandler(warnings)
    try:
        yield warnings.texts
    finally:
        logging.getLogger().removeHandler(warnings)
        _CURRENT.reset(token)
