"""Writes docs/proofs, the examples of proofs, from simulated units:

python -m tests.pdu.evidence.prove.samples
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Callable

from pdu import root
from tests.pdu.running import options
from tests.peers import PEERS, Peer, of_https
from tests.simulators.xerus import Model, XerusPdu

FOLDER = Path(__file__).resolve().parents[4] / "docs" / "proofs"


@contextlib.contextmanager
def stuck_xerus() -> Iterator[Peer]:
    """A Xerus unit whose relays do not open, and that does not notice it."""
    with XerusPdu(Model(outlets=4)) as pdu:
        setattr(pdu.units[0].relays, "off", lambda *_, **__: None)
        yield of_https("raritan", pdu)


#: file -> handler, a simulated unit
SAMPLES: Mapping[str, tuple[str, Callable[[], contextlib.AbstractContextManager[Peer]]]] = {
    "honest-nut": ("nut", PEERS["nut"]),
    "honest-snmp": ("snmp", PEERS["snmp"]),
    "stuck-relay-xerus": ("raritan", stuck_xerus),
}


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for name, (handler, unit) in SAMPLES.items():
        out = FOLDER / f"{name}.json"
        out.unlink(missing_ok=True)
        with unit() as peer:
            words, secrets = options(peer)
            os.environ.update({f"PDU_{key.upper()}": value for key, value in secrets.items()})
            # typed twice: an outlet of a sample carries something
            twice = ["--outlet", "1", "--outlet", "1", "--yes"]
            root.run(["prove", handler, peer.address, *words, *twice, "-o", str(out)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
