"""The plain loop with which `pdu check` is compared: reads every STEPth PDU of a list, one after the other, in one thread.

    python -m tests.benchmarks.fleet_loop LIST LOGINS STEP

Prints JSON: the numbers of living and dead PDUs that were read, and the seconds for each kind.
"""
from __future__ import annotations

import json
import sys

from handlers.command.fleet import auth, listing
from handlers.command.fleet.polling import poll, targets


def main() -> int:
    fleet = listing.read(sys.argv[1])
    chosen = fleet.devices[::int(sys.argv[3])]
    counts, seconds = {"living": 0, "dead": 0}, {"living": 0.0, "dead": 0.0}
    for target in targets(chosen, auth.of_file(sys.argv[2]), None):
        reading = poll(target)
        kind = "living" if reading.answered else "dead"
        if reading.answered is target.device.name.startswith("dead"):
            raise SystemExit(f"{target.device.name}: {reading.failure}")
        counts[kind] += 1
        seconds[kind] += reading.seconds
    print(json.dumps({"counts": counts, "seconds": seconds}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
