"""Uploads a file. Prints the peak RSS of this process in KiB before and after the upload, the last
progress report (bytes sent and size), and the number of reports.

    python -m tests.handlers.raritan.uploader standard|requests URL CA_FILE FILE
"""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path
from typing import Callable

import requests

from handlers.http.connection import StandardTransport
from handlers.http.message import Transport
from handlers.http.requests_transport import RequestsTransport
from handlers.raritan.rpc import Agent, firmware
from handlers.shared.tls import Trust


def _peak() -> int:
    """Peak RSS of this process in KiB, from /proc where it exists: Linux's getrusage may count
    memory of the parent.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak // 1024 if sys.platform == "darwin" else peak  # macOS counts bytes
    match = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
    assert match
    return int(match.group(1))


def main() -> None:
    kind, url, ca_file, path = sys.argv[1:]
    trust = Trust(ca_pem=Path(ca_file).read_text(encoding="ascii"))
    session = requests.Session()
    session.verify = ca_file
    transports: dict[str, Callable[[], Transport]] = {
        "standard": lambda: StandardTransport(trust),
        "requests": lambda: RequestsTransport(session),
    }
    transport = transports[kind]()
    scheme, _, host = url.partition("://")
    with Agent(scheme, host, "admin", "xerus-own-words", trust=trust, transport=transport) as agent:
        firmware.Firmware("/firmware", agent).getVersion()
        before, reported = _peak(), [0, 0, 0]

        def progress(sent: int, size: int) -> None:
            assert reported[0] < sent <= size
            reported[:] = [sent, size, reported[2] + 1]

        with open(path, "rb") as image:
            firmware.upload(agent, image, progress=progress)
        print(before, _peak(), *reported)


if __name__ == "__main__":
    main()
