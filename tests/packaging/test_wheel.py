"""The wheel that `pip install .` and `pipx install .` build with setuptools: what is in it, what it
requires, and the program `pdu` installed from it in a bare environment.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from handlers import VERSION
from handlers.raritan.rpc._runtime.registry import MODULES
from pdu.commands import LAZY_COMMANDS
from tests.needs import ROOT
from tests.packaging import installing
from tests.packaging.installing import CARRIED, OWN
from tests.pdu.monitoring import halls
from tests.pdu.monitoring.halls import Hall
from tests.pdu.running import options
from tests.servers.peers import Peer
from tests.waiting import PATIENCE_S, run_program

STATE_WORDS = {True: "on", False: "off", None: "unknown"}


def run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in `folder`.

    Its environment has PATH, HOME (by default `folder`) and `variables`.
    """
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **variables}
    return run_program(command, cwd=folder, timeout=2 * PATIENCE_S, env=environment)


def reads_every_simulator(
    program: list[str], hall: Hall, folder: Path, *options: str
) -> dict[str, str]:
    """Asserts that `program check` shows the simulators' true states.

    Returns the handler that read each PDU.
    """
    process = run(
        [*program, "check", str(hall.list()), "--auth", str(hall.logins), "--json", *options],
        folder,
    )
    assert (process.returncode, process.stderr) == (0, "")
    rows = json.loads(process.stdout)["pdus"]
    states_by_pdu = {}
    for row in rows:
        outlets = row["outlets"]
        states_by_pdu[row["name"]] = {outlet["identity"]: outlet["state"] for outlet in outlets}
    true_states_by_pdu = {}
    for name, peer in hall.peers.items():
        states = peer.truth().states
        true_states_by_pdu[name] = {outlet: STATE_WORDS[is_on] for outlet, is_on in states.items()}
    assert states_by_pdu == true_states_by_pdu
    return {row["name"]: row["handler"] for row in rows}


def shows_status(program: list[str], peer: Peer, folder: Path) -> None:
    """Asserts that `program status` shows the simulator's true states."""
    arguments, _ = options(peer)
    process = run(
        [*program, "status", peer.handler, peer.address, "--json", *arguments],
        folder,
        PDU_PASSWORD=peer.settings["password"],
    )
    assert process.returncode == 0, process.stderr
    assert {one["identity"]: one["state"] for one in json.loads(process.stdout)["outlets"]} == {
        identity: STATE_WORDS[on] for identity, on in peer.truth().states.items()
    }


@pytest.fixture(scope="module", name="hall")
def _hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A simulated PDU for each handler."""
    with halls.hall(tmp_path_factory.mktemp("hall")) as hall_of_pdus:
        yield hall_of_pdus


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def carried_files() -> set[str]:
    """The modules and data files of the carried packages, from the folder of the project."""
    files = set()
    for package in CARRIED:
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and path.parent.name != "__pycache__":
                files.add(path.relative_to(ROOT).as_posix())
    return files


def packed_as(file: str) -> str:
    """The path in the wheel of a file of the tree: packages inside `handlers` are the library's."""
    in_library = file.startswith("handlers/") and file.count("/") > 1
    return f"{OWN}/{file.removeprefix('handlers/')}" if in_library else f"{OWN}/program/{file}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installing.built_wheel(installing.once(tmp_path_factory, "wheel", installing.wheel))


@pytest.mark.trial
def test_a_removed_module_does_not_come_back_from_an_earlier_build(tmp_path: Path) -> None:
    """setuptools packs each file below build/lib, where an earlier build left its files."""
    tree = installing.tree(tmp_path)
    names = ("removed.py", "removed.csv")
    paths = {f"{OWN}/nut/{name}" for name in names}
    for name in names:
        (tree / "handlers" / "nut" / name).touch()
    assert paths <= packed_names(tree, tmp_path / "first")
    for name in names:
        (tree / "handlers" / "nut" / name).unlink()
    assert not paths & packed_names(tree, tmp_path / "second")


def packed_names(tree: Path, folder: Path) -> set[str]:
    """The names in the wheel that is built in this tree."""
    with zipfile.ZipFile(installing.wheel_of(tree, folder)) as packed:
        return set(packed.namelist())


