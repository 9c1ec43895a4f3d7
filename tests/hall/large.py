"""How long the computation takes for a large hall:

python -m tests.hall.large --racks 100
"""

from __future__ import annotations

import argparse
import random
import time
from typing import NamedTuple

from pdu.core.drawing import drawing_file
from pdu.core.drawing.drawing import HallNode
from pdu.core.inventory import saved_readings
from pdu.hall.failure.rehearsal import Hall
from tests.hall.halls import TIDY, random_hall


class Seconds(NamedTuple):
    """The times of one run."""

    machines: int
    pdus: int
    reading: float
    preparing: float
    rehearsal: float


def measure(racks: int) -> Seconds:
    """A hall with two PDUs and 20 machines in each rack, and one side of it lost."""
    made = random_hall(random.Random(7), TIDY, racks, 20, outlets=36)
    readings = saved_readings.of_json(made.readings, "readings.json")
    begin = time.perf_counter()
    drawing = drawing_file.parsed(made.drawing, "hall.power.toml")
    read = time.perf_counter()
    hall = Hall(drawing, readings)
    prepared = time.perf_counter()
    # a panel below both feeds would live on
    hall.rehearse([HallNode("panel", "PA") if drawing.panels else HallNode("feed", "A")])
    return Seconds(
        len(drawing.machines),
        len(drawing.pdus),
        read - begin,
        prepared - read,
        time.perf_counter() - prepared,
    )


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--racks", type=int, default=100)
    found = measure(parser.parse_args().racks)
    print(
        f"{found.machines} machines on {found.pdus} PDUs: drawing read in {found.reading:.2f} s,"
        f" prepared in {found.preparing:.2f} s,"
        f" the loss of a side rehearsed in {found.rehearsal:.2f} s"
    )


if __name__ == "__main__":
    main()
