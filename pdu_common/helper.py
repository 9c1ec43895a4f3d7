"""Double of `pdu_common.helper`: the views that DCImanager and a handler exchange."""

from __future__ import annotations

from enum import Enum
from typing import Optional


class _Unset(float):
    """The default of a figure in a view, equal to 0.0.

    Tools compare it by identity: it means "not metered".
    """


_UNSET = _Unset(0.0)


class EnumPowerStatus(Enum):
    """KNOWN: the members UP, DOWN and UNKNOWN, but not their values."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


class _View:
    """Compared and shown by its attributes; the class has the defaults. Four dataclasses would
    compile twelve functions: 8 million instructions at each start.
    """

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in vars(self).items())})"


class PduPortView(_View):
    """KNOWN: `identity` and `power_status`, and the constructor's keyword `power_status`.

    INFERRED: its keyword `identity`.
    """

    power_status: EnumPowerStatus = EnumPowerStatus.UNKNOWN

    def __init__(
        self, identity: str, power_status: EnumPowerStatus = EnumPowerStatus.UNKNOWN
    ) -> None:
        self.identity = identity
        self.power_status = power_status


class PduView(_View):
    """KNOWN: created empty. INFERRED: `ports` is its list."""

    def __init__(self, ports: Optional[list[PduPortView]] = None) -> None:
        self.ports = [] if ports is None else ports


class PduPortStatisticView(_View):
    """KNOWN: the name.

    INFERRED: an identity and an energy in kWh; the names of the fields are a guess.
    """

    consumption: float = _UNSET

    def __init__(self, identity: str, consumption: float = _UNSET) -> None:
        self.identity = identity
        self.consumption = consumption


class PduStatisticView(_View):
    """KNOWN: created empty; `load` in amperes, `total_consumption` in kWh.

    INFERRED: `ports` is its list.
    """

    load: float = _UNSET
    total_consumption: float = _UNSET

    def __init__(
        self,
        load: float = _UNSET,
        total_consumption: float = _UNSET,
        ports: Optional[list[PduPortStatisticView]] = None,
    ) -> None:
        self.load = load
        self.total_consumption = total_consumption
        self.ports = [] if ports is None else ports
