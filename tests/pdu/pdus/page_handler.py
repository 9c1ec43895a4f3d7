"""The handler of the vendor's page in a folder, as the page says, and an agent that it reads."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.needs import ROOT
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import rpcm
from tests.waiting import PATIENCE_S

#: of the page's handler
SOURCE = (ROOT / "tests" / "pdu_common" / "rpcm_example.py").read_text("utf-8")


def folder(parent: Path, name: str = "handler_dir", source: str = SOURCE) -> Path:
    """`NAME/__init__.py` and `NAME/my_handler.py`."""
    made = parent / name
    made.mkdir(parents=True)
    (made / "__init__.py").touch()
    (made / "my_handler.py").write_text(source, "utf-8")
    return made


def packed(made: Path) -> Path:
    """The archive by the page's own command."""
    file = made.parent / "custom_handler.tar.gz"
    subprocess.run(
        ["tar", "-czvf", file.name, made.name],
        cwd=made.parent,
        check=True,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    return file


@contextmanager
def agent() -> Iterator[Agent]:
    with Agent(rpcm.rpcm()) as running:
        yield running
