"""A simulated NUT server with PDUs on 127.0.0.1.

Ctrl-C ends it; it then prints the INSTCMD and SET VAR requests it accepted.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Optional

from tests.program import StopSignals, count, port, starting, trust_file

from . import ADMIN, NutServer, SwitchedPdu


def _name(text: str) -> str:
    """An argument's type: the name of a section of ups.conf."""
    if not re.fullmatch(r"[\w./:@+-]+", text, re.ASCII):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a name: give ASCII letters, digits, dots and dashes"
        )
    return text


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulators.nut_server", description=__doc__
    )
    parser.add_argument(
        "--port", type=port, default=0, help="TCP port (default: the system chooses one)"
    )
    parser.add_argument(
        "--device",
        type=_name,
        action="append",
        metavar="NAME",
        help="name of a PDU; repeat for more PDUs (default: pdu)",
    )
    parser.add_argument(
        "--outlets",
        type=count,
        default=8,
        help="outlets of each unit, 1 to 48 (default: %(default)s)",
    )
    parser.add_argument("--tls", action="store_true", help="offer STARTTLS")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        signals = stack.enter_context(StopSignals())
        with starting(options.port):
            devices = [SwitchedPdu(name, options.outlets) for name in options.device or ["pdu"]]
            server = stack.enter_context(NutServer(devices, tls=options.tls, port=options.port))
        print(f"{server.host}:{server.port}", flush=True)
        if options.tls:
            stack.enter_context(trust_file(server.ca_pem, server.fingerprint))
        print(
            f"devices {', '.join(device.name for device in devices)}\n"
            f"login {ADMIN.name} / {ADMIN.password} may switch; Ctrl-C stops the server",
            file=sys.stderr,
        )
        signals.wait()
        for what, value in server.truth().writes:
            print(f"{what} {value}".rstrip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
