"""What is seen of a handler without a device: its archive, its imports, its syntax, and whether it
loads beside the platform's modules alone.

A handler is given as an archive of files, "volt/handler.py" and such, in one top folder, "volt". It
is imported in a process of its own, import_alone.py, which has the standard library and the
platform's modules `common` and `pdu_common` alone, and prints an `Outcome`.
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
from ...loading.handler_archives import Archive
from ...loading.handler_source import HandlerSource
from .handler_imports import PLATFORM_MODULES, REMOVED_MODULES, TOOL_MODULES, standard_library
from .import_alone import Outcome
from .rules import BROKEN, KEPT, RULES, Finding, kept, untried

_RECOMMENDED = (3, 9)  # the version of Python, by the vendor's page
_SECONDS = 120.0  # limit for one import
_CHILD = Path(__file__).with_name("import_alone.py")
_PROJECT_MODULES = TOOL_MODULES | {"handlers"}
_REMOVED = (
    "is in the standard library of Python 3.9, which DCImanager recommends, and not in Python 3.13:"
    " pdu on 3.9 can try the handler"
)
# the tests of blocks that only a type checker reads
_TYPES_ALONE = ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _place_platform(folder: Path) -> Path:
    """Make the folder FOLDER/platform with the packages `common` and `pdu_common` of this pack, and
    nothing else, for the import of a handler. Returns its path.
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
    """Import a handler and call its make_handler, in a process of its own. Yields the findings of
    the rules for which no device is needed. `settings`: the handler's; `folder`: an empty one.

        archive kept; alone broken: ModuleNotFoundError: No module named 'handlers'; python kept;
        imports not tried: not known for requests (handler.py line 3)

    Nothing is imported if its folder hides a module of Python's, or if a file has a syntax error.
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
    problem = _syntax_problem(source.archive)
    if source.archive.top in standard_library():
        problem = f"its directory hides Python's module {source.archive.top}: rename it"
    if problem:
        yield _finding("alone", problem)
        return
    outcome = run.outcome()
    yield _import_finding(outcome, source.archive)
    if not outcome.error:
        yield from _entry_findings(outcome)
    yield _finding("python", _syntax_problem(source.archive, _RECOMMENDED))
    yield _imports_finding(source.archive)


def _entry_findings(outcome: Outcome) -> Iterator[Finding]:
    """Yields the findings of make_handler, after an import without an error. Of the rules "entry",
    it returns the handler's object, "base", this is of one of the platform's classes, and "quiet",
    it asks nobody:

    outcome                                findings
    has_base, nothing else                 entry, base and quiet kept
    entry="make_handler raised ..."        entry broken, quiet kept
    setting="token"                        entry not tried, base and quiet kept
    events=["socket.connect"]              quiet broken: make_handler does socket.connect

    >>> [finding.result for finding in _entry_findings(Outcome(has_base=True))]
    ['kept', 'kept', 'kept']
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
    """The finding of a rule: broken, if there is a problem, which is its detail; kept for "".

    >>> _finding("base", "its class has another base").result, _finding("base", "").result
    ('broken', 'kept')
    """
    return Finding(RULES[rule], BROKEN if problem else KEPT, printable(problem, 300))


