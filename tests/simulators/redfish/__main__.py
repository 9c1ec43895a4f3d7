"""A simulated Redfish service with PDUs on 127.0.0.1.

Ctrl-C ends it; it then prints the accepted commands.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Optional

from tests.program import StopSignals, port, seconds, shown_password, starting

from . import UNITS, RedfishService
from .service import PASSWORD, USER


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.redfish", description=__doc__)
    parser.add_argument(
        "--unit",
        choices=sorted(UNITS),
        default="rack",
        help="the kind of service (default: %(default)s)",
    )
    parser.add_argument(
        "--relay-delay",
        type=seconds,
        default=None,
        metavar="SECONDS",
        help="delay until a contact moves, in addition to the outlet's own",
    )
    parser.add_argument("--live", action="store_true", help="let energy counters rise")
    parser.add_argument(
        "--port", type=port, default=0, help="TCP port (default: the system chooses one)"
    )
    parser.add_argument("--http", action="store_true", help="serve without TLS")
    parser.add_argument(
        "--ca-file",
        type=Path,
        help="without --http, write the CA certificate to this file (default: a temporary file)",
    )
    parser.add_argument(
        "--user",
        default=USER,
        help=(
            "a user who may switch (default: %(default)s); the environment variable "
            "REDFISH_PASSWORD sets the password (default: "
        )
        + PASSWORD
        + ")",
    )
    chosen = parser.parse_args(arguments)
    with ExitStack() as stack:
        signals = stack.enter_context(StopSignals())
        with starting(chosen.port):
            model = UNITS[chosen.unit]()
            changes = {
                "relay_delay": chosen.relay_delay,
                "live": chosen.live or None,
            }
            model = dataclasses.replace(
                model, **{name: value for name, value in changes.items() if value is not None}
            )
            unit = stack.enter_context(
                RedfishService(
                    model,
                    tls=not chosen.http,
                    port=chosen.port,
                    user=chosen.user,
                    password=os.environ.get("REDFISH_PASSWORD", PASSWORD),
                )
            )
            if not chosen.http:
                ca_file: Path = (
                    chosen.ca_file
                    or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "ca.pem"
                )
                ca_file.write_text(unit.ca_pem, "ascii")
        print(f"{unit.url}/redfish/v1/", flush=True)
        if not chosen.http:
            print(f"CA file {ca_file}\nfingerprint {unit.fingerprint}", flush=True)
        print(
            f"outlets: {len(unit.truth().states)}\n"
            f"login {unit.user} / {shown_password('REDFISH_PASSWORD', PASSWORD)}; Ctrl-C stops it",
            file=sys.stderr,
        )
        signals.wait()
        for what, value in unit.truth().writes:
            print(f"{what} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
