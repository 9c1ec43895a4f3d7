"""A simulated SNMP PDU on 127.0.0.1. When Ctrl-C ends it, it prints its log of SETs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Optional, Union

from tests.program import StopSignals, port, seconds, starting

from . import BUILT_IN, Agent, Device, Faults, Model, read_snmprec


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulators.snmp_agent", description=__doc__
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--device",
        choices=sorted(BUILT_IN),
        default="apc-rpdu2",
        help="a built-in device (default: %(default)s)",
    )
    what.add_argument(
        "--recording",
        type=Path,
        metavar="FILE",
        help="a .snmprec file; a SET changes only the written object",
    )
    parser.add_argument(
        "--port", type=port, default=0, help="UDP port (default: the system chooses one)"
    )
    parser.add_argument(
        "--read",
        default="public",
        metavar="COMMUNITY",
        help="community that may read (default: %(default)s)",
    )
    parser.add_argument(
        "--write",
        default="private",
        metavar="COMMUNITY",
        help="community that may read and write (default: %(default)s)",
    )
    parser.add_argument("--v1-only", action="store_true", help="answer SNMPv1 only")
    parser.add_argument(
        "--late", type=seconds, default=0.0, metavar="SECONDS", help="delay before each answer"
    )
    chosen = parser.parse_args(arguments)
    device: Union[Model, Device] = BUILT_IN[chosen.device]()
    if chosen.recording is not None:
        try:
            device = Device(
                read_snmprec(chosen.recording.read_text("utf-8", "surrogateescape")), rules=None
            )
        except (OSError, ValueError) as error:
            print(f"cannot serve {chosen.recording}: {error}", file=sys.stderr)
            return 2
    with ExitStack() as stack:
        signals = stack.enter_context(StopSignals())
        with starting(chosen.port):
            agent = stack.enter_context(
                Agent(
                    device,
                    chosen.port,
                    chosen.read,
                    chosen.write,
                    (1,) if chosen.v1_only else (1, 2),
                    Faults(late_s=chosen.late),
                )
            )
        print(f"{agent.host}:{agent.port}", flush=True)
        print(
            f"communities: {chosen.read} reads, {chosen.write} also writes; Ctrl-C stops it",
            file=sys.stderr,
        )
        signals.wait()
        for write in agent.writes():
            value = write.value if write.value.isprintable() else ascii(write.value)
            print(f"SET {write.oid} = {value} {write.answer or 'done'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
