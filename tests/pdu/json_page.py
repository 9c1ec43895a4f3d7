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
from collections.abc import Iterator, Mapping
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


def document(*words: str, code: int = 0) -> Any:
    """The document of a command, which must end with this exit code. A command that timed out would
    write the keys of its error into the page.
    """
    with contextlib.redirect_stdout(io.StringIO()) as out:
        with contextlib.redirect_stderr(io.StringIO()):
            exit_code = root.run([*words, "--json"])
    if exit_code != code:
        raise RuntimeError(f"pdu {words[0]} ended with {exit_code}: {out.getvalue()}")
    return json.loads(out.getvalue())


def _documents(name: str, peer: Peer, folder: Path) -> Iterator[tuple[str, Any]]:
    """What the commands of one PDU print of this one, and `check` beside one that is not there."""
    words, secrets = options(peer)
    with mock.patch.dict(os.environ, {f"PDU_{key.upper()}": text for key, text in secrets.items()}):
        for command in ("status", "statistic", "labels", "outlets"):
            yield command, document(command, name, peer.address, *words)
        identity = document("status", name, peer.address, *words)["outlets"][0]["identity"]
        for command in ("off", "on"):
            yield command, document(command, name, peer.address, identity, "--yes", *words)
        cycle = ("cycle", name, peer.address, identity, "--yes", "--pause", "0")
        yield "cycle", document(*cycle, *words)
        line = ("off", name, peer.address, "no-such-outlet", "--yes", *words)
        yield "error", document(*line, code=code_of("no-such-outlet"))
    private(folder / "logins.toml", login(peer))
    fleet = folder / "list.csv"
    pdus = [list_line(folder, peer)]
    fleet.write_text("\n".join(["name,handler,address,auth,settings", *pdus, ""]))
    yield "check", document("check", str(fleet), "--auth", str(folder / "logins.toml"))
    pdus.append("absent,netio,127.0.0.1:9,,scheme=http")
    fleet.write_text("\n".join(["name,handler,address,auth,settings", *pdus, ""]))
    check = ("check", str(fleet), "--auth", str(folder / "logins.toml"))
    yield "check", document(*check, code=2)
    files = ("--list", str(fleet), "--auth", str(folder / "logins.toml"))
    yield "where", document("where", *files, code=code_of("unreachable"))


def shapes() -> Mapping[str, Mapping[str, str]]:
    """The types by path, by command."""
    shapes_by_command: dict[str, list[Shape]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names():
            with PEERS[name]() as peer:
                for command, json_document in _documents(name, peer, Path(folder)):
                    shapes_by_command.setdefault(command, []).append({})
                    _add(shapes_by_command[command][-1], json_document)
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
    """The text of the page: its own head, and the keys of each command. Commands with the same keys
    share a section."""
    head, begin, _ = PAGE.read_text("utf-8").partition(_BEGIN)
    titles_by_keys: dict[str, list[str]] = {}
    for command, types in shapes().items():
        title = "An error" if command == "error" else f"`pdu {command} --json`"
        titles_by_keys.setdefault(_keys(types), []).append(title)
    parts = [f"{head}{begin}\n"]
    for keys, titles in titles_by_keys.items():
        parts.append("\n".join([f"## {', '.join(titles)}\n", "```text", keys, "```\n"]))
    return "\n".join(parts)


def _keys(types: Mapping[str, str]) -> str:
    """A line for each path, without lists and objects whose members have lines."""
    return "\n".join(
        f"{path}: {text}"
        for path, text in types.items()
        if text not in ("list", "object") or not any(map(_is_below(path), types))
    )


def _is_below(path: str) -> Callable[[str], bool]:
    """Whether a path is that of a member of the object or list at `path`."""
    return lambda other_path: other_path.startswith((f"{path}.", f"{path}["))


def main() -> int:
    outlet_power.AGAIN_S = 0.0
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
