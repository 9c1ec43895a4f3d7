"""Runs a simulated Xerus PDU on 127.0.0.1 until Ctrl-C."""

from __future__ import annotations

import argparse
from contextlib import ExitStack

from tests.program import StopSignals, count, port, starting, trust_file

from . import GENERATIONS, Model, XerusPdu


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulators.xerus",
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--firmware", choices=GENERATIONS, default=GENERATIONS[-1], help="firmware generation"
    )
    parser.add_argument("--outlets", type=count, default=8, help="number of outlets")
    parser.add_argument(
        "--https-port", type=port, default=0, help="TCP port; 0: the system chooses one"
    )
    options = parser.parse_args()
    with ExitStack() as stack:
        signals = stack.enter_context(StopSignals())
        with starting(options.https_port):
            pdu = stack.enter_context(
                XerusPdu(
                    Model(outlets=options.outlets, live=True),
                    options.firmware,
                    https_port=options.https_port,
                )
            )
        print(f"{pdu.url}  firmware {options.firmware}, outlets: {options.outlets}")
        stack.enter_context(trust_file(pdu.ca_pem, pdu.fingerprint))
        print(f"login        {pdu.user} / {pdu.password}")
        print("Ctrl-C stops it", flush=True)
        signals.wait()


if __name__ == "__main__":
    main()
