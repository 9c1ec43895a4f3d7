"""What a PDU's readings take on disk: weeks of them, written into VictoriaMetrics and Prometheus.

The series are those of scraped PDUs. Their figures are modelled, because simulated PDUs always draw
the same current, which would take no space: an outlet's load has a base, a daily wave and noise.
"""

from __future__ import annotations

import json
import math
import random
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.needs import program
from tests.waiting import until

from .programs import Labels, victoria

# 2026-01-01, at the beginning of one of Prometheus' blocks of two hours
_BEGIN_S = 1_767_225_600
_DAY_S, _HOUR_S = 86_400, 3600
_INTERVAL_S = 60
_BLOCK_HOURS = 8  # written for Prometheus
_VOLTS = 230.0
_COUNTER_J = 360_000  # a counter of 0.1 kWh
_STEP_A = 0.01
_MERGED_S = 600.0


class Disk(NamedTuple):
    """Bytes on disk."""

    pdus: int
    days: int
    #: in VictoriaMetrics after these days, with its index, and what one more day adds
    bytes: int
    more_a_day: float
    samples_a_day: int
    #: in Prometheus, for one sample, in blocks of two hours
    local_of_sample: float

    @property
    def a_year(self) -> float:
        """Bytes of one PDU in VictoriaMetrics after a year."""
        return (self.bytes + (365 - self.days) * self.more_a_day) / self.pdus


def measure(folder: Path, series: Sequence[Labels], recorded: Sequence[Labels], days: int) -> Disk:
    """Writes twice `days` days. `series` have a sample each minute, `recorded` one each hour."""
    pdus = len({one["instance"] for one in series})
    storage = victoria(folder)
    sizes = []
    for first in (0, days):
        storage.start()
        begin = _BEGIN_S + first * _DAY_S
        for chosen, step in ((series, _INTERVAL_S), (recorded, _HOUR_S)):
            for line in _lines(chosen, begin, days * _DAY_S, step):
                _send(storage.address, line)
        storage.get("internal/force_flush")
        storage.get("internal/force_merge")
        merging = "vm_active_force_merges"
        if not until(lambda: storage.metric(merging) == 0, _MERGED_S, every=0.2):
            raise RuntimeError("VictoriaMetrics did not end its merge")
        storage.end()
        sizes.append(_size(folder / "victoria"))
    of_day = len(series) * _DAY_S // _INTERVAL_S + len(recorded) * 24
    more = (sizes[1] - sizes[0]) / days
    return Disk(pdus, 2 * days, sizes[1], more, of_day, _local(folder, series))


def values(labels: Labels, times: Sequence[int]) -> list[float]:
    """A modelled figure of this series at each of the times, the same in each call."""
    name = labels["__name__"]
    rng = random.Random(f"{sorted(labels.items())} {times[0]}")
    if "duration_seconds" in name:
        return [rng.gauss(0.35, 0.05) for _ in times]
    if "timestamp" in name:
        return [float(when) for when in times]
    outlets = 1 if "outlet" in labels else 24
    base = random.Random(labels.get("outlet", "")).uniform(0.2, 2.5) * outlets
    if name.endswith("_amperes"):
        return [_load(rng, base, when) for when in times]
    if "energy_kwh" in name:
        return [round(_load(rng, base, when) * _VOLTS / 1000, 1) for when in times]
    if name.endswith("joules_total"):
        return [_counted(base, when) for when in times]
    return [1.0] * len(times)


def _load(rng: random.Random, base_a: float, when: int) -> float:
    load = base_a * (1 + 0.2 * math.sin(2 * math.pi * when / _DAY_S) + rng.gauss(0, 0.03))
    return round(round(load / _STEP_A) * _STEP_A, 2)


def _counted(base_a: float, when: int) -> float:
    """Joules since 2025, in steps of the counter."""
    watts = base_a * _VOLTS
    joules = watts * (when - _BEGIN_S + 365 * _DAY_S)
    joules += watts * 0.2 * (1 - math.cos(2 * math.pi * when / _DAY_S)) * _DAY_S / (2 * math.pi)
    return float(joules // _COUNTER_J * _COUNTER_J)


def _lines(series: Sequence[Labels], begin: int, seconds: int, step: int) -> Iterator[bytes]:
    times = range(begin, begin + seconds, step)
    stamps = [when * 1000 for when in times]
    for one in series:
        line = {"metric": one, "values": values(one, times), "timestamps": stamps}
        yield json.dumps(line).encode()


def _send(address: str, line: bytes) -> None:
    request = urllib.request.Request(f"http://{address}/api/v1/import", line)  # noqa: S310
    urllib.request.urlopen(request, timeout=_MERGED_S).close()  # noqa: S310  # loopback


def _size(folder: Path) -> int:
    """Bytes that the files of a folder take on disk."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def _local(folder: Path, series: Sequence[Labels]) -> float:
    """Bytes of a sample in the blocks that promtool makes of some hours."""
    times = range(_BEGIN_S, _BEGIN_S + _BLOCK_HOURS * _HOUR_S, _INTERVAL_S)
    text, blocks = folder / "readings.txt", folder / "blocks"
    with open(text, "w") as file:
        for one in series:
            inner = ",".join(f'{key}="{one[key]}"' for key in one if key != "__name__")
            for when, value in zip(times, values(one, times)):
                file.write(f"{one['__name__']}{{{inner}}} {value!r} {when}\n")
        file.write("# EOF\n")
    words = [
        program("promtool"),
        "tsdb",
        "create-blocks-from",
        "openmetrics",
        "-q",
        str(text),
        str(blocks),
    ]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, timeout=600)
    return _size(blocks) / (len(series) * len(times))
