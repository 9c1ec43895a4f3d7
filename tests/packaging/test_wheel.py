"""The wheel that `pip install .` and `pipx install .` build with setuptools: what is in it, what it
requires, and the program `pdu` installed from it in a bare environment.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers import VERSION
from pdu.commands import LAZY_COMMANDS
from tests.conformance import baseline
from tests.needs import ROOT
from tests.packaging import installing
from tests.packaging.building import small_pack
from tests.packaging.installing import CARRIED, OWN
from tests.pdu.monitoring import halls
from tests.pdu.monitoring.halls import SECRETS, Hall
from tests.peers import Peer
from tests.waiting import PATIENCE_S

SHOWN = {True: "on", False: "off", None: "unknown"}


def run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in `folder`.

    Its environment has PATH, HOME (by default `folder`) and `variables`.
    """
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **variables}
    return subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
        env=environment,
        check=False,
    )


def reads_every_simulator(
    program: list[str], hall: Hall, folder: Path, *options: str
) -> dict[str, str]:
    """Asserts that `program check` shows the simulators' true states.

    Returns the handler that read each PDU.
    """
    done = run(
        [*program, "check", str(hall.list()), "--auth", str(hall.logins), "--json", *options],
        folder,
    )
    assert (done.returncode, done.stderr) == (0, "")
    rows = json.loads(done.stdout)["pdus"]
    assert {
        row["name"]: {one["identity"]: one["state"] for one in row["outlets"]} for row in rows
    } == {
        name: {identity: SHOWN[on] for identity, on in peer.books().states.items()}
        for name, peer in hall.peers.items()
    }
    return {row["name"]: row["handler"] for row in rows}


def shows_status(program: list[str], peer: Peer, folder: Path) -> None:
    """Asserts that `program status` shows the simulator's true states."""
    arguments = [
        part
        for key, value in peer.settings.items()
        if key not in SECRETS
        for part in ("-s", f"{key}={value}")
    ]
    done = run(
        [*program, "status", peer.handler, peer.address, "--json", *arguments],
        folder,
        PDU_PASSWORD=peer.settings["password"],
    )
    assert done.returncode == 0, done.stderr
    assert {one["identity"]: one["state"] for one in json.loads(done.stdout)["outlets"]} == {
        identity: SHOWN[on] for identity, on in peer.books().states.items()
    }


@pytest.fixture(scope="module", name="hall")
def _hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A simulated PDU for each handler."""
    with halls.hall(tmp_path_factory.mktemp("hall")) as made:
        yield made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def carried_files() -> set[str]:
    """The modules and data files of the carried packages, from the folder of the project."""
    return {
        path.relative_to(ROOT).as_posix()
        for name in CARRIED
        for path in (ROOT / name).rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }


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
    removed = [tree / "handlers" / "nut" / name for name in ("removed.py", "removed.csv")]
    for file in removed:
        file.touch()
    names = [{f"{OWN}/nut/{file.name}" for file in removed} & packed_names(tree, tmp_path / "1")]
    for file in removed:
        file.unlink()
    names.append(
        {f"{OWN}/nut/{file.name}" for file in removed} & packed_names(tree, tmp_path / "2")
    )
    assert [len(found) for found in names] == [2, 0]


def packed_names(tree: Path, folder: Path) -> set[str]:
    """The names in the wheel that is built in this tree."""
    with zipfile.ZipFile(installing.wheel_of(tree, folder)) as packed:
        return set(packed.namelist())


@pytest.mark.trial
def test_the_wheel_holds_one_package_that_carries_the_three_and_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        metadata = packed.read(next(name for name in names if name.endswith("/METADATA"))).decode()
        scripts = packed.read(
            next(name for name in names if name.endswith("/entry_points.txt"))
        ).decode()
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {OWN}
    assert f"{OWN}/py.typed" in names
    assert {packed_as(file) for file in carried_files()} <= set(names)
    units = {name.rpartition("/")[2] for name in names if "/program/tests/recordings/" in name}
    assert {"apc-rpdu2.snmprec", "rpcm.snmprec"} <= units
    assert not any("_" in name or not name.endswith(".snmprec") for name in units)
    assert wheel.name.startswith(f"{OWN}-{VERSION}-py3")
    assert f"pdu = {OWN}:main" in scripts
    head = metadata.partition("\n\n")[0] + "\n"
    assert f"\nVersion: {VERSION}\n" in head
    assert "\nAuthor: the pack's developers\n" in head
    assert "\nKeywords: " in head
    assert "\nClassifier: " in head
    assert "Project-URL" not in head
    assert "Home-page" not in head


def required(text: str) -> dict[str, set[str]]:
    """Package → its bounds, from a file of requirements or from the head of a wheel's METADATA."""
    found = re.findall(
        r"^(?:Requires-Dist: )?([A-Za-z0-9-]+)([<>=][<>=,.0-9]+)", text, re.MULTILINE
    )
    return {name.lower(): set(bounds.split(",")) for name, bounds in found}


