"""Build dist/dcimanager-pdu-handlers_VERSION_all.deb: the command `pdu` and its service for
Debian and Ubuntu, by dpkg-deb alone.

    python packaging/deb.py [--out DIR] [--pyz FILE]

The code is that of pdu.pyz, so of this project and of pyz.lock; without `--pyz` it is built first.
It lies unpacked in a folder that only root can change, where bytecode is kept. packaging/debian has
what dpkg runs and reads; the units are those of docs/, with the path of the program. The same
pdu.pyz gives the same package, with the manual pages and completions of manpages.py. Its maintainer
is who builds it: DEBFULLNAME and DEBEMAIL, as Debian's own tools read them; its Homepage is
DEBHOMEPAGE. lintian finds nothing but what packaging/debian/lintian-overrides explains.
"""

from __future__ import annotations

import argparse
import datetime
import email.utils
import gzip
import hashlib
import importlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

tools: Any = importlib.import_module("tools")

ROOT = HERE.parent
DEBIAN = HERE / "debian"
PACKAGE = "dcimanager-pdu-handlers"
#: the unit files, which expect a program where docs/ advise to install it
UNITS = (ROOT / "docs/prometheus/pdu-exporter.service",)
_ADVISED, _PROGRAM = b"=/opt/pdu/bin/pdu ", b"=/usr/bin/pdu "
_SEE = re.compile(rb"(?m)^(# systemd: .*?)\. See .*$")
_DOC = f"usr/share/doc/{PACKAGE}"
#: without DEBEMAIL: the administrator of the machine on which it is installed
_NO_MAINTAINER = "whoever built this package <root@localhost>"
_EPOCH = "315532800"  # 1980-01-01, as in pdu.pyz
_SMALL = ("-Zxz",)


class DebError(Exception):
    """Nothing was built. The text is one line."""


class PackageFile(NamedTuple):
    """A file of the package: content and mode. Its owner is root."""

    data: bytes
    mode: int = 0o644


def debian_version(version: str) -> str:
    """As dpkg orders it: `0.4.0.dev0` comes before `0.4.0`."""
    return version.replace(".dev", "~dev")


def _text(name: str, **values: str) -> bytes:
    """A file of packaging/debian with its marks filled in."""
    text = (DEBIAN / name).read_text("utf-8")
    for mark, value in values.items():
        text = text.replace(f"@{mark.upper()}@", value)
    return text.encode()


def package_files(pyz: Path) -> dict[str, PackageFile]:
    """The files that the package installs: path without the first slash → file.

    Raises DebError or OSError.
    """
    files: dict[str, PackageFile] = {}
    with zipfile.ZipFile(pyz) as archive:
        for name in archive.namelist():
            if name.startswith("licences/"):
                files[f"{_DOC}/{name}"] = PackageFile(archive.read(name))
            elif name != "__main__.py":
                files[f"usr/lib/{PACKAGE}/{name}"] = PackageFile(archive.read(name))
    for unit in UNITS:
        text = unit.read_bytes()
        if _ADVISED not in text:
            raise DebError(f"{unit.name} starts no {_ADVISED.decode().strip(' =')}")
        text = _SEE.sub(rb"\1. See /" + _DOC.encode() + rb"/README.Debian.", text)
        files[f"usr/lib/systemd/system/{unit.name}"] = PackageFile(text.replace(_ADVISED, _PROGRAM))
    files["usr/bin/pdu"] = PackageFile(_text("pdu"), 0o755)
    for name in ("hall.csv", "logins.toml"):
        files[f"etc/pdu/{name}"] = PackageFile(_text(name), 0o640)
    for name in ("copyright", "README.Debian"):
        files[f"{_DOC}/{name}"] = PackageFile(_text(name))
    files[f"usr/share/lintian/overrides/{PACKAGE}"] = PackageFile(_text("lintian-overrides"))
    files.update(_manual_files(pyz))
    changes = (ROOT / "CHANGELOG.md").read_bytes()
    files[f"{_DOC}/CHANGELOG.md.gz"] = PackageFile(gzip.compress(changes, mtime=0))
    entry = _text(
        "changelog", package=PACKAGE, version=debian_version(tools.version()),
        maintainer=maintainer(), day=_day(changes.decode()),
    )  # fmt: skip
    files[f"{_DOC}/changelog.gz"] = PackageFile(gzip.compress(entry, mtime=0))
    return files


def _manual_files(pyz: Path) -> dict[str, PackageFile]:
    """The manual pages and completions. Raises DebError."""
    with tempfile.TemporaryDirectory(prefix="deb-pages.") as work_folder:
        folder, click_man = Path(work_folder) / "files", Path(work_folder) / "packages"
        try:
            tools.install_packages(click_man, "manpages.lock")
        except tools.ToolBuildError as error:
            raise DebError(str(error)) from None
        command = [sys.executable, str(HERE / "manpages.py"), "--pyz", str(pyz)]
        process = subprocess.run(
            [*command, "--out", str(folder)],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(click_man)},
        )
        if process.returncode:
            last = (process.stderr.strip() or "no reason given").splitlines()[-1]
            raise DebError(f"the manual pages cannot be made: {last}")
        files: dict[str, PackageFile] = {}
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name, data = path.relative_to(folder).as_posix(), path.read_bytes()
                is_page = path.suffix == ".1"
                content = gzip.compress(data, mtime=0) if is_page else data
                files[f"{name}.gz" if is_page else name] = PackageFile(content)
        return files


