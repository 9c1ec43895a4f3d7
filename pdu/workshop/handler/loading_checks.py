"""What is seen of a handler without a device: its archive, its imports, its syntax, and whether it
loads beside the platform's modules alone.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Optional

import common
import pdu_common
from handlers.shared.errors import printable

from ...loading.four_methods import DOUBLE_LACKS_NAME, wanted_setting
from ...loading.handler_source import HandlerSource
from .handler_imports import PLATFORM_MODULES, REMOVED_MODULES, TOOL_MODULES, standard_library
from .import_alone import Outcome
from .rules import BROKEN, KEPT, RULES, Finding, kept, untried

_RECOMMENDED = (3, 9)  # the version of Python, by the vendor's page
_SECONDS = 120.0  # limit for one import
_CHILD = Path(__file__).with_name("import_alone.py")
_OURS = TOOL_MODULES | {"handlers"}
_REMOVED = (
    "is in the standard library of Python 3.9, which DCImanager recommends, and not in Python 3.13:"
    " pdu on 3.9 can try the handler"
)
# the tests of blocks that only a type checker reads
_TYPES_ALONE = ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _place_platform(folder: Path) -> Path:
    """Make a folder with `common` and `pdu_common` and nothing else, without compiled files.
    Returns its path: FOLDER/platform.
    """
    platform = folder / "platform"
    for package in (common, pdu_common):
        source = Path(str(package.__file__)).parent
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, platform / source.name, ignore=ignored)
    return platform


def check_loading(
    source: HandlerSource, settings: Mapping[str, str], folder: Path
) -> Iterator[Finding]:
    """The findings, without a device. `settings`: of DCImanager's form; `folder`: an empty one.

    archive kept; alone broken: ModuleNotFoundError: No module named 'handlers'; python kept;
    imports not tried: not known for requests (handler.py line 3)
    """
    yield kept("archive", source.import_path)
    platform = _place_platform(folder)
    handler_folder = folder / "handler"
    handler_folder.mkdir()
    source.archive.unpack(handler_folder)
    run = _ImportRun(
        (str(platform), str(handler_folder), source.import_path, source.protocol),
        json.dumps(settings),
    )
    if source.archive.top in standard_library():
        yield _finding(
            "alone", f"its directory hides Python's module {source.archive.top}: rename it"
        )
        return
    syntax_problem = _syntax_problem(source)
    if syntax_problem:
        yield _finding("alone", syntax_problem)
        return
    outcome = run.outcome()
    yield _import_finding(outcome, source)
    if not outcome.error:
        yield from _entry_findings(outcome)
    yield _finding("python", _syntax_problem(source, _RECOMMENDED))
    yield _check_imports(source)


def _entry_findings(outcome: Outcome) -> Iterator[Finding]:
    """What make_handler returned and did, of an import that succeeded:

    outcome                                findings
    has_base, nothing else                 entry, base and quiet kept
    entry="make_handler raised ..."        entry broken, quiet kept
    setting="token"                        entry not tried, base and quiet kept
    events=["socket.connect"]              quiet broken: make_handler does socket.connect
    """
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


def _finding(rule: str, problem: str) -> Finding:
    """Broken by this problem; kept if it is "".

    >>> _finding("base", "its class has another base").result, _finding("base", "").result
    ('broken', 'kept')
    """
    return Finding(RULES[rule], BROKEN if problem else KEPT, printable(problem, 300))


class _ImportRun(NamedTuple):
    """An import of the handler in a process that has only Python and the platform's modules:

    python -I -S -B import_alone.py PLATFORM FOLDER custom_handler.handler custom
    < {"port": "80"}
    > {"error": "", "entry": "", "events": [], "has_base": true, ...}
    """

    #: the folders of the platform and of the handler, its import path and its protocol
    arguments: tuple[str, str, str, str]
    #: JSON
    settings: str

    def outcome(self) -> Outcome:
        """What came of the import; with the packages that are installed here, if the handler
        imports one of them: requests is absent in the first process, and there in the second.
        """
        # -S: without installed packages
        outcome = self._outcome("-S")
        package = _absent_package(outcome)
        is_foreign = package not in ("", *_OURS, *PLATFORM_MODULES)
        return self._outcome() if is_foreign and _is_installed(package) else outcome

    def _outcome(self, *options: str) -> Outcome:
        """The outcome that the process prints as its last line. One that prints none:

        runs for 120 s            error: its import did not end within 120 s
        prints another line       error: it prints no result
        is ended by os._exit      error: the interpreter ended while it imported the handler
        """
        try:
            process = subprocess.run(
                [sys.executable, "-I", *options, "-B", str(_CHILD), *self.arguments],
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


def _import_finding(outcome: Outcome, source: HandlerSource) -> Finding:
    """The finding of an import: kept without an error; broken by an error of the handler's own, or
    by an import that DCImanager cannot do either; not tried if only this machine may lack what the
    handler needs: a package, a module of Python 3.9, a part of the platform.

        absent module            finding of "alone"
        none, and no error       kept
        handlers.http            broken: ModuleNotFoundError: No module named 'handlers'
        decoding, a file of it   broken: ...; decoding is in its own directory: import it with a dot
        requests                 not tried: requests is missing where pdu runs: install it there
        telnetlib                not tried: it is in the standard library of Python 3.9, ...
    """
    error = outcome.error
    if outcome.missing_platform_name:
        return _untried_without_name("alone", outcome.missing_platform_name)
    package = _absent_package(outcome)
    if package in _own_modules(source):
        remedy = "is in its own directory: import it with a dot first, from"
        return _finding("alone", f"{error}; {package} {remedy} .{outcome.absent_module}")
    if package in REMOVED_MODULES:
        return untried("alone", f"{package} {_REMOVED}")
    if package in ("", *_OURS, source.archive.top) or package in standard_library():
        return _finding("alone", error)  # kept if it is ""
    if _is_installed(package):
        why = f"{error}; the version of {package} that is here lacks it, another may have it"
    else:
        why = f"{package} is missing where pdu runs: install it there"
    return untried("alone", why)


def _untried_without_name(rule: str, name: str) -> Finding:
    """The finding that a rule was not tried, because the platform's double lacks what the handler
    uses.
    """
    return untried(rule, f"{DOUBLE_LACKS_NAME} ({name})")


def _own_modules(source: HandlerSource) -> set[str]:
    """The last names of its modules and packages."""
    paths = [PurePosixPath(path) for path in source.archive.files if path.endswith(".py")]
    names = {path.stem for path in paths}
    names.update(path.parent.name for path in paths[1:])
    return names


def _syntax_problem(source: HandlerSource, version: Optional[tuple[int, int]] = None) -> str:
    """The place and the words of the first syntax error, "" if there is none. `version`: of the
    Python that would read it; None for this one.

        match x:    "" with (3, 10); with (3, 9): handler.py line 7: Pattern matching is only ...
    """
    for path, content in source.archive.files.items():
        try:
            if path.endswith(".py"):
                ast.parse(content, feature_version=version)
        except SyntaxError as error:
            return f"{path} line {error.lineno}: {error.msg}"
        except ValueError as error:
            return f"{path} is not valid Python ({error})"
    return ""


def _check_imports(source: HandlerSource) -> Finding:
    """Whether each module is the standard library's, the platform's or its own. The vendor's page
    does not list the packages of the platform.

        import json, common.logger     kept
        import requests                not tried: not known for requests (handler.py line 3)
        from handlers import http      broken: handlers (handler.py line 3): DCImanager does not ...
        import telnetlib               kept: it is in the standard library of Python 3.9 ...
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
    """The packages that DCImanager may not have, each with the place of its first import:

    {"requests": "handler_dir/handler.py line 3"}
    """
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
    """The modules that a file imports by their whole names when it runs, with the line.

    >>> list(_absolute_imports(b"import json, http.client\\nfrom . import decoding"))
    [('json', 1), ('http.client', 1)]
    >>> list(_absolute_imports(b"if TYPE_CHECKING:\\n    import requests"))
    []
    """
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
    """What stands below `if TYPE_CHECKING:`, which only a type checker reads: the statements and
    all nodes in them.
    """
    nodes: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in _TYPES_ALONE:
            for statement in node.body:
                nodes.update(ast.walk(statement))
    return nodes
