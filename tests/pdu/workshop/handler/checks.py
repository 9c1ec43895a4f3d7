"""`pdu handler check` of the page's handler with a change: what the lines of checks.txt mean.

    OLD => NEW          another text in the handler, `\\n` for a new line
    file NAME TEXT      a file in its folder; `PAGE` is the page's handler
    named NAME          another name of its folder
    volt                the example over HTTP of docs/own-handler, and its recording
    VARIABLE=VALUE      of the environment
    loading             only the checks at loading
    device              only calls on a PDU that is well
    all                 no checks at loading; all groups
    with WORDS          options; ROOT is this project

On the right stands the exit code, and behind it each rule that is not kept, as `KEY RESULT: DETAIL`
where `broken` and `advised` are results; of those that were not tried for one reason, all keys
stand before it. What status and statistic said is told also if they are kept. At last, how many
are kept.
`python -m tests.tables tests.pdu.workshop.handler.checks` writes right sides.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from pdu.workshop.handler import loading_checks, recording_check, snmp_check
from pdu.workshop.handler.case_groups import TABLE as CASE_GROUPS
from tests.needs import ROOT
from tests.pdu.loading.page_handler import SOURCE, folder, loading_anew
from tests.tables import Case, Table

from .checking import Checked, check

TABLE = Table(Path(__file__).with_suffix(".txt"))
EXAMPLE = ROOT / "docs" / "own-handler"
# it waits 10 s for a state and for an answer
VOLT = (
    (EXAMPLE / "volt" / "handler.py").read_text("utf-8").replace("SECONDS = 10.0", "SECONDS = 3.0")
)
QUICK = SOURCE.replace("timeout=10", "timeout=0")


def without_device(patch: pytest.MonkeyPatch) -> None:
    """Leave out all calls over SNMP: only the checks at loading are left."""
    patch.setattr(snmp_check, "snmp_findings", lambda *_: iter(()))


def without_faults(patch: pytest.MonkeyPatch) -> None:
    """Leave out all cases but those of PDUs that are well."""
    for module in (snmp_check, recording_check):
        patch.setattr(module, "TABLE", CASE_GROUPS._replace(at_once=[], alone=[]))


def without_loading(patch: pytest.MonkeyPatch) -> None:
    """Leave out the checks at loading: only calls on a device are left."""
    patch.setattr(loading_checks, "check_loading", lambda *_: iter(()))


def shown(case: Case) -> str:
    """The right side of a line of the table: what the check of the changed handler says, with the
    test's folder as FOLDER.

        "port_up => port_on"    "1; entry broken: make_handler's object has no port_up; ..."
    """
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PDU_PASSWORD", "any")
        with loading_anew(patch):
            checked = _checked(case.left.split(TABLE.separator), Path(place), patch)
    return _text(checked).replace(place, "FOLDER")


def _checked(changes: Sequence[str], place: Path, patch: pytest.MonkeyPatch) -> Checked:
    """Write the page's handler with these changes into the folder `place`, and check it. `changes`:
    the parts of a line of the table, such as "OLD => NEW" or "named DIRECTORY".
    """
    source, name = QUICK, "handler_dir"
    files: dict[str, str] = {}
    options: list[str] = []
    for change in changes:
        word, _, rest = change.partition(" ")
        if word == "loading":
            without_device(patch)
        elif word in ("device", "all"):
            without_loading(patch)
            if word == "device":
                without_faults(patch)
        elif word == "with":
            options += [option.replace("ROOT", str(ROOT)) for option in shlex.split(rest)]
        elif word == "volt":
            source = VOLT
            options += ["--replay", str(EXAMPLE / "volt.har")]
        elif word == "named":
            name = rest
        elif word == "file":
            file, _, text = rest.partition(" ")
            files[file] = text.replace("\\n", "\n").replace("PAGE", QUICK)
        elif " => " in change:
            old, _, new = change.replace("\\n", "\n").partition(" => ")
            assert old in source, old
            source = source.replace(old, new)
        else:
            variable, _, value = change.partition("=")
            patch.setenv(variable, value)
    handler_folder = folder(place, name, source)
    for file, text in files.items():
        (handler_folder / file).write_text(text, "utf-8")
    return check(handler_folder, *options)


def _text(checked: Checked) -> str:
    """A check as a line of the table has it: the exit code, the rules that are not kept, each
    reason once, what status and statistic said, and how many rules are kept.

        9; late, stuck not tried: port_down had no answer in time; status kept: 8 outlets; 20 kept
    """
    keys_by_end: dict[str, list[str]] = {}
    kept_count = 0
    for key, (result, detail) in checked.results.items():
        kept_count += result == "kept"
        if result != "kept" or key in ("status", "statistic"):
            keys_by_end.setdefault(f"{result}: {detail}", []).append(key)
    parts = [f"{', '.join(keys)} {end}" for end, keys in keys_by_end.items()]
    text = "; ".join([str(checked.code), *parts, f"{kept_count} kept"]).replace("\n", "\\n")
    return re.sub(r"(?<=the port \()[0-9]+", "PORT", text.replace(str(ROOT), "ROOT"))
