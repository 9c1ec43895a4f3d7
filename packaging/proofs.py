"""What the pages say of the proofs of `pdu prove` in tests/proofs, for readme.py."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Optional

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from handlers.shared.errors import printable
from handlers.snmp.evidence import EvidenceLevel
from handlers.snmp.profiles import PROFILES
from pdu.evidence.prove import evidence
from pdu.evidence.prove.document import UnitProof

SENT = ROOT / "tests" / "proofs"
_OTHERS = "no proof of a real unit has been sent yet"


def sent_proofs() -> list[UnitProof]:
    """The proofs in tests/proofs."""
    return [evidence.read_proof(path.read_text("utf-8")) for path in sorted(SENT.glob("*.json"))]


def table(units: Optional[list[evidence.ProvenUnits]] = None) -> str:
    """What is proven of each family, as Markdown."""
    rows = evidence.count_units(sent_proofs()) if units is None else units
    if not rows:
        return f"{_OTHERS[0].upper()}{_OTHERS[1:]}: [send one](field.md#prove)."
    head = ["| family | proven | models | broken promises |", "|---|---|---|---|"]
    return "\n".join(
        [
            *head,
            *(
                f"| `{unit.family if unit.handler == 'snmp' else unit.handler}` |"
                f" {cell(str(unit))} | {cell(', '.join(unit.models)) or '–'} |"
                f" {', '.join(unit.broken) or '–'} |"
                for unit in rows
            ),
        ]
    )


def cell(text: str) -> str:
    """A text of a unit in a Markdown table: no markup, no column, no HTML."""
    safe_text = printable(text, 200)
    return (
        re.sub(r"([\\`*_{}\[\]<>|#!])", r"\\\1", safe_text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
    )


def sentence(units: Optional[list[evidence.ProvenUnits]] = None) -> str:
    """The same for README and docs/certain.md, in one line."""
    rows = evidence.count_units(sent_proofs()) if units is None else units
    if not rows:
        return f"On units of owners, by `pdu prove`: {_OTHERS}."
    parts = [
        f"`{unit.family if unit.handler == 'snmp' else unit.handler}` {cell(str(unit))}"
        for unit in rows
    ]
    return f"On units of owners, by `pdu prove`: {'; '.join(parts)}."


def families() -> tuple[int, int]:
    """How many families there are over SNMP, and how many of them recordings of real units show."""
    recorded = [
        profile
        for profile in PROFILES
        if any(
            getattr(profile.evidence, name) is EvidenceLevel.RECORDING
            for name in profile.evidence.FIELDS
        )
    ]
    return len(PROFILES), len(recorded)


def families_sentence() -> str:
    """The sentence on the families and the real units behind them."""
    number, recorded = families()
    return (
        f"{number} families over SNMP, {recorded} of them read from recordings of real units,"
        " the others only from texts"
    )


def claim(proof_list: Optional[Sequence[UnitProof]] = None) -> str:
    """The sentence that says whether a DCImanager and a PDU were there."""
    proofs = sent_proofs() if proof_list is None else proof_list
    units = sum(
        len(unit.firmware) for unit in evidence.count_units(proofs) if unit.what == "switching"
    )
    if not units:
        switching_clause = ", and no command has been tried on a real PDU"
    else:
        switching_clause = (
            f"; owners have tried its commands on {units} real PDU{'s' * (units > 1)}"
        )
    return f"The pack has not run on a real DCImanager{switching_clause}"


class TestBasis(NamedTuple):
    """What a handler was tried on without owners' units, and what is open until they send proofs.

    reading, switching: of a unit that nobody has proven.
    """

    name: str
    tried: str
    reading: str
    switching: str


_GROUNDS = {
    "raritan": TestBasis(
        "Raritan",
        "simulated units of four firmware generations, where the handler and the vendor's own SDK"
        " get the same results; recorded figures of two units",
        "states of a real unit",
        "switching one",
    ),
    "snmp": TestBasis(
        "SNMP",
        "recordings of real units for the families marked so in [devices.md](devices.md);"
        " agents made from the MIBs' text; Net-SNMP's snmpd",
        "",
        "commands on real units",
    ),
    "redfish": TestBasis(
        "Redfish",
        "DMTF's published rack PDU; units simulated from the schemas",
        "reading a real unit",
        "switching one",
    ),
    "netio": TestBasis(
        "NETIO",
        "simulated units, where the handler and the vendor's own client get the same results",
        "reading a real unit",
        "switching one",
    ),
    "synlink": TestBasis(
        "SynLink (Synaccess)",
        "simulated units, where the handler and the maker's own client get the same results",
        "reading a real unit",
        "switching one",
    ),
    "jaws": TestBasis(
        "JAWS (Server Technology)",
        "simulated units, where the handler and two public clients agree, and where JAWS and SNMP"
        " give the same figures",
        "reading a real unit",
        "switching one",
    ),
    "nut": TestBasis(
        "NUT",
        "upsd 2.8 with real drivers; dumps of 99 devices",
        "",
        "switching a real unit",
    ),
}


def grounds(proof_list: Optional[Sequence[UnitProof]] = None) -> str:
    """The table of what was tried, and what was not, of docs/certain.md."""
    proofs = sent_proofs() if proof_list is None else proof_list
    rows = evidence.count_units(proofs)
    lines = [
        "| | tried on | not tried |",
        "|---|---|---|",
        "| DCImanager | a stand-in written from its public pages; many variants of its Python"
        " modules, which are not public | a real one |",
    ]
    for handler, ground in _GROUNDS.items():
        proven = {
            what: sum(
                len(unit.firmware) for unit in rows if (unit.handler, unit.what) == (handler, what)
            )
            for what in ("reading", "switching")
        }
        units = "".join(f"; units of owners, {what}: {n}" for what, n in proven.items() if n)
        left = [
            text
            for what, text in (("reading", ground.reading), ("switching", ground.switching))
            if text and not proven[what]
        ]
        other_units = "units of other models and firmware" if units else "–"
        lines.append(
            f"| {ground.name} | {ground.tried}{units} | {', '.join(left) or other_units} |"
        )
    return "\n".join(lines)


def generated_source(unit_counts: Optional[list[evidence.ProvenUnits]] = None) -> str:
    """The lines of pdu/supports/owner_proofs.py."""
    rows = evidence.count_units(sent_proofs()) if unit_counts is None else unit_counts
    if not rows:
        return "PROVEN: tuple[ProvenBy, ...] = ()"
    lines = [
        f"    ProvenBy({(unit.family if unit.handler == 'snmp' else unit.handler)!r},"
        f" {str(unit)!r}),"
        "  # noqa: E501"
        for unit in rows
    ]
    return "\n".join(["# fmt: off", "PROVEN: tuple[ProvenBy, ...] = (", *lines, ")", "# fmt: on"])
