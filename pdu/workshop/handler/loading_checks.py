"""What is seen of a handler without a device: its archive, its imports, its types, and whether it
loads beside the platform's modules alone.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Optional

import common
import pdu_common
from handlers.shared.errors import printable
from handlers.shared.similar_names import similar_names

from ...loading.four_methods import DOUBLE_LACKS_NAME, wanted_setting
from ...loading.handler_module import CLASSES, FUNCTIONS, PLATFORM
from ...loading.handler_source import HandlerSource
from .handler_imports import PLATFORM_MODULES, REMOVED_MODULES, TOOL_MODULES, standard_library
from .import_alone import Outcome
from .rules import BROKEN, KEPT, RULES, Finding, kept, untried, worst_finding

RECOMMENDED = "3.9"
LATER_VERSIONS = ("3.10", "3.11", "3.12", "3.13")
_SECONDS = 120.0  # limit for one import or one run of mypy
_MYPY_OPTIONS = (
    *("--ignore-missing-imports", "--follow-imports=silent"),
    *("--no-error-summary", "--no-color-output"),
)
_MYPY_CACHE = os.devnull  # a run leaves nothing behind
_CHILD = Path(__file__).with_name("import_alone.py")
_OURS = TOOL_MODULES | {"handlers"}
# mypy's words for what the double lacks: a module, an attribute, a parameter
_MYPY_LACKING = re.compile(
    rf'(?:Module|module named) "{PLATFORM}"|"(?:type\[)?(?:{CLASSES})\]?" has no attribute'
    rf'|argument.* (?:for|to) "(?:{CLASSES}|{FUNCTIONS})"(?! has incompatible)'
)
_REMOVED = (
    "is in the standard library of Python 3.9, which DCImanager recommends, and not in Python 3.13:"
    " pdu on 3.9 can try the handler"
)
# the tests of blocks that only a type checker reads
_TYPES_ALONE = ("TYPE_CHECKING", "typing.TYPE_CHECKING")
_NO_MYPY = (
    "mypy is not here: Debian has it as mypy, `make env` in a copy of the project installs it"
)


def _place_platform(folder: Path) -> Path:
    """Make a folder with `common` and `pdu_common` and nothing else. Returns its path."""
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
    yield kept("archive", source.import_path)
    platform = _place_platform(folder)
    handler_folder = folder / "handler"
    handler_folder.mkdir()
    source.archive.unpack(handler_folder)
    trial = _ImportTrial(
        (str(platform), str(handler_folder), source.import_path, source.protocol),
        json.dumps(settings),
    )
    if source.archive.top in standard_library():
        yield _finding(
            "alone", f"its directory hides Python's module {source.archive.top}: rename it"
        )
        return
    syntax_fault = _syntax_fault(source)
    if syntax_fault:
        yield _finding("alone", syntax_fault)
        return
    outcome = trial.outcome(sys.executable)
    yield _import_finding("alone", outcome, source)
    if not outcome.error:
        yield from _entry_findings(outcome)
    if not outcome.error:
        yield from _python_findings(trial, source)
    yield _check_imports(source)
    yield _check_types(source, platform, handler_folder)


def _entry_findings(outcome: Outcome) -> Iterator[Finding]:
    """What make_handler returned and did, of an import that succeeded."""
    if outcome.missing_platform_name:
        yield _untried_without_name("entry", outcome.missing_platform_name)
    elif outcome.setting:
        yield untried("entry", wanted_setting(outcome.setting))
    else:
        yield _finding("entry", outcome.entry)
    if not outcome.entry:
        yield _finding("base", "" if outcome.has_base else "its class has another base")
    events = ", ".join(sorted(set(outcome.events)))
    yield _finding("quiet", f"make_handler does {events}" if events else "")


def _finding(rule: str, fault: str) -> Finding:
    """Broken by this fault; kept if it is ""."""
    return Finding(RULES[rule], BROKEN if fault else KEPT, printable(fault, 300))


class _ImportTrial(NamedTuple):
    """An import of the handler in a process that has only Python and the platform's modules; see
    import_alone.py.
    """

    #: the folders of the platform and of the handler, its import path and its protocol
    arguments: tuple[str, str, str, str]
    #: JSON
    settings: str

    def outcome(self, python: str) -> Outcome:
        """What import_alone.py prints about the import in the interpreter `python`; with the
        packages that are installed here, if this is the interpreter of pdu and the handler imports
        one of them.
        """
        # -S: without installed packages
        outcome = self._outcome(python, "-S")
        package = _absent_package(outcome)
        is_foreign = package not in ("", *_OURS, *PLATFORM_MODULES)
        if is_foreign and python == sys.executable and _is_installed(package):
            return self._outcome(python)
        return outcome

    def _outcome(self, python: str, *options: str) -> Outcome:
        """What the process prints; an error if it prints no outcome in time."""
        try:
            process = subprocess.run(
                [python, "-I", *options, "-B", str(_CHILD), *self.arguments],
                input=self.settings,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                cwd=self.arguments[0],
            )
            last_line = process.stdout.strip().rpartition("\n")[2]
            outcome = Outcome(**json.loads(last_line))
            if {type(field) for field in outcome} <= {str, list, bool}:
                return outcome
            return Outcome(error="it prints no result")
        except subprocess.TimeoutExpired:
            return Outcome(error=f"its import did not end within {_SECONDS:g} s")
        except TypeError:  # a line of JSON of the handler's own
            return Outcome(error="it prints no result")
        except (OSError, ValueError):
            return Outcome(error="the interpreter ended while it imported the handler")


def _absent_package(outcome: Outcome) -> str:
    """The package of the module that an import did not find; "" for none."""
    return outcome.absent_module.partition(".")[0]


def _is_installed(package: str) -> bool:
    """Whether this Python has the package."""
    return importlib.util.find_spec(package) is not None


def _import_finding(rule: str, outcome: Outcome, source: HandlerSource) -> Finding:
    """The finding of an import: kept without an error; broken by an error of the handler's own, or
    by an import that DCImanager cannot do either; not tried if only this machine may lack what the
    handler needs: a package, a module of Python 3.9, a part of the platform. `rule`: "alone" for
    the Python of pdu, "python" or "pythons" for one that is chosen by its version.
    """
    error = outcome.error
    if outcome.missing_platform_name:
        return _untried_without_name(rule, outcome.missing_platform_name, error)
    package = _absent_package(outcome)
    if package in _own_modules(source):
        remedy = "is in its own directory: import it with a dot first, from"
        return _finding(rule, f"{error}; {package} {remedy} .{outcome.absent_module}")
    if package in REMOVED_MODULES:
        return untried(rule, f"{package} {_REMOVED}")
    if package in ("", *_OURS, source.archive.top) or package in standard_library():
        return _finding(rule, error)  # kept if it is ""
    if rule != "alone":
        # it may be another Python than pdu's, whose packages _is_installed does not know
        why = f"{package} is not installed"
    elif _is_installed(package):
        why = f"{error}; the version of {package} that is here lacks it, another may have it"
    else:
        why = f"{package} is missing where pdu runs: install it there"
    return untried(rule, why)


def _untried_without_name(rule: str, name: str, error: str = "") -> Finding:
    """The finding that a rule was not tried, because the platform's double lacks what the handler
    uses. `error`: of an import; it may show what name was meant.
    """
    return untried(rule, f"{DOUBLE_LACKS_NAME} ({name}){_similar_name(error)}")


def _similar_name(error: str) -> str:
    """The name of our double that an import may have meant, "" if there is none."""
    match = re.search(rf"cannot import name '(\w+)' from '({PLATFORM})'", error)
    if match is None:
        return ""
    names = similar_names(match[1], vars(importlib.import_module(match[2])))
    return f"; did you mean {names[0]}?" if names else ""


def _own_modules(source: HandlerSource) -> set[str]:
    """The last names of its modules and packages."""
    paths = [PurePosixPath(path) for path in source.archive.files if path.endswith(".py")]
    names = {path.stem for path in paths}
    names.update(path.parent.name for path in paths[1:])
    return names


def _python_findings(trial: _ImportTrial, source: HandlerSource) -> Iterator[Finding]:
    """Whether it loads on the recommended Python, and on the others that are in PATH; which are not
    is said.
    """
    own_version = f"{sys.version_info.major}.{sys.version_info.minor}"
    findings: dict[str, Finding] = {}
    absent_versions: list[str] = []
    for version in dict.fromkeys((RECOMMENDED, *LATER_VERSIONS, own_version)):
        program = sys.executable if version == own_version else _find_python(version)
        if program is None:
            absent_versions.append(version)
        else:
            findings[version] = _finding_of_version(version, trial.outcome(program), source)
    recommended = findings.pop(RECOMMENDED, None)
    if recommended is not None:
        yield recommended
    if findings:
        finding = worst_finding(findings.values())
        if finding.result == KEPT:
            absent = f"; not in PATH: {', '.join(absent_versions)}" if absent_versions else ""
            finding = finding._replace(detail=f"Python {', '.join(findings)}{absent}")
        yield finding


def _finding_of_version(version: str, outcome: Outcome, source: HandlerSource) -> Finding:
    """Whether it loads on this version of Python."""
    rule = "python" if version == RECOMMENDED else "pythons"
    if not outcome.error:
        return kept(rule, f"Python {version}")
    finding = _import_finding(rule, outcome, source)
    return finding._replace(detail=f"Python {version}: {finding.detail}")


def _find_python(version: str) -> Optional[str]:
    """The Python of this version in PATH, if it starts: a launcher of pyenv's fails for versions
    that are not selected.
    """
    program = shutil.which(f"python{version}")
    return program if program and _starts(program) else None


def _starts(program: str) -> bool:
    """Whether this interpreter runs."""
    command = [program, "-I", "-S", "-c", ""]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        process = subprocess.run(command, capture_output=True, timeout=_SECONDS)
        return process.returncode == 0
    return False


def _syntax_fault(source: HandlerSource) -> str:
    """The place and the words of the first syntax error, "" if there is none."""
    for path, content in source.archive.files.items():
        try:
            if path.endswith(".py"):
                ast.parse(content)
        except SyntaxError as error:
            return f"{path} line {error.lineno}: {error.msg}"
        except ValueError as error:
            return f"{path} is not valid Python ({error})"
    return ""


def _check_imports(source: HandlerSource) -> Finding:
    """Whether each module is the standard library's, the platform's or its own. The vendor's page
    does not list the packages of the platform.
    """
    removed_modules = []
    foreign_modules = []
    place_by_package = _foreign_packages(source)
    for name, place in place_by_package.items():
        if name in REMOVED_MODULES:
            removed_modules.append(f"{name} {_REMOVED}")
        else:
            foreign_modules.append(f"{name} ({place})")
    names = ", ".join(foreign_modules)
    if not _OURS.isdisjoint(place_by_package):
        return _finding("imports", f"{names}: DCImanager does not have it")
    if foreign_modules:
        why = (
            f"not known for {names}: the vendor's page does not list the platform's packages; see"
            " requirements.txt of your copy of it"
        )
        return untried("imports", why)
    return kept("imports", "; ".join(removed_modules))


def _foreign_packages(source: HandlerSource) -> Mapping[str, str]:
    """The packages that DCImanager may not have, each with the place of its first import."""
    allowed_packages = standard_library() | PLATFORM_MODULES | _own_modules(source)
    place_by_package: dict[str, str] = {}
    for path, content in source.archive.files.items():
        if not path.endswith(".py"):
            continue
        for module, line in _absolute_imports(content):
            package = module.partition(".")[0]
            if package and package not in allowed_packages:
                place_by_package.setdefault(package, f"{path} line {line}")
    return place_by_package


def _absolute_imports(content: bytes) -> Iterator[tuple[str, int]]:
    """The modules that a file imports by their whole names when it runs, with the line."""
    tree = ast.parse(content)
    nodes_for_types = _nodes_for_types(tree)
    for node in ast.walk(tree):
        if node in nodes_for_types:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or "", node.lineno


def _nodes_for_types(tree: ast.AST) -> set[ast.AST]:
    """What stands below `if TYPE_CHECKING:`, which only a type checker reads."""
    nodes: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in _TYPES_ALONE:
            for statement in node.body:
                nodes.update(ast.walk(statement))
    return nodes


def _check_types(source: HandlerSource, platform: Path, handler_folder: Path) -> Finding:
    """What mypy says of the handler, beside our double of the platform."""
    environment = {**os.environ, "MYPYPATH": f"{platform}{os.pathsep}{handler_folder}"}
    run = partial(_run_mypy, source, handler_folder, environment)
    try:
        process = run("--python-version", RECOMMENDED)
        if "argument --python-version" in process.stderr:  # mypy 2 knows no Python before 3.10
            process = run()
    except (OSError, subprocess.TimeoutExpired):
        return untried("types", f"mypy did not end within {_SECONDS:g} s")
    if "No module named mypy" in process.stderr:
        return untried("types", _NO_MYPY)
    errors = _mypy_errors(process)
    if process.returncode > 1 and not errors:
        return untried("types", process.stderr.strip()[-200:])
    return _types_finding(errors)


def _types_finding(errors: Sequence[str]) -> Finding:
    """The first of mypy's errors, and how many more; not tried if our double causes them all."""
    own_errors = [error for error in errors if not _MYPY_LACKING.search(error)]
    if errors and not own_errors:
        return _untried_without_name("types", errors[0])
    fault = own_errors[0] if own_errors else ""
    if len(own_errors) > 1:
        fault += f" (and {len(own_errors) - 1} more)"
    return _finding("types", fault)


def _mypy_errors(process: subprocess.CompletedProcess[str]) -> list[str]:
    """Its lines about mistakes. A package without types is none: the code is "import" before mypy
    1.4.
    """
    errors = []
    for line in process.stdout.splitlines():
        lacks_types = line.endswith(("[import]", "[import-untyped]"))
        if ": error:" in line and not lacks_types:
            errors.append(line)
    return errors


def _run_mypy(
    source: HandlerSource, folder: Path, environment: Mapping[str, str], *options: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mypy", *_MYPY_OPTIONS, "--cache-dir", _MYPY_CACHE]
    return subprocess.run(
        [*command, *options, "-m", source.import_path],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_SECONDS,
    )