class _ImportRun(NamedTuple):
    """Imports the handler in a process that has only Python and the platform's modules. `arguments`
    are those of the process; `settings`, as JSON, it reads.

    python -I -S -B import_alone.py PLATFORM FOLDER custom_handler.handler custom
    < {"port": "80"}
    > {"error": "", "entry": "", "events": [], "has_base": true, ...}
    """

    #: the folders of the platform and of the handler, its import path and its protocol
    arguments: tuple[str, str, str, str]
    #: JSON
    settings: str

    def outcome(self) -> Outcome:
        """What came of the import in a process without installed packages. If the handler imports
        one that is installed here, such as requests, what came of it in a process that has them.
        """
        outcome = self._outcome_of_process("-S")  # -S: without installed packages
        package = _absent_package(outcome)
        is_foreign = package not in ("", *_PROJECT_MODULES, *PLATFORM_MODULES)
        if is_foreign and _is_installed(package):
            return self._outcome_of_process()
        return outcome

    def _outcome_of_process(self, *options: str) -> Outcome:
        """Run the process, with these options of Python's. Returns the outcome that it prints as
        the JSON of its last line:

            the process                  result
            prints an Outcome            that
            runs for 120 s               error "its import did not end within 120 s"
            prints another line          error "it prints no result"
            is ended by os._exit         error "the interpreter ended while it imported the handler"
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
    """The top-level package of the module that an import did not find: "http" of "http.client"; ""
    if none was absent.
    """
    return outcome.absent_module.partition(".")[0]


def _is_installed(package: str) -> bool:
    """Whether this Python has the package."""
    return importlib.util.find_spec(package) is not None


def _import_finding(outcome: Outcome, archive: Archive) -> Finding:
    """The finding of the rule "alone", of what came of an import: kept without an error; broken by
    an error of the handler's own, or by an import that DCImanager cannot do either; not tried if
    only this machine may lack what the handler needs.

        absent module                 finding
        none, and no error            kept
        none, and KeyError            broken: KeyError: 'port'
        handlers.http                 broken: ModuleNotFoundError: No module named 'handlers'
        decoding, a file of its own   broken: ...; decoding is in its own directory: import it ...
        telnetlib                     not tried: it is in the standard library of Python 3.9, ...
        requests                      not tried: requests is missing where pdu runs: install it
        pysnmp, of another version    not tried: ...; the version of pysnmp that is here lacks it
        a name of pdu_common          not tried: the platform's double lacks it
    """
    error = outcome.error
    if outcome.missing_platform_name:
        return _untried_without_name("alone", outcome.missing_platform_name)
    package = _absent_package(outcome)
    if package in _own_modules(archive):
        remedy = "is in its own directory: import it with a dot first, from"
        return _finding("alone", f"{error}; {package} {remedy} .{outcome.absent_module}")
    if package in REMOVED_MODULES:
        return untried("alone", f"{package} {_REMOVED}")
    if package in ("", *_PROJECT_MODULES, archive.top) or package in standard_library():
        return _finding("alone", error)  # kept if it is ""
    if _is_installed(package):
        why = f"{error}; the version of {package} that is here lacks it, another may have it"
    else:
        why = f"{package} is missing where pdu runs: install it there"
    return untried("alone", why)


def _untried_without_name(rule: str, name: str) -> Finding:
    """The finding that a rule was not tried, because the platform's double, which this pack has in
    the place of DCImanager's modules, lacks a name that the handler uses.
    """
    return untried(rule, f"{DOUBLE_LACKS_NAME} ({name})")


def _own_modules(archive: Archive) -> set[str]:
    """The last names of the handler's modules, and of its packages but the first file's.

    >>> archive = Archive("volt", {"volt/__init__.py": b"", "volt/web/json.py": b""}, {})
    >>> sorted(_own_modules(archive))
    ['__init__', 'json', 'web']
    """
    paths = [PurePosixPath(path) for path in archive.files if path.endswith(".py")]
    names = {path.stem for path in paths}
    names.update(path.parent.name for path in paths[1:])
    return names


def _syntax_problem(archive: Archive, version: Optional[tuple[int, int]] = None) -> str:
    """The place of the first syntax error in the handler's files, with Python's words for it; "" if
    there is none. `version`: of the Python that would read them; None for this one.

        match x:    "" with (3, 10); with (3, 9): handler.py line 7: Pattern matching is only ...

    >>> _syntax_problem(Archive("volt", {"volt/handler.py": b"import json"}, {}))
    ''
    >>> problem = _syntax_problem(Archive("volt", {"volt/handler.py": b"def status"}, {}))
    >>> problem.partition(":")[0]
    'volt/handler.py line 1'
    """
    for path, content in archive.files.items():
        try:
            if path.endswith(".py"):
                ast.parse(content, feature_version=version)
        except SyntaxError as error:
            return f"{path} line {error.lineno}: {error.msg}"
        except ValueError as error:
            return f"{path} is not valid Python ({error})"
    return ""


def _imports_finding(archive: Archive) -> Finding:
    """The finding of the rule "imports": kept if each module that the handler imports is of the
    standard library, of the platform or its own.

        import json, common.logger     kept
        import requests                not tried: not known for requests (handler.py line 3)
        from handlers import http      broken: handlers (handler.py line 3): DCImanager does not ...
        import telnetlib               kept: it is in the standard library of Python 3.9 ...

    Of requests, it is not known: the vendor's page does not list the packages of the platform.
    """
    removed_modules = []
    foreign_modules = []
    place_by_package = _foreign_packages(archive)
    for name, place in place_by_package.items():
        if name in REMOVED_MODULES:
            removed_modules.append(f"{name} {_REMOVED}")
        else:
            foreign_modules.append(f"{name} ({place})")
    names = ", ".join(foreign_modules)
    if not _PROJECT_MODULES.isdisjoint(place_by_package):
        return _finding("imports", f"{names}: DCImanager does not have it")
    if foreign_modules:
        why = (
            f"not known for {names}: the vendor's page does not list the platform's packages; see"
            " requirements.txt of your copy of it"
        )
        return untried("imports", why)
    return kept("imports", "; ".join(removed_modules))


def _foreign_packages(archive: Archive) -> Mapping[str, str]:
    """The packages that the handler imports and DCImanager may not have, each with the place of its
    first import:

    >>> _foreign_packages(Archive("volt", {"volt/handler.py": b"import json, requests"}, {}))
    {'requests': 'volt/handler.py line 1'}
    """
    allowed_packages = standard_library() | PLATFORM_MODULES | _own_modules(archive)
    place_by_package: dict[str, str] = {}
    for path, content in archive.files.items():
        if not path.endswith(".py"):
            continue
        for module, line in _absolute_imports(content):
            package = module.partition(".")[0]
            if package and package not in allowed_packages:
                place_by_package.setdefault(package, f"{path} line {line}")
    return place_by_package


def _absolute_imports(content: bytes) -> Iterator[tuple[str, int]]:
    """Yields each module that a file imports by its whole name when it runs, with the line.
    Relative imports, and those for a type checker alone, are passed over.

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
    """All nodes of the statements below `if TYPE_CHECKING:`, which do not run.

    >>> nodes = _nodes_for_types(ast.parse("if TYPE_CHECKING:\\n    import requests"))
    >>> sorted(type(node).__name__ for node in nodes)
    ['Import', 'alias']
    """
    nodes: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in _TYPES_ALONE:
            for statement in node.body:
                nodes.update(ast.walk(statement))
    return nodes
