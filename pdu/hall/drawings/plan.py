"""`pdu plan`: makes the hall's drawing (`import`), and compares it with its PDUs (`check`)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated, NamedTuple, Optional

from handlers.shared.errors import SettingsError

from ...core.cli import shared_options
from ...core.cli.error_output import Usage
from ...core.cli.exit_codes import DONE, WRONG
from ...core.cli.groups import LazyCommand, LazyGroup, Subcommand
from ...core.cli.options import Argument, RunOptions, option, secret_files
from ...core.cli.output import Result, counted, print_result
from ...core.cli.report import show
from ...core.cli.shared_options import AUTH, HTML, LIST as LIST_FILE, OUT
from ...core.files.whole_files import check_page, text_of, write_whole
from ...site.drawing import drawing_file
from ...site.owner_files import DRAWING, LIST, OwnerFileOptions, OwnerFiles
from ..importing import csv_files, rest
from ..importing.dcim import import_objects
from . import dcim_import, readings_source, writing
from .check_report import report
from .checking import check as checked
from .dcim_import import DcimOptionGroup, DcimOptions
from .readings_source import READINGS

_FINDINGS = 1


class CheckOptions(NamedTuple):
    """Those of `pdu plan check`."""

    owner_files: Annotated[
        OwnerFiles,
        OwnerFileOptions([DRAWING, LIST], shared_options.DRAWING, LIST_FILE, AUTH, needs=[DRAWING]),
    ]
    readings: Annotated[Optional[str], READINGS()]
    html: Annotated[Optional[str], HTML()]


class ImportOptions(NamedTuple):
    """Those of `pdu plan import`."""

    files: Annotated[Sequence[str], Argument("FILES*")]
    answers: Annotated[
        Optional[str],
        option(
            "--answers",
            "a folder with saved answers of /api/dcim/, such as power-ports.json",
            "DIR",
        ),
    ]
    dcim: Annotated[DcimOptions, DcimOptionGroup("--answers")]
    out: Annotated[str, OUT(default="hall.power.toml", show_default=True)]
    owner_files: Annotated[OwnerFiles, OwnerFileOptions([], LIST_FILE, AUTH)]
    readings: Annotated[Optional[str], READINGS()]


def _check(options: CheckOptions, run_options: RunOptions) -> int:
    run_options.defect_code = WRONG
    if options.html is not None:
        check_page(options.html)
    drawing = options.owner_files.read_drawing()
    readings = readings_source.gather(options.owner_files, options.readings, drawing.read_pdus)
    findings = checked(drawing, readings)
    show(report(drawing, readings, findings), run_options.json, options.html)
    return _FINDINGS if findings else DONE


def _import(options: ImportOptions, run_options: RunOptions) -> int:
    files, folder, dcim = options.files, options.answers, options.dcim
    if sum(map(bool, (files, dcim.url, folder))) != 1:
        raise Usage("give CSV files, --answers DIR with saved answers, or --url with --token-file")
    if files:
        imported_hall = csv_files.read_csv_files(files)
    elif folder:
        imported_hall = import_objects(rest.read_saved(folder), dcim.filters)
    else:
        imported_hall = dcim_import.fetch(dcim)
    joint, _ = dcim_import.join_outlets(
        imported_hall, options.owner_files, options.readings, run_options.json
    )
    return _write_drawing(options.out, writing.tables(joint), joint.notes, run_options)


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
    machines, pdus = len(drawing.machines), len(drawing.pdus)
    advice = f"the feed of some PDUs is not known: correct 'unknown' in {target}"
    result = Result(
        {"file": target, "changes": changes, "machines": machines, "notes": list(notes)},
        [f"{target}: {counted(machines, 'machine')} on {counted(pdus, 'PDU')}", *changes],
        note="\n".join([*notes, *([advice] if "unknown" in drawing.feeds else [])]),
    )
    return print_result(result, run_options.json)


check = Subcommand.typed(
    "check",
    CheckOptions,
    _check,
    help="""Compare a drawing with the PDUs: cords to outlets that do not exist, current that
belongs to nobody, machines whose cords all hang on one feed, PDU or breaker, other limits.

\b
Exit code: 0 without a finding, 1 with findings.""",
    examples=(
        "pdu plan check hall.power.toml --list hall.csv --auth logins.toml",
        "pdu plan check hall.power.toml --list hall.csv --json",
    ),
    unnamed=secret_files(),
)
import_ = Subcommand.typed(
    "import",
    ImportOptions,
    _import,
    help="""Make or update a drawing from CSV files (server,psu,pdu,outlet and
pdu,line,breaker_a,feed,limit_percent), from NetBox or from Nautobot. An update keeps comments.

An outlet joins by its name on the PDU, then by its printed number (`Power Outlet 7`, `07`); the
PDUs are read for that. What the fleet list lacks, such as a strip, is named, and drawn without
readings or left out.""",
    examples=(
        "pdu plan import cords.csv lines.csv --list hall.csv",
        "pdu plan import --url https://netbox.example.com --token-file token",
    ),
    unnamed=secret_files(),
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
