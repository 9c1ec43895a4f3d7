"""`pdu energy check-statement FILE --root ROOT`: what a customer checks with his own files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Optional

import click

from handlers.shared.errors import printable

from ...core.cli.error_output import Usage
from ...core.cli.exit_codes import WRONG
from ...core.cli.groups import Subcommand
from ...core.cli.options import Argument, option, output, run_options_of
from ...core.cli.output import Result, counted, print_result
from ...core.files.whole_files import read_file
from ..registers.period import span_text
from . import day_roots, proof
from .proof import NotVerified, ProofSummary
from .wording import LIMITS, bounds, event_sentences, kwh_text, names, surcharges, title

_ROOT = re.compile("[0-9a-f]{64}")


def check_statement(path: str, root: str, roots: Optional[str] = None) -> ProofSummary:
    """Check a proof, and the files of the statement beside it. `roots`: a chain of roots of days.

    Raises NotVerified, and SettingsError for a file that cannot be read.
    """
    folder = os.path.dirname(path)
    files = {
        name: read_file(os.path.join(folder, name))
        for name in proof.FILES
        if name == proof.JSON or os.path.exists(os.path.join(folder, name))
    }
    result = proof.check_proof(read_file(path), files, root)
    if roots is not None:
        _check_chain(result, day_roots.roots_of(roots))
    return result


def _check_chain(result: ProofSummary, roots: day_roots.Roots) -> None:
    if result.publication.chain not in roots.hashes:
        raise NotVerified("what was published has the hash of another chain of roots")
    for day, root in result.publication.days.items():
        if roots.days.get(day) != root:
            raise NotVerified(
                f"the root of {printable(day, 10)} is not the one in the chain of roots"
            )


#: what no reading of the customer shows
STATED = (
    "what the provider alone says: the readings before they were published, and of which unit they"
    " are; the chain of roots without --roots; number, date, issuer, customer, what it corrects and"
    " what was billed before, period and zone, prices, whose outlet when (from, to, held_before),"
    " machine, name, limit_kw, step_kwh, wrap_kwh, class_percent, volts and own_use_w of each"
    " meter, most_kwh, doubted, confirmed, tolerance_kwh, hours of the tariff, carbon, pue,"
    " left_out, version; and what page and table say: compare them with the figures above"
)


def report(statement: Mapping[str, Any]) -> Iterator[str]:
    """The figures of a statement, as they were computed from its readings."""
    prices, total = statement["prices"], statement["total"]
    about = f"{title(statement)} of {statement['date']}, {statement['customer']}"
    yield f"{about}, {span_text(statement['from'], statement['to'])} ({statement['zone']})"
    for line in statement["lines"]:
        yield from _line(line, prices)
    amounts = total["amounts"]
    if amounts is not None and amounts["peak"] is not None:
        peak = amounts["peak"]
        times = f"{peak['kw']:.3f} kW x {prices['peak_kw']} = {peak['amount']}"
        yield f"highest quarter hour: {times} {prices['currency']}"
    elif total["peak_kw"] is not None:
        yield f"highest quarter hour: {total['peak_kw']:.3f} kW; 95 %: {total['p95_kw']:.3f} kW"
    if prices is None:
        yield f"billed: {total['billed']:.3f} kWh"
    else:
        yield f"billed: {amounts['kwh']:.3f} kWh, {amounts['net']} {prices['currency']} net"
    yield f"all outlets: {_extent(total['kwh'])}"
    if total["difference"] is not None:
        difference, earlier = total["difference"], statement["before"]
        net = f", {difference['net']} {prices['currency']} net" if difference["net"] else ""
        yield f"difference to statement {earlier['number']}: {difference['kwh']:.3f} kWh{net}"
    for label, energy in surcharges(statement):
        low, best, high = bounds(energy)
        yield f"{label}: {low} at least, {best} most likely, {high} at most"
    yield from event_sentences(statement["lines"])


def _line(line: Mapping[str, Any], prices: Any) -> Iterator[str]:
    registers = " to ".join(
        "?" if edge is None else f"{edge['kwh']:.3f}"
        for edge in (line["register_begin"], line["register_end"])
    )
    yield (
        f"{names(line)}, {span_text(line['from'], line['to'])}: register {registers} kWh;"
        f" billed {kwh_text(line['billed']) or 'nothing'} kWh; {_extent(line['kwh'])};"
        f" {line['grade']}: {line['reason']}"
    )
    for period, amount in (line["amounts"] or {}).items():
        kwh = f"{line['tariff'][period]['billed']:.3f} kWh"
        yield f"  {period}: {kwh} x {prices['kwh'][period]} = {amount} {prices['currency']}"
    if line["amounts"] is None:
        for period, energy in line["tariff"].items():
            billed_text = kwh_text(None if energy is None else energy["billed"]) or "nothing"
            yield f"  {period}: billed {billed_text} kWh; {_extent(energy)}"


def _extent(energy: Optional[Mapping[str, Any]]) -> str:
    if energy is None:
        return "not read"
    least, best, most = bounds(energy)
    return f"{least or 'nothing'} kWh at least, {best} most likely, {most} at most"


def unchecked_files(folder: Iterable[str]) -> Sequence[str]:
    """What of a folder is not checked, and what is not there. `folder`: the names of its files."""
    expected_files, there = {*proof.FILES, proof.PROOF}, {*folder}
    strangers, absent = sorted(there - expected_files), sorted(expected_files - there)
    sentences = [f"NOT CHECKED: other files here: {', '.join(strangers)}"] if strangers else []
    return [*sentences, *([f"NOT HERE: {', '.join(absent)}"] if absent else [])]


def _lines(result: ProofSummary, folder: Sequence[str], has_roots: bool) -> Iterator[str]:
    yield from report(result.statement)
    count = counted(result.outlets, "outlet")
    yield (
        f"{result.readings} readings of {count} are those of the published root, and all figures"
        " follow from them"
    )
    yield f"as published: {', '.join(result.files)}"
    if has_roots:
        yield "the roots of its days are in the chain of roots"
    yield from result.missing
    yield from unchecked_files(folder)
    yield f"NOT CHECKED: {STATED}"
    yield LIMITS


@click.pass_context
def _check(context: click.Context, /, **options: Any) -> int:
    run_options, root = run_options_of(context), options["root"].lower()
    run_options.defect_code = WRONG
    if not _ROOT.fullmatch(root):
        raise Usage(f"--root {printable(root, 80)!r}: give 64 hexadecimal digits")
    path = options["file"]
    path = os.path.join(path, proof.PROOF) if os.path.isdir(path) else path
    result = check_statement(path, root, options["roots"])
    statement, folder = result.statement, os.listdir(os.path.dirname(path) or ".")
    document = {
        "number": statement["number"],
        "corrects": statement["corrects"],
        "customer": result.customer,
        "from": result.begin,
        "to": result.end,
        "kwh": statement["total"]["kwh"],
        "net_amount": (statement["total"]["amounts"] or {"net": None})["net"],
        "currency": (statement["prices"] or {"currency": None})["currency"],
        "readings": result.readings,
        "files": result.files,
        "missing": result.missing,
        "unchecked_files": unchecked_files(folder),
        "stated": STATED,
        "limits": LIMITS,
    }
    lines = [*_lines(result, folder, options["roots"] is not None)]
    return print_result(Result(document, lines), run_options.json)


_HELP = """Check a statement of energy: was anything changed since its root was published?

FILE is the customer's folder, or proof.json.gz with statement.json beside it; whether
statement.html and statement.csv are as published is checked if they are there. All figures
are computed again from the readings in the proof, and printed: compare the page with
them. Needs no network. Does not prove that the meter was right.

\b
Exit code: 0 if all is as it was published, 2 if not or if a file is wrong."""
check = Subcommand(
    "check-statement",
    callback=_check,
    help=_HELP,
    examples=(
        "pdu energy check-statement october/0001-acme --root 5f0c...",
        "pdu energy check-statement proof.json.gz --root 5f0c... --roots roots.jsonl",
    ),
    params=[
        Argument("FILE"),
        *option("--root", "what the provider published for all", "ROOT", required=True),
        *option("--roots", "the provider's chain of roots: the days are looked up there", "FILE"),
        *output(),
    ],
)
