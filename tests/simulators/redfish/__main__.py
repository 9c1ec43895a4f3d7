"""A simulated Redfish service with PDUs on 127.0.0.1.

Ctrl-C ends it; it then prints the accepted commands.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Optional

from tests.program import StopSignals, port, starting, trust_file

from . import UNITS, RedfishService


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.redfish", description=__doc__)
    parser.add_argument(
        "--unit",
        choices=sorted(UNITS),
        default="rack",
        help="the kind of service (default: %(default)s)",
    )
    parser.add_argument(
        "--port", type=port, default=0, help="TCP port (default: the system chooses one)"
    )
    parser.add_argument("--http", action="store_true", help="serve without TLS")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        signals = stack.enter_context(StopSignals())
        with starting(options.port):
            model = UNITS[options.unit]()
            unit = stack.enter_context(
                RedfishService(model, tls=not options.http, port=options.port)
            )
        print(f"{unit.url}/redfish/v1/", flush=True)
        if not options.http:
            stack.enter_context(trust_file(unit.ca_pem, unit.fingerprint))
        print(
            f"outlets: {len(unit.truth().states)}\n"
            f"login {unit.user} / {unit.password}; Ctrl-C stops it",
            file=sys.stderr,
        )
        signals.wait()
        for what, value in unit.truth().writes:
            print(f"{what} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
