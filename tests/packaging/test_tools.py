"""The command as people install it: a wheel in a bare environment, dist/pdu.pyz on other Pythons; both from another folder."""
from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path
from typing import Dict, Iterator, List, Set

import pytest

from handlers import VERSION
from tests.needs import ROOT, pythons
from tests.packaging.building import archive
from tests.peers import PEERS, Peer
from tests.waiting import PATIENCE_S, bounded

SHOWN = {True: "UP", False: "DOWN", None: "UNKNOWN"}
_SECRETS = ("password", "community")
_OURS = {version: path for version, path in pythons().items() if tuple(map(int, version.split("."))) >= (3, 9)}
OTHERS = sorted(_OURS, key=lambda version: tuple(map(int, version.split("."))))
OLD = {version: path for version, path in pythons().items() if version not in _OURS}


def run(command: List[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """In a folder that is not the project's, with a home of its own."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **variables}
    return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S,
                          env=environment, check=False)


def status(program: List[str], peer: Peer, folder: Path, handler: str = "") -> None:
    """The states that this program shows are those of the simulator's books; `handler` is an archive in place of the name."""
    form = {**peer.settings, **{key: value for key, value in peer.snmp.items()}}
    arguments = [part for key, value in form.items() if key not in _SECRETS for part in ("-s", f"{key}={value}")]
    secrets = {f"PDU_{key.upper()}": value for key, value in form.items() if key in _SECRETS}
    done = run([*program, "status", handler or peer.handler, peer.address, "--json", *arguments], folder, **secrets)
    assert done.returncode == 0, done.stderr
    assert {one["identity"]: one["state"] for one in json.loads(done.stdout)["outlets"]} == {
        identity: SHOWN[on] for identity, on in peer.books().states.items()}


@pytest.fixture(scope="module", params=list(PEERS))
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    with PEERS[request.param]() as made:
        yield made


def fetched(done: subprocess.CompletedProcess[str], what: str) -> None:
    """Skips where packages cannot be fetched; with CI set that is a failure."""
    offline = re.search("No matching distribution|could not fetch|Connection|network", done.stderr)
    if done.returncode and offline and not os.environ.get("CI"):
        pytest.skip(f"{what} needs packages from an index: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr


# ---- pdu.pyz -----------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pyz")
    builder = [sys.executable, str(ROOT / "packaging" / "tools.py"), "--out", str(folder)]
    fetched(subprocess.run(builder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE_S), "pdu.pyz")
    return folder / "pdu.pyz"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.mark.parametrize("version", dict.fromkeys([*OTHERS[:1], *OTHERS[-1:]]))
def test_one_file_reads_each_simulator_on_the_oldest_and_the_newest_python(pyz: Path, home: Path, peer: Peer,
                                                                           version: str) -> None:
    status([str(_OURS[version]), "-S", "-E", str(pyz)], peer, home)         # -S: none of the installed packages


@pytest.mark.parametrize("version", dict.fromkeys([*OTHERS[:1], *OTHERS[-1:]]))
def test_one_file_checks_a_list_and_answers_prometheus(pyz: Path, home: Path, tmp_path: Path, version: str) -> None:
    """TOML needs a package on the oldest Python, Prometheus' format one on every Python: both are in the file."""
    program = [str(_OURS[version]), "-S", "-E", str(pyz)]
    with PEERS["snmp"]() as peer:
        port = peer.snmp["port"]
        (tmp_path / "hall.toml").write_text(f'[[pdu]]\nname = "rack"\nhandler = "snmp"\naddress = "127.0.0.1:{port}"\n')
        community = {"PDU_COMMUNITY": peer.snmp["community"]}
        checked = run([*program, "check", str(tmp_path / "hall.toml")], home, **community)
        assert (checked.returncode, checked.stderr) == (0, "") and "1 PDU in " in checked.stdout
        with subprocess.Popen([*program, "exporter", "--list", str(tmp_path / "hall.toml"), "--listen", "127.0.0.1:0"],
                              env={"PATH": os.environ["PATH"], "HOME": str(home), **community}, stdout=subprocess.PIPE,
                              text=True) as process, bounded(process):
            assert process.stdout is not None
            url = f"{process.stdout.readline().strip()}probe?target=rack"
            with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:     # noqa: S310  # loopback
                assert "\npdu_up 1.0\n" in answer.read().decode()


def test_the_file_unpacks_itself_once_and_runs_without_a_cache_too(pyz: Path, home: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert run([sys.executable, "-S", "-E", str(pyz), "--version"], home).stdout.startswith(f"pdu {VERSION}, ")
    assert len(list((home / ".cache" / "pdu").iterdir())) == 1
    (tmp_path / "file").touch()
    done = run([sys.executable, "-S", "-E", str(pyz), "--version"], tmp_path, HOME=str(tmp_path / "file"), TMPDIR=str(tmp_path))
    assert done.stdout.startswith(f"pdu {VERSION}, ") and [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_file_says_what_it_does_not_hold(pyz: Path, home: Path) -> None:
    program = [sys.executable, "-S", "-E", str(pyz)]
    private = run([*program, "status", "snmp", "127.0.0.1", "--snmp-version", "3", "--username", "u", "--auth-protocol", "SHA",
                   "--priv-protocol", "AES"], home, PDU_AUTH_PASSWORD="long-enough", PDU_PRIV_PASSWORD="long-enough")
    assert private.returncode == 2 and "cryptography" in private.stderr and private.stderr.count("\n") == 1
    search = run([*program, "raritan", "discover"], home)
    assert search.returncode == 2 and "zeroconf" in search.stderr and search.stderr.count("\n") == 1


@pytest.mark.skipif(not OLD, reason="no Python older than 3.9 here")
@pytest.mark.parametrize("version", OLD)
def test_the_file_ends_with_a_sentence_on_an_old_python(pyz: Path, home: Path, version: str) -> None:
    done = run([str(OLD[version]), str(pyz)], home)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1) and "needs Python 3.9" in done.stderr


@pytest.mark.parametrize("name, text, words", [("new.py", "match 1:\n    case 1:\n        pass\n", "is not Python 3.9"),
                                               ("fast.so", "", "fast.so is made for one kind of machine")])
def test_what_the_oldest_python_cannot_run_is_not_packed(tmp_path: Path, name: str, text: str, words: str) -> None:
    (tmp_path / name).write_text(text)
    done = subprocess.run([sys.executable, "-c", "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import tools\n"
                           "tools.check(pathlib.Path(sys.argv[2]))", str(ROOT / "packaging"), str(tmp_path)],
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 1 and words in done.stderr.splitlines()[-1]


# ---- the wheel ---------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for name in ("common", "pdu_common", "handlers"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    builder = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(out), str(tree)]
    done = subprocess.run(builder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    built, = out.iterdir()
    return built


def test_the_wheel_holds_the_three_packages_and_their_types(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        metadata = packed.read(next(name for name in names if name.endswith("/METADATA"))).decode()
        scripts = packed.read(next(name for name in names if name.endswith("/entry_points.txt"))).decode()
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"common", "pdu_common", "handlers"}
    assert {f"{name}/py.typed" for name in ("common", "pdu_common", "handlers")} <= set(names)
    assert {str(path.relative_to(ROOT)) for path in (ROOT / "handlers").rglob("*.py")} <= set(names)
    assert wheel.name.startswith(f"dcimanager_pdu_handlers-{VERSION}-py3") and "pdu = handlers.command.start:main" in scripts
    assert f"\nVersion: {VERSION}\n" in metadata


def required(text: str) -> Dict[str, Set[str]]:
    """Package → its bounds, from requirements.txt or from the head of a wheel's METADATA."""
    found = re.findall(r"^(?:Requires-Dist: )?([A-Za-z0-9-]+)([<>=][<>=,.0-9]+)", text, re.MULTILINE)
    return {name.lower(): set(bounds.split(",")) for name, bounds in found}


def test_the_wheel_asks_for_what_the_tree_asks_for_and_for_no_tools_of_developers(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        metadata = packed.read(next(name for name in packed.namelist() if name.endswith("/METADATA"))).decode()
    wanted, tree = required(metadata.partition("\n\n")[0]), required((ROOT / "requirements.txt").read_text("utf-8"))
    assert wanted.pop("click") == {">=8.1.7", "<9"} and tree["click"] == {">=8.1.7", "<8.2"}    # see requirements.txt
    assert wanted.pop("pysmi") == {">=1.5", "<3"} and "pysmi" not in tree       # see .ci/setup
    assert set(wanted) == {"pysnmp", "pyasn1", "tomli", "prometheus-client", "zeroconf", "cryptography"}
    assert wanted == {name: tree[name] for name in wanted}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program `pdu` in an environment with nothing but the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=PATIENCE_S)
    fetched(subprocess.run([sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "-q", str(wheel)],
                           capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE_S), "an installation")
    return folder / "bin" / "pdu"


def test_the_installed_program_reads_each_simulator(installed: Path, peer: Peer, home: Path) -> None:
    status([str(installed)], peer, home)


def test_the_installed_program_and_the_file_run_a_built_archive(installed: Path, pyz: Path, peer: Peer, home: Path) -> None:
    built = home / f"pdu_{peer.handler}.tar.gz"
    built.write_bytes(archive(ROOT / "handlers", peer.handler))
    status([str(installed)], peer, home, built.name)
    status([sys.executable, "-S", "-E", str(pyz)], peer, home, built.name)


def test_the_installed_program_has_the_packs_version(installed: Path, home: Path) -> None:
    assert run([str(installed), "--version"], home).stdout == f"pdu {VERSION}, Python {sys.version.split()[0]}\n"
