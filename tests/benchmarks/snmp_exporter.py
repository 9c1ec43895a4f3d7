"""Debian's prometheus-snmp-exporter, which reads the same objects as a handler."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.needs import found
from tests.ports import reserved
from tests.waiting import until

PROGRAM = "prometheus-snmp-exporter"


class Exporter(NamedTuple):
    """A running exporter."""

    port: int
    pid: int

    def scrape(self, agent: str) -> int:
        """Read one agent ("host:port"); the number of samples."""
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.port}/snmp?target={agent}&module=pdu", timeout=60
        ) as answer:
            return sum(line.startswith(b"value") for line in answer.read().splitlines())

    def cpu_s(self) -> float:
        """The processor time that it has taken so far, in seconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def exporter(folder: Path, columns: Sequence[tuple[str, bool]]) -> Iterator[Exporter]:
    """An exporter that gets sysObjectID and walks these columns of v2c agents with the community
    public. Each has its OID, and whether its values are text.
    """
    metrics = [
        {
            "name": f"value{number}",
            "oid": oid,
            "type": "DisplayString" if is_text else "gauge",
            "indexes": [{"labelname": "row", "type": "gauge"}],
        }
        for number, (oid, is_text) in enumerate(columns)
    ]
    module = {
        "walk": [oid for oid, _ in columns],
        "get": ["1.3.6.1.2.1.1.2.0"],
        "metrics": metrics,
        "version": 2,
        "auth": {"community": "public"},
    }
    (folder / "snmp.yml").write_text(json.dumps({"pdu": module}))
    program, port = found(PROGRAM), reserved()
    assert program is not None
    with subprocess.Popen(
        [program, f"--config.file={folder / 'snmp.yml'}", f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            if not until(lambda: _listens(port)):
                raise RuntimeError(f"{PROGRAM} did not start")
            yield Exporter(port, process.pid)
        finally:
            process.kill()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
        return True
    return False
