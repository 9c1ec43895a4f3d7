"""`pdu plan`: makes the hall's drawing (`import`), and compares it with its PDUs (`check`).

The plan of `pdu cycle-hall`, which steps a cycle takes, is another thing: cycle/plan_file.py.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, Optional

import click

from ...errors import SettingsError
from ..drawing import reading_toml
from ..kit.exits import WRONG
from ..kit.files import text_of
from ..kit.groups import Lazy, LazyCommand, Subcommand
from ..kit.options import CA_PEM, SharedOptions, Word, given, option, output, plain
from ..kit.output import columns, counted, print_json
from ..kit.report import Usage
from ..kit.shared_options import OUT
from ..pdus import listing
from . import gathering, writing
from .checking import check as checked
from .importing import csv_files, rest
from .importing.dcim import imported
from .importing.joining import NotJoined, joined
from .importing.model import Imported

_WELL, _FINDINGS = 0, 1


@click.pass_context
def _check(context: click.Context, /, **options: Any) -> int:
    state = given(context)
    state.defect_code = WRONG
    path = options.pop("drawing")
    drawing = reading_toml.read(path)
    readings = gathering.gather(gathering.SourceOptions(**options), state, drawing.pdus)
    found = checked(drawing, readings)
    if state.json:
        print_json({"findings": [one._asdict() for one in found]})
        return _FINDINGS if found else _WELL
    machines, pdus = len(drawing.machines), len(drawing.pdus)
    hall = f"{counted(machines, 'machine')} on {counted(pdus, 'PDU')}"
    print(f"{hall}: {counted(len(found), 'finding')}")
    rows = [(one.line or "", one.where, one.what) for one in found]
    if rows:
        print("\n".join(["", *columns(("line", "where", "what"), rows)]))
    return _FINDINGS if found else _WELL


@click.pass_context
def _import(context: click.Context, /, **options: Any) -> int:
    state = given(context)
    files, url = options.pop("files"), options.pop("url")
    folder, token, ca_file = (options.pop(key) for key in ("answers", "token_file", "ca_pem"))
    target = options.pop("out")
    found = _found(files, url, folder, token, ca_file)
    source = gathering.SourceOptions(**options)
    pdus = _pdus(found, source)
    readings = gathering.gather(source, state, pdus)
    try:
        made = writing.tables(joined(found, readings))
    except NotJoined as error:
        if not state.json:
            print("\n".join(error.lists))
        raise
    return _written(target, made, state)


def _found(
    files: Sequence[str],
    url: Optional[str],
    folder: Optional[str],
    token: Optional[str],
    ca_file: Optional[str],
) -> Imported:
    if sum(map(bool, (files, url, folder))) != 1:
        raise Usage("give CSV files, --answers DIR with saved answers, or --url with --token-file")
    if files:
        return csv_files.read(files)
    if folder:
        return imported(rest.saved(folder))
    if not token:
        raise Usage("--url needs --token-file FILE with the API token")
    assert url is not None
    return imported(rest.fetch(url, token, ca_file or ""))


def _pdus(found: Imported, source: gathering.SourceOptions) -> list[str]:
    """The PDUs to read: those with cords. A DCIM may know more than the fleet list."""
    named = dict.fromkeys(one.pdu for one in (*found.cords, *found.fed))
    if not named:
        raise SettingsError("the import has no cord from a machine to an outlet")
    if source.list is not None:
        known = {one.name for one in listing.read(source.list).devices}
        return [name for name in named if name in known]
    return list(named)


def _written(target: str, made: Any, state: SharedOptions) -> int:
    changed: list[str] = []
    if os.path.exists(target):
        before = text_of(target)
        reading_toml.parsed(before, target)
        text, changed = writing.updated(before, made)
    else:
        text = writing.written(made)
    drawing = reading_toml.parsed(text, target)  # what is written can be read
    try:
        part = f"{target}.part"
        with open(part, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(part, target)
    except OSError as error:
        raise SettingsError(f"{target} cannot be written ({error.strerror})") from None
    if state.json:
        print_json({"file": target, "changes": changed, "machines": len(drawing.machines)})
        return _WELL
    machines, pdus = len(drawing.machines), len(drawing.pdus)
    print(f"{target}: {counted(machines, 'machine')} on {counted(pdus, 'PDU')}")
    for line in changed:
        print(line)
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
    params=[Word("DRAWING"), *gathering.options(), *output()],
)
import_ = Subcommand(
    "import",
    callback=_import,
    help="""Make or update a drawing from CSV files (server,psu,pdu,outlet and
pdu,line,breaker_a,feed,limit_percent), from NetBox or from Nautobot. An update keeps comments.

An outlet joins by its name on the PDU, then by its printed number; the PDUs are read for that.""",
    examples=(
        "pdu plan import cords.csv lines.csv --list hall.csv",
        "pdu plan import --url https://netbox.example.com --token-file token",
    ),
    params=[
        Word("FILES*"),
        *option(
            "--answers",
            "a folder with saved answers of /api/dcim/, such as power-ports.json",
            "DIR",
            old="--from",
        ),
        *option("--url", "a living NetBox or Nautobot", "URL"),
        *option("--token-file", "a file with its API token, not readable by other users", "FILE"),
        *plain(CA_PEM, old="--ca-file"),
        *OUT(old="--output", default="hall.power.toml", show_default=True),
        *gathering.options(),
        *output(),
    ],
)

plan = Lazy(
    "plan",
    {
        "import": LazyCommand(
            "hall.plan", "import_", "make or update a drawing from CSV, NetBox or Nautobot"
        ),
        "check": LazyCommand("hall.plan", "check", "compare a drawing with its PDUs"),
    },
    ("pdu plan import cords.csv lines.csv --list hall.csv", "pdu plan check hall.power.toml"),
    help="The hall's drawing, hall.power.toml: feeds, PDUs, breakers, machines and their cords.",
)
