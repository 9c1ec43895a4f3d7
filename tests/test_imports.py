"""Which folder may import what, read from the files' text, and which names the doubles of the
platform may offer.

The contract in pyproject.toml (`make lint`) has the order inside common, pdu_common and handlers.
"""

from __future__ import annotations

import ast
import fnmatch
import functools
import graphlib
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest

import common.logger
import common.misc
import pdu_common.base_pdu
import pdu_common.base_snmp_pdu
import pdu_common.connection
import pdu_common.helper
from handlers import registry
from tests.needs import ROOT
from tests.packaging.building import build

IN_CONTRACT = ("common", "pdu_common", "handlers")
OURS = (*IN_CONTRACT, "tests")
COMMAND = ("command", "__main__.py")  # the command `pdu`, which is in no archive


class Import(NamedTuple):
    """One import: `level` leading dots, then a dotted name.

    `by_type`: the import is only for type checkers.
    """

    file: str
    line: int
    level: int
    module: str
    names: tuple[str, ...]
    by_type: bool

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {'.' * self.level}{self.module}"


@functools.cache
def imports(folder: str) -> tuple[Import, ...]:
    return tuple(one for path in sorted((ROOT / folder).rglob("*.py")) for one in _imports_of(path))


@functools.cache
def _imports_of(path: Path) -> tuple[Import, ...]:
    return tuple(_imports(ast.parse(path.read_text("utf-8")), str(path.relative_to(ROOT)), False))


def _imports(node: ast.AST, file: str, by_type: bool) -> Iterator[Import]:
    """The imports below `node`. Skips expressions, which contain none."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(file, child.lineno, 0, alias.name, (), by_type)
        elif isinstance(child, ast.ImportFrom):
            yield Import(
                file,
                child.lineno,
                child.level,
                child.module or "",
                tuple(a.name for a in child.names),
                by_type,
            )
        elif isinstance(child, ast.If) and ast.unparse(child.test) in (
            "TYPE_CHECKING",
            "typing.TYPE_CHECKING",
        ):
            for branch, typed in ((child.body, True), (child.orelse, by_type)):
                for inner in branch:
                    yield from _imports(ast.Module([inner], []), file, typed)
        elif not isinstance(child, ast.expr):
            yield from _imports(child, file, by_type)


def listed(found: list[Import]) -> str:
    return "\n".join(str(one) for one in found)


@pytest.mark.parametrize(
    "folder, may",
    [
        ("common", IN_CONTRACT),
        ("pdu_common", IN_CONTRACT),
        ("handlers", IN_CONTRACT),
        ("packaging", ("handlers",)),
    ],
)
def test_only_tests_import_tests_and_packaging_imports_only_handlers(
    folder: str, may: tuple[str, ...]
) -> None:
    found = [
        one for one in imports(folder) if not one.level and one.top in OURS and one.top not in may
    ]
    assert imports(folder) and not found, listed(found)


def test_imports_inside_handlers_are_relative() -> None:
    found = [one for one in imports("handlers") if not one.level and one.top == "handlers"]
    assert not found, listed(found)


def test_handlers_and_tools_use_what_a_double_offers_publicly() -> None:
    found = [
        one
        for one in imports("handlers")
        if one.top in ("common", "pdu_common")
        and any(part.startswith("_") for part in (*one.module.split("."), *one.names))
    ]
    assert not found, listed(found)


# What a comment says of an import in a function: its cost, or that it may fail.
LATE = re.compile(r"#.*(\d ms|imported late, as in|may be missing|Windows has|has no fcntl)")


def _late(node: ast.AST, inside: ast.AST | None) -> Iterator[tuple[ast.AST, ast.stmt]]:
    """Each import in a function, and the innermost function around it."""
    for child in ast.iter_child_nodes(node):
        around = child if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) else inside
        if inside is not None and isinstance(child, (ast.Import, ast.ImportFrom)):
            yield inside, child
        yield from _late(child, around)


def test_a_function_that_imports_says_why_unless_it_is_in_a_handler() -> None:
    found: list[str] = []
    late = 0
    for path in (path for folder in IN_CONTRACT for path in sorted((ROOT / folder).rglob("*.py"))):
        text = path.read_text("utf-8")
        for function, statement in _late(ast.parse(text), None):
            late += 1
            if path.name != "handler.py" and not LATE.search(
                ast.get_source_segment(text, function) or ""
            ):
                found.append(f"{path.relative_to(ROOT)}:{statement.lineno}")
    assert late > 20 and not found, found


# ---- circles, imports by name included -----------------------------------------------------------
# The contract does not see a module that a text names: `import_module(f".{handler}.kind", ...)`, or
# a line of a table of LazyCommand.

COMMANDS = "handlers.command"  # a LazyCommand names its module below this package
# Calls whose text does not say which modules they import, by file and first argument: the modules,
# with a `*` for a name.
ELSEWHERE: Mapping[tuple[str, str], tuple[str, ...]] = {
    # one of a table, whose lines count
    ("handlers/command/groups.py", "f'.{self.module}'"): (),
    ("handlers/command/raritan/cli.py", "f'raritan.{module}'"): (f"{COMMANDS}.raritan.*",),
    ("handlers/command/loading.py", "given.module"): ("handlers.*.handler",),
    # only modules of an archive
    ("handlers/command/loading.py", "f'{archive.top}.handler'"): (),
    # the table of what tools ask of a handler
    ("handlers/command/doors.py", "module"): (
        "handlers.*.topology",
        "handlers.*.power_on",
        "handlers.*.nameplate",
        f"{COMMANDS}.field.*.identity",
        f"{COMMANDS}.field.*.kind",
    ),
    # the platform's
    ("handlers/host/base.py", "module"): ("pdu_common.base_pdu", "pdu_common.base_snmp_pdu"),
    # The binding's modules declare types, which its machinery finds by the names in annotations and
    # answers, as pickle finds classes.
    ("handlers/raritan/rpc/_runtime/__init__.py", "f'{package}.{places[name]}'"): (),
    ("handlers/raritan/rpc/_runtime/declarations.py", "f'{RPC}.{name}'"): (),
    ("handlers/raritan/rpc/_runtime/registry.py", "f'.{module}'"): (),
}
# Circles of packages that are none of modules.
ACCEPTED = {
    # it asks whether a name is a handler's; the list of handlers imports only about.py of snmp
    ("handlers.snmp.building", "handlers.registry")
}


def _name_of(file: str) -> str:
    """The dotted name of a module; a package's own file is its `__init__`."""
    return file.removesuffix(".py").replace("/", ".")


