"""The Debian package, installed by dpkg in a copy of this machine: its user, folders, modes and
services; an upgrade and a removal keep what the administrator wrote and what was measured.
"""

from __future__ import annotations

import contextlib
import gzip
import re
import shlex
import shutil
import subprocess
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers import VERSION
from pdu.root import ROOT as PDU
from tests.needs import ROOT, program
from tests.packaging import installing
from tests.packaging.building import loaded
from tests.packaging.copied import VARIABLES, Copied, copied
from tests.pdu.monitoring import halls
from tests.peers import PEERS, Peer
from tests.waiting import PATIENCE_S, bounded

NAME = "dcimanager-pdu-handlers"
CODE = f"/usr/lib/{NAME}"
QUICK = ("-Zgzip", "-z1")
SERVICES = ("exporter",)


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("dpkg-deb") is None:
        pytest.skip("dpkg-deb is missing: Debian and Ubuntu have it")
    return installing.once(tmp_path_factory, "pyz", installing.pyz) / "pdu.pyz"


@pytest.mark.parametrize(
    "version, shown", [("0.3.0", "0.3.0"), ("0.4.0.dev0", "0.4.0~dev0"), ("0.4.0", "0.4.0")]
)
def test_a_version_between_releases_comes_before_the_release_for_dpkg(
    version: str, shown: str
) -> None:
    assert loaded("deb").debian_version(version) == shown
    if shutil.which("dpkg"):
        compared = ["dpkg", "--compare-versions", shown, "le", "0.4.0"]
        assert subprocess.run(compared, timeout=PATIENCE_S).returncode == 0


