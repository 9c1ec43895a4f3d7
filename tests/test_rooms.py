"""Which folder may import which, read from the text of every file, and which names the doubles of the platform may offer."""
from __future__ import annotations

import ast
import functools
import inspect
from pathlib import Path
from typing import Dict, FrozenSet, Iterator, List, NamedTuple, Set, Tuple, TypeVar

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

OURS = ("common", "pdu_common", "handlers", "tests")
HANDLERS = registry.names()
COMMAND = ("command", "__main__.py")        # the command `pdu`: may import every handler; no other code in handlers/ imports it


class Arrow(NamedTuple):
    """One import: `level` leading dots, then a dotted name. `by_type`: the import is only for type checkers."""

    file: str
    line: int
    level: int
    module: str
    names: Tuple[str, ...]
    by_type: bool

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {'.' * self.level}{self.module}"


@functools.cache
def arrows(folder: str) -> Tuple[Arrow, ...]:
    return tuple(arrow for path in sorted((ROOT / folder).rglob("*.py")) for arrow in _arrows_of(path))


@functools.cache
def _arrows_of(path: Path) -> Tuple[Arrow, ...]:
    return tuple(_arrows(ast.parse(path.read_text("utf-8")), str(path.relative_to(ROOT)), False))


def _arrows(node: ast.AST, file: str, by_type: bool) -> Iterator[Arrow]:
    """Skips expressions, which contain no imports."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Arrow(file, child.lineno, 0, alias.name, (), by_type)
        elif isinstance(child, ast.ImportFrom):
            yield Arrow(file, child.lineno, child.level, child.module or "", tuple(a.name for a in child.names), by_type)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            for branch, typed in ((child.body, True), (child.orelse, by_type)):
                for inner in branch:
                    yield from _arrows(ast.Module([inner], []), file, typed)
        elif not isinstance(child, ast.expr):
            yield from _arrows(child, file, by_type)


def listed(found: List[Arrow]) -> str:
    return "\n".join(str(arrow) for arrow in found)


@pytest.mark.parametrize("room, may", [
    ("common", ("common",)), ("pdu_common", ("common", "pdu_common")), ("handlers", ("common", "pdu_common")),
    ("packaging", ("handlers",)),
])
def test_imports_between_top_folders_point_one_way(room: str, may: Tuple[str, ...]) -> None:
    found = [arrow for arrow in arrows(room) if not arrow.level and arrow.top in OURS and arrow.top not in may]
    assert arrows(room) and not found, listed(found)


def test_imports_inside_handlers_are_relative() -> None:
    found = [arrow for arrow in arrows("handlers") if not arrow.level and arrow.top == "handlers"]
    assert not found, listed(found)


@pytest.mark.parametrize("name", HANDLERS)
def test_no_handler_imports_another(name: str) -> None:
    others = [other for other in HANDLERS if other != name]
    found = [arrow for arrow in arrows(f"handlers/{name}") if _target(arrow) & set(others)]
    assert not found, listed(found)


def _target(arrow: Arrow) -> Set[str]:
    """The packages and modules directly below handlers/ that a relative import reaches."""
    if arrow.level == 0:
        return set()
    inside = Path(arrow.file).parts[1:-1]                       # the package of the file, below handlers/
    base = inside[:len(inside) - arrow.level + 1] + tuple(part for part in arrow.module.split(".") if part)
    return {base[0]} if base else set(arrow.names)


def test_modules_that_handlers_share_import_no_handler() -> None:
    found = [arrow for arrow in arrows("handlers") if Path(arrow.file).parts[1] not in (*HANDLERS, *COMMAND)
             and _target(arrow) & set(HANDLERS)]
    assert not found, listed(found)


def test_nothing_that_an_archive_may_hold_imports_the_command() -> None:
    found = [arrow for arrow in arrows("handlers") if not _of_the_command(arrow) and COMMAND[0] in _target(arrow)]
    assert list(arrows("handlers/command")) and not found, listed(found)


def _of_the_command(arrow: Arrow) -> bool:
    return Path(arrow.file).parts[1] in COMMAND


# Third-party packages, and the only files that may import them.
THIRD_PARTY: Dict[str, Tuple[str, ...]] = {
    "requests": ("handlers/http/sessions.py",), "zeroconf": ("handlers/raritan/zeroconf.py",),
    "click": ("handlers/command/",), "tomli": ("handlers/command/fleet/toml.py",),
    "prometheus_client": ("handlers/command/fleet/metrics.py",),
    "tomllib": ("handlers/command/fleet/toml.py",),           # the standard library's from Python 3.11
    "pysnmp": ("pdu_common/", "handlers/command/field/snmp/"), "pyasn1": ("pdu_common/", "handlers/command/field/snmp/"),
    "cryptography": ("pdu_common/",),
}


@pytest.mark.parametrize("room", ["common", "pdu_common", "handlers", "packaging"])
def test_third_party_packages_stay_in_their_files(room: str) -> None:
    standard: FrozenSet[str] = build.standard_library()
    found = [arrow for arrow in arrows(room) if not arrow.level and arrow.top not in standard and arrow.top not in OURS
             and not (arrow.by_type and arrow.top == "typing_extensions")
             and not any(arrow.file.startswith(place) for place in THIRD_PARTY.get(arrow.top, ()))]
    assert not found, listed(found)


def test_simulators_do_not_import_handlers() -> None:
    found = [arrow for arrow in arrows("tests/simulators") if arrow.top == "handlers"]
    assert list(arrows("tests/simulators")) and not found, listed(found)


def test_packaging_is_not_a_package() -> None:
    """As a package, the folder would hide the library `packaging` from everything that runs in this tree."""
    assert not (ROOT / "packaging" / "__init__.py").exists()


# The names that the platform's pages show or suggest. Code that uses another name of a double may fail on the platform.
NAMES: Dict[object, Set[str]] = {
    common.logger: {"get_logger"},
    common.misc: {"waiter", "InversionDict", "Oid"},
    pdu_common.base_pdu: {"BasePdu"},
    pdu_common.base_snmp_pdu: {"BaseSnmpPdu"},
    pdu_common.connection: {"PduSnmpData", "PduData"},
    pdu_common.helper: {"EnumPowerStatus", "PduPortView", "PduView", "PduPortStatisticView", "PduStatisticView"},
}
METHODS = {"status", "port_up", "port_down", "statistic"}
MEMBERS: Dict[type, Set[str]] = {
    pdu_common.base_pdu.BasePdu: METHODS,
    pdu_common.base_snmp_pdu.BaseSnmpPdu: METHODS | {"snmp_get", "snmp_set", "snmp_walk"},
}


@pytest.mark.parametrize("module", list(NAMES), ids=lambda module: str(getattr(module, "__name__", module)))
def test_double_offers_the_platforms_names_and_no_others(module: object) -> None:
    assert inspect.ismodule(module)
    own = {name for name, value in vars(module).items() if not name.startswith("_")
           and not isinstance(value, TypeVar) and not inspect.ismodule(value)
           and getattr(value, "__module__", module.__name__) == module.__name__}        # a constant has no __module__
    assert own == NAMES[module]


@pytest.mark.parametrize("cls", list(MEMBERS), ids=lambda cls: str(cls.__name__))
def test_base_class_of_the_double_has_the_platforms_methods_and_no_others(cls: type) -> None:
    assert {name for name in dir(cls) if not name.startswith("_")} == MEMBERS[cls]


def test_handlers_use_no_other_name_of_the_platform() -> None:
    """Handlers import the platform's names one by one, so that this test finds a name that only our double has.

    handlers/host looks up the uncertain names at run time.
    """
    known = {getattr(module, "__name__"): names for module, names in NAMES.items()}
    found = [arrow for arrow in arrows("handlers") if arrow.top in ("common", "pdu_common") and not _of_the_command(arrow)
             and not (arrow.names and set(arrow.names) <= known.get(arrow.module, set()))]
    assert not found, listed(found)


def test_only_handlers_host_imports_the_platforms_uncertain_names() -> None:
    uncertain = {"PduData", "BasePdu", "PduPortStatisticView"}
    found = [arrow for arrow in arrows("handlers") if arrow.top == "pdu_common" and set(arrow.names) & uncertain
             and not arrow.file.startswith("handlers/host/") and not _of_the_command(arrow)]
    assert not found, listed(found)