def homepage() -> str:
    """The line of the control file for DEBHOMEPAGE; "" without one. Raises DebError."""
    address = os.environ.get("DEBHOMEPAGE", "").strip()
    if address and not re.fullmatch(r"https?://[!-~]+", address):
        raise DebError("DEBHOMEPAGE must be an address that begins with https://")
    return f"Homepage: {address}\n" if address else ""


def maintainer() -> str:
    """Who is named as the package's maintainer. Raises DebError for what would break the file."""
    name, mail = (os.environ.get(key, "").strip() for key in ("DEBFULLNAME", "DEBEMAIL"))
    if not name and not mail:
        return _NO_MAINTAINER
    text = f"{name} <{mail}>"
    if not re.fullmatch(r"[^<>,\n\r]+ <[^<>\s@]+@[^<>\s@]+>", text):
        raise DebError("DEBFULLNAME and DEBEMAIL need each other: a name, and name@host")
    return text


def _day(changes: str) -> str:
    """The day of the newest release, as a Debian changelog writes it; before the first one, the
    day from which Unix counts, so that the same files give the same package.
    """
    match = re.search(r"(?m)^## \S+ \((\d{4}-\d{2}-\d{2})\)$", changes)
    day = match[1] if match else "1970-01-01"
    when = datetime.datetime.fromisoformat(f"{day}T00:00:00+00:00")
    return email.utils.format_datetime(when)


def control(files: Mapping[str, PackageFile], version: str) -> dict[str, PackageFile]:
    """The files that dpkg reads and runs."""
    units = " ".join(unit.name for unit in UNITS)
    size = sum(len(file.data) + 1023 for file in files.values()) // 1024
    sums = "".join(
        f"{hashlib.md5(file.data, usedforsecurity=False).hexdigest()}  {name}\n"
        for name, file in sorted(files.items())
        if not name.startswith("etc/")
    )
    return {
        "control": PackageFile(
            _text(
                "control",
                package=PACKAGE,
                version=debian_version(version),
                size=str(size),
                maintainer=maintainer(),
                homepage=homepage(),
            )
        ),
        "conffiles": PackageFile(_text("conffiles")),
        "md5sums": PackageFile(sums.encode()),
        **{
            name: PackageFile(_text(name, package=PACKAGE, units=units), 0o755)
            for name in ("postinst", "prerm", "postrm")
        },
    }


def build(pyz: Path, out: Path, version: str, compression: Sequence[str] = _SMALL) -> Path:
    """Write the package to `out`, all or nothing, and return its path. `compression`: options
    of dpkg-deb.

    Raises DebError or OSError.
    """
    files = package_files(pyz)
    contents = {f"DEBIAN/{name}": file for name, file in control(files, version).items()} | files
    package = out / f"{PACKAGE}_{debian_version(version)}_all.deb"
    out.mkdir(parents=True, exist_ok=True)
    epoch = os.environ.get("SOURCE_DATE_EPOCH", _EPOCH)
    # beside the result, so that it is moved there in one step
    with tempfile.TemporaryDirectory(dir=out, prefix="deb.") as folder:
        tree = Path(folder) / "tree"
        for name, file in contents.items():
            path = tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
            path.chmod(file.mode)
        for path in [tree, *tree.rglob("*")]:
            if path.is_dir():
                path.chmod(0o750 if path == tree / "etc/pdu" else 0o755)
            os.utime(path, (int(epoch), int(epoch)))
        _run_dpkg_deb([*compression, "--build", str(tree), str(Path(folder) / package.name)], epoch)
        return (Path(folder) / package.name).replace(package)


def _run_dpkg_deb(arguments: Sequence[str], epoch: str) -> None:
    command = ["dpkg-deb", "--root-owner-group", *arguments]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": epoch, "LC_ALL": "C.UTF-8"}
    try:
        process = subprocess.run(command, capture_output=True, text=True, env=environment)
    except FileNotFoundError:
        raise DebError("dpkg-deb is missing: Debian and Ubuntu have it") from None
    if process.returncode:
        raise DebError((process.stderr.strip() or "no reason given").splitlines()[-1])


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command line. Returns 0 if built, else 1. Wrong arguments exit with 2."""
    parser = argparse.ArgumentParser(
        prog="deb.py",
        allow_abbrev=False,
        description="Build a Debian package of the command pdu with its service.",
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "dist", help="the folder to write to (default: dist/)"
    )
    parser.add_argument(
        "--pyz", type=Path, help="the pdu.pyz to pack (default: built first, beside the package)"
    )
    options = parser.parse_args(arguments)
    try:
        pyz = options.pyz or tools.build(options.out)
        package = build(pyz, options.out, tools.version())
    except (DebError, tools.ToolBuildError, OSError, zipfile.BadZipFile) as error:
        print(f"deb.py: {error}", file=sys.stderr)
        return 1
    print(f"{package}  {package.stat().st_size} bytes")
    print(f"next: apt install ./{os.path.relpath(package)}; /etc/pdu/hall.csv lists the PDUs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
