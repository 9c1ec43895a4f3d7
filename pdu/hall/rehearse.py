"""`pdu rehearse DRAWING`: what goes dark if something fails. Reads only.

This is the command: its options, the readings, the answer's form. `rehearsal.rehearse` computes.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from json import dumps
from typing import Annotated, NamedTuple, Optional

from handlers.shared.errors import printable

from ..core.cli import shared_options
from ..core.cli.error_output import Usage
from ..core.cli.exit_codes import WRONG
from ..core.cli.groups import Subcommand
from ..core.cli.options import RunOptions, option, secret_files
from ..core.cli.shared_options import AUTH, HTML, LIST as LIST_FILE
from ..core.files.whole_files import check_page, write_page
from ..pdus.saved_readings import HallReadings
from ..site.drawing import drawing_file
from ..site.drawing.drawing import KINDS, Drawing, HallNode, nodes
from ..site.owner_files import DRAWING, LIST, OwnerFileOptions, OwnerFiles
from .drawings import dcim_import, readings_source, writing
from .drawings.dcim_import import DcimOptionGroup, DcimOptions
from .drawings.readings_source import READINGS
from .drawings.supplies import add_supplies
from .failure.hall_model import HallModel
from .failure.missing_facts import missing_facts
from .failure.rehearsal import Grading, RehearsalOutcome, rehearse as rehearse_failure, worst_level
from .failure.report import FailureSummary, outcome_as_json, report, rest_as_json
from .failure.shedding import sheds
from .restore.command import ReturnOptions, rehearse_return

_MOST_NAMES = 8


class FailureOptions(NamedTuple):
    """The options of failures alone."""

    fail: Annotated[
        Sequence[str],
        option(
            "--fail",
            "what fails, such as feed:A, panel:P1, pdu:r1-left or breaker:r1-left/L1; given twice:"
            " both at once",
            "KIND:NAME",
            multiple=True,
        ),
    ]
    each: Annotated[
        bool, option("--each", "fail everything once, one after the other; shows N, N+1 and 2N")
    ]


class HallOptions(NamedTuple):
    """What says how a hall is drawn and read."""

    owner_files: Annotated[
        OwnerFiles,
        OwnerFileOptions(
            [DRAWING, LIST], shared_options.DRAWING, LIST_FILE, AUTH, no_drawing="url"
        ),
    ]
    readings: Annotated[Optional[str], READINGS()]
    dcim: Annotated[DcimOptions, DcimOptionGroup()]
    supplies: Annotated[
        Optional[str],
        option(
            "--supplies",
            "what BMCs say of power supplies, as CSV: machine,supply,state, in the words of"
            " ipmitool or Redfish",
            "FILE",
        ),
    ]


class RehearsalOptions(NamedTuple):
    """Those of `pdu rehearse`: of a failure or a return, of a hall, and of the answer."""

    failure: FailureOptions
    back: ReturnOptions
    hall: HallOptions
    html: Annotated[Optional[str], HTML()]


def _rehearse(options: RehearsalOptions, run_options: RunOptions) -> int:
    # A hall is millions of values without circles, and looking for some among them takes a quarter
    # of the processor time.
    collects = gc.isenabled()
    gc.disable()
    try:
        return _answer(options, run_options)
    finally:
        if collects:
            gc.enable()


def _answer(options: RehearsalOptions, run_options: RunOptions) -> int:
    run_options.defect_code = WRONG
    failure, back = options.failure, options.back
    if bool(failure.fail) + bool(back.return_) + failure.each != 1:
        raise Usage("say what fails: --fail KIND:NAME or --each; or --return KIND:NAME")
    if bool(options.hall.owner_files.drawing) == bool(options.hall.dcim.url):
        raise Usage("give a DRAWING, or --url of a NetBox or Nautobot to draw from")
    if options.html is not None:
        check_page(options.html)
    drawing, readings = _draw(options.hall, run_options.json)
    failing_nodes = [node_of(drawing, text) for text in failure.fail]
    returning_nodes = [node_of(drawing, text, "--return") for text in dict.fromkeys(back.return_)]
    hall = _read(options.hall, drawing, readings)
    if returning_nodes:
        return rehearse_return(hall, returning_nodes, back, run_options.json, options.html)
    failures = [[node] for node in nodes(hall.drawing)] if failure.each else [failing_nodes]
    return rehearse_failures(hall, failures, failure, run_options.json, options.html)


def _draw(options: HallOptions, json: bool) -> tuple[Drawing, Optional[HallReadings]]:
    """The drawing, and the readings if it needed them."""
    owner_files = options.owner_files
    if owner_files.drawing:
        return owner_files.read_drawing(), None
    # a PDU that does not answer is drawn without readings
    joint, readings = dcim_import.join_outlets(
        dcim_import.fetch(options.dcim), owner_files, options.readings, json, is_strict=False
    )
    text = writing.format_drawing(writing.tables(joint))
    drawing = drawing_file.parsed(text, options.dcim.url or "")
    for line in joint.notes:
        print(line, file=sys.stderr)
    return drawing, readings


def _read(options: HallOptions, drawing: Drawing, readings: Optional[HallReadings]) -> HallModel:
    """The hall with its readings, and with what BMCs say."""
    if readings is None:
        readings = readings_source.gather(options.owner_files, options.readings, drawing.read_pdus)
    if options.supplies is not None:
        drawing, notes = add_supplies(drawing, options.supplies)
        for line in notes:
            print(line, file=sys.stderr)
    return HallModel(drawing, readings)


def rehearse_failures(
    hall: HallModel,
    failures: Sequence[Sequence[HallNode]],
    options: FailureOptions,
    json: bool,
    page: Optional[str],
) -> int:
    """Rehearse these failures, one after another, and show them. No outcome of many is kept.

    Returns the exit code. `page`: the path of a page to write.
    """
    grading, machines_touched, summaries = Grading(hall), dict[str, None](), list[FailureSummary]()
    outcome: Optional[RehearsalOutcome] = None
    if json:
        print('{"rehearsals": [', end="")
    for nodes_failing in failures:
        outcome = rehearse_failure(hall, nodes_failing)
        if json:
            overloads = sheds(hall, outcome) if options.fail else ()
            answer = dumps(outcome_as_json(outcome, overloads), indent=1)
            print("," if summaries else "", answer, sep="\n")
        grading.add(outcome)
        machines_touched.update((machine.machine, None) for machine in outcome.verdicts)
        summaries.append(FailureSummary.of(outcome))
    only = outcome if len(failures) == 1 and not options.each else None
    level = worst_level(summary.level for summary in summaries)
    unknown = missing_facts(hall, machines_touched, only)
    grades = grading.grades() if options.each else []
    rehearsal_report = report(hall, only, summaries, grades, unknown)
    if json:
        print(f"],\n{dumps(rest_as_json(level, grades, unknown), indent=1)[1:]}")
    else:
        print("\n".join(rehearsal_report.lines()))
    if page is not None:
        write_page(page, rehearsal_report.page())
    return level


def node_of(drawing: Drawing, text: str, of: str = "--fail") -> HallNode:
    """What `feed:A` names. Raises Usage, which names the option `of`."""
    kind, colon, name = text.partition(":")
    if not colon or kind not in KINDS:
        raise Usage(
            f"{of} {printable(text, 60)!r}: give KIND:NAME, where KIND is {', '.join(KINDS)}"
        )
    nodes_of_kind = [node for node in nodes(drawing) if node.kind == kind]
    named_nodes = {node for node in nodes_of_kind if node.full_name == name}
    if not named_nodes:
        dots = ", ..." if len(nodes_of_kind) > _MOST_NAMES else ""
        names = ", ".join(node.full_name for node in nodes_of_kind[:_MOST_NAMES])
        raise Usage(
            f"{of} {printable(text, 60)!r}: the drawing has no {kind} of that name; it has:"
            f" {names or 'none'}{dots}"
        )
    if len(named_nodes) > 1:
        # names may contain slashes: a has b/c, and a/b has c
        raise Usage(
            f"{of} {printable(text, 60)!r}: several panels or PDUs have a {kind} of that name;"
            " rename one of them"
        )
    return named_nodes.pop()


_HELP = """Rehearse a failure: which machines go dark, which stay, and of which nobody can say it.

DRAWING is hall.power.toml (docs/hall.md); without it, --url draws from NetBox or Nautobot. Nothing
is switched: the PDUs are only read. A machine stays if enough of its other cords are on and carry
current now. Load that shifts is an interval for each line and breaker: the answer names those that
may trip, not before when and at the latest when (IEC 60898-1), by how many amperes it is too much,
and which machines to move.

--return rehearses that power comes back: which outlet closes when, what trips, which
machines start by themselves, and delays with which it fits. Readings of `pdu check --save` hold
what outlets do then.

Exit code of a failure: 0 if nothing goes dark and no breaker may trip, 1 if something goes dark or
a breaker likely trips, 2 if nothing of that but something may, or cannot be said; of a return
likewise: 0 if all machines come back and all loads fit, 1 if a machine stays dark or a breaker
overloads, 2 if only something cannot be said. 2 also if the drawing or an option is wrong."""
rehearse = Subcommand.typed(
    "rehearse",
    RehearsalOptions,
    _rehearse,
    help=_HELP,
    examples=(
        "pdu rehearse hall.power.toml --list hall.csv --fail feed:A",
        "pdu rehearse hall.power.toml --readings monday.json --return feed:A",
    ),
    unnamed=secret_files(),
)
