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
from .draft.packed import PackedGuess
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
        profile_text = ""
        if profile_draft.profile is not None:
            profile_text = schema.dumps(profile_draft.profile)
            write(f"{profile_text}\n".encode())
    notes = [*parsed_mib.notes]
    for rows in walk.skip_reasons:
        notes.append(f"Not read from the recording: {rows}")
    detection = detect_device(walk.rows)
    if detection is not None:
        notes.append(
            f"The family {detection.profile.key} reads this device already: pdu status snmp HOST"
        )
    result = _result(profile_draft, profile_text, notes, path)
    return print_result(result, as_json=output.json)


def _result(profile_draft: Draft, profile: str, notes: Sequence[str], out: Optional[str]) -> Result:
    """What the command prints: the draft's guesses, and the profile itself unless `out` has it."""
    data: dict[str, Any] = {
        "profile": json.loads(profile) if profile else None,
        "chosen": profile_draft.oid_by_role,
        "doubts": profile_draft.doubts,
        "notes": list(notes),
        "guesses": [_guess_fields(guess) for guess in profile_draft.guesses],
        "scalars": [_scalar_fields(scalar) for scalar in profile_draft.scalars],
        "writable": [_writable_fields(row) for row in profile_draft.writable],
        "texts": [_text_fields(guess) for guess in profile_draft.packed_guesses],
    }
    report = [*_report(profile_draft), *notes]
    if profile:
        report += _steps(out or "mine.json")
    shown_report = [printable(line) for line in report]
    if out and profile:
        return Result({**data, "file": out}, [f"{out}: a draft", *shown_report])
    return Result(
        data,
        profile.splitlines(),
        DONE if profile else _NOTHING,
        note="\n".join(shown_report),
        is_file_text=True,
    )


def _steps(file: str) -> list[str]:
    return [
        "a ? marks a doubtful value: the outlet is UNKNOWN until you remove the mark",
        f"next: read the doubts, correct {file} (docs/own-pdu.md), then:",
        f"  {program()} snmp check {shlex.quote(file)}",
        f"  {build_line(file)}",
    ]


def _guess_fields(guess: Guess) -> dict[str, Any]:
    return {
        "role": guess.role,
        "oid": dotted(guess.column.oid),
        "object": guess.object.name if guess.object else "",
        "rows": len(guess.column.rows),
        "score": guess.score,
        "evidence": list(guess.evidence),
        "doubt": guess.doubt,
    }


def _scalar_fields(scalar: UnitScalar) -> dict[str, Any]:
    return {
        "oid": dotted(scalar.oid),
        "object": scalar.object.name,
        "units": scalar.object.units,
        "value": scalar.value,
        "total": scalar.total or None,
        "scale": f"{scalar.scale:f}" if scalar.total else None,
        "doubt": scalar.doubt,
    }


def _writable_fields(row: WritableObject) -> dict[str, Any]:
    names = row.object.enumeration
    return {
        "oid": dotted(row.oid),
        "object": row.object.name,
        "access": row.object.access,
        "values": {str(value): name for value, name in names.items()},
    }


def _text_fields(guess: PackedGuess) -> dict[str, Any]:
    return {"oid": dotted(guess.oid), "evidence": guess.evidence, "doubt": guess.doubt}


class _Entry(NamedTuple):
    """One object in the report."""

    oid: Arcs
    evidence: str
    doubt: str = ""


def _report(profile_draft: Draft) -> list[str]:
    """Lines for people: the guesses for each role, the best first, what is not used, and the
    doubts.
    """
    entries_by_role: dict[str, list[_Entry]] = {}
    for guess in profile_draft.guesses:
        entry = _Entry(
            oid=guess.column.oid,
            evidence="; ".join(guess.evidence),
            doubt=guess.doubt,
        )
        entries_by_role.setdefault(guess.role, []).append(entry)
    lines: list[str] = []
    for role, entries in entries_by_role.items():
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
        scalars_of_total = list(group)
        if total:
            entries = [_scalar_entry(scalar) for scalar in scalars_of_total]
            lines += _section("scalar", entries)
        else:
            first = scalars_of_total[0].object
            lines.append(
                f"scalar   {len(scalars_of_total)} more with other UNITS, such as {first.name}"
                f" ({first.units}): --json shows all"
            )
    return lines


def _scalar_entry(scalar: UnitScalar) -> _Entry:
    mib_object = scalar.object
    evidence = (
        f"{mib_object.name} in {mib_object.module}, UNITS {mib_object.units!r}: {scalar.value};"
        f" perhaps the total {scalar.total!r}, scale {scalar.scale:f}"
    )
    return _Entry(scalar.oid, evidence, scalar.doubt)


def _list_writable(objects: Sequence[WritableObject]) -> list[str]:
    """The writable objects that may be the command, and how many others there are."""
    entries: list[_Entry] = []
    likely_count = 0
    for writable in objects:  # the likely ones first
        mib_object = writable.object
        evidence = f"{mib_object.name} in {mib_object.module}, {mib_object.access}"
        names = [f"{name}({value})" for value, name in mib_object.enumeration.items()]
        if names:
            evidence += f": {', '.join(names)}"
        entries.append(_Entry(writable.oid, f"{evidence}; perhaps the command"))
        if writable.is_likely:
            likely_count += 1
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
