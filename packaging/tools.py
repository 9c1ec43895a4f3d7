"""Build dist/pdu.pyz: the command `pdu` in one file, for any Python from 3.9 with nothing
installed.

    python packaging/tools.py [--out DIR]
    python packaging/tools.py --lock

It contains this project's packages and those of pyz.lock, with their licences. pip fetches them and
refuses a file whose hash is not in pyz.lock, which `--lock` renews from pyz-requirements.txt. The
same files and the same Python give the same bytes. zeroconf (mDNS in `pdu raritan
discover` and `pdu find`), cryptography (SNMPv3 privacy) and pysmi (`pdu draft --mib`) are left out:
a command that needs one of them says which.

Python 3.6 must be able to parse this file, so that an old one can print that it is too old.
"""

import sys

if sys.version_info < (3, 9):
    sys.stderr.write(
        "tools.py needs Python 3.9 or newer; this is Python %d.%d: use a newer one\n"
        % sys.version_info[:2]
    )
    sys.exit(2)

import argparse
import ast
import contextlib
import hashlib
import importlib.util
import io
import json
import re
import subprocess
import tempfile
import threading
import venv
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PACKAGES = ("common", "pdu_common", "handlers", "pdu")
OLDEST, OLDEST_SHOWN = (3, 9), "3.9"
MAIN = HERE / "pyz_main.py"
LOCK, WANTED = "pyz.lock", "pyz-requirements.txt"
# files from pip that the program does not need, hidden ones too
_UNUSED_PATHS = re.compile(r"bin/|[^/]*\.dist-info/|(?:.*/)?\.")
_LICENCE = re.compile(
    r"([^/]*)\.dist-info/(?:licenses/(.*)|((?:LICEN[CS]E|COPYING|NOTICE|METADATA)[^/]*))"
)
_UNIX = 3  # ZipInfo.create_system: Unix, so that external_attr is a mode


_TICK_S = 2.0


class ToolBuildError(Exception):
    """Nothing was built. The text is one line."""


@contextlib.contextmanager
def show_step(step: str) -> Iterator[None]:
    """Print the name of a step, and every 2 seconds that it still runs."""
    print(f"{step} ...", flush=True)
    stop_event = threading.Event()

    def tick() -> None:
        seconds = 0.0
        while not stop_event.wait(_TICK_S):
            seconds += _TICK_S
            print(f"  {seconds:g} s", flush=True)

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        stop_event.set()
        ticker.join()


def install_packages(folder: Path, lock: str = LOCK) -> None:
    """Install the packages of a lock file of this folder below `folder`, for the oldest Python.

    Raises ToolBuildError.
    """
    with tempfile.TemporaryDirectory(prefix="pdu-pyz-pip-") as work_folder:
        pip = _pip(Path(work_folder))
        with show_step(f"fetching the packages of packaging/{lock} with pip"):
            _install([*pip, "install", "--require-hashes", "--no-deps"], lock, folder)


def write_lock_file(file: Path) -> None:
    """Write `file`, a pyz.lock, from pyz-requirements.txt: the newest releases that fit, with the
    hash of each file.

    Raises ToolBuildError or OSError.
    """
    with tempfile.TemporaryDirectory(prefix="pdu-pyz-pip-") as folder:
        pip, report = _pip(Path(folder)), Path(folder) / "report.json"
        with show_step(f"asking the index for the packages of packaging/{WANTED}"):
            options = ["install", "--dry-run", "--ignore-installed", "--report", str(report)]
            _install([*pip, *options], WANTED, Path(folder) / "none")
        text = lock_text(json.loads(report.read_text("utf-8")))
    file.write_text(text, "utf-8")


def lock_text(report: Mapping[str, Any]) -> str:
    """The text of a pyz.lock, from pip's report of an installation (`pip install --report`)."""
    lines = [
        "# The packages in dist/pdu.pyz, made by packaging/tools.py --lock from"
        f" {WANTED}: each file is fetched",
        "# only with this hash.",
    ]
    for package in sorted(
        report["install"], key=lambda package: str(package["metadata"]["name"]).lower()
    ):
        metadata = package["metadata"]
        archive = package["download_info"]["archive_info"]
        # pip before 23.1, such as Debian 12's, has `hash` alone
        digest = archive.get("hashes", {}).get("sha256") or archive["hash"].split("sha256=")[1]
        lines += [
            f"{str(metadata['name']).lower()}=={metadata['version']} \\",
            f"    --hash=sha256:{digest}",
        ]
    return "\n".join(lines) + "\n"


def _pip(folder: Path) -> list[str]:
    """The command `pip`: this Python's, or one made in `folder`, because Debian's Python has none.

    Raises ToolBuildError.
    """
    if importlib.util.find_spec("pip") is None:
        try:
            # without it, Debian's venv prints ten lines and ends the program
            if importlib.util.find_spec("ensurepip") is None:
                raise OSError("no ensurepip")
            with show_step("making an environment with pip, which this Python lacks"):
                venv.create(folder, with_pip=True)
        except (OSError, subprocess.CalledProcessError):
            raise ToolBuildError(
                f"{sys.executable} has neither pip nor ensurepip"
                " (Debian: apt-get install python3-venv)"
            ) from None
        return [str(folder / "bin" / "python"), "-m", "pip"]
    return [sys.executable, "-m", "pip"]


