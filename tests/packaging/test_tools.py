"""The command `pdu` as people install it: the wheel in a bare environment, pdu.pyz on the oldest
and the newest Python.
"""

from __future__ import annotations

import ast
import errno
import fcntl
import filecmp
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from handlers import VERSION
from tests.needs import ROOT, pythons
from tests.packaging import installing
from tests.packaging.building import archive, loaded
from tests.packaging.installing import CARRIED, OWN
from tests.pdu.monitoring import halls
from tests.pdu.monitoring.halls import SECRETS, Hall
from tests.peers import Peer
from tests.waiting import PATIENCE_S, bounded

SHOWN = {True: "on", False: "off", None: "unknown"}


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


_PYTHONS = {f"{sys.version_info[0]}.{sys.version_info[1]}": Path(sys.executable), **pythons()}
OLD = {version: path for version, path in _PYTHONS.items() if _number(version) < (3, 9)}
_OURS = sorted(_PYTHONS.keys() - OLD.keys(), key=_number)
# -S and -E hide the installed packages. The first run with a Python version is slow, because it
#  compiles the modules of pdu.pyz.
# So tests that need no special version use the newest.
OLDEST, NEWEST = ([str(_PYTHONS[version]), "-S", "-E"] for version in (_OURS[0], _OURS[-1]))


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


# ---- pdu.pyz -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installing.once(tmp_path_factory, "pyz", installing.pyz) / "pdu.pyz"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.mark.sample(1)
@pytest.mark.parametrize("python", [OLDEST, NEWEST], ids=["oldest", "newest"])
def test_pyz_reads_every_simulator_on_the_oldest_and_the_newest_python(
    pyz: Path, home: Path, hall: Hall, python: list[str]
) -> None:
    """The logins are in TOML, which needs a package before Python 3.11: pdu.pyz holds it."""
    program = [*python, str(pyz)]
    reads_every_simulator(program, hall, home)
    shows_status(program, hall.peers["nut"], home)


