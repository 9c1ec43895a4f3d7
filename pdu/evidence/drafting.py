"""`pdu draft`: a profile for an SNMP PDU that no family fits, from its recording and optionally its
MIB files.
"""

from __future__ import annotations

import itertools
import json
import shlex
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

import click

from handlers.shared.errors import SettingsError, printable
from handlers.snmp import schema
from handlers.snmp.frozen_value import check_parts

from ..cli.exit_codes import DONE, code_of
from ..cli.groups import Subcommand
from ..cli.invocation import build_line, program
from ..cli.options import FILE, FILE_ARGUMENT, TEXT, Output, output_options, pass_output
from ..cli.output import Result, print_result
from ..cli.shared_options import STANDARD_OUTPUT, out_option
from ..files.whole_files import new_file, text_of
from ..recordings.snmp import snmprec
from ..recordings.snmp.recorded_rows import Arcs, detect_device, dotted
from .draft.columns import Guess
from .draft.mib import Mib
from .draft.mib_parser import parse_mib_files
from .draft.profile import Draft, draft as drafted
from .draft.unused import UnitScalar, WritableObject

# Limit of the guesses that the text output shows for each role, and of the strings of states. The
# taken column of a role is always shown.
_MOST_GUESSES = 4
_NOTHING = code_of("unsupported")


@click.command(
    "draft",
    cls=Subcommand,
    examples=("pdu draft unit.snmprec", "pdu draft unit.snmprec --mib ACME-MIB.txt"),
)
@click.argument("file", type=FILE_ARGUMENT)
@click.option(
    "--mib",
    metavar="FILE",
    type=FILE,
    multiple=True,
    help="the vendor's MIB file, for names, units and enumerations; repeatable",
)
@click.option(
    "--family",
    metavar="KEY",
    type=TEXT,
    help="the key of the family  [default: own-NUMBER with the enterprise number, else own-pdu]",
)
@out_option(default="-", show_default=STANDARD_OUTPUT)
@output_options
@pass_output
def draft(output: Output, file: str, mib: Sequence[str], family: Optional[str], out: str) -> int:
    """Draft a profile for an SNMP PDU that no family fits. Prints it as JSON, for
    packaging/build.py --profile. Evidence and doubts go to standard error, or to standard output if
    the profile is written to --out. --json prints the profile, the evidence and the doubts as one
    JSON document, which build.py does not accept.

    FILE  a recording (pdu record snmp), or the output of snmpwalk -On

    The draft cannot switch outlets: find the command in the vendor's documents and add it by hand.
    """
    path = None if out == "-" else out
    text = text_of(file)
    if not snmprec.is_recording(text):
        raise SettingsError(
            f"{file} is not a recording of an SNMP device: use pdu record snmp or snmpwalk -On"
        )
    walk = snmprec.parse(text)
    parsed_mib = parse_mib_files(mib) if mib else Mib()
    with new_file(path) as write:
        try:
            profile_draft = drafted(walk.rows, parsed_mib, family or "", walk.names)
            check_parts(profile_draft.profile)
        except ValueError as error:
            # only --family can make it invalid
            raise SettingsError(f"--family: {error}") from None
        profile = schema.dumps(profile_draft.profile) if profile_draft.profile is not None else ""
        if profile:
            write(f"{profile}\n".encode())
    detection = detect_device(walk.rows)
    notes = [
        *parsed_mib.notes,
        *(f"Not read from the recording: {rows}" for rows in walk.skip_reasons),
    ]
    if detection is not None:
        notes.append(
            f"The family {detection.profile.key} reads this device already: pdu status snmp HOST"
        )
    return print_result(_result(profile_draft, profile, notes, path), as_json=output.json)


def _result(profile_draft: Draft, profile: str, notes: Sequence[str], out: Optional[str]) -> Result:
    """What the command prints: the draft's guesses, and the profile itself unless `out` has it."""
    data: dict[str, Any] = {
        "profile": json.loads(profile) if profile else None,
        "chosen": profile_draft.oid_by_role,
        "doubts": profile_draft.doubts,
        "notes": list(notes),
        "guesses": [_guess(guess) for guess in profile_draft.guesses],
        "scalars": [
            {
                "oid": dotted(row.oid),
                "object": row.object.name,
                "units": row.object.units,
                "value": row.value,
                "total": row.total or None,
                "scale": f"{row.scale:f}" if row.total else None,
                "doubt": row.doubt,
            }
            for row in profile_draft.scalars
        ],
        "writable": [
            {
                "oid": dotted(row.oid),
                "object": row.object.name,
                "access": row.object.access,
                "values": {str(value): name for value, name in row.object.enumeration.items()},
            }
            for row in profile_draft.writable
        ],
        "texts": [
            {"oid": dotted(guess.oid), "evidence": guess.evidence, "doubt": guess.doubt}
            for guess in profile_draft.packed_guesses
        ],
    }
    steps = _steps(out or "mine.json") if profile else ()
    report = [printable(line) for line in (*_report(profile_draft), *notes, *steps)]
    if out and profile:
        return Result({**data, "file": out}, [f"{out}: a draft", *report])
    code = DONE if profile else _NOTHING
    return Result(data, profile.splitlines(), code, note="\n".join(report), is_file_text=True)


