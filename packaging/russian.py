"""The parts of the Russian pages that are made from the code, for readme.py. No program shows them.

The names of objects and models stay as they are; a part whose words are not translated here is an
error, so that no page becomes half English without notice.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Optional

from pdu.evidence.prove import evidence

# by its name, as in readme.py, which puts the tree on sys.path first
proofs = importlib.import_module("proofs")
_WHAT = {"reading": "чтение", "switching": "переключение"}


def families() -> str:
    """How many families there are, and how many were read from real units, of README.md."""
    number, recorded = proofs.families()
    return (
        f"**Семейств по SNMP: {number}; прочитаны по записям с реальных устройств: {recorded},"
        " остальные сделаны только по описаниям.**"
    )


def proven(units: Optional[Sequence[evidence.ProvenUnits]] = None) -> str:
    """What owners have proven, of README.md."""
    rows = evidence.count_units(proofs.sent_proofs()) if units is None else units
    begin = "На устройствах владельцев, командой `pdu prove`:"
    if not rows:
        text = "отчётов с реальных устройств пока не присылали"
    else:
        text = "; ".join(
            f"`{unit.family if unit.handler == 'snmp' else unit.handler}`: {_WHAT[unit.what]},"
            f" устройств: {len(unit.firmware)}{_firmware(unit)}"
            for unit in rows
        )
    return f"{begin} {text}."


def _firmware(units: evidence.ProvenUnits) -> str:
    versions = sorted({version for version in units.firmware if version})
    return f", прошивки {proofs.cell(', '.join(versions))}" if versions else ""
