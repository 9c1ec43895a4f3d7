"""docs/own-pdu.md agrees with the example profile and its device; its PDU to practise on:
test_own_pdu_walk.py.

The page's commands that name acme-strip.json succeed.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.needs import ROOT

from .acme import PROFILE, strip
from .building import builder_options
from .programs import run

TEXT = (ROOT / "docs" / "own-pdu.md").read_text("utf-8")
EXAMPLE: dict[str, Any] = json.loads(PROFILE.read_text("utf-8"))


def blocks(language: str) -> list[str]:
    """The fences of this language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_the_text_names_each_part_of_the_example() -> None:
    items = "".join(re.findall(r"(?m)^- \*\*.*", TEXT))
    names = set(re.findall(r"`(\w+)`", items)) | {"outlets", "sys_object_ids"}
    assert {*EXAMPLE, *EXAMPLE["outlets"][0]} <= names


def test_every_oid_in_the_text_exists_on_the_example_device() -> None:
    recording = (ROOT / "docs" / "own-pdu" / "acme-bar.snmprec").read_text("utf-8")
    rows = [*strip().device.rows()]
    rows += [line.partition("|")[0] for line in recording.splitlines()]
    oids = set(re.findall(r"1\.3\.6\.1\.4\.1\.32473(?:\.\d+)+", TEXT))
    assert oids
    for oid in oids:
        assert any(f"{row}.".startswith(f"{oid}.") for row in rows), oid


COMMANDS = [line for line in "".join(blocks("sh")).splitlines() if "acme-strip.json" in line]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_on_the_example_run(command: str, tmp_path: Path) -> None:
    program, *arguments = shlex.split(command)
    if program == "pdu":
        arguments = ["-m", "pdu", *arguments]
    if "packaging/build.py" in arguments:
        arguments += ["--out", str(tmp_path)]
    process = run([sys.executable, *arguments])
    assert (process.returncode, process.stderr) == (0, "")
    assert "acme" in process.stdout


def test_the_page_of_packaging_names_the_options_of_the_builder() -> None:
    options = builder_options() - {"--out"}
    text = (ROOT / "packaging" / "README.md").read_text("utf-8")
    assert {"--profile", "--only"} < options
    assert [option for option in sorted(options) if not re.search(f"`{option}[` ]", text)] == []
