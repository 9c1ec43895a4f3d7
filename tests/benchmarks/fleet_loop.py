"""The plain loop with which `pdu check` is compared: reads a sample of a list, one PDU after the
other, in one thread.

    python -m tests.benchmarks.fleet_loop LIST LOGINS STEP

Prints JSON: the numbers of living and dead PDUs that were read, the seconds for each kind, and the
figures of each PDU, as CSV of `pdu check` shows them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from pdu.monitoring import check_result
from pdu.pdus import auth, device_list
from pdu.pdus.listed_pdu import ListedPdu
from pdu.pdus.polling import poll, targets


def sample(devices: Sequence[ListedPdu], step: int) -> list[ListedPdu]:
    """Every `step`th PDU, and the first dead one if none of these is dead, so that the time of dead
    PDUs can be scaled up.
    """
    chosen = list(devices[::step])
    dead = [device for device in devices if _dead(device)]
    return chosen if any(map(_dead, chosen)) else chosen + dead[:1]


def _dead(device: ListedPdu) -> bool:
    return device.name.startswith("dead")


def main() -> int:
    chosen = sample(device_list.read_device_list(sys.argv[1]).devices, int(sys.argv[3]))
    counts, seconds = {"living": 0, "dead": 0}, {"living": 0.0, "dead": 0.0}
    figures: dict[str, list[str]] = {}
    for target in targets(chosen, auth.read_logins(sys.argv[2]), None):
        reading = poll(target)
        kind = "living" if reading.answered else "dead"
        if reading.answered is _dead(target.device):
            raise SystemExit(
                f"{target.device.name}:"
                f" {reading.failure.reason if reading.failure else 'a dead PDU answered'}"
            )
        row = check_result.judge_reading(target.device, reading)
        figures[row.device.name] = [
            "" if value is None else str(value)
            for value in (row.on, row.off, row.unknown, row.load_a, row.energy_kwh)
        ]
        counts[kind] += 1
        seconds[kind] += reading.seconds
    print(json.dumps({"counts": counts, "seconds": seconds, "figures": figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
