"""The recordings of real units over SNMP, and the readings expected from them.

They are read in place (tests/witnesses).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from tests import witnesses
from tests.simulators.snmp_agent import Row, read_snmprec

_OUTLETS, _METERED = "snmp/recordings", "snmp/metered"
#: those of units with outlets, whether or not they are here
NAMES = witnesses.names(_OUTLETS)
#: those of units without outlets, likewise
METERED = witnesses.names(_METERED)
ALL = [*NAMES, *METERED]


def available(name: str = NAMES[0]) -> bool:
    """Whether a recording is here; the others of its group are too."""
    return witnesses.place(_folder(name)) is not None


def text(name: str) -> str:
    """Return a recording. Skips the test where it is not available."""
    return witnesses.text(_folder(name), f"{name}.snmprec")


@cache
def rows(name: str) -> Mapping[str, Row]:
    """Return the objects of a recording. Skips the test where it is not available."""
    return read_snmprec(text(name))


def expected(name: str) -> Mapping[str, Any]:
    """Return the readings expected from a recording, with `outlets` by identity."""
    return witnesses.expected("snmp", name)


def _folder(name: str) -> str:
    return _METERED if name in METERED else _OUTLETS