@pytest.mark.trial
@pytest.mark.parametrize("python", [OLDEST, NEWEST], ids=["oldest", "newest"])
def test_pyz_answers_prometheus(pyz: Path, home: Path, hall: Hall, python: list[str]) -> None:
    """The web server needs a package on every Python: pdu.pyz holds it."""
    with (
        subprocess.Popen(
            [
                *python,
                str(pyz),
                "exporter",
                "--list",
                str(hall.list()),
                "--auth",
                str(hall.logins),
                "--listen",
                "127.0.0.1:0",
            ],
            env={"PATH": os.environ["PATH"], "HOME": str(home)},
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
        bounded(process),
    ):
        assert process.stdout is not None
        url = f"{process.stdout.readline().strip()}probe?target=snmp"
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:  # noqa: S310  # loopback
            assert "\npdu_up 1.0\n" in answer.read().decode()


@pytest.fixture(name="unpacker")
def _unpacker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The functions of pyz_main.py, for an empty pdu.pyz.

    Its cache is cache/ and its temporary folder temporary/.
    """
    with zipfile.ZipFile(tmp_path / "pdu.pyz", "w"):
        (tmp_path / "temporary").mkdir(0o700)
    space: dict[str, Any] = {"__file__": str(tmp_path / "pdu.pyz" / "__main__.py")}
    exec(
        (ROOT / "packaging" / "pyz_main.py").read_text("utf-8").partition("\nsys.path.insert")[0],
        space,
    )
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return space


def refusal(unpacker: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> str:
    """The only line with which pdu.pyz ends where it cannot unpack itself."""
    with pytest.raises(SystemExit) as ended:
        unpacker["place"]()
    said = capsys.readouterr().err
    assert ended.value.code == 2 and said.count("\n") == 1
    return said


def test_pyz_unpacks_itself_elsewhere_if_its_cache_has_a_relative_path(
    tmp_path: Path, unpacker: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    assert (
        Path(unpacker["place"]()).parent == tmp_path / "temporary"
        and not (tmp_path / "here").exists()
    )


def test_pyz_locks_its_folder_against_the_removal_of_old_temporary_files(
    unpacker: dict[str, Any],
) -> None:
    """systemd-tmpfiles skips a folder that it cannot lock."""
    descriptor = os.open(unpacker["place"](), os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(descriptor)


def test_pyz_keeps_its_files_in_a_cache_that_is_closed_to_other_users(
    tmp_path: Path, unpacker: dict[str, Any]
) -> None:
    umask = os.umask(0)
    try:
        cached = Path(unpacker["place"]())
    finally:
        os.umask(umask)
    above = tmp_path / "cache" / "pdu"
    assert cached.parent == above and Path(unpacker["place"]()) == cached
    assert {folder.stat().st_mode & 0o777 for folder in (cached, above, above.parent)} == {0o700}


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777], ids=oct)
@pytest.mark.parametrize("folder", ["", "cache", "cache/pdu"])
def test_pyz_goes_elsewhere_if_others_may_write_to_a_folder_of_the_path(
    tmp_path: Path, unpacker: dict[str, Any], folder: str, mode: int
) -> None:
    cached = Path(unpacker["place"]())
    (cached / "file").touch()  # a rename can replace only an empty folder
    (tmp_path / folder).chmod(mode)
    temporary = tmp_path / "temporary"
    elsewhere = Path(unpacker["place"]())
    assert elsewhere.parent == (temporary if folder else Path("/tmp"))  # noqa: S108
    (tmp_path / folder).chmod(0o700)
    assert Path(unpacker["place"]()) == cached


def test_pyz_uses_a_cache_in_a_sticky_folder_like_tmp(
    tmp_path: Path, unpacker: dict[str, Any]
) -> None:
    tmp_path.chmod(0o1777)
    assert Path(unpacker["place"]()).parent == tmp_path / "cache" / "pdu"


def test_pyz_follows_a_link_to_a_safe_folder_and_uses_its_real_path(
    tmp_path: Path, unpacker: dict[str, Any]
) -> None:
    (tmp_path / "real").mkdir(0o700)
    (tmp_path / "cache").symlink_to("real")
    assert Path(unpacker["place"]()).parent == tmp_path / "real" / "pdu"


def test_pyz_ends_if_other_users_can_write_to_each_folder(
    unpacker: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    unpacker["safe"] = lambda path: False
    said = refusal(unpacker, capsys)
    assert "TMPDIR" in said


NOBODY = 65534


@pytest.mark.skipif(os.getuid() != 0, reason="only root can act as another user")
@pytest.mark.parametrize("variable", ["HOME", "XDG_CACHE_HOME", "TMPDIR"])
def test_pyz_run_by_root_in_a_users_folder_uses_no_folder_that_the_user_can_rename(
    unpacker: dict[str, Any], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """As under a sudo that keeps the variable.

    The folder is outside tmp_path, which that user cannot enter.
    """
    with tempfile.TemporaryDirectory(dir="/tmp") as home:  # noqa: S108
        for folder in (home, f"{home}/.cache"):
            os.makedirs(folder, exist_ok=True)
            os.chown(folder, NOBODY, NOBODY)
        monkeypatch.delenv("XDG_CACHE_HOME")
        monkeypatch.setenv("HOME", f"{home}/none")
        monkeypatch.setenv(variable, home)
        monkeypatch.setattr(tempfile, "tempdir", home if variable == "TMPDIR" else None)
        place = Path(unpacker["place"]())
        renamed = [
            folder
            for folder in (place, *place.parents)
            if subprocess.run(
                ["mv", "-T", str(folder), f"{home}/stolen"],
                user=NOBODY,
                group=NOBODY,
                extra_groups=[],
                stderr=subprocess.DEVNULL,
                timeout=PATIENCE_S,
            ).returncode
            == 0
        ]
        assert renamed == [] and [path.name for path in Path(home).rglob("*")] == [".cache"]


def test_pyz_goes_elsewhere_if_its_cache_is_full_and_ends_if_there_is_no_space_at_all(
    tmp_path: Path,
    unpacker: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    full = ["cache"]

    def extract(packed: zipfile.ZipFile, folder: str) -> None:
        if any(part in full for part in Path(folder).relative_to(tmp_path).parts):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "extractall", extract)
    assert Path(unpacker["place"]()).parent == tmp_path / "temporary"
    full.append("temporary")
    said = refusal(unpacker, capsys)
    assert "No space left" in said and "TMPDIR" in said


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"]
)
def test_a_damaged_pyz_ends_with_one_line(
    tmp_path: Path, unpacker: dict[str, Any], capsys: pytest.CaptureFixture[str], compression: int
) -> None:
    with zipfile.ZipFile(tmp_path / "pdu.pyz", "w", compression) as packed:
        packed.writestr("handlers.py", "VERSION = 1\n" * 9)
    whole = (tmp_path / "pdu.pyz").read_bytes()
    # the content begins at byte 41
    (tmp_path / "pdu.pyz").write_bytes(whole[:41] + b"\xff\xff\xff" + whole[44:])
    said = refusal(unpacker, capsys)
    assert "pdu.pyz is damaged" in said


def test_pyz_holds_the_licences_of_all_its_packages(pyz: Path) -> None:
    with zipfile.ZipFile(pyz) as packed:
        texts = {
            name.split("/")[1].partition("-")[0]: packed.read(name)
            for name in packed.namelist()
            if name.startswith("licences/") and not name.endswith("/METADATA")
        }
        packages = {
            name.partition("/")[0] for name in packed.namelist() if name.endswith("/__init__.py")
        }
    ours = (ROOT / "LICENSE").read_bytes()
    wanted = {
        name.replace("-", "_")
        for name in required((ROOT / "packaging" / "pyz-requirements.txt").read_text("utf-8"))
    }
    assert packages - {"common", "pdu_common", "handlers", "pdu"} == wanted
    assert wanted <= set(texts) and ours in texts.values() and all(texts.values())


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


def test_pyz_holds_every_module_and_data_file_of_the_tree(pyz: Path) -> None:
    with zipfile.ZipFile(pyz) as packed:
        assert carried_files() - set(packed.namelist()) == set()


def test_pyz_names_the_packages_that_it_does_not_hold(pyz: Path, home: Path) -> None:
    program = [*NEWEST, str(pyz)]
    private = run(
        [*program, "status", "snmp", "127.0.0.1", "--snmp-version", "3", "--username", "u"]
        + ["--auth-protocol", "SHA", "--priv-protocol", "AES"],
        home,
        PDU_AUTH_PASSWORD="long-enough",
        PDU_PRIV_PASSWORD="long-enough",
    )
    assert (
        private.returncode == 2
        and "cryptography" in private.stderr
        and private.stderr.count("\n") == 1
    )
    search = run([*program, "raritan", "discover"], home)
    assert search.returncode == 2 and "zeroconf" in search.stderr and search.stderr.count("\n") == 1


@pytest.mark.skipif(not OLD, reason="no Python older than 3.9 here")
@pytest.mark.sample(1)
@pytest.mark.parametrize("version", OLD)
def test_pyz_ends_with_one_line_on_an_old_python(pyz: Path, home: Path, version: str) -> None:
    done = run([str(OLD[version]), str(pyz)], home)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (
        2,
        "",
        1,
    ) and "needs Python 3.9" in done.stderr


@pytest.mark.trial
def test_pyz_has_the_same_bytes_wherever_it_is_built(pyz: Path, tmp_path: Path) -> None:
    """The second build has another folder, umask and time zone.

    It takes the packages from the first one, not from pip.
    """
    assert filecmp.cmp(installing.pyz_elsewhere(tmp_path, pyz), pyz, shallow=False)
    assert pyz.stat().st_mode & 0o777 == 0o755


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "name, text, words",
    [
        ("workshop/new.py", "match 1:\n    case 1:\n        pass\n", "is not Python 3.9"),
        ("fast.so", "", "fast.so is made for one kind of machine"),
    ],
)
def test_newer_syntax_or_a_shared_library_fails_the_build(name: str, text: str, words: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import sys; sys.path.insert(0, sys.argv[1]); import tools\n"
                "tools.check({sys.argv[2]: sys.argv[3].encode()})"
            ),
            str(ROOT / "packaging"),
            name,
            text,
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 1 and words in done.stderr.splitlines()[-1]


def test_a_python_without_pip_and_venv_is_told_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = loaded("tools")
    monkeypatch.setattr(tools.importlib.util, "find_spec", lambda name: None)
    assert tools.main(["--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.endswith(
        "has neither pip nor ensurepip (Debian: apt-get install python3-venv)\n"
    )
    assert not any(tmp_path.iterdir())


def test_a_python_that_is_too_old_is_named_before_anything_else() -> None:
    text = (ROOT / "packaging" / "tools.py").read_text("utf-8")
    ast.parse(text, feature_version=(3, 6))
    assert "from __future__" not in text  # Python 3.6 lacks `annotations`
    old = "import runpy, sys; sys.version_info = (3, 6, 8); runpy.run_path(sys.argv[1])"
    done = run([sys.executable, "-c", old, str(ROOT / "packaging" / "tools.py")], ROOT)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr == "tools.py needs Python 3.9 or newer; this is Python 3.6: use a newer one\n"
    )


def test_ctrl_c_ends_the_build_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = loaded("tools")

    def interrupt(folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tools, "install_packages", interrupt)
    assert tools.main(["--out", str(tmp_path / "out")]) == 130
    assert capsys.readouterr().err == "tools.py: interrupted; nothing was built\n"


@pytest.mark.trial
def test_a_build_without_the_packages_writes_nothing_and_shows_pips_last_line(
    tmp_path: Path,
) -> None:
    (tmp_path / "pyz.lock").write_text(f"./absent --hash=sha256:{'0' * 64}\n")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import pathlib, sys; sys.path.insert(0, sys.argv[1]); import tools\n"
                "tools.HERE = pathlib.Path('.'); sys.exit(tools.main(['--out', 'out']))"
            ),
            str(ROOT / "packaging"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done
    assert (
        done.stderr.startswith("tools.py: pip could not fetch the packages: ")
        and "absent" in done.stderr
    )
    assert [path.name for path in tmp_path.iterdir()] == ["pyz.lock"]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "digest, words",
    [(" --hash=sha256:0{:.63}", r"the file of neighbour .* hash differs"), ("", "hash")],
    ids=["another", "none"],
)
def test_a_package_with_another_hash_than_the_locks_is_not_packed(
    digest: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip finds the package in a folder, as from an index that hands out another file."""
    tools = loaded("tools")
    other = installing.neighbour(tmp_path / "index")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(other.parent))
    monkeypatch.setattr(tools, "HERE", tmp_path)
    right = hashlib.sha256(other.read_bytes()).hexdigest()
    (tmp_path / "pyz.lock").write_text(f"neighbour==1.0{digest.format(right)}\n")
    with pytest.raises(tools.ToolBuildError, match=words):
        tools.install_packages(tmp_path / "packed")