@functools.cache
def modules() -> frozenset[str]:
    return frozenset(
        _name_of(str(path.relative_to(ROOT)))
        for folder in IN_CONTRACT
        for path in (ROOT / folder).rglob("*.py")
    )


def _module(dotted: str) -> str | None:
    """The module of ours with this name."""
    return next((one for one in (dotted, f"{dotted}.__init__") if one in modules()), None)


def _imported(one: Import) -> Iterator[str]:
    """The modules of ours that an import names."""
    above = _name_of(one.file).split(".")[: -one.level] if one.level else []
    base = ".".join((*above, *filter(None, [one.module])))
    for dotted in [f"{base}.{name}" for name in one.names] or [base]:
        found = _module(dotted) or _module(base)
        if found is not None:
            yield found


def _text(argument: ast.expr) -> str:
    """A text or an f-string, with `*` for each value in it; `*` for any other expression."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    if isinstance(argument, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "*" for part in argument.values
        )
    return "*"


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _named(call: ast.Call, file: str) -> tuple[str, ...]:
    """The modules that a call of import_module or LazyCommand names, with a `*` for a name.

    Raises ValueError if its text does not say it and ELSEWHERE does not either.
    """
    key = file, ast.unparse(call.args[0])
    if key in ELSEWHERE:
        return ELSEWHERE[key]
    text = _text(call.args[0])
    if _called(call) == "LazyCommand":
        return (f"{COMMANDS}.{text}",)
    rest = text.lstrip(".")
    dots = len(text) - len(rest)
    if not dots and "*" in text:
        raise ValueError(f"{key}: add to ELSEWHERE which modules this imports")
    if not dots:
        return (text,)
    own = _name_of(file)
    anchors = {"__package__": own.rpartition(".")[0], "__name__": own}
    above = anchors[ast.unparse(call.args[1])].split(".")
    return (".".join((*above[: len(above) + 1 - dots], rest)),)


def _matching(pattern: str) -> Iterator[str]:
    """The modules of a pattern. A `*` right below handlers is a handler."""
    parts = pattern.split(".")
    for one in (pattern,) if "*" not in pattern else sorted(modules()):
        names = one.split(".")
        fits = len(names) == len(parts) and all(map(fnmatch.fnmatchcase, names, parts))
        found = _module(one) if fits else None
        is_handler = parts[:2] != ["handlers", "*"] or names[1] in registry.names()
        if found is not None and is_handler:
            yield found


def _calls() -> Iterator[tuple[str, ast.Call]]:
    """The calls that import by name, each with its file."""
    for folder in IN_CONTRACT:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text("utf-8")
            if not re.search(r"\b(import_module|LazyCommand)\(", text):
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and _called(node) in ("import_module", "LazyCommand"):
                    yield str(path.relative_to(ROOT)), node


def edges() -> Iterator[tuple[str, str]]:
    """Which module imports which, by a statement or by name; not those for type checkers alone."""
    for folder in IN_CONTRACT:
        for one in imports(folder):
            if not one.by_type:
                yield from ((_name_of(one.file), found) for found in _imported(one))
    for file, call in _calls():
        for pattern in _named(call, file):
            yield from ((_name_of(file), found) for found in _matching(pattern))


def circle(found: Iterable[tuple[str, str]]) -> list[str]:
    """One circle among the modules and packages of a package; [] if there is none.

    A module counts for each package that it is in: the parts of two packages must not import each
    other in a circle either.
    """
    inside: dict[str, dict[str, set[str]]] = {}
    for importer, imported in found:
        ways = importer.split("."), imported.split(".")
        common = next((n for n, (a, b) in enumerate(zip(*ways)) if a != b), None)
        if common is not None:
            start, end = (".".join(way[: common + 1]) for way in ways)
            inside.setdefault(".".join(ways[0][:common]), {}).setdefault(start, set()).add(end)
    for graph in inside.values():
        try:
            graphlib.TopologicalSorter(graph).prepare()
        except graphlib.CycleError as error:
            return list(error.args[1])
    return []


def test_no_module_imports_another_in_a_circle_even_by_its_name() -> None:
    found = set(edges())
    # a line of a table, a module by its handler's name
    assert ("handlers.command.root", "handlers.command.fleet.check") in found
    assert ("handlers.command.doors", "handlers.command.field.nut.kind") in found
    assert ("handlers.registry", "handlers.nut.about") in found
    assert ACCEPTED <= found
    assert not circle(found - ACCEPTED)


@pytest.mark.parametrize(
    "found, expected",
    [
        ([("a.b", "a.c"), ("a.c", "a.d")], set()),
        ([("a.b", "a.c"), ("a.c", "a.b")], {"a.b", "a.c"}),
        # no two modules, but two packages
        ([("a.b.x", "a.c.x"), ("a.c.y", "a.b.y")], {"a.b", "a.c"}),
        ([("a.b.x", "a.b.__init__"), ("a.b.__init__", "a.b.x")], {"a.b.x", "a.b.__init__"}),
    ],
)
def test_a_circle_of_modules_or_of_packages_is_found(
    found: list[tuple[str, str]], expected: set[str]
) -> None:
    assert set(circle(found)) == expected


def test_every_call_in_the_list_of_those_that_import_what_their_text_does_not_say_exists() -> None:
    assert ELSEWHERE.keys() <= {(file, ast.unparse(call.args[0])) for file, call in _calls()}


def _of_the_command(one: Import) -> bool:
    return Path(one.file).parts[1] in COMMAND


# Third-party packages, and the only files and folders outside tests/ that may import them.
THIRD_PARTY: dict[str, tuple[str, ...]] = {
    "requests": ("handlers/http/sessions.py",),
    "urllib3": ("handlers/http/sessions.py",),
    "zeroconf": ("handlers/raritan/zeroconf.py",),
    "click": ("handlers/command/",),
    "tomlkit": ("handlers/command/hall/writing.py",),
    "orjson": ("handlers/command/energy/packs.py",),
    "tomli": ("handlers/command/fleet/toml.py",),
    "prometheus_client": ("handlers/command/fleet/metrics.py",),
    "h11": ("handlers/command/web/connection.py",),
    # in the standard library from Python 3.11 on
    "tomllib": ("handlers/command/fleet/toml.py",),
    "pysnmp": ("pdu_common/", "handlers/command/field/snmp/"),
    "pyasn1": ("pdu_common/", "handlers/command/field/snmp/"),
    "cryptography": ("pdu_common/",),
}


@pytest.mark.parametrize("folder", ["common", "pdu_common", "handlers", "packaging"])
def test_third_party_packages_are_imported_only_in_the_listed_places(folder: str) -> None:
    standard: frozenset[str] = build.standard_library()
    found = [
        one
        for one in imports(folder)
        if not one.level
        and one.top not in standard
        and one.top not in OURS
        and not (one.by_type and one.top == "typing_extensions")
        and not any(one.file.startswith(place) for place in THIRD_PARTY.get(one.top, ()))
    ]
    assert not found, listed(found)


def test_simulators_do_not_import_handlers() -> None:
    found = [one for one in imports("tests/simulators") if one.top == "handlers"]
    assert list(imports("tests/simulators")) and not found, listed(found)


def test_packaging_is_not_a_package() -> None:
    """As a package, the folder could hide the library `packaging`."""
    assert not (ROOT / "packaging" / "__init__.py").exists()


# The names that the platform's pages show or suggest. Code that uses another name of a double may
# fail on the platform.
NAMES: dict[object, set[str]] = {
    common.logger: {"get_logger"},
    common.misc: {"waiter", "InversionDict", "Oid"},
    pdu_common.base_pdu: {"BasePdu"},
    pdu_common.base_snmp_pdu: {"BaseSnmpPdu"},
    pdu_common.connection: {"PduSnmpData", "PduData"},
    pdu_common.helper: {
        "EnumPowerStatus",
        "PduPortView",
        "PduView",
        "PduPortStatisticView",
        "PduStatisticView",
    },
}
METHODS = {"status", "port_up", "port_down", "statistic"}
MEMBERS: dict[type, set[str]] = {
    pdu_common.base_pdu.BasePdu: METHODS,
    pdu_common.base_snmp_pdu.BaseSnmpPdu: METHODS | {"snmp_get", "snmp_set", "snmp_walk"},
}


@pytest.mark.parametrize(
    "module", list(NAMES), ids=lambda module: str(getattr(module, "__name__", module))
)
def test_a_double_offers_the_platforms_names_and_no_others(module: object) -> None:
    assert inspect.ismodule(module)
    own = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not isinstance(value, TypeVar)
        and not inspect.ismodule(value)
        # a constant has no __module__
        and getattr(value, "__module__", module.__name__) == module.__name__
    }
    assert own == NAMES[module]


@pytest.mark.parametrize("cls", list(MEMBERS), ids=lambda cls: str(cls.__name__))
def test_a_base_class_of_the_doubles_has_the_platforms_methods_and_no_others(cls: type) -> None:
    assert {name for name in dir(cls) if not name.startswith("_")} == MEMBERS[cls]


def test_handlers_import_only_listed_names_of_the_platform() -> None:
    """Handlers import the platform's names one by one, so that this test finds a name that only our
    double has.

    handlers/host looks up BasePdu at run time, because its module is uncertain.
    """
    known = {getattr(module, "__name__"): names for module, names in NAMES.items()}
    found = [
        one
        for one in imports("handlers")
        if one.top in ("common", "pdu_common")
        and not _of_the_command(one)
        and not (one.names and set(one.names) <= known.get(one.module, set()))
    ]
    assert not found, listed(found)


def test_only_handlers_host_imports_the_platforms_uncertain_names() -> None:
    uncertain = {"PduData", "BasePdu", "PduPortStatisticView"}
    found = [
        one
        for one in imports("handlers")
        if one.top == "pdu_common"
        and set(one.names) & uncertain
        and not one.file.startswith("handlers/host/")
        and not _of_the_command(one)
    ]
    assert not found, listed(found)
