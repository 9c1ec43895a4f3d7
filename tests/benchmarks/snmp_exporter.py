"""Debian's prometheus-snmp-exporter, which reads the same objects as a handler."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from handlers.snmp.handler import make_handler
from pdu_common.base_snmp_pdu import BaseSnmpPdu, Element
from pdu_common.connection import PduSnmpData
from tests.needs import found
from tests.ports import reserved
from tests.waiting import until

PROGRAM = "prometheus-snmp-exporter"


class Exporter(NamedTuple):
    """A running exporter."""

    port: int
    pid: int


def statistic_columns(agent_port: int) -> list[tuple[str, bool]]:
    """What a statistic of the handler `snmp` walks, and whether its values are text."""
    double = make_handler(
        PduSnmpData("127.0.0.1", {"community": "public", "port": str(agent_port)})
    )
    assert isinstance(double, BaseSnmpPdu)
    is_text_by_column: dict[str, bool] = {}
    walk = double.snmp_walk

    def noted(oid: str) -> list[Element]:
        rows = walk(oid)
        if rows:
            is_text_by_column[str(oid)] = any(isinstance(row.value, str) for row in rows)
        return rows

    setattr(double, "snmp_walk", noted)
    double.statistic()
    return list(is_text_by_column.items())


@contextlib.contextmanager
def exporter(
    folder: Path, columns: Sequence[tuple[str, bool]], environment: Mapping[str, str]
) -> Iterator[Exporter]:
    """An exporter that gets sysObjectID and walks these columns of v2c agents with the community
    public. Each has its OID, and whether its values are text.

    `environment`: further variables, such as Go's.
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
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            # what listens may be another program, if this one has ended
            if not until(lambda: process.poll() is not None or _listens(port)) or process.poll():
                raise RuntimeError(f"{PROGRAM} did not start")
            yield Exporter(port, process.pid)
        finally:
            process.kill()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
        return True
    return False
