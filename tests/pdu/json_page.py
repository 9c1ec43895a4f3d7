"""docs/json.md: the keys of what `--json` prints, from what the commands print of simulated PDUs.

`python -m tests.pdu.json_page` writes the page anew.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Callable
from unittest import mock

from handlers.registry import names
from pdu import root
from pdu.cli.exit_codes import code_of
from pdu.reading import outlet_power
from tests.needs import ROOT
from tests.pdu.monitoring.halls import line as list_line, login, private
from tests.pdu.running import options
from tests.peers import PEERS, Peer

PAGE = ROOT / "docs" / "json.md"
_BEGIN = "<!-- keys:begin -->"
# objects whose keys are texts of a device or of a list
_OPEN = ("about", "evidence", "results")
Shape = dict[str, set[str]]
# commands that need no PDU
_LINES: Mapping[str, Sequence[str]] = {
    "supports": ("supports", "AP8959"),
    "snmp families": ("snmp", "families"),
    "snmp check": ("snmp", "check", str(ROOT / "tests" / "packaging" / "acme-strip.json")),
    "snmp parts": ("snmp", "parts"),
    "version": ("version",),
}


def _add(shape: Shape, value: Any, path: str = "") -> None:
    """Add the types of a document's members to those of their paths."""
    if isinstance(value, Mapping):
        if path:
            shape.setdefault(path, set()).add("object")
        for key, member in value.items():
            name = "*" if path.rpartition(".")[2] in _OPEN else key
            _add(shape, member, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        if path:
            shape.setdefault(path, set()).add("list")
        for member in value:
            _add(shape, member, f"{path}[]" if path else "")
    else:
        kinds = {str: "text", bool: "true or false", type(None): "null"}
        shape.setdefault(path, set()).add(kinds.get(type(value), "number"))


def document(*words: str, kind: str = "") -> Any:
    """The document of a command, which must end with 0, or with the exit code of the kind of error.
    A command that timed out would write the keys of its error into the page.
    """
    with contextlib.redirect_stdout(io.StringIO()) as out:
        with contextlib.redirect_stderr(io.StringIO()):
            code = root.run([*words, "--json"])
    if code != (code_of(kind) if kind else 0):
        raise RuntimeError(f"pdu {words[0]} ended with {code}: {out.getvalue()}")
    return json.loads(out.getvalue())


def _documents(name: str, peer: Peer, folder: Path) -> Iterator[tuple[str, Any]]:
    """What the commands of one PDU print of this one."""
    words, secrets = options(peer)
    with mock.patch.dict(os.environ, {f"PDU_{key.upper()}": text for key, text in secrets.items()}):
        for command in ("status", "statistic", "labels", "outlets"):
            yield command, document(command, name, peer.address, *words)
        identity = document("status", name, peer.address, *words)["outlets"][0]["identity"]
        for command in ("off", "on"):
            yield command, document(command, name, peer.address, identity, "--yes", *words)
        cycle = ("cycle", name, peer.address, identity, "--yes", "--pause", "0")
        yield "cycle", document(*cycle, *words)
        identify = ("identify", peer.address, "--handler", name, *words)
        yield "identify", document(*identify)
        files = ("--list", str(folder / f"{name}.csv"), "--auth", str(folder / f"{name}.toml"))
        yield "identify", document(*identify, "--add", "r1-left", *files)
        line = ("off", name, peer.address, "no-such-outlet", "--yes", *words)
        yield "error", document(*line, kind="no-such-outlet")
        for command in ("record", "prove"):
            file = str(folder / f"{name}.{command}")
            yield command, document(command, name, peer.address, "--out", file, *words)
        if name == "snmp":
            port = ("--port", peer.snmp["port"], "--no-mdns")
            yield "find", document("find", peer.address, *port)
    private(folder / "logins.toml", login(peer))
    fleet = folder / "list.csv"
    fleet.write_text(f"name,handler,address,auth,settings\n{list_line(folder, peer)}\n")
    yield "check", document("check", str(fleet), "--auth", str(folder / "logins.toml"))
    files = ("--list", str(fleet), "--auth", str(folder / "logins.toml"))
    yield "where", document("where", *files)


def shapes() -> Mapping[str, Mapping[str, str]]:
    """The types by path, by command."""
    shapes_by_command: dict[str, list[Shape]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names():
            with PEERS[name]() as peer:
                for command, json_document in _documents(name, peer, Path(folder)):
                    shapes_by_command.setdefault(command, []).append({})
                    _add(shapes_by_command[command][-1], json_document)
        for command, words in _LINES.items():
            _add(shapes_by_command.setdefault(command, [{}])[0], document(*words))
    return {command: _merged(shapes) for command, shapes in shapes_by_command.items()}


def _merged(documents: list[Shape]) -> Mapping[str, str]:
    paths = dict.fromkeys(path for shape in documents for path in shape)
    types_by_path = {}
    for path in paths:
        kinds = set().union(*(shape.get(path, set()) for shape in documents))
        parent = path.rpartition(".")[0].removesuffix("[]")
        is_missing = any(path not in shape for shape in documents if not parent or parent in shape)
        types = sorted(kinds - {"null"}) + sorted(kinds & {"null"})
        types_by_path[path] = " or ".join([*types, *(["absent"] if is_missing else [])])
    return types_by_path


def page() -> str:
    """The text of the page: its own head, and the keys of each command."""
    head, begin, _ = PAGE.read_text("utf-8").partition(_BEGIN)
    parts = [f"{head}{begin}\n"]
    for command, types in shapes().items():
        title = "An error" if command == "error" else f"`pdu {command} --json`"
        rows = [
            f"{path}: {text}"
            for path, text in types.items()
            if text not in ("list", "object") or not any(map(_is_below(path), types))
        ]
        parts.append("\n".join([f"## {title}\n", "```text", *rows, "```\n"]))
    return "\n".join(parts)


def _is_below(path: str) -> Callable[[str], bool]:
    """Whether a path is that of a member of the object or list at `path`."""
    return lambda other_path: other_path.startswith((f"{path}.", f"{path}["))


def main() -> int:
    outlet_power.AGAIN_S = 0.0
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
