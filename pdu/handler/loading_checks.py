"""What is seen of a handler without a device: its archive, its imports, its types, and whether it
loads beside the platform's modules alone.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Optional

import common
import pdu_common
from handlers.shared.errors import printable

from ..pdus.handler_imports import PLATFORM_MODULES, standard_library
from ..pdus.handler_source import HandlerSource
from .rules import BROKEN, KEPT, RULES, UNTRIED, Finding

RECOMMENDED = "3.9"
OTHERS = ("3.10", "3.11", "3.12", "3.13")
_SECONDS = 120.0  # limit for one import or one run of mypy
_CHILD = Path(__file__).with_name("import_alone.py")
_NO_MYPY = "mypy is not here: `make env` in a copy of the project installs it"


def place_platform(folder: Path) -> Path:
    """A folder with `common` and `pdu_common` and nothing else."""
    platform = folder / "platform"
    for package in (common, pdu_common):
        source = Path(str(package.__file__)).parent
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, platform / source.name, ignore=ignored)
    return platform


def check_loading(
    source: HandlerSource, snmp: bool, platform: Path, unpacked: Path
) -> Iterator[Finding]:
    """The findings, without a device."""
    yield Finding(RULES["archive"], KEPT, source.import_path)
    protocol = "snmp" if snmp else "custom"
    arguments = (str(platform), str(unpacked), source.import_path, protocol)
    seen = _import_alone(sys.executable, arguments)
    error = str(seen.get("error", ""))
    foreign = _foreign_imports(source)
    yield _import_finding("alone", error, foreign)
    if not error:
        yield _finding("entry", str(seen.get("entry", "")))
        if not seen.get("entry"):
            yield _finding("base", "" if seen.get("base") else "its class has another base")
        yield _finding("quiet", ", ".join(sorted(set(seen.get("sent", ())))))
    yield _check_python("python", [RECOMMENDED], arguments, foreign)
    yield _check_python("pythons", OTHERS, arguments, foreign)
    yield _finding("imports", foreign)
    yield _check_types(source, platform, unpacked)


def _finding(rule: str, fault: str) -> Finding:
    return Finding(RULES[rule], BROKEN if fault else KEPT, printable(fault, 300))


def _import_alone(python: str, arguments: Sequence[str]) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [python, "-I", "-S", "-B", str(_CHILD), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            cwd=arguments[0],
        )
        seen = json.loads(done.stdout.strip().rpartition("\n")[2])
        return seen if isinstance(seen, dict) else {"error": "it prints no result"}
    except subprocess.TimeoutExpired:
        return {"error": f"its import did not end within {_SECONDS:g} s"}
    except (OSError, ValueError):
        return {"error": "the interpreter ended while it imported the handler"}


def _import_finding(rule: str, error: str, foreign: str) -> Finding:
    """A package that the platform may have is missing here, which breaks nothing."""
    name = re.match(r"ModuleNotFoundError: No module named '(\w+)", error)
    if name and re.search(rf"\b{name[1]} \(", foreign):
        return Finding(RULES[rule], UNTRIED, f"{name[1]} is not in the standard library")
    return _finding(rule, error)


def _check_python(
    rule: str, versions: Sequence[str], arguments: Sequence[str], foreign: str
) -> Finding:
    """One rule for the versions that are here."""
    tried: list[str] = []
    for version in versions:
        is_own = version == f"{sys.version_info.major}.{sys.version_info.minor}"
        program = sys.executable if is_own else _find_python(version)
        if program is None:
            continue
        tried.append(version)
        error = str(_import_alone(program, arguments).get("error", ""))
        if error:
            finding = _import_finding(rule, error, foreign)
            return finding._replace(detail=f"Python {version}: {finding.detail}")
    if not tried:
        return Finding(RULES[rule], UNTRIED, f"there is no python{versions[0]} here")
    return Finding(RULES[rule], KEPT, f"Python {', '.join(tried)}")


def _find_python(version: str) -> Optional[str]:
    """A Python of this version that starts: pyenv's in PATH fails for versions that are not
    selected.
    """
    name = f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    programs = [*map(str, pyenv.glob(f"versions/{version}.*/bin/{name}")), shutil.which(name)]
    return next((program for program in programs if program and _starts(program)), None)


def _starts(program: str) -> bool:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        command = [program, "-I", "-S", "-c", ""]
        return not subprocess.run(command, capture_output=True, timeout=_SECONDS).returncode
    return False


def _foreign_imports(source: HandlerSource) -> str:
    """Modules that neither the standard library nor the platform is known to have."""
    allowed = standard_library() | PLATFORM_MODULES | {source.archive.top}
    names: dict[str, str] = {}
    for path, content in source.archive.files.items():
        if not path.endswith(".py"):
            continue
        try:
            nodes = list(ast.walk(ast.parse(content)))
        except (SyntaxError, ValueError) as error:
            return f"{path} is not valid Python ({error})"
        for node in nodes:
            modules = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
            for top in (module.partition(".")[0] for module in modules):
                if top and top not in allowed:
                    names.setdefault(top, f"{path} line {getattr(node, 'lineno', 0)}")
    if not names:
        return ""
    listed = ", ".join(f"{name} ({where})" for name, where in names.items())
    return f"{listed}: see the requirements.txt of your copy of the platform"


def _check_types(source: HandlerSource, platform: Path, unpacked: Path) -> Finding:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--python-version",
        RECOMMENDED,
        "--ignore-missing-imports",
        "--disable-error-code=import-untyped",
        "--follow-imports=silent",
        "--no-error-summary",
        "--cache-dir",
        os.devnull,
        "--no-color-output",
        "-m",
        source.import_path,
    ]
    environment = {**os.environ, "MYPYPATH": f"{platform}{os.pathsep}{unpacked}"}
    try:
        done = subprocess.run(
            command,
            cwd=unpacked,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return Finding(RULES["types"], UNTRIED, f"mypy did not end within {_SECONDS:g} s")
    if "No module named mypy" in done.stderr:
        return Finding(RULES["types"], UNTRIED, _NO_MYPY)
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    if done.returncode and not errors:
        return Finding(RULES["types"], UNTRIED, printable(done.stderr.strip()[-200:], 200))
    more = f" (and {len(errors) - 1} more)" if errors[1:] else ""
    return _finding("types", f"{errors[0]}{more}" if errors else "")