def text_in(wheel: Path, end: str) -> str:
    """The text of the file in the wheel whose path has this end."""
    with zipfile.ZipFile(wheel) as packed:
        (name,) = [name for name in packed.namelist() if name.endswith(end)]
        return packed.read(name).decode()


@pytest.mark.trial
def test_the_wheel_holds_one_package_that_carries_the_three_and_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    folders = {name.partition("/")[0] for name in names if ".dist-info" not in name}
    assert folders == {OWN}
    assert f"{OWN}/py.typed" in names
    assert {packed_as(file) for file in carried_files()} <= set(names)
    assert f"pdu = {OWN}:main" in text_in(wheel, "/entry_points.txt")


@pytest.mark.trial
def test_the_wheel_holds_the_stubs_that_its_tree_lacked(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    stubs = {name for name in names if name.endswith(".pyi")}
    assert stubs == {f"{OWN}/raritan/rpc/_idl/{module}.pyi" for module in MODULES}


@pytest.mark.trial
def test_the_wheel_holds_one_recording_of_each_family(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    units = [
        name.rpartition("/")[2] for name in names if "/program/tests/simulators/snmp_units/" in name
    ]
    assert {"apc-rpdu2.snmprec", "rpcm.snmprec"} <= set(units)
    for unit in units:
        assert unit.endswith(".snmprec")
        assert "_" not in unit  # that of a variant of the family


@pytest.mark.trial
def test_the_wheel_says_what_it_is_and_names_no_page(wheel: Path) -> None:
    assert wheel.name.startswith(f"{OWN}-{VERSION}-py3")
    head, _, _ = text_in(wheel, "/METADATA").partition("\n\n")
    lines = head.splitlines()
    assert f"Version: {VERSION}" in lines
    assert "Author: the pack's developers" in lines
    assert "\nKeywords: " in head
    assert "\nClassifier: " in head
    assert "Project-URL" not in head
    assert "Home-page" not in head


def required(text: str) -> dict[str, set[str]]:
    """Package → its bounds, from a file of requirements or from the head of a wheel's METADATA."""
    pattern = r"(?m)^(?:Requires-Dist: )?([A-Za-z0-9-]+)([<>=][<>=,.0-9]+)"
    return {name.lower(): set(bounds.split(",")) for name, bounds in re.findall(pattern, text)}


@pytest.mark.trial
def test_the_wheel_requires_the_packages_of_the_tree_and_no_development_tools(wheel: Path) -> None:
    head, _, _ = text_in(wheel, "/METADATA").partition("\n\n")
    wheel_bounds = required(head)
    tree_bounds = required((ROOT / "requirements.txt").read_text("utf-8"))
    # see requirements.txt
    assert wheel_bounds.pop("click") == {">=8.1.7", "<9"}
    assert tree_bounds["click"] == {">=8.1.7", "<8.2"}
    assert set(wheel_bounds) == {
        "pysnmp",
        "pyasn1",
        "tomli",
        "zeroconf",
        "cryptography",
        "prometheus-client",
        "requests",
        "urllib3",
    }
    for name, bounds in wheel_bounds.items():
        assert bounds == tree_bounds[name], name


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program `pdu` in an environment with the wheel and its requirements, and the wheel of
    another project with packages of the names that ours carries.
    """

    def make(folder: Path) -> None:
        neighbour = installing.neighbour(folder / "neighbour")
        installing.environment(folder, wheel, neighbour)

    folder = installing.once(tmp_path_factory, "bare", make)
    return folder / "bin" / "pdu"


def test_a_file_that_is_run_by_its_path_is_found_where_the_wheel_lays_it(tmp_path: Path) -> None:
    """Each command that reads a PDU runs it; that of the wheel itself is a trial."""
    answers = tmp_path / "program" / "pdu" / "loading" / "answers.py"
    view_fields = tmp_path / "dcimanager" / "view_fields.py"
    for file, source in ((answers, "pdu/loading"), (view_fields, "handlers/dcimanager")):
        file.parent.mkdir(parents=True)
        shutil.copyfile(ROOT / source / file.name, file)
    ports = [1]
    assert runpy.run_path(str(answers))["ports_of"](SimpleNamespace(ports=ports)) is ports


_OWNERS = "import common, handlers, pdu_common as p; print(common.OWNER, handlers.OWNER, p.OWNER)"


@pytest.mark.trial
def test_packages_of_another_project_with_our_names_stay_that_projects_own(
    installed: Path, home: Path
) -> None:
    owners = run([str(installed.parent / "python"), "-c", _OWNERS], home)
    assert (owners.stdout, owners.stderr) == ("neighbour neighbour neighbour\n", "")


@pytest.mark.trial
@pytest.mark.parametrize("is_module", [False, True], ids=["program", "module"])
def test_pdu_has_its_own_packages_beside_those_of_another_project(
    installed: Path, home: Path, is_module: bool
) -> None:
    (folder,) = installed.parent.parent.glob("lib/python*/site-packages/handlers")
    program = [str(installed.parent / "python"), "-m", OWN] if is_module else [str(installed)]
    version = run([*program, "--version"], home, PYTHONPATH=str(folder.parent))
    assert version.stdout.startswith(f"pdu {VERSION}, "), version


@pytest.mark.trial
def test_a_script_imports_the_library_beside_a_neighbour(installed: Path, home: Path) -> None:
    code = (
        f"from {OWN}.raritan import rpc; from {OWN} import pynut\n"
        "import handlers; print(handlers.OWNER)"
    )
    process = run([str(installed.parent / "python"), "-c", code], home)
    assert (process.stdout, process.stderr) == ("neighbour\n", "")


@pytest.mark.trial
def test_the_installed_program_reads_every_simulator(
    installed: Path, hall: Hall, home: Path
) -> None:
    reads_every_simulator([str(installed)], hall, home)
    shows_status([str(installed)], hall.peers["nut"], home)


@pytest.mark.trial
def test_each_command_of_the_installed_program_has_its_modules_and_its_page(
    installed: Path, home: Path
) -> None:
    """Each is imported from the wheel alone, and its help names a page of the clone."""
    for name in LAZY_COMMANDS:
        help_text = run([str(installed), name, "--help"], home)
        assert help_text.returncode == 0, help_text.stderr
        assert help_text.stdout.startswith(f"Usage: pdu {name} ")
        (page,) = re.findall(r"(?m)^Docs: (.*)$", help_text.stdout)
        assert (ROOT / page).is_file(), page


def upgrade_lines() -> list[str]:
    """The commands of packaging/README.md that upgrade the command, and that install it without the
    internet."""
    page = (ROOT / "packaging" / "README.md").read_text("utf-8")
    (upgrade,) = re.findall("pipx install --force .*", page)
    section = page.partition("### Without access to the internet\n")[2].partition("\n## ")[0]
    return [upgrade, *"".join(re.findall(r"(?ms)^```sh\n(.*?)^```", section)).splitlines()]


@pytest.mark.trial
def test_the_command_is_upgraded_and_installed_without_the_internet_as_the_page_says(
    tmp_path: Path,
) -> None:
    upgrade, *offline = upgrade_lines()
    assert len(offline) == 6
    fetching, installation = offline[:3], offline[3:]
    copy = installing.tree(tmp_path)
    tools = tmp_path / "tools"
    installing.environment_of(tools, "pip", "pipx")
    variables = {name: text for name, text in os.environ.items() if name.startswith("PIP_")}
    variables["PATH"] = f"{tools / 'bin'}:/usr/bin:/bin"
    variables["PIPX_HOME"] = str(tmp_path / "px")
    variables["PIPX_BIN_DIR"] = str(tmp_path / "bin")

    first_installation = upgrade.replace(" --force", "")
    for line in (first_installation, upgrade, "; ".join(fetching)):
        installing.fetched(run(["sh", "-c", line], copy, **variables), line)
    version = run([str(tmp_path / "bin" / "pdu"), "--version"], tmp_path)
    assert version.returncode == 0

    variables["PIP_INDEX_URL"] = "http://127.0.0.1:9/"  # nothing answers there
    script = "; ".join(["set -e", *installation, "pdu --version"])
    process = run(["sh", "-c", script], copy, **variables)
    assert process.returncode == 0, process.stderr
