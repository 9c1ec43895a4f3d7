"""A simulated NUT server with PDUs on 127.0.0.1.

Ctrl-C ends it; it then prints the INSTCMD and SET VAR requests it accepted.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Optional

from tests.program import StopSignals, count, port, shown_password, starting

from . import ADMIN, NutServer, SwitchedPdu, User
from .users import ALL


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
    parser.add_argument(
        "--ca-file",
        type=Path,
        help="with --tls, write the CA certificate to this file (default: a temporary file)",
    )
    parser.add_argument(
        "--user",
        default=ADMIN.name,
        help=(
            "a user with all rights (default: %(default)s); the environment "
            "variable NUT_PASSWORD sets the password (default: "
        )
        + ADMIN.password
        + ")",
    )
    chosen = parser.parse_args(arguments)
    if chosen.ca_file and not chosen.tls:
        parser.error("--ca-file needs --tls")
    with ExitStack() as stack:
        signals = stack.enter_context(StopSignals())
        with starting(chosen.port):
            devices = [SwitchedPdu(name, chosen.outlets) for name in chosen.device or ["pdu"]]
            user = User(
                chosen.user,
                os.environ.get("NUT_PASSWORD", ADMIN.password),
                set=True,
                fsd=True,
                commands=ALL,
                upsmon="primary",
            )
            server = stack.enter_context(
                NutServer(devices, [user], tls=chosen.tls, port=chosen.port)
            )
            if chosen.tls:
                ca_file: Path = (
                    chosen.ca_file
                    or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "ca.pem"
                )
                ca_file.write_text(server.ca_pem, "ascii")
        print(f"{server.host}:{server.port}", flush=True)
        if chosen.tls:
            print(f"CA file {ca_file}\nfingerprint {server.fingerprint}", flush=True)
        print(
            f"devices {', '.join(device.name for device in devices)}\n"
            f"login {user.name} / {shown_password('NUT_PASSWORD', ADMIN.password)} may switch;"
            " Ctrl-C stops the server",
            file=sys.stderr,
        )
        signals.wait()
        for what, value in server.truth().writes:
            print(f"{what} {value}".rstrip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
