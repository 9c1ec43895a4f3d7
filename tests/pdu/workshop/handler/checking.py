"""Runs `pdu handler check` in this process, and says what it found by the keys of its rules."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import NamedTuple

from pdu.start import main
from pdu.workshop.handler.rules import RULES

_KEYS = {rule.text: key for key, rule in RULES.items()}
#: for a PDU over HTTP; `loaded_anew` in conftest.py gives the password
LOGIN = ("-s", "username=admin")


class Checked(NamedTuple):
    """What `pdu handler check --json` printed."""

    code: int
    #: result and detail by the key of the rule
    results: dict[str, tuple[str, str]]
    #: the keys of the rules that must be tried and were not
    untried: list[str]

    def of(self, result: str) -> dict[str, str]:
        """The details of the rules with this result."""
        return {key: row[1] for key, row in self.results.items() if row[0] == result}


def check(handler: Path, *arguments: str) -> Checked:
    """Run `pdu handler check` on a handler's folder or archive with these options. Returns what it
    printed as JSON; it prints nothing else.
    """
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["handler", "check", str(handler), *arguments, "--json"])
    assert err.getvalue() == ""
    facts = json.loads(out.getvalue())
    results = {_KEYS[row["rule"]]: (row["result"], row["detail"]) for row in facts["findings"]}
    return Checked(code, results, [_KEYS[text] for text in facts["untried"]])
