"""Runs on CPython in WebAssembly: imports every module of the pack, then runs tests of pure parts
of the four handlers. Prints two lines: the version and the modules, and pytest's exit code.

WebAssembly has no threads, no sockets, no `resource` and no `pwd`: tests that need them are left
out.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import warnings
from pathlib import Path

TREE = Path("/tree")
#: of each handler: no server, no certificate
PURE = (
    "tests/handlers/snmp/test_reported_units.py",
    "tests/handlers/snmp/test_decoding.py",
    "tests/handlers/snmp/test_figures.py",
    "tests/handlers/nut/test_protocol.py",
    "tests/handlers/raritan/test_codec.py",
    "tests/handlers/redfish/test_figures.py",
    "tests/handlers/redfish/test_resources.py",
)
INI = "[pytest]\nfilterwarnings =\n    error\n    ignore::pytest.PytestUnknownMarkWarning\n"


def modules() -> list[str]:
    """The names of all modules of the pack, without programs."""
    found = []
    for package in ("common", "pdu_common", "handlers", "pdu"):
        for path in sorted((TREE / package).rglob("*.py")):
            parts = path.relative_to(TREE).with_suffix("").parts
            if parts[-1] != "__main__" and "templates" not in parts:
                found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def imported() -> dict[str, object]:
    failed = {}
    names = modules()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in names:
            try:
                importlib.import_module(name)
            except Exception as error:
                failed[name] = f"{type(error).__name__}: {error}"
    return {"version": list(sys.version_info[:2]), "modules": len(names), "failed": failed}


def main() -> None:
    sites = sorted(f"/{name}" for name in os.listdir("/") if name.startswith("site"))
    sys.path[:0] = [str(TREE), *sites]
    sys.dont_write_bytecode = True
    print(json.dumps(imported()))
    os.chdir(TREE)
    settings = Path(tempfile.mkdtemp()) / "pytest.ini"
    settings.write_text(INI)
    import pytest

    options = ["-q", "-c", str(settings), "--rootdir", str(TREE), "--noconftest"]
    options += ["-p", "no:cacheprovider", "-p", "no:faulthandler"]
    code = pytest.main([*options, *PURE])
    print(json.dumps({"pytest": int(code)}))


if __name__ == "__main__":
    main()
