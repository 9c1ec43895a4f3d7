"""The outlets of an SNMP PDU with their figures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Optional

from ....decimals import as_float
from ....snmp import metering
from ....snmp.handler import SnmpPdu
from ...outlet_readings import UnitReading, merged


def outlets(data: Any) -> UnitReading:
    """The outlets: the reads of one `statistic`, and usually one walk or GET more for each of the
    watts, the total of the watts, the numbers and the names that the family has. For an APC unit
    with 24 outlets 17 requests: a `statistic` costs 14, a `status` 5.

    Raises the errors of handlers/errors.py.
    """
    device, read = SnmpPdu(data).figures()
    return UnitReading(
        as_float(read.load),
        as_float(read.power),
        as_float(read.energy),
        merged(
            device.states.items(),
            metering.labels(device),
            _floats(read.current_of),
            _floats(read.power_of),
            _floats(read.energy_of),
        ),
    )


def _floats(figures: Mapping[str, Decimal]) -> dict[str, Optional[float]]:
    return {identity: float(figure) for identity, figure in figures.items()}
