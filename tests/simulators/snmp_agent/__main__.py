"""A simulated SNMP PDU on 127.0.0.1. When Ctrl-C ends it, it prints its log of SETs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Optional

from tests.program import StopSignals, port, starting

from . import BUILT_IN, Agent


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulators.snmp_agent", description=__doc__
    )
    parser.add_argument(
        "--device",
        choices=sorted(BUILT_IN),
        default="apc-rpdu2",
        help="a built-in device (default: %(default)s)",
    )
    parser.add_argument(
        "--port", type=port, default=0, help="UDP port (default: the system chooses one)"
    )
    parser.add_argument(
        "--write",
        default="private",
        metavar="COMMUNITY",
        help="community that may read and write (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        signals = stack.enter_context(StopSignals())
        with starting(options.port):
            device = BUILT_IN[options.device]()
            agent = stack.enter_context(Agent(device, options.port, write=options.write))
        print(f"{agent.host}:{agent.port}", flush=True)
        print(
            f"communities: public reads, {options.write} also writes; Ctrl-C stops it",
            file=sys.stderr,
        )
        signals.wait()
        for write in agent.writes():
            value = write.value if write.value.isprintable() else ascii(write.value)
            print(f"SET {write.oid} = {value} {write.answer or 'done'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
