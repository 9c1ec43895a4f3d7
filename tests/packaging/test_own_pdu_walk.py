"""The commands of docs/own-pdu.md on its PDU to practise on run in order, and print what the page
shows.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from handlers import VERSION
from handlers.snmp import schema
from handlers.snmp.profiles import PROFILE_BY_KEY
from tests.needs import ROOT
from tests.ports import reserved
from tests.waiting import PATIENCE_S

from .programs import serving

PAGE = ROOT / "docs" / "own-pdu.md"
FILES = ROOT / "docs" / "own-pdu"
#: exit codes other than 0, as the page says them
CODES = {"pdu identify": 8, "pdu supports 1.3.6.1.4.1.32473": 8}


class Shown(NamedTuple):
    """A command of the page, and the output below it."""

    line: str
    output: str


def commands() -> list[Shown]:
    """The commands of the page, in order."""
    commands_shown = []
    for block in re.findall(r"(?ms)^```console\n(.*?)^```", PAGE.read_text("utf-8")):
        _, *parts = re.split(r"(?m)^\$ ", block)
        for part in parts:
            line, _, output = part.partition("\n")
            commands_shown.append(Shown(line, output))
    return commands_shown


def is_shown(printed: str, page: str) -> bool:
    """Whether the page shows what was printed: `...` stands for any part of it."""
    pattern = ".*".join(map(re.escape, page.strip().split("...")))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder in which the page's commands run as in a clone, and that keeps what they write."""
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    (tmp_path / "packaging").symlink_to(ROOT / "packaging")
    tools = tmp_path / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name, words in {"python3": "", "pdu": "-P -m pdu"}.items():
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (tools / name).chmod(0o755)
    return tmp_path


def expected_code(line: str) -> int:
    """The exit code of a command of the page."""
    for begin, code in CODES.items():
        if line.startswith(begin):
            return code
    return 0


def run_command(line: str, clone: Path, environment: dict[str, str]) -> tuple[int, str]:
    """The exit code of a command, and what it prints on a terminal."""
    if "packaging/build.py" in line:  # as in a clone, whose dist/ is not this one
        line += f" --out {clone}/dist"
    process = subprocess.run(
        ["sh", "-ec", line],
        cwd=clone,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
    )
    return process.returncode, process.stdout


@pytest.mark.trial
def test_the_page_shows_what_its_commands_print(clone: Path) -> None:
    """The page is docs/own-pdu.md, run with free ports in place of its own."""
    ports = {"16161": str(reserved()), "16162": str(reserved())}
    environment = {
        "PATH": f"{clone / '.venv' / 'bin'}:/usr/bin:/bin",
        # both outputs are read as one: in the order in which a terminal shows them
        "PYTHONUNBUFFERED": "1",
        "PDU_COMMUNITY": "public",
        "PYTHONPATH": str(ROOT),
    }
    lines: list[str] = []
    with contextlib.ExitStack() as replays:
        for line, output in commands():
            for documented_port, port in ports.items():
                line = line.replace(documented_port, port)
                output = output.replace(documented_port, port)
            if line.startswith(". "):  # . .venv/bin/activate
                continue
            if line.startswith("pdu replay"):  # pdu replay FILE --listen ADDRESS:PORT
                _, _, listening_port = line.rpartition(":")
                log = clone / f"{listening_port}.log"
                printed = replays.enter_context(serving(line, log, environment))
                assert is_shown(printed, output)
                continue
            code, printed = run_command(line, clone, environment)
            assert code == expected_code(line), (line, printed)
            assert is_shown(printed, output), (line, printed)
            lines.append(line)

    pdu_commands = [line.split()[1] for line in lines if line.startswith("pdu")]
    assert pdu_commands == [
        *("identify", "record", "supports"),
        *("snmp", "snmp", "off", "outlets"),
    ]
    writes = (clone / f"{ports['16162']}.log").read_text("utf-8")
    assert "SET 1.3.6.1.4.1.32473.20.3.1.4.2 = 2: outlet 2 off" in writes


def test_the_table_names_the_objects_of_the_relative_and_of_the_result() -> None:
    """Each object of the two profiles that the page's table leads from and to."""
    table = "".join(re.findall(r"(?m)^\| `.*", PAGE.read_text("utf-8")))
    names = set(re.findall(r"`((?:netio|bar)\w+)`", table))
    result = json.loads((FILES / "acme-bar.json").read_text("utf-8"))
    assert {name for name in names if name.startswith("bar")} == objects_of(result)
    netio = json.loads(schema.dumps(PROFILE_BY_KEY["netio"]))
    assert {name for name in names if name.startswith("netio")} < objects_of(netio)


def test_the_table_names_each_key_of_the_relative_that_the_result_does_not_have() -> None:
    first_cells = "".join(re.findall(r"(?m)^\| (`.*?) \|", PAGE.read_text("utf-8")))
    result = json.loads((FILES / "acme-bar.json").read_text("utf-8"))
    netio = json.loads(schema.dumps(PROFILE_BY_KEY["netio"]))
    left_out = set()
    for path in keys_of(netio) - keys_of(result):
        parent, _, key = path.rpartition(".")
        if not parent or parent in keys_of(result):
            left_out.add(key)
    # parts of `number`, which is another kind; a load that the PDU has comes before a sum
    left_out -= {"over", "plus", "position", "else_outlets"}
    assert left_out > {"source", "figures"}
    assert left_out <= set(re.findall(r"`(\w+)`", first_cells))


def keys_of(part: object, path: str = "") -> set[str]:
    """The keys in a profile's JSON, with those above them: "outlets.states.on"."""
    if isinstance(part, list):
        return set().union(*(keys_of(item, path) for item in part))
    if not isinstance(part, dict):
        return set()
    keys = {f"{path}.{key}" for key in part}
    return keys.union(*(keys_of(value, f"{path}.{key}") for key, value in part.items()))


def objects_of(part: object) -> set[str]:
    """The names of the objects in a profile's JSON."""
    if isinstance(part, list):
        return set().union(*map(objects_of, part))
    if not isinstance(part, dict):
        return set()
    names = {part["object"]} if "object" in part else set()
    return names.union(*map(objects_of, part.values()))


def test_what_differs_from_the_page_is_found() -> None:
    assert is_shown("a 1 b\n", "a ... b")
    assert is_shown("a\nb\nc\n", "a\n...\nc\n")
    assert not is_shown("a 1 c\n", "a ... b")
    assert not is_shown("a\nb\nc\n", "a\nc\n")


def test_the_finished_profile_is_built_as_the_page_names_it() -> None:
    profile = json.loads((FILES / "acme-bar.json").read_text("utf-8"))
    assert f"pdu_{profile['key'].replace('-', '_')}-{VERSION}.tar.gz" in PAGE.read_text("utf-8")
