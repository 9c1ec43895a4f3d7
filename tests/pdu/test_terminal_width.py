"""On a terminal, no command prints a line that is wider than it; what is no terminal gets each line
as it is.
"""

from __future__ import annotations

import ast
import fcntl
import json
import os
import shlex
import struct
import subprocess
import sys
import termios
from pathlib import Path

import click
import pytest

from pdu.cli import terminal_lines
from pdu.cli.invocation import program
from tests.needs import ROOT as ROOT_FOLDER
from tests.pdu.monitoring.halls import line, login, private
from tests.pdu.test_help import EVERY
from tests.pdu.test_mistakes import TYPED
from tests.peers import PEERS
from tests.waiting import PATIENCE_S

WIDTH = 80
# a search of a network, and a service
RUN_LONG = ("find", "exporter")
TOPICS = ("errors", "settings", "exit-codes", "commands", "recordings", "dcimanager", "shell")
# of a simulated PDU `rack`; {host} is its address
OF_A_PDU = (
    "status rack",
    "statistic rack",
    "outlets rack",
    "identify rack --verbose",
    "identify {host} --handler snmp",
    "identify 127.0.0.1:9",
    "identify 127.0.0.1:9 --handler raritan --handler redfish",
    "off rack 1 --yes",
    "on rack 1-2 --yes",
    "on rack 1",
    "off rack 99 --yes",
    "cycle rack 1 --yes --pause 0",
    "check",
    "check nobody.csv",
    "where",
    "where nothing",
    "find 127.0.0.1/32 --port 9 --no-mdns",
    "status racks",
    "status nut 127.0.0.1:9",
    "supports AP8959",
    "supports raritan",
    "supports kwx9",
    "supports lenovo",
    "register --dry-run",
    "platform .",
    "handler check .",
    "version",
    "",
)
_SEVERAL = """
import json, sys
import time
from pdu import root
from pdu.reading import outlet_power

outlet_power.AGAIN_S = 0.0
for line in json.load(open(sys.argv[1])):
    print("\\n==", *line, flush=True)
    root.run(line)
    sys.stderr.flush()
"""


def run_on_terminal(lines: list[list[str]], folder: Path, environment: dict[str, str]) -> str:
    """What a terminal of 80 columns shows of these commands, each below its own line. Nobody types:
    their input is no terminal.
    """
    variables = {
        **environment,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT_FOLDER),
        "HOME": str(folder),
        "COLUMNS": str(WIDTH),
        "LC_ALL": "C.UTF-8",
    }
    file = folder / "lines.json"
    file.write_text(json.dumps(lines))
    outer, inner = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _SEVERAL, str(file)],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    )
    os.close(inner)
    output = b""
    try:
        while True:
            try:
                piece = os.read(outer, 65536)
            except OSError:  # Linux: no process has the other side open
                break
            if not piece:
                break
            output += piece
    finally:
        os.close(outer)
        code = process.wait(PATIENCE_S)
    text = output.decode("utf-8", "replace")
    assert code == 0, text
    return text


def wide_lines(text: str) -> list[str]:
    """The lines that are wider than the terminal, but for the typed commands and for single words,
    which are not cut.
    """
    plain_text = click.unstyle(text.replace("\r\n", "\n"))
    lines = []
    for printed in plain_text.split("\n"):
        line = printed.rpartition("\r")[2]
        is_one_word = len(line.split()) == 1
        if len(line) > WIDTH and not line.startswith("== ") and not is_one_word:
            lines.append(line)
    return lines


def test_no_help_and_no_answer_is_wider_than_the_terminal(tmp_path: Path) -> None:
    with PEERS["snmp"]() as peer:
        row = line(tmp_path, peer, "rack")
        host = row.split(",")[2]
        (tmp_path / "pdus.csv").write_text(f"name,handler,address,auth,settings\n{row}\n")
        (tmp_path / "nobody.csv").write_text(
            f"name,handler,address,auth,settings,an owner's own column\n{row},x\n"
        )
        private(tmp_path / "logins.toml", login(peer, "rack"))
        typed = [shlex.split(mistake.partition(" | ")[0]) for mistake in TYPED]
        lines = [
            *([*path, "--help"] for path in EVERY),
            *(["help", topic] for topic in TOPICS),
            *(words for words in typed if words and words[0] not in RUN_LONG),
            *(shlex.split(words.format(host=host)) for words in OF_A_PDU),
        ]
        environment = {"PDU_LIST": str(tmp_path / "pdus.csv"), "PDU_COMMUNITY": "public"}
        text = run_on_terminal(lines, tmp_path, environment)
    assert text.count("\n==") == len(lines)
    assert "Traceback" not in text
    assert wide_lines(text) == []


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("short", ["short"]),
        ("a sentence of some words", ["a sentence of", "  some words"]),
        ("12  on   a name of words", ["12  on   a name of", "         words"]),
        ("  it is  of three words", ["  it is  of three", "         words"]),
        ("/a/path/that/is/longer/than/it", ["/a/path/that/is/longer/than/it"]),
        ("PDU record    # a file of it", ["PDU record", "# a file of it"]),
        ("read: PDU record -o 'a b'", ["read: PDU \\", "      record -o \\", "      'a b'"]),
        ("a sentence before it: PDU on", ["a sentence before", "  it:", "  PDU on"]),
    ],
)
def test_a_wide_line_is_cut_at_blanks(text: str, pieces: list[str]) -> None:
    width = 20 if text.startswith(("12", "  ")) else 17
    lines = terminal_lines.fitted_pieces(text.replace("PDU", program()), width)
    assert lines == [piece.replace("PDU", program()) for piece in pieces]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("{} cannot be read (No such file or directory)", "/home/o/my lists/hall one.csv"),
        ("the list of this user is {}: line 3 has 4 cells", "~/my own lists/pdus.toml"),
        ("{} cannot be written (No space left on device)", "/srv/a b/c d/archive"),
        ("this isn't a name: {} is already in the list of it", "'hall 2, rack 7'"),
        ("the device's name is {}, and isn't in the list", '"rack 7 of O\'Neill"'),
    ],
)
def test_a_wide_line_keeps_its_paths_and_quoted_parts_whole(text: str, whole: str) -> None:
    """A reader copies them; but no part that is longer than a line makes a line too wide."""
    line = text.format(whole)
    for width in range(10, 90):
        pieces = terminal_lines.fitted_pieces(line, width)
        is_whole = any(whole in piece for piece in pieces)
        assert is_whole or len(whole) + len("  :") > width, (width, pieces)
        assert " ".join(" ".join(pieces).split()) == line
        assert all(len(piece) <= width or len(piece.split()) == 1 for piece in pieces)