@pytest.mark.trial
def test_the_same_pyz_gives_the_same_package(pyz: Path, tmp_path: Path) -> None:
    deb, part = loaded("deb"), small(pyz, tmp_path)
    first, second = (deb.build(part, tmp_path / place, VERSION) for place in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    assert [path.name for path in (tmp_path / "a").iterdir()] == [
        f"{NAME}_{deb.debian_version(VERSION)}_all.deb"
    ]


def small(pyz: Path, folder: Path) -> Path:
    """A pdu.pyz with what its help needs, which is enough for a package that nobody installs."""
    needed = ("__main__.py", "click/", "common/", "handlers/", "pdu/", "pdu_common/", "licences/")
    with zipfile.ZipFile(pyz) as packed, zipfile.ZipFile(folder / "small.pyz", "w") as packer:
        for name in packed.namelist():
            if name.startswith(needed):
                packer.writestr(name, packed.read(name))
    return folder / "small.pyz"


@pytest.mark.trial
def test_lintian_has_nothing_to_say(pyz: Path, tmp_path: Path) -> None:
    lintian = program("lintian")
    made = loaded("deb").build(pyz, tmp_path, VERSION, QUICK)
    done = subprocess.run(
        [lintian, "--allow-root", "--fail-on", "warning,error", str(made)],
        capture_output=True,
        text=True,
        timeout=10 * PATIENCE_S,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.fixture(scope="module")
def package(pyz: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small package, small.deb, and its files in `tree`."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DEBFULLNAME", "")
            patch.setenv("DEBEMAIL", "")
            made = loaded("deb").build(small(pyz, folder), folder, VERSION, QUICK)
        made.rename(folder / "small.deb")
        extract = ["dpkg-deb", "-x", str(folder / "small.deb"), str(folder / "tree")]
        subprocess.run(extract, check=True, timeout=PATIENCE_S)

    return installing.once(tmp_path_factory, "small-deb", make)


def test_each_command_has_a_manual_page_and_each_shell_its_completion(package: Path) -> None:
    pages = {
        path.name: gzip.decompress(path.read_bytes()).decode()
        for path in (package / "tree/usr/share/man/man1").iterdir()
    }
    assert {"pdu.1.gz", *(f"pdu-{name}.1.gz" for name in PDU.listed)} <= set(pages)
    status, first = pages["pdu-status.1.gz"], pages["pdu.1.gz"]
    assert "\npdu\\-status \\- list every outlet" in status and "\\-\\-timeout" in status
    assert "pdu-exporter(1)" in first
    if shutil.which("groff"):
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww"],
            input="\n".join(pages.values()).encode(),
            capture_output=True,
            timeout=PATIENCE_S,
        )
        assert (done.returncode, done.stderr) == (0, b"")
    for path, shell in (
        ("usr/share/bash-completion/completions/pdu", "complete -o nosort"),
        ("usr/share/zsh/vendor-completions/_pdu", "#compdef pdu\n"),
        ("usr/share/fish/vendor_completions.d/pdu.fish", "complete --command pdu"),
    ):
        assert shell in (package / "tree" / path).read_text()


@pytest.mark.trial
def test_the_homepage_is_the_builders(
    pyz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deb, part = loaded("deb"), small(pyz, tmp_path)
    for given, said in (("", None), ("https://pdu.example.org/", "https://pdu.example.org/")):
        monkeypatch.setenv("DEBHOMEPAGE", given)
        text = deb.control(deb.package_files(part), VERSION)["control"].data.decode()
        assert dict(re.findall(r"(?m)^(Homepage): (.*)$", text)).get("Homepage") == said
    monkeypatch.setenv("DEBHOMEPAGE", "https://x\nDepends: y")
    with pytest.raises(deb.DebError, match="DEBHOMEPAGE must be"):
        deb.homepage()


def assert_maintainer(package: Path, tree: Path, maintainer: str) -> None:
    """Asserts that the package and its changelog name the maintainer."""
    shown = subprocess.run(
        ["dpkg-deb", "-f", str(package), "Maintainer"],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    assert shown.stdout == f"{maintainer}\n"
    log = gzip.decompress((tree / f"usr/share/doc/{NAME}/changelog.gz").read_bytes()).decode()
    assert log.startswith(f"{NAME} ({loaded('deb').debian_version(VERSION)}")
    line = rf" -- {re.escape(maintainer)}  \w{{3}}, \d\d \w{{3}} \d{{4}} 00:00:00 \+0000"
    assert re.search(f"(?m)^{line}$", log)


def test_a_package_without_a_named_builder_leads_to_the_machines_administrator(
    package: Path,
) -> None:
    builder = "whoever built this package <root@localhost>"
    assert_maintainer(package / "small.deb", package / "tree", builder)


@pytest.mark.trial
def test_who_builds_the_package_is_its_maintainer(
    pyz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBFULLNAME", "Ada Lovelace")
    monkeypatch.setenv("DEBEMAIL", "ada@example.org")
    made = loaded("deb").build(small(pyz, tmp_path), tmp_path / "out", VERSION, QUICK)
    subprocess.run(["dpkg-deb", "-x", str(made), str(tmp_path)], check=True, timeout=PATIENCE_S)
    assert_maintainer(made, tmp_path, "Ada Lovelace <ada@example.org>")


@pytest.mark.parametrize(
    "name, mail",
    [
        ("Ada", ""),
        ("", "ada@example.org"),
        ("Ada", "no mail"),
        ("Ada\nDepends: x", "a@example.org"),
    ],
)
def test_half_a_maintainer_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, mail: str
) -> None:
    monkeypatch.setenv("DEBFULLNAME", name)
    monkeypatch.setenv("DEBEMAIL", mail)
    deb = loaded("deb")
    with pytest.raises(deb.DebError, match="DEBFULLNAME and DEBEMAIL need each other"):
        deb.maintainer()


def newer(pyz: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package of a later version: with another hall.csv, and without most of the modules."""
    deb = loaded("deb")
    shutil.copytree(deb.DEBIAN, folder / "debian")
    with (folder / "debian" / "hall.csv").open("a") as file:
        file.write("# a new line\n")
    monkeypatch.setattr(deb, "DEBIAN", folder / "debian")
    files = {
        name: file
        for name, file in deb.package_files(pyz).items()
        if not name.startswith(f"{CODE[1:]}/") or name.startswith(f"{CODE[1:]}/common/")
    }
    monkeypatch.setattr(deb, "package_files", lambda _: files)
    made: Path = deb.build(pyz, folder, "99.0", QUICK)
    return made


def owners(system: Copied, *paths: str) -> list[str]:
    """Owner, group and mode of each path."""
    return system.run("stat", "-c", "%U:%G %a", *paths).splitlines()


def started(system: Copied, name: str) -> list[str]:
    """The command line of a unit as it is installed, run as the unit's user."""
    unit = system.run("cat", f"/usr/lib/systemd/system/pdu-{name}.service")
    (line,) = re.findall(r"(?m)^ExecStart=(.+)$", unit)
    (user,) = re.findall(r"(?m)^User=(.+)$", unit)
    as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--inh-caps=-all"]
    return system.command(*as_user, *shlex.split(line))


def put(system: Copied, path: str, text: str) -> None:
    """As an administrator: what is in the file, not its owner and mode."""
    system.run("sh", "-c", f"cat >{path}", stdin=text)


@contextlib.contextmanager
def listed(system: Copied, folder: Path) -> Iterator[Peer]:
    """A simulated PDU in the list of the services, with its login."""
    with PEERS["snmp"]() as peer:
        put(
            system, "/etc/pdu/hall.csv", f"name,handler,address,auth,settings\n{line(peer, folder)}"
        )
        put(system, "/etc/pdu/logins.toml", halls.login(peer))
        yield peer


def line(peer: Peer, folder: Path) -> str:
    return halls.line(folder, peer) + "\n"


@pytest.mark.trial
def test_the_package_is_installed_started_upgraded_and_removed(
    pyz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = loaded("deb").build(pyz, tmp_path, VERSION, QUICK)
    with copied(tmp_path / "copy") as system:
        # ---- installed: a user, folders, modes; nothing is enabled
        system.run("dpkg", "--force-unsafe-io", "--install", str(package))
        assert system.run("pdu", "--version").startswith(f"pdu {VERSION}, Python 3.")
        assert system.run("getent", "passwd", "pdu").endswith(":/nonexistent:/usr/sbin/nologin\n")
        files = ("/etc/pdu", "/etc/pdu/hall.csv", "/etc/pdu/logins.toml", "/usr/bin/pdu", CODE)
        assert owners(system, *files) == [
            "root:pdu 750",
            "root:pdu 640",
            "root:pdu 640",
            "root:root 755",
            "root:root 755",
        ]
        assert "pdu-" not in system.shell("ls -R /etc/systemd/system")
        assert system.run("dpkg", "--verify", NAME) == ""
        units = [f"/usr/lib/systemd/system/pdu-{name}.service" for name in SERVICES]
        if shutil.which("systemd-analyze"):
            assert system.run("systemd-analyze", "verify", "--man=no", *units) == ""
        # ---- started: as the unit's user, with the unit's command line
        with listed(system, tmp_path) as peer:
            serves(started(system, "exporter"))
            assert peer.books().states
        written = system.shell("cat /etc/pdu/hall.csv")
        # ---- upgraded: the administrator's file stays, the new one lies beside it, no old code
        system.run("systemctl", "enable", "pdu-exporter")
        (tmp_path / "newer").mkdir()
        later = newer(pyz, tmp_path / "newer", monkeypatch)
        system.run("dpkg", "--force-confold", "--install", str(later))
        assert system.run("dpkg-query", "-W", "-f", "${Version}", NAME) == "99.0"
        assert system.shell("cat /etc/pdu/hall.csv") == written
        assert "# a new line" in system.run("cat", "/etc/pdu/hall.csv.dpkg-dist")
        assert owners(system, *files[:3]) == ["root:pdu 750", "root:pdu 640", "root:pdu 640"]
        assert system.run("ls", CODE).split() == ["common"]
        # ---- removed: no code, no bytecode, no enabled service; the administrator's files stay
        system.run("dpkg", "--remove", NAME)
        system.shell(f"! ls {CODE} /usr/bin/pdu {' '.join(units)} 2>/dev/null")
        assert "pdu-" not in system.shell("ls -R /etc/systemd/system")
        assert system.shell("cat /etc/pdu/hall.csv") == written
        # ---- purged: the user stays
        system.run("dpkg", "--purge", NAME)
        system.shell("! ls /etc/pdu 2>/dev/null; getent passwd pdu")


def serves(command: list[str]) -> None:
    """Asserts that an exporter which this command starts answers with the figures of its PDU."""
    with (
        subprocess.Popen(
            [*command, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True, env=VARIABLES
        ) as process,
        bounded(process),
    ):
        assert process.stdout is not None
        url = f"{process.stdout.readline().strip()}probe?target=snmp"
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:  # noqa: S310  # loopback
            assert "\npdu_up 1.0\n" in answer.read().decode()


def test_a_command_of_the_package_names_debians_package_that_it_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pdu.core.cli import optional_packages

    monkeypatch.setattr(optional_packages, "__file__", f"{CODE}/pdu/core/cli/optional_packages.py")
    said = optional_packages.missing("a search by mDNS", "zeroconf")
    assert said.endswith("missing here: apt-get install python3-zeroconf")


def test_every_unit_of_the_docs_is_in_the_package() -> None:
    units = {path.name for path in (ROOT / "docs").rglob("*.service")}
    assert {unit.name for unit in loaded("deb").UNITS} == units
    assert units == {f"pdu-{name}.service" for name in SERVICES}
