"""How an outlet's state is written. Programs here have EnumPowerStatus, DCImanager's word for it;
this table is the only way from it to files and output, and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN


class StateSpelling(NamedTuple):
    """One state outside of Python."""

    #: in texts, JSON and CSV
    word: str
    #: in Prometheus; None: no sample
    sample: Optional[float]


SPELLED: Mapping[EnumPowerStatus, StateSpelling] = {
    UP: StateSpelling("on", 1.0),
    DOWN: StateSpelling("off", 0.0),
    UNKNOWN: StateSpelling("unknown", None),
}


def word(state: EnumPowerStatus) -> str:
    """`on`, `off` or `unknown`."""
    return SPELLED[state].word
