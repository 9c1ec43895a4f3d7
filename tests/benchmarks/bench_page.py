"""Measures the local DCImanager under load: 200 PDUs, polled every 60 s. One PDU's handler hangs,
another's crashes.

The other PDUs have 24 outlets. Prints the response times of the pages, the number of polls that
these PDUs missed, and the database's growth and size after thinning, scaled up from one PDU. The
simulated PDUs run on the same machine and load it too. The goals are a median below 0.2 s for each
page, and no missed poll of the PDUs with 24 outlets. A failed `status` is a missed poll. Exit code
0 if both goals are met, 1 if not.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from pdu.core.cli import exit_handling
from tests.dcimanager.database import Database
from tests.dcimanager.local_build import install, registered
from tests.dcimanager.manager import DciManager
from tests.dcimanager.readings import keep, thin
from tests.dcimanager.records import CALLS_KEPT, Call, Pdu
from tests.dcimanager.sealed import Sealer
from tests.dcimanager.store import Store
from tests.needs import ROOT
from tests.packaging.building import archive, small_tree
from tests.program import positive

from .hall import OUTLETS, Form
from .ratios import note

PROCESSES, BEAT_S, GOAL_S = 12, 60.0, 0.2
SHARES = (0.50, 0.40, 0.10)  # SNMP, NUT, Raritan
_FIRST_S, _PAUSE_S = 300.0, 0.1
# a poll makes at most three calls, mostly two; `polled` counts only kept calls
_LONGEST_S = 0.4 * CALLS_KEPT * BEAT_S
_DAYS = 40
_PAGES = {
    "list of all PDUs": "/",
    "one PDU": "/pdus/{}",
    "its plot": "/pdus/{}/readings.json?hours=1",
    "log": "/log",
    "handlers": "/handlers",
    "servers": "/servers",
}


class Growth(NamedTuple):
    """Bytes of one PDU's readings: those written in a day, and those that thinning leaves of
    `_DAYS` days.
    """

    day: float
    kept: float


@contextmanager
def hall(counts: Sequence[int]) -> Iterator[list[Form]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.hall", *map(str, counts)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            forms: list[Form] = json.loads(process.stdout.readline())
            yield forms
        finally:
            process.kill()


def filled(manager: DciManager, forms: Sequence[Form], folder: Path) -> tuple[list[Pdu], list[Pdu]]:
    """Adds a PDU for each form, one whose handler hangs, and one whose handler crashes.

    Returns the good ones and these two.
    """
    registered(manager)
    install(manager, archive(small_tree(folder / "small"), "small"))
    good = [
        manager.store.add_pdu(
            f"rack {number:03d}", form["handler"], form["address"], form["snmp"], form["settings"]
        )
        for number, form in enumerate(forms)
    ]
    bad = [
        manager.store.add_pdu(say, "pdu_small", "127.0.0.1", {}, {"say": say})
        for say in ("hang", "die")
    ]
    return good, bad


class Visit:
    """Opens page after page on one connection, logged in."""

    def __init__(self, manager: DciManager) -> None:
        host = manager.page_url[len("http://") :].strip("/")
        self._connection = http.client.HTTPConnection(host, timeout=60)
        self._headers = {"cookie": f"dcimanager-{host.rpartition(':')[2]}={manager.tokens.issue()}"}

    def get(self, path: str) -> float:
        begin = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - begin
        if answer.status != 200 or not body:
            raise SystemExit(f"{path}: {answer.status}")
        return seconds

    def close(self) -> None:
        self._connection.close()


def visited(manager: DciManager, good: Sequence[Pdu], seconds: float) -> dict[str, list[float]]:
    """Response times in seconds, by page; opens the pages in turn for `seconds`."""
    ids = itertools.cycle(pdu.id for pdu in good)
    taken: dict[str, list[float]] = {}
    end = time.monotonic() + seconds
    with closing(Visit(manager)) as visit:
        _visit(visit, ids, end, taken)
    return taken


def _visit(visit: Visit, ids: Iterator[int], end: float, taken: dict[str, list[float]]) -> None:
    while time.monotonic() < end:
        pdu = next(ids)
        for name, path in _PAGES.items():
            taken.setdefault(name, []).append(visit.get(path.format(pdu)))
            time.sleep(_PAUSE_S)


def polled(pdus: Sequence[Pdu]) -> list[int]:
    """For each PDU, the number of successful polls among its kept calls."""
    return [sum(call.method == "status" and call.ok for call in pdu.calls) for pdu in pdus]


def growth(outlets: int = OUTLETS, beat_s: float = BEAT_S) -> Growth:
    """Measures a real database: one PDU with a reading every `beat_s` seconds for `_DAYS` days,
    then thinned.
    """
    with tempfile.TemporaryDirectory() as folder:
        db = Database(Path(folder) / "growth.sqlite")
        try:
            store = Store(db, Sealer(None))
            store.create("pdu", "pdu_x", "x", ["custom"], [])
            pdu = store.add_pdu("rack", "pdu_x", "127.0.0.1", {}, {})
            now, per_day = time.time(), int(86400 / beat_s)
            sizes = [_used(db)]
            for day in range(_DAYS):
                with db.writing() as connection:
                    for beat in range(per_day):
                        at = now - (_DAYS - day) * 86400 + beat * beat_s
                        pdu.note(_statistic(at, day * per_day + beat, outlets))
                        keep(connection, pdu, pdu.calls[-1])
                sizes.append(_used(db))
            thin(db, now)
            return Growth(sizes[1] - sizes[0], _used(db) - sizes[0])
        finally:
            db.close()


def _statistic(at: float, beat: int, outlets: int) -> Call:
    amperes = {
        str(n): round(0.3 + 0.1 * n + (beat * 7 + n) % 13 / 100, 3) for n in range(1, outlets + 1)
    }
    energy = {
        str(n): round(1000 + beat * (0.3 + 0.1 * n) * 0.23 / 60, 3) for n in range(1, outlets + 1)
    }
    value = {
        "load": sum(amperes.values()),
        "total_consumption": sum(energy.values()),
        "metered": ["load", "energy"],
        "ports": energy,
        "port_metered": list(energy),
        "port_load": amperes,
    }
    return Call("statistic", "", 0.1, value, "", "", at=at)


def _used(db: Database) -> int:
    """Bytes of the database's pages in use."""
    size, pages, free = (
        int(db.rows(f"PRAGMA {name}")[0][0])
        for name in ("page_size", "page_count", "freelist_count")
    )
    return size * (pages - free)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_page", description=__doc__
    )
    parser.add_argument(
        "--pdus", type=positive, default=200, help="number of PDUs (default: %(default)s)"
    )
    parser.add_argument(
        "--seconds",
        type=positive,
        default=180,
        help="seconds for which pages are opened (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    if options.pdus < 3:
        parser.error("--pdus must be at least 3, because two handlers fail")
    if options.seconds < 2 * BEAT_S:
        parser.error(f"--seconds must be at least {2 * BEAT_S:g}, so that polls are due meanwhile")
    if options.seconds > _LONGEST_S:
        parser.error(
            f"--seconds must be at most {_LONGEST_S:g}, because only the last {CALLS_KEPT} calls of"
            " a PDU are counted"
        )
    counts = [round(share * (options.pdus - 2)) for share in SHARES[:2]]
    counts.append(options.pdus - 2 - sum(counts))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-page-")))
        forms = stack.enter_context(hall(counts))
        manager = stack.enter_context(
            DciManager(data=_made(folder / "data"), page_port=0, processes=PROCESSES)
        )
        good, bad = filled(manager, forms, folder)
        manager.begin_polling(BEAT_S)
        begin = time.monotonic()
        while min(polled(good)) == 0:
            if time.monotonic() - begin > _FIRST_S:
                raise SystemExit(
                    f"{polled(good).count(0)} PDUs had no successful poll within {_FIRST_S:g} s"
                )
            time.sleep(0.5)
        first = time.monotonic() - begin
        before, since = polled(good), time.monotonic()
        taken = visited(manager, good, options.seconds)
        wanted = int((time.monotonic() - since) / BEAT_S)
        missed = sum(
            max(0, wanted - (after - earlier)) for earlier, after in zip(before, polled(good))
        )
        kinds = [pdu.last_poll.kind if pdu.last_poll else "" for pdu in bad]
    return _report(taken, options.pdus, first, wanted * len(good), missed, kinds, growth())


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _report(
    taken: dict[str, list[float]],
    pdus: int,
    first: float,
    wanted: int,
    missed: int,
    kinds: Sequence[str],
    grown: Growth,
) -> int:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    table = Table(
        title=(
            f"{pdus} PDUs polled every {BEAT_S:g} s, {os.cpu_count()} cores, {PROCESSES} processes"
            " for handlers"
        )
    )
    for column in ("page", "visits", "median", "95th percentile", "slowest"):
        table.add_column(column, justify="left" if column == "page" else "right")
    for name, seconds in taken.items():
        ranked = sorted(seconds)
        table.add_row(
            name,
            str(len(ranked)),
            *(
                f"{1000 * value:.0f} ms"
                for value in (
                    statistics.median(ranked),
                    ranked[int(0.95 * (len(ranked) - 1))],
                    ranked[-1],
                )
            ),
        )
    console.print(table)
    console.print(
        f"first round of all polls: {first:.0f} s; polls due while pages were opened: {wanted},"
        f" missed: {missed}; the two bad handlers: {', '.join(kinds)}"
    )
    console.print(
        f"database: {grown.day * pdus / 1e6:.0f} MB written a day; thinning leaves"
        f" {grown.kept * pdus / 1e6:.0f} MB of {_DAYS} days, and usually at most"
        f" {_per_day(grown) * pdus / 1e3:.0f} kB of each day older than a month, for three years"
    )
    for name, seconds in taken.items():
        note(
            "page",
            f"{name}: the goal of {GOAL_S:g} s ÷ the median time",
            GOAL_S / statistics.median(seconds),
            1,
        )
    slow = [name for name, seconds in taken.items() if statistics.median(seconds) >= GOAL_S]
    if slow or missed:
        console.print(
            f"goal missed: {', '.join([*slow, *(['polls'] if missed else [])])}", style="bold red"
        )
    return int(bool(slow or missed))


def _per_day(grown: Growth) -> float:
    """The bytes of two readings of a PDU: usually the most that thinning keeps of a day older than
    a month.

    Thinning keeps the day's last reading, of the PDU and its outlets, and the PDU's reading with
    the highest load.
    """
    return 2 * grown.day / (86400 / BEAT_S)


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
