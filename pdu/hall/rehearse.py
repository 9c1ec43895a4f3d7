"""`pdu rehearse DRAWING`: what goes dark if something fails. Reads only.

This is the command: its options, the readings, the answer's form. `rehearsal.rehearse` computes.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from json import dumps
from typing import Any, NamedTuple, Optional

import click

from handlers.shared.errors import printable

from ..core.cli import shared_options
from ..core.cli.error_output import Usage
from ..core.cli.exit_codes import WRONG
from ..core.cli.groups import Subcommand
from ..core.cli.options import option, output, run_options_of
from ..core.cli.shared_options import HTML
from ..core.files.whole_files import check_page, write_page
from ..site.drawing import drawing_file
from ..site.drawing.drawing import KINDS, Drawing, HallNode, nodes
from ..site.owner_files import DRAWING, LIST, OwnerFiles, file_arguments
from .drawings import dcim_import, readings_source, writing
from .drawings.supplies import add_supplies
from .failure.hall_model import HallModel
from .failure.missing_facts import missing_facts
from .failure.rehearsal import Grading, RehearsalOutcome, rehearse as rehearse_failure, worst_level
from .failure.report import FailureSummary, outcome_as_json, report, rest_as_json
from .failure.shedding import sheds
from .restore import command as restore_command

_MOST_NAMES = 8


class RehearsalOptions(NamedTuple):
    """The options of one run, besides those of `readings_source`."""

    fail: Sequence[str]
    each: bool
    html: Optional[str]
    supplies: Optional[str]


@click.pass_context
def _rehearse(context: click.Context, /, **options: Any) -> int:
    # A hall is millions of values without circles, and looking for some among them takes a quarter
    # of the processor time.
    collects = gc.isenabled()
    gc.disable()
    try:
        return _answer(context, options)
    finally:
        if collects:
            gc.enable()


def _answer(context: click.Context, options: dict[str, Any]) -> int:
    run_options = run_options_of(context)
    run_options.defect_code = WRONG
    rehearsal_options = RehearsalOptions(
        **{key: options.pop(key) for key in RehearsalOptions._fields}
    )
    metered_paths = options.pop("metered")
    back = restore_command.ReturnOptions(metered_paths, rehearsal_options.html)
    return_words = options.pop("return_")
    if bool(rehearsal_options.fail) + bool(return_words) + rehearsal_options.each != 1:
        raise Usage("say what fails: --fail KIND:NAME or --each; or --return KIND:NAME")
    dcim = dcim_import.take_dcim_options(options)
    files = OwnerFiles.of(options, run_options, but=[DRAWING] if dcim.url else [])
    if bool(files.drawing) == bool(dcim.url):
        raise Usage("give a DRAWING, or --url of a NetBox or Nautobot to draw from")
    source = readings_source.SourceOptions(files, **options)
    if rehearsal_options.html is not None:
        check_page(rehearsal_options.html)
    if files.drawing:
        drawing = files.read_drawing()
    else:
        # a PDU that does not answer is drawn without readings
        joint, readings = dcim_import.join_outlets(
            dcim_import.fetch(dcim), source, run_options.json, is_strict=False
        )
        text = writing.format_drawing(writing.tables(joint))
        drawing = drawing_file.parsed(text, dcim.url or "")
        for line in joint.notes:
            print(line, file=sys.stderr)
    failing_nodes = [node_of(drawing, text) for text in rehearsal_options.fail]
    returning_nodes = [node_of(drawing, text, "--return") for text in dict.fromkeys(return_words)]
    if files.drawing:
        readings = readings_source.gather(source, drawing.read_pdus)
    if rehearsal_options.supplies is not None:
        drawing, notes = add_supplies(drawing, rehearsal_options.supplies)
        for line in notes:
            print(line, file=sys.stderr)
    hall = HallModel(drawing, readings)
    if returning_nodes:
        return restore_command.run(hall, returning_nodes, back, run_options.json)
    what = [failing_nodes]
    if rehearsal_options.each:
        what = [[node] for node in nodes(hall.drawing)]
    return _rehearse_failures(rehearsal_options, hall, what, run_options.json)


def _rehearse_failures(
    options: RehearsalOptions, hall: HallModel, what: Sequence[Sequence[HallNode]], json: bool
) -> int:
    """Rehearse these failures, one after another, and show them. No outcome of many is kept."""
    grading, machines_touched, failures = Grading(hall), dict[str, None](), list[FailureSummary]()
    outcome: Optional[RehearsalOutcome] = None
    if json:
        print('{"rehearsals": [', end="")
    for nodes_failing in what:
        outcome = rehearse_failure(hall, nodes_failing)
        if json:
            shed = sheds(hall, outcome) if options.fail else ()
            answer = dumps(outcome_as_json(outcome, shed), indent=1)
            print("," if failures else "", answer, sep="\n")
        grading.add(outcome)
        machines_touched.update((machine.machine, None) for machine in outcome.touched)
        failures.append(FailureSummary.of(outcome))
    only = outcome if len(what) == 1 and not options.each else None
    level = worst_level(failure.level for failure in failures)
    unknown = missing_facts(hall, machines_touched, only)
    grades = grading.grades() if options.each else []
    rehearsal_report = report(hall, only, failures, grades, unknown)
    if json:
        print(f"],\n{dumps(rest_as_json(level, grades, unknown), indent=1)[1:]}")
    else:
        print("\n".join(rehearsal_report.lines()))
    if options.html is not None:
        write_page(options.html, rehearsal_report.page())
    return level


def node_of(drawing: Drawing, text: str, of: str = "--fail") -> HallNode:
    """What `feed:A` names. Raises Usage, which names the option `of`."""
    kind, colon, name = text.partition(":")
    if not colon or kind not in KINDS:
        raise Usage(
            f"{of} {printable(text, 60)!r}: give KIND:NAME, where KIND is {', '.join(KINDS)}"
        )
    nodes_of_kind = [node for node in nodes(drawing) if node.kind == kind]
    nodes_of_name = {node for node in nodes_of_kind if node.full_name == name}
    if not nodes_of_name:
        dots = ", ..." if len(nodes_of_kind) > _MOST_NAMES else ""
        names = ", ".join(node.full_name for node in nodes_of_kind[:_MOST_NAMES])
        raise Usage(
            f"{of} {printable(text, 60)!r}: the drawing has no {kind} of that name; it has:"
            f" {names or 'none'}{dots}"
        )
    if len(nodes_of_name) > 1:
        # names may contain slashes: a has b/c, and a/b has c
        raise Usage(
            f"{of} {printable(text, 60)!r}: several panels or PDUs have a {kind} of that name;"
            " rename one of them"
        )
    return nodes_of_name.pop()


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
rehearse = Subcommand(
    "rehearse",
    callback=_rehearse,
    help=_HELP,
    examples=(
        "pdu rehearse hall.power.toml --list hall.csv --fail feed:A",
        "pdu rehearse hall.power.toml --readings monday.json --return feed:A",
    ),
    params=[
        *file_arguments(DRAWING, LIST),
        *shared_options.DRAWING(),
        *option(
            "--fail",
            "what fails, such as feed:A, panel:P1, pdu:r1-left or breaker:r1-left/L1; given twice:"
            " both at once",
            "KIND:NAME",
            multiple=True,
        ),
        *option(
            "--return return_",
            "rehearse that power comes back to this, such as feed:A; given twice: both together,"
            " then each first",
            "KIND:NAME",
            multiple=True,
        ),
        *option(
            "--supplies",
            "what BMCs say of power supplies, as CSV: machine,supply,state, in the words of"
            " ipmitool or Redfish",
            "FILE",
        ),
        *option(
            "--metered",
            "more saved readings: a machine draws at most the highest of all",
            "FILE",
            multiple=True,
            requires=["--return"],
        ),
        *option("--each", "fail everything once, one after the other; shows N, N+1 and 2N"),
        *HTML(),
        *dcim_import.options(),
        *readings_source.options(),
        *output(),
    ],
)
