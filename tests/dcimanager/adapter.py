"""Runs in a worker process before the handler is imported: gives the double's view of a port's
statistics the port's current too. Whether the platform's view has it is unknown.
"""

from __future__ import annotations

from dataclasses import make_dataclass
from typing import Optional

from pdu_common import helper

setattr(
    helper,
    "PduPortStatisticView",
    make_dataclass(
        "PduPortStatisticView",
        ["identity", ("consumption", float, 0.0), ("load", Optional[float], None)],
    ),
)
