"""Double of `common.logger`."""

from __future__ import annotations

import logging


def get_logger(name: str) -> logging.Logger:
    """KNOWN: the vendor's example calls `.info(text)` on the result.

    INFERRED: it is a logging.Logger.
    """
    return logging.getLogger(name)
