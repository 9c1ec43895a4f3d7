"""Two exporters, Prometheus and VictoriaMetrics on loopback scrape simulated PDUs; one exporter is
killed.

    python -m tests.shards [--pdus N] [--interval SECONDS] [--measure] [--of N] [--json] [--write]

Prints what is lost and when it alarms. The configuration and the rules are those of
docs/prometheus, with other addresses. With another interval than 60 s, the rules' minutes are as
many times shorter. The billing rules run every five minutes instead of each hour. With --measure,
nothing is killed: it prints what one PDU costs, and what many need.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Optional

from rich.console import Console
from rich.table import Table

from pdu.core.cli import exit_handling
from tests import measured
from tests.benchmarks.bench_fleet import hall
from tests.needs import ROOT, found
from tests.program import positive

from .needs import needs
from .programs import Times, running
from .trial import Death, Trial
from .year import measure

PAGE = ROOT / "docs" / "dev" / "halls.md"
_PROGRAMS = ("prometheus", "victoria-metrics", "promtool")
_DAYS = 3  # of readings on disk, twice


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.shards",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--pdus", type=positive, default=2000, help="default: %(default)s")
    parser.add_argument(
        "--interval",
        type=positive,
        default=60,
        metavar="SECONDS",
        help="between two scrapes of a PDU (default: %(default)s)",
    )
    parser.add_argument("--measure", action="store_true", help="measure costs, and kill nothing")
    parser.add_argument(
        "--of",
        type=positive,
        default=20_000,
        metavar="N",
        help="with --measure: the PDUs whose needs are computed (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--write", action="store_true", help="also write the table into docs/dev/halls.md"
    )
    chosen = parser.parse_args(arguments)
    missing = [name for name in _PROGRAMS if not found(name)]
    if missing:
        print(f"missing: {', '.join(missing)}: make system", file=sys.stderr)
        return 2
    load = os.getloadavg()[0]
    times = Times(chosen.interval, chosen.interval)
    with hall(chosen.pdus) as made, tempfile.TemporaryDirectory(prefix="shards-") as folder:
        with running(Path(folder), made.list, made.logins, times) as setup:
            trial = Trial(setup, made)
            trial.settle()
            if not chosen.measure:
                return _report(trial.death(), chosen.json, load, chosen.write)
            costs, series = trial.costs(), trial.series()
        with tempfile.TemporaryDirectory(prefix="shards-disk-") as disk:
            on_disk = measure(Path(disk), *series, _DAYS)
    rows = needs(costs, on_disk, chosen.of)
    if chosen.json:
        figures = {
            "costs": {**costs._asdict(), "used": costs.used._asdict()},
            "disk": on_disk._asdict(),
            "load": load,
        }
        print(json.dumps({**figures, "needs": [one._asdict() for one in rows]}))
        return 0
    title = f"{chosen.pdus} simulated PDUs, load {load:.1f} before"
    columns = ("what", "a PDU", f"{chosen.of:,} PDUs", "from")
    _show(title, columns, rows)
    if chosen.write:
        measured.write(PAGE, "needs", title, columns, rows)
    return 0


def _report(seen: Death, as_json: bool, load: float, is_written: bool) -> int:
    """Prints what was seen. 1 if something was lost that need not be."""
    wrong = [
        sentence
        for sentence, bad in (
            ("living PDUs were blamed", seen.blamed > 0),
            ("targets were lost with the exporter", seen.targets != seen.pdus),
            ("series changed their labels", seen.new_series > 0),
            ("VictoriaMetrics lacks readings", seen.lacking > 0),
        )
        if bad
    ]
    if as_json:
        print(json.dumps({**seen._asdict(), "wrong": wrong, "load": load}))
        return int(bool(wrong))
    rows = [
        ("PDUs; in the share of the exporter that is killed", f"{seen.pdus}; {seen.share}"),
        ("PDUs that are read until it is replaced", f"{seen.spared}"),
        ("scrapes that those miss", f"{seen.missing_spared}"),
        ("alert of the exporter after", f"{seen.alarm_s:.0f} s"),
        ("alerts of all its PDUs after", f"{seen.all_alarms_s:.0f} s"),
        ("alerts that blame a living PDU", f"{seen.blamed}"),
        ("targets of a Prometheus that is started meanwhile", f"{seen.targets}"),
        ("all PDUs are read by the other one, after a reload, in", f"{seen.taken_over_s:.0f} s"),
        ("series with labels that nobody had before", f"{seen.new_series}"),
        ("scrapes that a PDU of the share misses (median)", f"{seen.missing:g}"),
        ("longest time without a reading", f"{seen.gap_s:.0f} s"),
        (
            "VictoriaMetrics away; readings that it lacks then",
            f"{seen.away_s:.0f} s; {seen.lacking}",
        ),
        ("readings of pdu_up in the trial", f"{seen.readings}"),
    ]
    title = f"one of two exporters is killed, load {load:.1f} before"
    _show(title, ("what", "figure"), rows)
    if is_written:
        measured.write(PAGE, "death", title, ("what", "figure"), rows)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return int(bool(wrong))


def _show(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    table = Table(title=title)
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
