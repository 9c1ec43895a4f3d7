"""How long `pdu fence` takes to prove honest machines off, over the wire and in real time:

    python -m tests.pdu.site.machines.off_seconds --runs 4

The cabling is tried in simulated time, `off` runs by this computer's clock, several at once: they
mostly sleep. PDUs of four protocols, whose meters renew their figures every 1, 3 and 5 s, beside
quiet neighbours and such as swing by half and by 0.4 to 1.6.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.pdu.site.machines.off_trial import HONEST_NOISE, Trial, case
from tests.pdu.site.machines.room_kinds import HONEST, Setting
from tests.pdu.site.machines.room_wire import PROTOCOLS, RealRoom, wired
from tests.pdu.site.machines.test_off_wire import fence, verify

_PERIODS = (1.0, 3.0, 5.0)
_KINDS = [kind for kind in HONEST if kind.name in ("two cords, half each", "two cords, 60:40")]


class Cell(NamedTuple):
    """What one run is about."""

    protocol: str
    period_s: float
    noise: str
    number: int


class Seconds(NamedTuple):
    """What came of it."""

    cell: Cell
    is_proven: bool
    seconds: float
    text: str


def run(cell: Cell) -> Seconds:
    """Try the cabling, and switch off."""
    kind = _KINDS[cell.number % len(_KINDS)]
    setting = Setting(0.01, 1.0, cell.period_s, 100.0, 500.0)
    made = case(Trial("honest", kind, cell.number, setting, HONEST_NOISE[cell.noise]), 1)
    made.srv.boots_s = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        with wired(path, made, cell.protocol, RealRoom) as (room, alive):
            assert isinstance(room, RealRoom)
            with room.simulated():
                tried = verify(path, room, alive)
                room.sleep(60.0)
            if not tried.is_off:
                return Seconds(cell, False, 0.0, tried.text)
            begun = time.monotonic()
            answer = fence(path, None)
            return Seconds(cell, answer.is_off, time.monotonic() - begun, answer.text)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=2, help="of each cell")
    parser.add_argument("--jobs", type=int, default=12)
    given = parser.parse_args()
    cells = [
        Cell(protocol, period_s, noise, number)
        for number in range(given.runs)
        for protocol in PROTOCOLS
        for period_s in _PERIODS
        for noise in HONEST_NOISE
    ]
    with ProcessPoolExecutor(given.jobs) as pool:
        results = list(pool.map(run, cells))
    print(f"{'meters':>8}{'neighbours':>18}{'proven':>12}{'median':>9}{'longest':>9}")
    for period_s in _PERIODS:
        for noise in HONEST_NOISE:
            of = [r for r in results if r.cell.period_s == period_s and r.cell.noise == noise]
            times = [r.seconds for r in of if r.is_proven] or [0.0]
            proven = f"{sum(r.is_proven for r in of)} of {len(of)}"
            print(
                f"{period_s:6g} s{noise:>18}{proven:>12}{statistics.median(times):8.1f}s"
                f"{max(times):8.1f}s"
            )
    times = [r.seconds for r in results if r.is_proven] or [0.0]
    print(
        f"all: {len(times)} of {len(results)}, median {statistics.median(times):.1f} s,"
        f" longest {max(times):.1f} s"
    )
    for result in results:
        if not result.is_proven:
            print(result)


if __name__ == "__main__":
    main()
