"""Build dist/pdu.pyz: the command `pdu` in one file, for any Python from 3.9 with nothing installed.

    python packaging/tools.py [--out DIR]

It holds this project's packages and those of pyz-requirements.txt, which pip fetches once. zeroconf (`pdu raritan discover`) and
cryptography (SNMPv3 privacy) are not pure Python and stay out: the command says where it needs one.
"""
from __future__ import annotations

import argparse
import ast
import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipapp
from pathlib import Path
from typing import Optional, Sequence, Tuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PACKAGES = ("common", "pdu_common", "handlers")
OLDEST = (3, 9)
MAIN = HERE / "pyz_main.py"


class BuildError(Exception):
    """Nothing was built; one sentence."""


def fetched(folder: Path) -> None:
    """Install the packages of pyz-requirements.txt below `folder`, for the oldest Python. Raises BuildError."""
    done = subprocess.run([
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--target", str(folder),
        "--python-version", _shown(OLDEST), "--implementation", "py", "--abi", "none", "--platform", "any",
        "--only-binary", ":all:", "-r", str(HERE / "pyz-requirements.txt")], capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip() or "no reason given").splitlines()[-1]
        raise BuildError(f"pip could not fetch the packages: {last}")


def _shown(version: Tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def check(folder: Path) -> None:
    """Raises BuildError for a file that the oldest Python cannot run."""
    for path in sorted(folder.rglob("*.py")):
        try:
            ast.parse(path.read_text("utf-8"), str(path), feature_version=OLDEST)
        except SyntaxError as error:
            where = f"{path.relative_to(folder)} line {error.lineno}"
            raise BuildError(f"{where} is not Python {_shown(OLDEST)} ({error.msg})") from None
    compiled = [path.name for path in folder.rglob("*.so")]
    if compiled:
        raise BuildError(f"{compiled[0]} is made for one kind of machine")


def content(folder: Path) -> str:
    """The hash of all files below `folder`, by path and content."""
    digest = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()} {len(data)}\n".encode() + data)
    return digest.hexdigest()[:16]


def build(out: Path) -> Path:
    """Write `out`/pdu.pyz, all or nothing. Raises BuildError."""
    with tempfile.TemporaryDirectory(prefix="pdu-pyz-") as made:
        folder = Path(made) / "content"
        fetched(folder)
        for unused in (*folder.rglob("*.dist-info"), folder / "bin"):
            shutil.rmtree(unused, ignore_errors=True)
        for package in PACKAGES:
            shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "*.md"))
        check(folder)
        (folder / "__main__.py").write_text(MAIN.read_text("utf-8").replace("@CONTENT@", content(folder)), encoding="utf-8")
        out.mkdir(parents=True, exist_ok=True)
        partial = out / "pdu.pyz.part"
        zipapp.create_archive(folder, partial, interpreter="/usr/bin/env python3", compressed=True)
        partial.replace(out / "pdu.pyz")
    return out / "pdu.pyz"


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command line; 0 built, 1 not built."""
    parser = argparse.ArgumentParser(prog="tools.py", allow_abbrev=False,
                                     description="Build dist/pdu.pyz, the command pdu in one file.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where to (default: dist/ of the project)")
    try:
        made = build(parser.parse_args(arguments).out)
    except (BuildError, OSError) as error:
        print(f"tools.py: {error}", file=sys.stderr)
        return 1
    print(f"{made}  {made.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