@pytest.mark.trial
def test_the_wheel_requires_the_packages_of_the_tree_and_no_development_tools(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        metadata = packed.read(
            next(name for name in packed.namelist() if name.endswith("/METADATA"))
        ).decode()
    wanted, tree = (
        required(metadata.partition("\n\n")[0]),
        required((ROOT / "requirements.txt").read_text("utf-8")),
    )
    # see requirements.txt
    assert wanted.pop("click") == {">=8.1.7", "<9"}
    assert tree["click"] == {">=8.1.7", "<8.2"}
    assert wanted.pop("pysmi") == {">=1.5", "<3"} and "pysmi" not in tree  # see .ci/setup
    assert set(wanted) == {
        "pysnmp",
        "pyasn1",
        "tomli",
        "zeroconf",
        "cryptography",
        "prometheus-client",
        "waitress",
    }
    assert wanted == {name: tree[name] for name in wanted}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program `pdu` in an environment with the wheel and its requirements, and the wheel of
    another project with packages of the names that ours carries.
    """

    def make(folder: Path) -> None:
        installing.environment(folder, wheel, installing.neighbour(folder / "neighbour"))

    return installing.once(tmp_path_factory, "bare", make) / "bin" / "pdu"


_OWNERS = "import common, handlers, pdu_common as p; print(common.OWNER, handlers.OWNER, p.OWNER)"


@pytest.mark.trial
def test_packages_of_another_project_with_our_names_stay_that_projects_own(
    installed: Path, home: Path
) -> None:
    """`pdu`, as a program and as a module, has its own all the same."""
    python = str(installed.parent / "python")
    theirs = run([python, "-c", _OWNERS], home)
    assert (theirs.stdout, theirs.stderr) == ("neighbour neighbour neighbour\n", "")
    (folder,) = installed.parent.parent.glob("lib/python*/site-packages/handlers")
    for program in ([str(installed)], [python, "-m", OWN]):
        said = run([*program, "--version"], home, PYTHONPATH=str(folder.parent))
        assert said.stdout.startswith(f"pdu {VERSION}, "), said


@pytest.mark.trial
def test_a_script_imports_the_library_beside_a_neighbour(installed: Path, home: Path) -> None:
    code = (
        f"from {OWN}.raritan import rpc, events; from {OWN} import pynut\n"
        "import handlers; print(handlers.OWNER)"
    )
    said = run([str(installed.parent / "python"), "-c", code], home)
    assert (said.stdout, said.stderr) == ("neighbour\n", "")


@pytest.mark.trial
def test_the_installed_program_reads_every_simulator(
    installed: Path, hall: Hall, home: Path
) -> None:
    reads_every_simulator([str(installed)], hall, home)
    shows_status([str(installed)], hall.peers["nut"], home)


@pytest.mark.trial
def test_the_installed_program_looks_at_a_copy_of_the_platform_and_registers(
    installed: Path, home: Path
) -> None:
    """From what README installs, with nothing of the clone beside it."""
    folder = home / "owner"
    folder.mkdir()
    baseline.write({}, folder / "equip_handler")
    looked = run([str(installed), "platform", "equip_handler"], folder)
    assert looked.stdout, looked.stderr
    assert looked.stdout.splitlines()[-1].startswith("you may upload: snmp, nut"), looked.stdout
    assert (folder / "platform-report.txt").read_text().startswith("pack ")
    small_pack(folder / "dist", "small")
    shown = run([str(installed), "register", "--dry-run"], folder)
    assert "pdu_small: if no handler" in shown.stdout
    words = ["compare", "snmp", "nut", "127.0.0.1:9", "--timeout", "1"]
    compared = run([str(installed), *words], folder, PDU_COMMUNITY="x", PDU_DEVICE="d")
    assert compared.returncode == 3, compared.stderr


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
    copy, tools = installing.tree(tmp_path), tmp_path / "tools"
    installing.environment_of(tools, "pip", "pipx")
    settings = {name: text for name, text in os.environ.items() if name.startswith("PIP_")}
    own = {**settings, "PATH": f"{tools / 'bin'}:/usr/bin:/bin", "PIPX_HOME": str(tmp_path / "px")}
    own["PIPX_BIN_DIR"] = str(tmp_path / "bin")
    for line in (upgrade.replace(" --force", ""), upgrade, "; ".join(offline[:3])):
        installing.fetched(run(["sh", "-c", line], copy, **own), line)
    assert run([str(tmp_path / "bin" / "pdu"), "--version"], tmp_path).returncode == 0
    script = "; ".join(["set -e", *offline[3:], "pdu --version"])
    done = run(["sh", "-c", script], copy, **{**own, "PIP_INDEX_URL": "http://127.0.0.1:9/"})
    assert done.returncode == 0, done.stderr
    assert f"pdu {VERSION}, " in done.stdout, done.stderr
