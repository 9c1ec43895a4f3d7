"""What is seen of a handler without a device: its archive, its imports, its types, and whether it
loads beside the platform's modules alone.
"""

from __future__ import annotations

import ast
import contextlib
import glob
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

import common
import pdu_common
from handlers.shared.errors import SettingsError, printable

from ...pdus.handler_imports import PLATFORM_MODULES, standard_library
from ...pdus.handler_source import HandlerSource, require_own_name
from .rules import BROKEN, KEPT, RULES, UNTRIED, Finding

RECOMMENDED = "3.9"
OTHERS = ("3.10", "3.11", "3.12", "3.13")
_SECONDS = 120.0  # limit for one import or one run of mypy
_CHILD = Path(__file__).with_name("import_alone.py")
_NO_MYPY = (
    "mypy is not here: Debian has it as mypy, `make env` in a copy of the project installs it"
)


def _place_platform(folder: Path) -> Path:
    """A folder with `common` and `pdu_common` and nothing else."""
    platform = folder / "platform"
    for package in (common, pdu_common):
        source = Path(str(package.__file__)).parent
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, platform / source.name, ignore=ignored)
    return platform


def check_loading(
    source: HandlerSource, settings: Mapping[str, str], folder: Path
) -> Iterator[Finding]:
    """The findings, without a device. `settings`: of DCImanager's form; `folder`: an empty one."""
    yield Finding(RULES["archive"], KEPT, source.import_path)
    handler_folder, platform = folder / "handler", _place_platform(folder)
    handler_folder.mkdir()
    source.archive.unpack(handler_folder)
    alone = _Alone(str(platform), str(handler_folder), source.import_path, json.dumps(settings))
    foreign = _foreign_imports(source)
    try:
        require_own_name(source)
        outcome = alone.outcome(sys.executable)
    except SettingsError as error:
        yield _finding("alone", error.reason)
        return
    fault = str(outcome.get("error", ""))
    yield _import_finding("alone", fault, foreign)
    if not fault:
        yield _finding("entry", str(outcome.get("entry", "")))
        if not outcome.get("entry"):
            yield _finding("base", "" if outcome.get("base") else "its class has another base")
        events = ", ".join(sorted(set(outcome.get("sent", ()))))
        yield _finding("quiet", f"make_handler does {events}" if events else "")
        yield _check_python("python", [RECOMMENDED], alone, foreign)
        yield _check_python("pythons", OTHERS, alone, foreign)
    yield _finding("imports", foreign)
    yield _check_types(source, platform, handler_folder)


def _finding(rule: str, fault: str) -> Finding:
    return Finding(RULES[rule], BROKEN if fault else KEPT, printable(fault, 300))


class _Alone(NamedTuple):
    """How the handler is imported where nothing else is; see import_alone.py."""

    platform: str
    handler_folder: str
    import_path: str
    #: JSON
    settings: str

    def outcome(self, python: str) -> dict[str, Any]:
        """What that prints in this interpreter."""
        try:
            process = subprocess.run(
                [python, "-I", "-S", "-B", str(_CHILD), *self[:3]],
                input=self.settings,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                cwd=self.platform,
            )
            outcome = json.loads(process.stdout.strip().rpartition("\n")[2])
            return outcome if isinstance(outcome, dict) else {"error": "it prints no result"}
        except subprocess.TimeoutExpired:
            return {"error": f"its import did not end within {_SECONDS:g} s"}
        except (OSError, ValueError):
            return {"error": "the interpreter ended while it imported the handler"}


def _import_finding(rule: str, error: str, foreign: str) -> Finding:
    """A package that the platform may have is missing here, which breaks nothing."""
    match = re.match(r"ModuleNotFoundError: No module named '(\w+)", error)
    if match and re.search(rf"\b{match[1]} \(", foreign):
        return Finding(
            RULES[rule], UNTRIED, f"{match[1]} is missing where pdu runs: install it there"
        )
    return _finding(rule, error)


def _check_python(rule: str, versions: Sequence[str], alone: _Alone, foreign: str) -> Finding:
    """One rule for the versions that are here."""
    present_versions: list[str] = []
    for version in versions:
        is_own = version == f"{sys.version_info.major}.{sys.version_info.minor}"
        program = sys.executable if is_own else _find_python(version)
        if program is None:
            continue
        present_versions.append(version)
        error = str(alone.outcome(program).get("error", ""))
        if error:
            finding = _import_finding(rule, error, foreign)
            return finding._replace(detail=f"Python {version}: {finding.detail}")
    if not present_versions:
        return Finding(RULES[rule], UNTRIED, f"there is no python{versions[0]} here")
    return Finding(RULES[rule], KEPT, f"Python {', '.join(present_versions)}")


def _find_python(version: str) -> Optional[str]:
    """A Python of this version that starts: pyenv's in PATH fails for versions that are not
    selected.
    """
    name = f"python{version}"
    pyenv = os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv"
    # the module glob skips a folder that may not be read; Path.glob raises before Python 3.13
    pattern = f"{glob.escape(str(pyenv))}/versions/{version}.*/bin/{name}"
    programs = [*glob.glob(pattern), shutil.which(name)]
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
    places = ", ".join(f"{name} ({where})" for name, where in names.items())
    return f"{places}: see the requirements.txt of your copy of the platform"


def _check_types(source: HandlerSource, platform: Path, handler_folder: Path) -> Finding:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--python-version",
        RECOMMENDED,
        "--ignore-missing-imports",
        "--follow-imports=silent",
        "--no-error-summary",
        "--cache-dir",
        os.devnull,
        "--no-color-output",
        "-m",
        source.import_path,
    ]
    environment = {**os.environ, "MYPYPATH": f"{platform}{os.pathsep}{handler_folder}"}
    try:
        process = subprocess.run(
            command,
            cwd=handler_folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return Finding(RULES["types"], UNTRIED, f"mypy did not end within {_SECONDS:g} s")
    if "No module named mypy" in process.stderr:
        return Finding(RULES["types"], UNTRIED, _NO_MYPY)
    # a package without types: the code is "import" before mypy 1.4
    errors = [
        line
        for line in process.stdout.splitlines()
        if ": error:" in line and not line.endswith(("[import]", "[import-untyped]"))
    ]
    if process.returncode > 1 and not errors:
        return Finding(RULES["types"], UNTRIED, printable(process.stderr.strip()[-200:], 200))
    more = f" (and {len(errors) - 1} more)" if errors[1:] else ""
    return _finding("types", f"{errors[0]}{more}" if errors else "")
