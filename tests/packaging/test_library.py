"""The library by its one name: a script imports it from `dcimanager_pdu_handlers`, with types."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.needs import ROOT

from .installing import CARRIED, OWN
from .library import linked, packages
from .programs import output, run

_SCRIPT = f"""
import sys
from {OWN} import pynut
from {OWN}.nut.client import NutClient
from {OWN}.raritan import rpc, zeroconf
from {OWN}.raritan.rpc import bulkcfg, pdumodel
from {OWN}.shared.errors import Unreachable
assert not set({CARRIED!r}) & set(sys.modules), sorted(sys.modules)
assert issubclass(rpc.HttpException, Exception) and pynut.PyNUTClient
print(sorted(name for name in vars(pynut) if name.startswith("PyNUT")))
"""
_TYPED = f"""
from {OWN} import pynut
from {OWN}.raritan import rpc
from {OWN}.raritan.rpc import pdumodel


def states(agent: rpc.Agent) -> list[bool | None]:
    pdu = pdumodel.Pdu("/model/pdu/0", agent)
    return [outlet.getState().available for outlet in pdu.getOutlets()]


def names(client: pynut.PyNUTClient[str]) -> int:
    return client.GetUPSNames()
"""
# the vendors' pages as tests; what they share
_NAMES = re.compile(
    r"(?<=from )handlers\.(?=http|shared|raritan import|raritan\.rpc|nut import|nut\.(pynut|client))"
)
_EXAMPLES = ("raritan/test_documented.py", "nut/test_pynut.py")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder of site-packages with the library."""
    return linked(packages(), tmp_path / "site-packages")


def test_a_script_imports_the_library_without_the_programs_packages(
    library: Path, tmp_path: Path
) -> None:
    (tmp_path / "script.py").write_text(_SCRIPT)
    printed = output([sys.executable, "script.py"], tmp_path, PYTHONPATH=str(library))
    from handlers.nut import pynut

    assert printed.strip() == str(sorted(n for n in vars(pynut) if n.startswith("PyNUT")))
    assert [path.name for path in library.iterdir()] == [OWN]


@pytest.mark.trial
def test_the_program_finds_its_packages(library: Path, tmp_path: Path) -> None:
    for words in (["supports", "AP8959"], ["status", "nut", "127.0.0.1", "-s", "port=1"]):
        installed = run([sys.executable, "-m", OWN, *words], tmp_path, PYTHONPATH=str(library))
        clone = run([sys.executable, str(ROOT / "pdu"), *words], tmp_path)
        assert (installed.returncode, installed.stdout) == (clone.returncode, clone.stdout)


def test_each_package_of_the_tree_is_in_the_wheel_once() -> None:
    places = packages()
    assert len(set(places.values())) == len(places)
    folders = {
        path.parent.relative_to(ROOT).as_posix()
        for top in CARRIED
        for path in (ROOT / top).rglob("*.py")
    }
    assert folders | {f"packaging/import_names/{OWN}", "tests/simulators/snmp_units"} == set(
        places.values()
    )


def test_the_library_says_that_it_has_types(library: Path) -> None:
    """By PEP 561: mypy then reads them, as the trial below shows."""
    assert (library / OWN / "py.typed").is_file()


@pytest.mark.trial
def test_a_script_sees_the_types(library: Path, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(_TYPED)
    options = ["--strict", "--no-site-packages", "--cache-dir", ".mypy"]
    mypy = run(
        [sys.executable, "-m", "mypy", *options, "script.py"], tmp_path, MYPYPATH=str(library)
    )
    errors = [line for line in mypy.stdout.splitlines() if line.startswith("script.py")]
    (error,) = errors  # names() returns what GetUPSNames does not
    assert error.startswith("script.py:13: error: "), mypy.stdout
    assert 'got "list[str]"' in error, mypy.stdout


@pytest.mark.trial
@pytest.mark.parametrize("example", _EXAMPLES)
def test_the_examples_of_the_vendors_pages_run_with_this_import_alone(
    example: str, library: Path, tmp_path: Path
) -> None:
    vendor, _, file = example.partition("/")
    copy = tmp_path / "copied" / vendor
    shutil.copytree(ROOT / "tests" / "handlers" / vendor, copy)
    for path in copy.glob("*.py"):
        path.write_text(_NAMES.sub(f"{OWN}.", path.read_text("utf-8")), "utf-8")
    assert not re.search(r"(from|import) handlers", (copy / file).read_text("utf-8"))
    options = ["-q", "-p", "no:cacheprovider", "-c", "/dev/null"]
    output(
        [sys.executable, "-m", "pytest", *options, str(copy / file)],
        tmp_path,
        PYTHONPATH=os.pathsep.join([str(library), str(ROOT)]),
    )
