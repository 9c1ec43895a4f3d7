"""Where the CPU of a reading goes, by handler: the functions of this program with the most time of
their own, over many readings of simulated PDUs in another process.

    python -m tests.benchmarks.own_share LIST LOGINS [--calls N] [--top N]

LIST and LOGINS are those of `tests.benchmarks.fleet_hall`. The first figure is the CPU of a reading
without the profiler.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import time
from collections.abc import Sequence
from typing import Any, Optional

from pdu.core.cli import exit_handling
from pdu.core.inventory import auth, device_list
from pdu.core.inventory.listed_pdu import ListedPdu
from pdu.core.inventory.polling import Target, poll, targets


def living(devices: Sequence[ListedPdu], handler: str) -> list[ListedPdu]:
    """The PDUs of this handler that answer."""
    return [one for one in devices if one.handler == handler and not one.name.startswith("dead")]


def cost(chosen: Sequence[Target], calls: int) -> float:
    """CPU of one reading in ms, from `calls` readings after a first one of each PDU."""
    _read(chosen, len(chosen))
    begin = time.process_time()
    _read(chosen, calls)
    return (time.process_time() - begin) / calls * 1000


def _read(chosen: Sequence[Target], calls: int) -> None:
    for number in range(calls):
        reading = poll(chosen[number % len(chosen)])
        if reading.failure is not None:
            raise SystemExit(reading.failure.reason)


def profiled(chosen: Sequence[Target], calls: int, top: int) -> list[tuple[float, str]]:
    """Share and name of the functions with the most time of their own."""
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    _read(chosen, calls)
    profile.disable()
    figures: Any = pstats.Stats(profile)
    total = figures.total_tt
    rows = sorted(
        ((own / total, where) for where, (_, _, own, _, _) in figures.stats.items()), reverse=True
    )
    return [(share, _place(*where)) for share, where in rows[:top]]


def _place(path: str, line: int, name: str) -> str:
    return f"{'/'.join(path.split('/')[-2:])}:{line} {name}" if line else name


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.own_share",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("list")
    parser.add_argument("logins")
    parser.add_argument("--calls", type=int, default=100, help="default: %(default)s")
    parser.add_argument("--top", type=int, default=10, help="default: %(default)s")
    chosen = parser.parse_args(arguments)
    devices = device_list.read_device_list(chosen.list).devices
    for handler in sorted({one.handler for one in devices}):
        found = targets(living(devices, handler)[:4], auth.of_file(chosen.logins), None)
        print(f"{handler}: {cost(found, chosen.calls):.1f} ms of CPU for a reading")
        for share, place in profiled(found, chosen.calls, chosen.top):
            print(f"  {share:6.1%}  {place}")
    return 0


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
