"""What the builder takes, packs and refuses: builds.txt and closure.txt (tests/tables.py).

builds.txt: lines of packaging/build.py in an empty folder, one after the other.
    profile outlets/0/states/on = "on"   another text in mine.json, which is else the example of
                                         docs/own-pdu.md, acme.json; `-` removes a key
    profile = {'key': 1}                 another file; with escapes, UTF-16 after `utf-16:`
    two key = acme-two                   the same of two.json
    put NAME TOP                         dist/ has an archive with the top folder TOP
    old pdu_snmp                         its archive is that of 1.0.0
    gone pdu_aaa                         its archive is not there any more
    folder NAME                          dist/NAME is the folder of a handler
    build snmp --only rpcm               a line, which writes to dist/
On the right stand, for each line, its exit code with its errors, or the archives that it builds,
each with its options, or the vendors of its families if it leaves some out; then what the script
lists. What is read of the options stands after `read as`.

closure.txt: the code of handlers/x/handler.py, and the files of its archive beside that, or why it
is refused. FILES are there, too.
`PYTHONPATH=packaging python -m tests.packaging.build_table` writes right sides.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from builder import closure, command
from handlers import VERSION
from handlers.snmp.profiles import PROFILES, VENDORS
from handlers.snmp.settings import select_families
from pdu.loading import handler_archives
from tests.pdu.loading.page_handler import folder, packed
from tests.tables import Case, Table
from tests.waiting import PATIENCE_S

from .acme import PROFILE

BUILDS = Table(Path(__file__).with_name("builds.txt"))
CLOSURE = Table(Path(__file__).with_name("closure.txt"))
FILES = {
    "x/a.py": "",
    "x/tool.py": "",
    "x/__main__.py": "import rich",
    "x/deep/inner.py": "",
    "x/chain.py": "from . import a\nfrom .. import shared",
    "x/ring.py": "from . import handler",
    "y/handler.py": "",
    "y/wire.py": "",
    "shared.py": "",
    "unused.py": "import rich",
}
_ALWAYS = {"__init__.py", "x/__init__.py", "x/handler.py"}
_VENDOR_FILES = {Path(str(vendor.__file__)).stem for vendor in VENDORS}


def tree(folder: Path, texts: dict[str, str]) -> Path:
    """A `handlers` tree with these files. Adds an empty __init__.py beside each that has none."""
    top = folder / "handlers"
    for path, text in {"__init__.py": 'VERSION = "1.0"\n', **texts}.items():
        file = top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for file in list(top.rglob("*.py")):
        (file.parent / "__init__.py").touch()
    return top


def shown_closure(case: Case) -> str:
    """The right side of a case of closure.txt, as the code gives it now."""
    _, _, code = case.left.partition(" = ")
    with tempfile.TemporaryDirectory() as place:
        handlers = tree(Path(place), {**FILES, "x/handler.py": _text(code)})
        try:
            paths = set(closure.files(handlers, "x"))
        except closure.BuildError as error:
            assert "\n" not in str(error)
            return f"error {error}"
    assert _ALWAYS <= paths
    return " ".join(sorted(paths - _ALWAYS)) or "nothing else"


def _text(text: str) -> str:
    """The text that is written with Python's escapes."""
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape")


def shown_build(case: Case) -> str:
    """The right side of a case of builds.txt, as the code gives it now."""
    with tempfile.TemporaryDirectory() as place:
        workshop = _Workshop(Path(place))
        results = [workshop.result(change) for change in case.left.split(BUILDS.separator)]
    return " / ".join(result for result in results if result)


