"""`pdu draft`: a profile for an SNMP PDU that no family fits, from its recording and, where there are, its MIB files."""
from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Sequence

import click

from ..errors import SettingsError
from .exits import DONE, code_of
from .field.files import new_file, text_of
from .field.snmp.rows import dotted
from .options import given, output
from .output import Result, shown

if TYPE_CHECKING:
    from .field.draft.columns import Look
    from .field.draft.profile import Draft

_MOST_LOOKS = 4             # of each role, for a person
_NOTHING = code_of("unsupported")
_STEPS = ("next: read the doubts, correct the file, then pdu snmp check FILE.json, packaging/build.py --profile FILE.json",
          "a value with a ? before it is doubtful: as long as it has one, the outlet is UNKNOWN")


@click.pass_context
def _draft(context: click.Context, file: str, mib: Sequence[str], key: str, out: Optional[str]) -> int:
    from ..snmp import schema
    from .field.draft.mib import Mib
    from .field.draft.profile import draft as drafted
    from .field.draft.reading import read
    from .field.snmp import recording, snmprec
    state = given(context)
    text = text_of(file)
    if not snmprec.is_recording(text):
        raise SettingsError(f"{file} is no recording of an SNMP device: pdu record snmp makes one; snmpwalk -On will do as well")
    rows = snmprec.parse(text).rows
    known = read(mib) if mib else Mib()
    with new_file(out) as write:
        try:
            found = drafted(rows, known, key)
        except ValueError as error:                 # a profile checks itself; --key alone is the person's
            raise SettingsError(f"--key: {error}") from None
        profile = schema.dumps(found.profile) if found.profile is not None else ""
        if profile:
            write(profile + "\n")
    family = recording.detected(rows)
    notes = [*known.notes]
    if family is not None:
        notes.append(f"The family {family.profile.key} reads this device already: pdu status snmp HOST")
    return shown(_result(found, profile, notes, out), state.json)


def _result(found: Draft, profile: str, notes: Sequence[str], out: Optional[str]) -> Result:
    data: Dict[str, Any] = {
        "profile": json.loads(profile) if profile else None, "chosen": found.chosen, "doubts": found.doubts, "notes": list(notes),
        "looks": [_look(look) for look in found.looks],
        "texts": [{"oid": dotted(look.oid), "evidence": look.evidence} for look in found.packed]}
    report = [*_report(found), *notes, *(_STEPS if profile else ())]
    if out and profile:
        return Result({**data, "file": out}, [f"{out}: a draft", *report])
    return Result(data, profile.splitlines(), DONE if profile else _NOTHING, note="\n".join(report))


def _look(look: Look) -> Dict[str, Any]:
    return {"role": look.role, "oid": dotted(look.column.oid), "object": look.object.name if look.object else "",
            "rows": len(look.column.rows), "score": look.score, "evidence": list(look.evidence), "doubt": look.doubt}


def _report(found: Draft) -> List[str]:
    """What was weighed: the best of each role, with evidence and doubt; then the doubts of the whole."""
    from .field.draft.columns import by_role
    lines: List[str] = []
    for role, looks in by_role(found.looks).items():
        for look in looks[:_MOST_LOOKS]:
            oid = dotted(look.column.oid)
            lines += _lines(role, oid, found.chosen.get(role) == oid, look.evidence, look.doubt)
    for text in found.packed[:_MOST_LOOKS]:
        oid = dotted(text.oid)
        lines += _lines("state", oid, found.chosen.get("state") == oid, (text.evidence,), "which value is on")
    return [*(lines or ["nothing looks like a table of outlets"]), *(f"doubt: {one}" for one in found.doubts)]


def _lines(role: str, oid: str, chosen: bool, evidence: Sequence[str], doubt: str) -> List[str]:
    mark = "taken" if chosen else ""
    return [f"{role:<8} {mark:<6} {oid}  {'; '.join(evidence)}", *([f"{'':<16}doubt: {doubt}"] if doubt else [])]


draft = click.Command("draft", callback=_draft, help="""\
Draft a profile for an SNMP PDU that no family fits. Prints JSON that packaging/build.py --profile takes; what it rests on and
what is doubtful goes to standard error.

FILE  a recording (pdu record snmp), or the output of snmpwalk -On

No command is proposed: switching is left for a person to confirm.""", params=[
    click.Argument(["file"], metavar="FILE"),
    click.Option(["--mib"], multiple=True, metavar="FILE",
                 help="the vendor's MIB file, for names, units and enumerations; repeatable"),
    click.Option(["--key"], default="", metavar="KEY", help="the key of the family (default: own-<enterprise>)"),
    click.Option(["-o", "--out"], metavar="FILE",
                 help="write the profile to this file (it must not exist); else standard output"),
    *output()])
