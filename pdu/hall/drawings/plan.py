"""`pdu plan`: makes the hall's drawing (`import`), and compares it with its PDUs (`check`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from handlers.shared.errors import SettingsError

from ...core.cli import shared_options
from ...core.cli.error_output import Usage
from ...core.cli.exit_codes import WRONG
from ...core.cli.groups import LazyCommand, LazyGroup, Subcommand
from ...core.cli.options import Argument, RunOptions, option, output, run_options_of
from ...core.cli.output import counted, print_json
from ...core.cli.report import show
from ...core.cli.shared_options import HTML, OUT
from ...core.files.whole_files import check_page, text_of, write_whole
from ...site.drawing import drawing_file
from ...site.owner_files import DRAWING, LIST, OwnerFiles, file_arguments
from ..importing import csv_files, rest
from ..importing.dcim import import_objects
from . import dcim_import, readings_source, writing
from .check_report import report
from .checking import check as checked

_WELL, _FINDINGS = 0, 1


@click.pass_context
def _check(context: click.Context, /, **options: Any) -> int:
    run_options = run_options_of(context)
    run_options.defect_code = WRONG
    page = options.pop("html")
    if page is not None:
        check_page(page)
    owner_files = OwnerFiles.of(options, run_options, [DRAWING])
    drawing = owner_files.read_drawing()
    readings = readings_source.gather(
        readings_source.SourceOptions(owner_files, **options), drawing.read_pdus
    )
    findings = checked(drawing, readings)
    show(report(drawing, readings, findings), run_options.json, page)
    return _FINDINGS if findings else _WELL


@click.pass_context
def _import(context: click.Context, /, **options: Any) -> int:
    run_options = run_options_of(context)
    files = options.pop("files")
    folder, target = options.pop("answers"), options.pop("out")
    dcim_options = dcim_import.take_dcim_options(options)
    if sum(map(bool, (files, dcim_options.url, folder))) != 1:
        raise Usage("give CSV files, --answers DIR with saved answers, or --url with --token-file")
    source = readings_source.SourceOptions(OwnerFiles.of(options, run_options), **options)
    if files:
        imported_hall = csv_files.read_csv_files(files)
    elif folder:
        imported_hall = import_objects(rest.read_saved(folder), dcim_options.filters)
    else:
        imported_hall = dcim_import.fetch(dcim_options)
    joint, _ = dcim_import.join_outlets(imported_hall, source, run_options.json)
    return _write_drawing(target, writing.tables(joint), joint.notes, run_options)


def _write_drawing(
    target: str, new_tables: writing.Tables, notes: Sequence[str], run_options: RunOptions
) -> int:
    changes: list[str] = []
    if os.path.exists(target):
        old_text = text_of(target)
        drawing_file.parsed(old_text, target)
        text, changes = writing.updated(old_text, new_tables)
    else:
        text = writing.format_drawing(new_tables)
    drawing = drawing_file.parsed(text, target)  # what is written can be read
    try:
        write_whole(target, text.encode("utf-8"))
    except OSError as error:
        raise SettingsError(f"{target} cannot be written ({error.strerror})") from None
    if run_options.json:
        print_json(
            {
                "file": target,
                "changes": changes,
                "machines": len(drawing.machines),
                "notes": list(notes),
            }
        )
        return _WELL
    machines, pdus = len(drawing.machines), len(drawing.pdus)
    print(f"{target}: {counted(machines, 'machine')} on {counted(pdus, 'PDU')}")
    for line in changes:
        print(line)
    for line in notes:
        print(line, file=sys.stderr)
    if "unknown" in drawing.feeds:
        print(f"the feed of some PDUs is not known: correct 'unknown' in {target}", file=sys.stderr)
    return _WELL


check = Subcommand(
    "check",
    callback=_check,
    help="""Compare a drawing with the PDUs: cords to outlets that do not exist, current that
belongs to nobody, machines whose cords all hang on one feed, PDU or breaker, other limits.

\b
Exit code: 0 without a finding, 1 with findings.""",
    examples=(
        "pdu plan check hall.power.toml --list hall.csv --auth logins.toml",
        "pdu plan check hall.power.toml --list hall.csv --json",
    ),
    params=[
        *file_arguments(DRAWING, LIST),
        *shared_options.DRAWING(),
        *HTML(),
        *readings_source.options(),
        *output(),
    ],
)
import_ = Subcommand(
    "import",
    callback=_import,
    help="""Make or update a drawing from CSV files (server,psu,pdu,outlet and
pdu,line,breaker_a,feed,limit_percent), from NetBox or from Nautobot. An update keeps comments.

An outlet joins by its name on the PDU, then by its printed number (`Power Outlet 7`, `07`); the
PDUs are read for that. What the fleet list lacks, such as a strip, is named, and drawn without
readings or left out.""",
    examples=(
        "pdu plan import cords.csv lines.csv --list hall.csv",
        "pdu plan import --url https://netbox.example.com --token-file token",
    ),
    params=[
        Argument("FILES*"),
        *option(
            "--answers",
            "a folder with saved answers of /api/dcim/, such as power-ports.json",
            "DIR",
        ),
        *dcim_import.options("--answers"),
        *OUT(default="hall.power.toml", show_default=True),
        *readings_source.options(),
        *output(),
    ],
)

plan = LazyGroup(
    "plan",
    {
        "import": LazyCommand(
            "hall.drawings.plan", "import_", "make or update a drawing from CSV, NetBox or Nautobot"
        ),
        "check": LazyCommand("hall.drawings.plan", "check", "compare a drawing with its PDUs"),
    },
    ("pdu plan import cords.csv lines.csv --list hall.csv", "pdu plan check hall.power.toml"),
    help="The hall's drawing, hall.power.toml: feeds, PDUs, breakers, machines and their cords.",
)
