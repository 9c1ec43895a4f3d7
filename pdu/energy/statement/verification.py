"""`pdu energy check-statement FILE --root ROOT`: what a customer checks with his own files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import Any, Optional

import click

from handlers.shared.errors import printable

from ...core.cli.error_output import Usage
from ...core.cli.exit_codes import WRONG
from ...core.cli.groups import Subcommand
from ...core.cli.options import Argument, option, output, shared_options_of
from ...core.cli.output import Result, print_result
from ...core.files.whole_files import read_file
from . import day_roots, form, proof
from .proof import NotVerified, ProofSummary

_ROOT = re.compile("[0-9a-f]{64}")


def checked(path: str, root: str, roots: Optional[str] = None) -> ProofSummary:
    """Check a proof, and the files of the statement beside it. `roots`: a chain of roots of days.

    Raises NotVerified, and SettingsError for a file that cannot be read.
    """
    folder = os.path.dirname(path)
    files = {
        name: read_file(os.path.join(folder, name))
        for name in proof.FILES
        if name == proof.JSON or os.path.exists(os.path.join(folder, name))
    }
    result = proof.checked(read_file(path), files, root)
    if roots is not None:
        _in_chain(result, day_roots.roots_of(roots))
    return result


def _in_chain(result: ProofSummary, roots: day_roots.Roots) -> None:
    for day, root in result.published.days.items():
        if roots.days.get(day) != root:
            raise NotVerified(
                f"the root of {printable(day, 10)} is not the one in the chain of roots"
            )


def _lines(result: ProofSummary, folder: Sequence[str], has_roots: bool) -> Iterator[str]:
    yield from form.summary(result.statement, result.readings)
    yield f"as published, and page and table are those of the figures: {', '.join(result.files)}"
    if has_roots:
        yield "the roots of its days are in the chain of roots"
    yield from result.missing
    yield from form.unchecked_files(folder)
    yield f"NOT CHECKED: {form.STATED}"
    yield form.LIMITS


@click.pass_context
def _check(context: click.Context, /, **options: Any) -> int:
    shared, root = shared_options_of(context), options["root"].lower()
    shared.defect_code = WRONG
    if not _ROOT.fullmatch(root):
        raise Usage(f"--root {printable(root, 80)!r}: give 64 hexadecimal digits")
    result = checked(options["file"], root, options["roots"])
    statement, folder = result.statement, os.listdir(os.path.dirname(options["file"]) or ".")
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
        "unchecked_files": form.unchecked_files(folder),
        "stated": form.STATED,
        "limits": form.LIMITS,
    }
    lines = [*_lines(result, folder, options["roots"] is not None)]
    return print_result(Result(document, lines), shared.json)


_HELP = """Check a statement of energy: was anything changed since its root was published?

FILE is proof.json.gz, and beside it statement.json; statement.html and statement.csv
are checked if they are there. All figures are computed again from the readings in
the proof. Needs no network. Does not prove that the meter was right.

\b
Exit code: 0 if all is as it was published, 2 if not or if a file is wrong."""
check = Subcommand(
    "check-statement",
    callback=_check,
    help=_HELP,
    examples=(
        "pdu energy check-statement october/0001-acme/proof.json.gz --root 5f0c...",
        "pdu energy check-statement proof.json.gz --root 5f0c... --roots roots.jsonl",
    ),
    params=[
        Argument("FILE"),
        *option("--root", "what the provider published for all", "ROOT", required=True),
        *option("--roots", "the provider's chain of roots: the days are looked up there", "FILE"),
        *output(),
    ],
)
