"""The recordings of real units over SNMP, and the readings expected from them.

They are read in place (tests/foreign_files). For some, each reading was written down from its MIB
(`ALL`); of the others (`WALKS`), LibreNMS's own answers are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pdu.recordings.snmp import snmprec
from tests import foreign_files
from tests.simulators.snmp_agent import Row, read_snmprec

_FOLDERS = {
    "snmp/recordings": ".snmprec",
    "snmp/walks": ".snmprec",
    "snmp/centreon": ".snmpwalk",
}
_FOLDER = {name: folder for folder in _FOLDERS for name in foreign_files.names(folder)}
#: all recordings, whether or not they are here
WALKS = sorted(_FOLDER)
#: those whose readings were written down, likewise
ALL = foreign_files.expectations("snmp")
#: of these, those of units without outlets
METERED = [name for name in ALL if not foreign_files.expected("snmp", name)["outlets"]]
#: of these, those of units with outlets
NAMES = [name for name in ALL if name not in METERED]


def available(name: str = NAMES[0]) -> bool:
    """Whether a recording is here; the others of its group are too."""
    return foreign_files.place(_FOLDER[name]) is not None


def text(name: str) -> str:
    """Return a recording. Skips the test where it is not available."""
    return foreign_files.text(_FOLDER[name], f"{name}{_FOLDERS[_FOLDER[name]]}")


@cache
def rows(name: str) -> Mapping[str, Row]:
    """Return the objects of a recording. Skips the test where it is not available."""
    content = text(name)
    return read_snmprec(content) if "|" in content.partition("\n")[0] else parse_walk(content)


def parse_walk(content: str) -> Mapping[str, Row]:
    """Return the objects of what snmpwalk printed."""
    return read_snmprec("\n".join(snmprec.snmprec_lines(snmprec.parse(content).rows)))


def expected(name: str) -> Mapping[str, Any]:
    """Return the readings expected from a recording, with `outlets` by identity."""
    return foreign_files.expected("snmp", name)