def _steps(file: str) -> list[str]:
    return [
        "a ? marks a doubtful value: the outlet is UNKNOWN until you remove the mark",
        f"next: read the doubts, correct {file} (docs/own-pdu.md), then:",
        f"  {program()} snmp check {shlex.quote(file)}",
        f"  {build_line(file)}",
    ]


def _guess(guess: Guess) -> dict[str, Any]:
    return {
        "role": guess.role,
        "oid": dotted(guess.column.oid),
        "object": guess.object.name if guess.object else "",
        "rows": len(guess.column.rows),
        "score": guess.score,
        "evidence": list(guess.evidence),
        "doubt": guess.doubt,
    }


class _Entry(NamedTuple):
    """One object in the report."""

    oid: Arcs
    evidence: str
    doubt: str = ""


def _report(profile_draft: Draft) -> list[str]:
    """Lines for people: the guesses for each role, the best first, what is not used, and the
    doubts.
    """
    lines: list[str] = []
    for role, guesses in profile_draft.guesses_by_role().items():
        entries = []
        for guess in guesses:
            entries.append(_Entry(guess.column.oid, "; ".join(guess.evidence), guess.doubt))
        lines += _section(role, entries, profile_draft.oid_by_role.get(role))
    texts = [_Entry(text.oid, text.evidence, text.doubt) for text in profile_draft.packed_guesses]
    lines += _section("state", texts, profile_draft.oid_by_role.get("state"))
    lines += _list_scalars(profile_draft.scalars)
    lines += _list_writable(profile_draft.writable)
    if not lines:
        lines.append("nothing looks like a table of outlets")
    lines += [f"doubt: {doubt}" for doubt in profile_draft.doubts]
    return lines


def _list_scalars(scalars: Sequence[UnitScalar]) -> list[str]:
    """The scalars that may be totals, by total, and how many others there are."""
    lines: list[str] = []
    for total, group in itertools.groupby(scalars, key=lambda scalar: scalar.total):
        rows = list(group)
        if not total:
            first = rows[0].object
            lines.append(
                f"scalar   {len(rows)} more with other UNITS, such as {first.name}"
                f" ({first.units}): --json shows all"
            )
            continue
        entries = []
        for row in rows:
            name, module, units = row.object.name, row.object.module, row.object.units
            evidence = (
                f"{name} in {module}, UNITS {units!r}: {row.value}; perhaps the total {total!r},"
                f" scale {row.scale:f}"
            )
            entries.append(_Entry(row.oid, evidence, row.doubt))
        lines += _section("scalar", entries)
    return lines


def _list_writable(objects: Sequence[WritableObject]) -> list[str]:
    """The writable objects that may be the command, and how many others there are."""
    entries: list[_Entry] = []
    for oid, mib_object in objects:
        evidence = f"{mib_object.name} in {mib_object.module}, {mib_object.access}"
        values = ", ".join(f"{name}({value})" for value, name in mib_object.enumeration.items())
        if values:
            evidence += f": {values}"
        entries.append(_Entry(oid, f"{evidence}; perhaps the command"))
    likely_count = sum(writable.is_likely for writable in objects)  # the first ones
    return _section("writable", entries, most=min(likely_count, _MOST_GUESSES))


def _section(
    role: str,
    entries: Sequence[_Entry],
    chosen_oid: Optional[str] = None,
    most: int = _MOST_GUESSES,
) -> list[str]:
    """The first `most` entries and that of `chosen_oid`, each with its doubt on a line of its own,
    and how many more there are.
    """
    lines: list[str] = []
    more = 0
    for place, entry in enumerate(entries):
        oid = dotted(entry.oid)
        is_taken = oid == chosen_oid
        if place >= most and not is_taken:
            more += 1
            continue
        mark = "taken" if is_taken else ""
        lines.append(f"{role:<8} {mark:<6} {oid}  {entry.evidence}")
        if entry.doubt:
            lines.append(f"{'':<16}doubt: {entry.doubt}")
    if more:
        lines.append(f"{role:<16}and {more} more: --json shows all")
    return lines
