"""Checks proofs of `pdu prove` and takes them into tests/proofs; or lists what those there prove.

    make proofs PROOFS=DIR

Run by path. Each file without a fault is copied under a name of its own; then the tables that are
made from them are written (packaging/readme.py). The exit code is 1 if a file was refused.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple, Optional

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from handlers.shared.errors import printable
from pdu.core.files.whole_files import LONGEST
from pdu.prove import acceptance, evidence
from pdu.prove.document import BROKEN, KEPT, PlatformProof, Proof, UnitProof, parsed

TAKEN, EXAMPLES = ROOT / "tests" / "proofs", ROOT / "docs" / "proofs"
_OTHERS = "no proof of a real unit has been sent yet"


def accepted_proofs() -> list[Proof]:
    """The proofs in tests/proofs."""
    return [parsed(path.read_text("utf-8")) for path in sorted(TAKEN.glob("*.json"))]


def fingerprint(proof: Proof) -> str:
    """SHA-256 of what a unit answered: two files with one recording are of one reading."""
    answers = proof.recording if isinstance(proof, UnitProof) else repr(proof.points)
    return hashlib.sha256(answers.encode("utf-8", "surrogatepass")).hexdigest()


def known_fingerprints() -> Mapping[str, str]:
    """Fingerprint -> the file of this project that has it: taken before, or an example."""
    values = {}
    for folder in (TAKEN, EXAMPLES):
        for path in sorted(folder.glob("*.json")):
            values[fingerprint(parsed(path.read_text("utf-8")))] = str(path.relative_to(ROOT))
    return values


def why_not_taken(path: Path, there: Mapping[str, str]) -> list[str]:
    """Why a file is not taken; none if it can be."""
    data = path.read_bytes()[: LONGEST + 1]
    if len(data) > LONGEST:
        return ["it is too large"]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ["it is not UTF-8 text"]
    problems = acceptance.problems(text, datetime.now(timezone.utc).date())
    if not problems:
        where = there.get(fingerprint(parsed(text)))
        if where is not None:
            problems.append(f"{where} has the same answers")
    return problems


def name_of(proof: Proof) -> str:
    """A file's name in tests/proofs, of letters that no shell and no path minds."""
    parts: Iterable[str] = ("platform", proof.version)
    if isinstance(proof, UnitProof):
        parts = (proof.handler, proof.family, proof.model, proof.firmware)
    words = (re.sub("[^A-Za-z0-9.]+", "-", part)[:30].strip("-.") for part in parts)
    return f"{'-'.join(filter(None, words))}-{fingerprint(proof)[:8]}.json".lower()


def table(units: Optional[list[evidence.ProvenUnits]] = None) -> str:
    """What is proven of each family, as Markdown."""
    rows = evidence.counted(accepted_proofs()) if units is None else units
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
    rows = evidence.counted(accepted_proofs()) if units is None else units
    if not rows:
        return f"On units of owners, by `pdu prove`: {_OTHERS}.{_platforms()}"
    parts = [
        f"`{unit.family if unit.handler == 'snmp' else unit.handler}` {cell(str(unit))}"
        for unit in rows
    ]
    return f"On units of owners, by `pdu prove`: {'; '.join(parts)}.{_platforms()}"


def _platforms() -> str:
    """What copies of DCImanager's project and servers have answered."""
    copies, servers = [], []
    for proof in accepted_proofs():
        if isinstance(proof, PlatformProof):
            counts = (
                f"{sum(point.verdict == KEPT for point in proof.points)} of {len(proof.points)}"
            )
            if proof.python:
                copies.append(f"Python {cell(proof.python)}: {counts} points")
            else:
                servers.append(f"{counts} steps")
    places = {"copies of DCImanager's project": copies, "servers of DCImanager": servers}
    return "".join(
        f" On {where}: {'; '.join(sentences)}." for where, sentences in places.items() if sentences
    )


def claim(proof_list: Optional[Sequence[Proof]] = None) -> str:
    """The sentence that says whether a DCImanager and a PDU were there."""
    proofs = accepted_proofs() if proof_list is None else proof_list
    ran = "has" if _has_polled(proofs) else "has not"
    units = sum(len(unit.firmware) for unit in evidence.counted(proofs) if unit.what == "switching")
    if not units:
        switched = ", and no command has been tried on a real PDU"
    else:
        switched = f"; owners have tried its commands on {units} real PDU{'s' * (units > 1)}"
    return f"The pack {ran} run on a real DCImanager{switched}"


def _has_polled(proofs: Iterable[Proof]) -> bool:
    """Whether a server of DCImanager showed the states of a PDU."""
    return any(
        point.point == "poll" and point.verdict == KEPT
        for proof in proofs
        if isinstance(proof, PlatformProof)
        for point in proof.points
    )


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
        "recordings of real units for the families marked so in [docs/devices.md](docs/devices.md);"
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
    "nut": TestBasis(
        "NUT",
        "upsd 2.8 with real drivers; dumps of nine devices",
        "",
        "switching a real unit",
    ),
}


def grounds(proof_list: Optional[Sequence[Proof]] = None) -> str:
    """README's table of what was tried, and what was not."""
    proofs = accepted_proofs() if proof_list is None else proof_list
    rows = evidence.counted(proofs)
    there = "; a real one, with a simulated PDU" if _has_polled(proofs) else ""
    lines = [
        "| | tried on | not tried |",
        "|---|---|---|",
        "| DCImanager | a stand-in written from its public pages; many variants of its Python"
        f" modules, which are not public{there} | {'–' if there else 'a real one'} |",
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
    rows = evidence.counted(accepted_proofs()) if unit_counts is None else unit_counts
    if not rows:
        return "PROVEN: tuple[ProvenBy, ...] = ()"
    lines = [
        f"    ProvenBy({(unit.family if unit.handler == 'snmp' else unit.handler)!r},"
        f" {str(unit)!r}),"
        "  # noqa: E501"
        for unit in rows
    ]
    return "\n".join(["# fmt: off", "PROVEN: tuple[ProvenBy, ...] = (", *lines, ")", "# fmt: on"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the folder with files of pdu prove")
    folder = parser.parse_args().folder
    paths = sorted(folder.glob("*.json"))
    if not paths:
        parser.error(f"{folder} has no .json file")
    there, bad = dict(known_fingerprints()), 0
    for path in paths:
        problems = why_not_taken(path, there)
        if problems:
            bad += 1
            print(f"refused  {path.name}", *problems, sep="\n    ")
            continue
        text = path.read_text("utf-8")
        proof = parsed(text)
        target = TAKEN / name_of(proof)
        target.write_text(text, "utf-8")
        there[fingerprint(proof)] = target.name
        print(f"taken    {path.name} as tests/proofs/{target.name}")
        if isinstance(proof, PlatformProof):
            print("    read it: nothing of a platform can be replayed here")
        for verdict in proof.verdicts if isinstance(proof, UnitProof) else ():
            if verdict.verdict == BROKEN:
                print(f"    a bug report: {verdict.promise}: {printable(verdict.finding)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
