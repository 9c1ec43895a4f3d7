"""Double of `pdu_common.helper`: the views that DCImanager and a handler exchange."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class EnumPowerStatus(Enum):
    """KNOWN: the members UP, DOWN and UNKNOWN, but not their values."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass
class PduPortView:
    """KNOWN: `identity` and `power_status`, and the constructor's keyword `power_status`.

    INFERRED: its keyword `identity`.
    """

    identity: str
    power_status: EnumPowerStatus = EnumPowerStatus.UNKNOWN


@dataclass
class PduView:
    """KNOWN: created empty. INFERRED: `ports` is its list."""

    ports: list[PduPortView] = field(default_factory=list)


@dataclass
class PduPortStatisticView:
    """KNOWN: the name.

    INFERRED: an identity and an energy in kWh; the names of the fields are a guess.
    """

    identity: str
    consumption: float = 0.0


@dataclass
class PduStatisticView:
    """KNOWN: created empty; `load` in amperes, `total_consumption` in kWh.

    INFERRED: `ports` is its list. What a figure is that a handler leaves unset is unknown; 0 is
    the worst, so that tests see it.
    """

    load: float = 0.0
    total_consumption: float = 0.0
    ports: list[PduPortStatisticView] = field(default_factory=list)
