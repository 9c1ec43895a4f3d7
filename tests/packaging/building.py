"""Modules of packaging/, loaded by path (a package of that name would hide the library
`packaging`), and small archives.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import io
import re
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Optional

from builder import archives, closure, command, script
from handlers import VERSION
from tests.needs import ROOT


def loaded(name: str) -> ModuleType:
    """A new copy of a module of packaging/."""
    spec = importlib.util.spec_from_file_location(
        f"packaging_{name}", ROOT / "packaging" / f"{name}.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


NAMES = tuple(handler.name for handler in script.HANDLERS)


def archive(tree: Path, name: str, replace: Optional[Mapping[str, str]] = None) -> bytes:
    """The bytes of one archive. An unchanged archive of the project is built once."""
    if replace is None and tree == ROOT / "handlers":
        return _own(name)
    return archives.archive(tree, name, replace)


@functools.cache
def _own(name: str) -> bytes:
    return archives.archive(ROOT / "handlers", name)


def files(tree: Path, name: str, replace: Optional[Mapping[str, str]] = None) -> dict[str, bytes]:
    """Path → content of the files of one archive."""
    return closure.files(tree, name, replace)


# A handler without a device, so that a test needs no simulator.
_SMALL_HANDLER = """
from pdu_common.base_pdu import BasePdu
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView

from .. import VERSION
from ..errors import SmallError


class Small(BasePdu):
    def status(self) -> PduView:
        from . import wire
        say = self.pdu_data.custom_params.get("say", "")
        if say == "error":
            raise SmallError("set 'say' to something else")
        wire.act(say)
        view = PduView()
        view.ports.append(PduPortView(identity="1", power_status=EnumPowerStatus.UP))
        view.ports.append(PduPortView(identity=VERSION, power_status=EnumPowerStatus.UNKNOWN))
        return view

    def port_up(self, port: PduPortView) -> PduPortView:
        port.power_status = EnumPowerStatus.UP
        return port

    def port_down(self, port: PduPortView) -> PduPortView:
        port.power_status = EnumPowerStatus.DOWN
        return port

    def statistic(self) -> PduStatisticView:
        view = PduStatisticView()
        view.load, view.total_consumption = 1.5, 42.25
        return view


def make_handler(pdu_data: object) -> Small:
    return Small(pdu_data)
"""
_SMALL_WIRE = """
import os
import time


def act(what: str) -> None:
    if what == "hang":
        time.sleep(600)
    if what == "die":
        os._exit(7)
    if what == "bug":
        raise ValueError("a defect of the handler")
    if what == "print":
        print("{}")
    if what == "sqlite":
        import sqlite3
        assert sqlite3
"""
_SMALL_ERRORS = """
class SmallError(Exception):
    kind = "settings"
"""


def small_tree(folder: Path, name: str = "small", version: str = "1.0") -> Path:
    """Adds a handler, whose `status` does what its setting `say` names, to the `handlers` tree in
    `folder`; returns the tree.
    """
    tree = folder / "handlers"
    (tree / name).mkdir(parents=True, exist_ok=True)
    for path, text in {
        "__init__.py": f'VERSION = "{version}"\n',
        "errors.py": _SMALL_ERRORS,
        "unused.py": "import rich\n",
        f"{name}/__init__.py": "",
        f"{name}/handler.py": _SMALL_HANDLER,
        f"{name}/wire.py": _SMALL_WIRE,
    }.items():
        (tree / path).write_text(text, encoding="utf-8")
    return tree


def packed(*paths: str) -> bytes:
    """A tar.gz of empty files."""
    with io.BytesIO() as file:
        with tarfile.open(fileobj=file, mode="w:gz") as tar:
            for path in paths:
                tar.addfile(tarfile.TarInfo(path))
        return file.getvalue()


def small_pack(folder: Path, *names: str, version: str = VERSION) -> Path:
    """Builds a small handler's archive for each of `names`, and register.sh, in `folder`, which is
    returned.
    """
    handlers = [
        script.Handler(name, f"Small {name}", "snmp" if name == "snmp" else "custom")
        for name in names
    ]
    with tempfile.TemporaryDirectory() as tree:
        for name in names:
            handlers_tree = small_tree(Path(tree), name, version)
        command.build(handlers_tree, folder, handlers)
    return folder


def builder_options() -> set[str]:
    """The options in the usage of packaging/build.py, without --help."""
    with contextlib.redirect_stdout(io.StringIO()) as output, contextlib.suppress(SystemExit):
        command.main(["--help"])
    return set(re.findall("--[a-z-]+", output.getvalue().partition("\n\n")[0]))