def test_a_command_that_is_cut_is_the_same_command_for_a_shell() -> None:
    command = f"{program()} off snmp 192.0.2.8 3 -s 'a key=two  words' --list \"a b.csv\""
    for width in range(20, 90):
        pieces = terminal_lines.fitted_pieces(f"next: {command}    # as it was", width)
        pasted = "\n".join(pieces).partition("next: ")[2].replace("\\\n", "")
        assert shlex.split(pasted, comments=True) == shlex.split(command)


def test_a_command_of_several_lines_is_the_same_command_for_a_shell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Such as the curl commands of `pdu register --dry-run`."""
    lines = [
        "curl -X POST 'https://dci.example/a<id>/content' \\",
        '    -H "isp-box-instance: true" -H "x-xsrf-token: <token>" \\',
        """    -F 'data=@"/a folder/x.tar.gz"' -F handler_import=pdu_x.handler""",
    ]
    command = "\n".join(lines).replace("\\\n", "")
    monkeypatch.delenv("COLUMNS", raising=False)
    for width in range(20, 90):
        with _Terminal(width) as terminal:
            shown = terminal_lines.shown_text("\n".join(lines), terminal.stream)
        assert shlex.split(shown.replace("\\\n", "")) == shlex.split(command), width
        assert shown.count("\n") == shown.count("\\\n")


def test_a_coloured_line_has_the_width_of_its_words() -> None:
    words = "rack-left  snmp  192.0.2.1  well  load 3.2 A"
    coloured = click.style(words, fg="green")
    assert terminal_lines.fitted_pieces(coloured, len(words)) == [coloured]
    pieces = terminal_lines.fitted_pieces(coloured, 30)
    assert [click.unstyle(piece) for piece in pieces] == terminal_lines.fitted_pieces(words, 30)
    assert all(piece == click.style(click.unstyle(piece), fg="green") for piece in pieces)


def test_the_errors_have_the_width_of_their_own_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output may be a file, as in `pdu check --csv > file`."""
    monkeypatch.delenv("COLUMNS", raising=False)
    with _Terminal(30) as terminal:
        shown = terminal_lines.shown_text("a sentence of words, " * 5, terminal.stream)
    assert max(map(len, shown.split("\n"))) in range(20, 31)


class _Terminal:
    """A terminal of a width, open as `stream`."""

    def __init__(self, width: int) -> None:
        self._outer, inner = os.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        self.stream = open(inner, "w", encoding="utf-8")

    def __enter__(self) -> _Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()
        os.close(self._outer)


#: modules below pdu/ that print themselves, for what they print is no text for people, or short
PRINTING = {
    "cli/terminal_lines.py": "the one that fits lines to a terminal",
    "cli/output.py": "JSON, files, and the line of progress",
    "cli/error_output.py": "tracebacks",
    "cli/prompts.py": "an empty line",
    "monitoring/check.py": "the lines of a Nagios plugin",
    "monitoring/exporter.py": "an address",
    "monitoring/find.py": "CSV",
    "platform_copy/survey.py": "a program that runs where this package is not",
    "root.py": "the overview, of 76 columns",
    "start.py": "before the command line is imported",
    "workshop/snmp.py": "JSON",
}


def test_what_people_read_is_printed_by_one_function() -> None:
    """A sentence or a table that another module prints by `print` could be too wide."""
    printing: set[str] = set()
    for path in (ROOT_FOLDER / "pdu").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
                printing.add(path.relative_to(ROOT_FOLDER / "pdu").as_posix())
    assert printing == set(PRINTING)
