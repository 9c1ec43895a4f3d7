"""The handler of the vendor's page in a folder, as the page says, and an agent that it reads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pdu.loading import handler_loading
from tests.needs import ROOT
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import rpcm
from tests.waiting import PATIENCE_S

#: of the page's handler
SOURCE = (ROOT / "tests" / "pdu_common" / "rpcm_example.py").read_text("utf-8")


def folder(parent: Path, name: str = "handler_dir", source: str = SOURCE) -> Path:
    """`NAME/__init__.py` and `NAME/my_handler.py`."""
    path = parent / name
    path.mkdir(parents=True)
    (path / "__init__.py").touch()
    (path / "my_handler.py").write_text(source, "utf-8")
    return path


def packed(path: Path) -> Path:
    """The archive by the page's own command."""
    file = path.parent / "custom_handler.tar.gz"
    subprocess.run(
        ["tar", "-czvf", file.name, path.name],
        cwd=path.parent,
        check=True,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    return file


#: of the handlers that tests load by their paths
_MODULES = ("handler_dir", "http_dir", "my_handler", "odd", "pdu_odd", "pdu_small")


@contextmanager
def agent() -> Iterator[Agent]:
    with Agent(rpcm.rpcm()) as running:
        yield running


@contextmanager
def loading_anew(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Handlers by path are loaded as in a new process."""
    before = set(sys.modules)
    patch.setattr(sys, "path", list(sys.path))
    patch.setattr(handler_loading, "_loaded_archives", {})
    yield
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in _MODULES:
            del sys.modules[name]


@pytest.fixture(autouse=True)
def loaded_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a test load handlers of its own by path, and forget them after it."""
    with loading_anew(monkeypatch):
        yield