class _Workshop:
    """A folder with profiles and dist/."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._out = place / "dist"
        self._profiles: dict[str, dict[str, Any]] = {}

    def result(self, change: str) -> str:
        """What a line of the builder gives, "" for a change."""
        word, _, rest = change.partition(" ")
        if word == "build":
            return self._build(rest.split(" "))
        if word in ("profile", "two"):
            self._write_profile("mine" if word == "profile" else word, rest)
        elif word == "folder":
            folder(self._out, rest)
        elif word == "put":
            name, _, top = _text(rest).replace("VERSION", VERSION).rpartition(" ")
            self._out.mkdir(exist_ok=True)
            archive = packed(folder(Path(tempfile.mkdtemp(dir=self._place)), top)).read_bytes()
            (self._out / name).write_bytes(archive)
        else:
            (archive_path,) = self._out.glob(f"{rest}-*.gz")
            if word == "old":
                archive_path.rename(self._out / f"{rest}-1.0.0.tar.gz")
            else:
                assert word == "gone", word
                archive_path.unlink()
        return ""

    def _write_profile(self, name: str, change: str) -> None:
        """`change`: `outlets/0/states/on = "on"`, `key = -`, or the file itself, `= TEXT`."""
        path, _, value = change.partition("= ")
        file = self._place / f"{name}.json"
        if not path:
            text = _text(value.removeprefix("utf-16:"))
            is_utf_16 = value.startswith("utf-16:")
            file.write_bytes(text.encode("utf-16" if is_utf_16 else "utf-8"))
            return
        profile = self._profiles.setdefault(name, json.loads(PROFILE.read_text("utf-8")))
        owner: Any = profile
        *parents, key = path.strip().split("/")
        for parent in parents:
            owner = owner[int(parent) if parent.isdigit() else parent]
        if value == "-":
            del owner[key]
        else:
            owner[key] = json.loads(value)
        file.write_text(json.dumps(profile), "utf-8")

    def _build(self, words: Sequence[str]) -> str:
        """What a line of the builder gives."""
        files = {"acme.json": str(PROFILE)}
        for name in ("mine.json", "two.json"):
            files[name] = str(self._place / name)
        arguments = ["--out", str(self._out)]
        for word in words:
            if word.startswith("dist/"):
                word = str(self._place / word)
            option, equals, value = word.partition("=")
            arguments.append(option + equals + files.get(value, value) if equals else word)
        before = {path: path.read_bytes() for path in self._out.glob("*.*")}
        with (
            contextlib.redirect_stderr(io.StringIO()) as errors,
            contextlib.redirect_stdout(io.StringIO()) as output,
        ):
            try:
                code = command.main(arguments)
            except SystemExit as end:
                assert isinstance(end.code, int)
                code = end.code
        sentence = self._sentence(errors.getvalue())
        if code:
            assert output.getvalue() == ""
            assert {path: path.read_bytes() for path in self._out.glob("*.*")} == before
            return f"{code} {sentence}"
        built = [Path(line.split("  ")[0]) for line in output.getvalue().splitlines()]
        archives = [_archive(path) for path in built if path.suffix == ".gz"]
        script = (self._out / "register.sh").read_text("utf-8")
        # whatever names it lists, a shell can read it
        subprocess.run(["sh", "-n"], input=script.encode(), check=True, timeout=PATIENCE_S)
        rows = re.findall(r"(?m)^pdu_(\w+)\|", script)
        names = re.findall(r'"name": "([^"]*own profile [^"]*)"', script)
        note = f"; {sentence}" if sentence else ""
        called = f" called {', '.join(names)}" if names else ""
        return f"{', '.join(archives)}; lists {' '.join(rows)}{called}{note}"

    def _sentence(self, errors: str) -> str:
        """The words on stderr, without the usage and the names of folders."""
        text = errors.rpartition("build.py: error: ")[2].removeprefix("build.py: ")
        assert text.count("\n") <= 1 or "usage" in errors, text
        words = " ".join(text.split())
        return words.replace(f"{self._place}/", "").replace(VERSION, "VERSION")


def _archive(path: Path) -> str:
    """The name of an archive with its options."""
    files = handler_archives.read_archive(path.read_bytes()).files
    name = path.name.partition("-")[0]
    texts = [text for file, text in files.items() if file.endswith("/snmp/options.py")]
    if not texts:
        return name
    options: dict[str, str] = {}
    for node in ast.parse(texts[0].decode("ascii")).body:
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            options = ast.literal_eval(node.value)
    choice = select_families({}, options)
    keys = [profile.key for profile in choice.profiles]
    is_own = options.pop("own_profile", "") != ""
    count = "all" if len(keys) == len(PROFILES) else len(keys)
    families = keys[0] if is_own else f"{count} families"
    words = [name, str(options or "without options"), f"read as {families}"]
    vendors = {Path(file).stem for file in files if "/profiles/" in file} & _VENDOR_FILES
    if "only" in options:
        words.append(f"of {' '.join(sorted(vendors))}")
    flags = ("is_fixed", "switch_unproven", "switch_automatic", "metered_only")
    words += [flag for flag in flags if getattr(choice, flag)]
    words += [f"switches {key}" for key in sorted(choice.switched_families)]
    return " ".join(words)


if __name__ == "__main__":
    CLOSURE.write(shown_closure)
    BUILDS.write(shown_build)
