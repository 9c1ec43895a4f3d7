"""`pdu draft`: a profile for an SNMP PDU that no family fits, from its recording and optionally its
MIB files.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import Any, Optional

import click

from handlers.shared.errors import SettingsError, printable
from handlers.snmp import schema
from handlers.snmp.frozen_value import check_parts

from ..cli.exit_codes import DONE, code_of
from ..cli.groups import Subcommand
from ..cli.invocation import build_line, program
from ..cli.options import FILE, FILE_ARGUMENT, Output, output_options, pass_output
from ..cli.output import Result, print_result
from ..cli.shared_options import STANDARD_OUTPUT, out_option
from ..files.whole_files import new_file, text_of
from ..recordings.snmp import recording, snmprec
from ..recordings.snmp.recorded_rows import dotted
from .draft.columns import Guess
from .draft.mib import Mib
from .draft.mib_parser import parse_mib_files
from .draft.profile import Draft, draft as drafted

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
    default="",
    help="the key of the family  [default: own-NUMBER with the enterprise number, else own-pdu]",
)
@out_option(default="-", show_default=STANDARD_OUTPUT)
@output_options
@pass_output
def draft(output: Output, file: str, mib: Sequence[str], family: str, out: str) -> int:
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
            profile_draft = drafted(walk.rows, parsed_mib, family, walk.names)
            check_parts(profile_draft.profile)
        except ValueError as error:
            # only --family can make it invalid
            raise SettingsError(f"--family: {error}") from None
        profile = schema.dumps(profile_draft.profile) if profile_draft.profile is not None else ""
        if profile:
            write(f"{profile}\n".encode())
    detection = recording.detect_device(walk.rows)
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
    return Result(data, profile.splitlines(), DONE if profile else _NOTHING, note="\n".join(report))


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


def _report(profile_draft: Draft) -> list[str]:
    """Lines for people: the guesses for each role, the best first, and the doubts."""
    lines: list[str] = []
    for role, guesses in profile_draft.best_guesses().items():
        rows = [
            guess
            for guess in guesses[_MOST_GUESSES:]
            if profile_draft.oid_by_role.get(role) == dotted(guess.column.oid)
        ]
        for guess in [*guesses[:_MOST_GUESSES], *rows]:
            oid = dotted(guess.column.oid)
            lines += _lines(
                role,
                oid,
                is_chosen=profile_draft.oid_by_role.get(role) == oid,
                evidence=guess.evidence,
                doubt=guess.doubt,
            )
        lines += _more_guesses(role, len(guesses) - len(rows))
    for text in profile_draft.packed_guesses[:_MOST_GUESSES]:
        oid = dotted(text.oid)
        lines += _lines(
            "state",
            oid,
            is_chosen=profile_draft.oid_by_role.get("state") == oid,
            evidence=(text.evidence,),
            doubt=text.doubt,
        )
    lines += _more_guesses("state", len(profile_draft.packed_guesses))
    lines += _list_unused_objects(profile_draft)
    return [
        *(lines or ["nothing looks like a table of outlets"]),
        *(f"doubt: {doubt}" for doubt in profile_draft.doubts),
    ]


def _list_unused_objects(profile_draft: Draft) -> list[str]:
    """The scalars that may be totals, and the writable objects that may be the command."""
    lines: list[str] = []
    for total in dict.fromkeys(scalar.total for scalar in profile_draft.scalars if scalar.total):
        alternatives = [scalar for scalar in profile_draft.scalars if scalar.total == total]
        for scalar in alternatives[:_MOST_GUESSES]:
            evidence = (
                f"{scalar.object.name} in {scalar.object.module}, UNITS {scalar.object.units!r}:"
                f" {scalar.value}; perhaps the total {total!r}, scale {scalar.scale:f}"
            )
            lines += _lines(
                "scalar",
                dotted(scalar.oid),
                is_chosen=False,
                evidence=(evidence,),
                doubt=scalar.doubt,
            )
        lines += _more_guesses("scalar", len(alternatives))
    rest_scalars = [scalar for scalar in profile_draft.scalars if not scalar.total]
    if rest_scalars:
        lines.append(
            f"scalar   {len(rest_scalars)} more with other UNITS, such as"
            f" {rest_scalars[0].object.name} ({rest_scalars[0].object.units}): --json shows all"
        )
    commands = [scalar for scalar in profile_draft.writable if scalar.is_likely][:_MOST_GUESSES]
    for command in commands:
        values = ", ".join(f"{name}({value})" for value, name in command.object.enumeration.items())
        evidence = (
            f"{command.object.name} in {command.object.module}, {command.object.access}"
            f"{': ' if values else ''}{values}; perhaps the command"
        )
        lines += _lines(
            "writable", dotted(command.oid), is_chosen=False, evidence=(evidence,), doubt=""
        )
    remainder = len(profile_draft.writable) - len(commands)
    return lines + (
        [f"{'writable':<16}and {remainder} more: --json shows all"] if remainder else []
    )


def _lines(
    role: str, oid: str, *, is_chosen: bool, evidence: Sequence[str], doubt: str
) -> list[str]:
    """One guess for people; its doubt is on a line of its own."""
    mark = "taken" if is_chosen else ""
    lines = [f"{role:<8} {mark:<6} {oid}  {'; '.join(evidence)}"]
    if doubt:
        lines.append(f"{'':<16}doubt: {doubt}")
    return lines


def _more_guesses(role: str, number: int) -> list[str]:
    """The line that tells how many of `number` guesses are not shown; [] if all are."""
    if number <= _MOST_GUESSES:
        return []
    return [f"{role:<16}and {number - _MOST_GUESSES} more: --json shows all"]
