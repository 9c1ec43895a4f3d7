"""Runs a simulated Xerus PDU on 127.0.0.1 until Ctrl-C."""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.program import StopSignals, count, port, seconds, starting

from . import GENERATIONS, Model, XerusPdu
from .model import METERINGS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.xerus", description=__doc__)
    parser.add_argument(
        "--firmware",
        choices=GENERATIONS,
        default=GENERATIONS[-1],
        help="firmware generation (default: %(default)s)",
    )
    parser.add_argument(
        "--outlets",
        type=count,
        default=8,
        help="number of outlets, up to 200 (default: %(default)s)",
    )
    parser.add_argument(
        "--phases",
        type=int,
        choices=(1, 3),
        default=1,
        help="lines of each inlet (default: %(default)s)",
    )
    parser.add_argument(
        "--inlets", type=count, default=1, help="number of inlets (default: %(default)s)"
    )
    parser.add_argument(
        "--transfer-switch",
        action="store_true",
        help="two inlets (whatever --inlets says), of which a transfer switch selects one",
    )
    parser.add_argument(
        "--metering",
        choices=METERINGS,
        default="outlet",
        help="finest metered part (default: %(default)s)",
    )
    parser.add_argument(
        "--links",
        type=count,
        default=0,
        help=(
            "number of link units of the same kind, up to 7; firmware 3.6 and later (default:"
            " %(default)s)"
        ),
    )
    parser.add_argument(
        "--relay-delay",
        type=seconds,
        default=0.0,
        help="seconds until a relay moves (default: %(default)g)",
    )
    parser.add_argument(
        "--live",
        action="store_true",
        help="energy counters run with time (default: they keep their values)",
    )
    parser.add_argument(
        "--https-port",
        type=port,
        default=0,
        help="TCP port of HTTPS (default: the system chooses one)",
    )
    parser.add_argument(
        "--http-port",
        type=port,
        help="serve HTTP too, which redirects to HTTPS; 0: the system chooses a port",
    )
    parser.add_argument(
        "--ca-file",
        type=Path,
        help="write the CA certificate to this file (default: a temporary file)",
    )
    return parser


def main() -> None:
    parser = _parser()
    options = parser.parse_args()
    is_too_old = options.links and options.firmware == GENERATIONS[0]
    if is_too_old or options.links > 7:
        parser.error("--links is up to 7, and needs firmware 3.6 or later")
    with ExitStack() as stack:
        signals = stack.enter_context(StopSignals())
        with starting(options.https_port, options.http_port):
            model = Model(
                outlets=options.outlets,
                phases=options.phases,
                metering=options.metering,
                live=options.live,
                inlets=2 if options.transfer_switch else options.inlets,
                transfer_switch=options.transfer_switch,
                relay_delay=options.relay_delay,
            )
            links: dict[int, Model] = {number: model for number in range(2, 2 + options.links)}
            pdu = stack.enter_context(
                XerusPdu(
                    model,
                    options.firmware,
                    links,
                    https_port=options.https_port,
                    http_port=options.http_port,
                )
            )
            ca_file: Path = (
                options.ca_file
                or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "ca.pem"
            )
            ca_file.write_text(pdu.ca_pem, encoding="ascii")
        print(
            f"{pdu.url}  firmware {options.firmware}, outlets: {options.outlets}, link units:"
            f" {options.links}"
        )
        if pdu.http_port:
            print(f"http://{pdu.host}:{pdu.http_port}  redirects to HTTPS")
        print(f"CA file      {ca_file}\nfingerprint  {pdu.fingerprint}")
        print(
            f"login        {pdu.user} / {pdu.password}   (read-only: {pdu.viewer_user} /"
            f" {pdu.viewer_password})"
        )
        print("Ctrl-C stops it", flush=True)
        signals.wait()


if __name__ == "__main__":
    main()
