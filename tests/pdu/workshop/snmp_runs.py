"""Runs of `pdu snmp` with a profile in a file: what the lines of snmp_runs.txt mean.

    show FAMILY             the file has this family of ours
    docs NAME               the file has this one of docs/own-pdu
    set PATH JSON           a member of it, by its path with `/`; `-` for none
    text TEXT               the file has this text
    run WORDS               `pdu snmp WORDS`, where FILE is its name

On the right stand exit code, output and errors of the run.
`python -m tests.pdu.workshop.snmp_runs` writes right sides.
"""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import tempfile
from pathlib import Path
from typing import Any

from handlers.snmp import schema
from handlers.snmp.profiles import PROFILE_BY_KEY
from pdu import root
from tests.needs import ROOT
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_suffix(".txt"))


def shown(case: Case) -> str:
    """What a run ends with."""
    text, words = "", ""
    for change in case.left.split(TABLE.separator):
        word, _, rest = change.partition(" ")
        if word == "show":
            text = schema.dumps(PROFILE_BY_KEY[rest])
        elif word == "docs":
            text = (ROOT / "docs" / "own-pdu" / rest).read_text("utf-8")
        elif word == "set":
            text = _changed(text, *rest.split(" ", 1))
        elif word == "text":
            text = rest
        else:
            words = rest
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "acme\x1b[31m.json")
        file.write_text(text, "utf-8")
        return _run(words.replace("FILE", shlex.quote(str(file)))).replace(f"{place}/", "")


def _changed(text: str, path: str, value: str) -> str:
    document = json.loads(text)
    *keys, last = (int(key) if key.isdigit() else key for key in path.split("/"))
    owner: Any = document
    for key in keys:
        owner = owner[key]
    if value == "-":
        del owner[last]
    else:
        owner[last] = json.loads(value)
    return json.dumps(document)


def _run(words: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = root.run(["snmp", *shlex.split(words)])
    texts = [stream.getvalue().rstrip("\n").replace("\n", "\\n") for stream in (out, err)]
    return " | ".join([str(code), *texts]).removesuffix(" | ")


if __name__ == "__main__":
    TABLE.write(shown)
