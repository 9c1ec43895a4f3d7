"""Runs a simulated Xerus PDU for a person, until Ctrl-C."""
from __future__ import annotations

import argparse
import signal
import tempfile
import threading
from pathlib import Path
from typing import Dict

from . import GENERATIONS, Model, XerusPdu
from .model import METERINGS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.xerus", description=__doc__)
    parser.add_argument("--firmware", choices=GENERATIONS, default=GENERATIONS[-1], help="generation (default: newest)")
    parser.add_argument("--outlets", type=int, default=8, help="1..200 (default: 8)")
    parser.add_argument("--phases", type=int, choices=(1, 3), default=1)
    parser.add_argument("--inlets", type=int, default=1)
    parser.add_argument("--transfer-switch", action="store_true", help="two inlets, one in use")
    parser.add_argument("--metering", choices=METERINGS, default="outlet")
    parser.add_argument("--links", type=int, default=0, help="how many link units, with ids from 2")
    parser.add_argument("--relay-delay", type=float, default=0.0, help="seconds until a relay follows")
    parser.add_argument("--live", action="store_true", help="energy counters run")
    parser.add_argument("--https-port", type=int, default=0, help="default: chosen by the system")
    parser.add_argument("--http-port", type=int, help="also plain HTTP, which redirects; 0: chosen by the system")
    parser.add_argument("--ca-file", type=Path, help="where the certificate authority is written (default: a new file)")
    return parser


def main() -> None:
    options = _parser().parse_args()
    model = Model(outlets=options.outlets, phases=options.phases, metering=options.metering, live=options.live,
                  inlets=2 if options.transfer_switch else options.inlets, transfer_switch=options.transfer_switch,
                  relay_delay=options.relay_delay)
    links: Dict[int, Model] = {number: model for number in range(2, 2 + options.links)}
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopped.set())
    with XerusPdu(model, options.firmware, links, https_port=options.https_port, http_port=options.http_port) as pdu:
        with tempfile.TemporaryDirectory() as folder:
            ca_file: Path = options.ca_file or Path(folder) / "ca.pem"
            ca_file.write_text(pdu.ca_pem, encoding="ascii")
            print(f"{pdu.url}  firmware {options.firmware}, {options.outlets} outlets, {options.links} link units")
            if pdu.http_port:
                print(f"http://{pdu.host}:{pdu.http_port}  redirects to it")
            print(f"CA file      {ca_file}\nfingerprint  {pdu.fingerprint}")
            print(f"login        {pdu.user} / {pdu.password}   (reads only: {pdu.viewer_user} / {pdu.viewer_password})")
            print("Ctrl-C stops it", flush=True)
            stopped.wait()


if __name__ == "__main__":
    main()