@pytest.mark.trial
def test_the_lock_is_made_from_what_pip_would_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = loaded("tools")
    other = installing.neighbour(tmp_path / "index")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(other.parent))
    monkeypatch.setattr(tools, "HERE", tmp_path)
    (tmp_path / "pyz-requirements.txt").write_text("neighbour>=1,<2\n")
    tools.write_lock_file(tmp_path / "pyz.lock")
    digest = hashlib.sha256(other.read_bytes()).hexdigest()
    text = (tmp_path / "pyz.lock").read_text()
    assert f"neighbour==1.0 \\\n    --hash=sha256:{digest}\n" in text
    tools.install_packages(tmp_path / "packed")
    assert (tmp_path / "packed" / "handlers" / "__init__.py").exists()


def test_the_lock_has_one_release_of_each_wanted_package_with_a_hash() -> None:
    """What `packaging/tools.py --lock` would change is a matter of the day: newer releases do not fail this."""
    folder = ROOT / "packaging"
    pinned = {
        name.lower().replace("_", "-"): version
        for name, version in re.findall(
            r"(?m)^([\w.-]+)==([\w.]+) \\\n    --hash=sha256:[0-9a-f]{64}$",
            (folder / "pyz.lock").read_text("utf-8"),
        )
    }
    lines = (folder / "pyz-requirements.txt").read_text("utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert {one.name for one in wanted} == set(pinned)
    assert [str(one) for one in wanted if not one.specifier.contains(pinned[one.name])] == []


# ---- the wheel -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installing.built_wheel(installing.once(tmp_path_factory, "wheel", installing.wheel))


@pytest.mark.trial
def test_the_wheel_has_the_same_bytes_wherever_it_is_built_with_the_same_umask(
    wheel: Path, tmp_path: Path
) -> None:
    assert filecmp.cmp(installing.wheel_elsewhere(tmp_path), wheel, shallow=False)


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
    assert f"{OWN}/nut/{installing.LEFT_MODULE}" not in names
    assert {packed_as(file) for file in carried_files()} <= set(names)
    assert wheel.name.startswith(f"{OWN}-{VERSION}-py3") and f"pdu = {OWN}:main" in scripts
    head = metadata.partition("\n\n")[0] + "\n"
    assert f"\nVersion: {VERSION}\n" in head and "\nAuthor: the pack's developers\n" in head
    assert "\nKeywords: " in head and head.count("\nClassifier: ") > 5
    assert "Project-URL" not in head and "Home-page" not in head


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
    assert wanted.pop("click") == {">=8.1.7", "<9"} and tree["click"] == {">=8.1.7", "<8.2"}
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
    installed: Path, pyz: Path, home: Path
) -> None:
    """`pdu`, as a program and as a module, has its own all the same, and so has pdu.pyz."""
    python = str(installed.parent / "python")
    theirs = run([python, "-c", _OWNERS], home)
    assert (theirs.stdout, theirs.stderr) == ("neighbour neighbour neighbour\n", "")
    (folder,) = installed.parent.parent.glob("lib/python*/site-packages/handlers")
    for program in (
        [str(installed)],
        [python, "-m", OWN],
        [NEWEST[0], str(pyz)],
    ):
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


def test_pyz_runs_built_archives(pyz: Path, hall: Hall, home: Path, tmp_path: Path) -> None:
    built = {name: tmp_path / f"pdu_{name}-{VERSION}.tar.gz" for name in hall.peers}
    for name, file in built.items():
        file.write_bytes(archive(ROOT / "handlers", name))
    assert reads_every_simulator([*NEWEST, str(pyz)], hall, home, "--archives", str(tmp_path)) == {
        name: str(file) for name, file in built.items()
    }