def _install(command: Sequence[str], file: str, folder: Path) -> None:
    """Run pip for the oldest Python and for any machine, with the packages of a file in HERE."""
    process = subprocess.run(
        [
            *command,
            "--quiet",
            "--disable-pip-version-check",
            "--no-compile",
            "--target",
            str(folder),
            "--python-version",
            OLDEST_SHOWN,
            "--implementation",
            "py",
            "--abi",
            "none",
            "--platform",
            "any",
            "--only-binary",
            ":all:",
            "-r",
            str(HERE / file),
        ],
        capture_output=True,
        text=True,
    )
    if process.returncode:
        match = re.search(r"(?s)DO NOT MATCH THE HASHES.*?\n +([\w.-]+)\b", process.stderr)
        if match is not None:
            raise ToolBuildError(
                f"the file of {match[1]} that pip fetched is not the one of packaging/{file}: its"
                " hash differs"
            )
        last = (process.stderr.strip() or "no reason given").splitlines()[-1]
        raise ToolBuildError(f"pip could not fetch the packages: {last}")


def version() -> str:
    """VERSION of this tree."""
    text = (ROOT / "handlers" / "__init__.py").read_text("utf-8")
    (number,) = re.findall(r'(?m)^VERSION = "([^"]+)"$', text)
    return str(number)


def check(files: Mapping[str, bytes]) -> None:
    """Check that the oldest Python parses the .py files, as far as `ast` can tell, and that no name
    ends with .so.

    Raises ToolBuildError.
    """
    for path, data in sorted(files.items()):
        if path.endswith(".so"):
            raise ToolBuildError(
                f"{path} is made for one kind of machine, and pdu.pyz must run on any"
            )
        try:
            ast.parse(data if path.endswith(".py") else b"", path, feature_version=OLDEST)
        except SyntaxError as error:
            raise ToolBuildError(
                f"{path} line {error.lineno} is not Python {OLDEST_SHOWN} ({error.msg})"
            ) from None


def content_hash(files: Mapping[str, bytes]) -> str:
    """The hash of all files, by path and content."""
    digest = hashlib.sha256()
    for path, data in sorted(files.items()):
        digest.update(f"{path} {len(data)}\n".encode() + data)
    return digest.hexdigest()[:16]


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The bytes of the program, which depend only on paths, contents and this Python's zlib."""
    out = io.BytesIO(b"#!/usr/bin/env python3\n")
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packer:
        for path, data in sorted(files.items()):
            entry = zipfile.ZipInfo(path)  # its default date is 1980-01-01
            entry.create_system = _UNIX
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            packer.writestr(entry, data)
    return out.getvalue()


def build(out: Path) -> Path:
    """Write `out`/pdu.pyz, all or nothing, and return its path.

    Raises ToolBuildError or OSError.
    """
    files: dict[str, bytes] = {}
    for package in PACKAGES:
        for pattern in ("*.py", "*.csv", "*.json", "py.typed"):
            files.update(
                (f"{package}/{path}", data)
                for path, data in _files_below(ROOT / package, pattern).items()
            )
    with tempfile.TemporaryDirectory(prefix="pdu-pyz-") as folder:
        install_packages(Path(folder))
        for path, data in _files_below(Path(folder), "*").items():
            place = _place(path)
            if place:
                files[place] = data
    files["licences/dcimanager-pdu-handlers/LICENSE"] = (ROOT / "LICENSE").read_bytes()
    with show_step("packing them"):
        check(files)
        return _write_program(files, out)


def _write_program(files: dict[str, bytes], out: Path) -> Path:
    """Write `out`/pdu.pyz with `files` and its main program."""
    files["__main__.py"] = MAIN.read_bytes().replace(b"@CONTENT@", content_hash(files).encode())
    out.mkdir(parents=True, exist_ok=True)
    # used by this build only
    with tempfile.TemporaryDirectory(dir=out, prefix="pdu.pyz.") as folder:
        partial = Path(folder) / "pdu.pyz"
        partial.write_bytes(zipped(files))
        partial.chmod(0o755)
        return partial.replace(out / "pdu.pyz")


def _place(path: str) -> str:
    """The path in pdu.pyz for a file that pip installed; "" if it is left out.

    Licences and METADATA are moved out of `.dist-info`, a folder in which
    importlib.metadata expects a package as pip installed it.
    """
    match = _LICENCE.fullmatch(path)
    if match is not None:
        return f"licences/{match[1]}/{match[2] or match[3]}"
    return "" if _UNUSED_PATHS.match(path) else path


def _files_below(folder: Path, pattern: str) -> dict[str, bytes]:
    """The files below `folder` whose names match: path → content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob(pattern)
        if path.is_file()
    }


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command line. Returns 0 if built, else 1. Wrong arguments exit with 2."""
    parser = argparse.ArgumentParser(
        prog="tools.py",
        allow_abbrev=False,
        description="Build dist/pdu.pyz, the command pdu in one file.",
    )
    parser.add_argument(
        "--lock",
        action="store_true",
        help=f"build nothing; write packaging/{LOCK}, the packages in it with their hashes",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=ROOT / "dist",
        help="the folder to write to (default: dist/ of the project)",
    )
    options = parser.parse_args(arguments)
    try:
        if options.lock:
            write_lock_file(HERE / LOCK)
            print(HERE / LOCK)
            return 0
        path = build(options.out)
    except KeyboardInterrupt:
        print("tools.py: interrupted; nothing was built", file=sys.stderr)
        return 130
    except (ToolBuildError, OSError) as error:
        print(f"tools.py: {error}", file=sys.stderr)
        return 1
    print(f"{path}  {path.stat().st_size} bytes")
    print("next: python3 dist/pdu.pyz supports MODEL, then: python3 dist/pdu.pyz identify HOST")
    return 0


if __name__ == "__main__":
    sys.exit(main())
