"""No file names what the project no longer has.

A row is a pattern of words that only an ended feature had: an option, a command, a module. Where a
page says in one sentence what to do in place of it, the sentence names the other way, not these.
"""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.needs import ROOT
from tests.waiting import PATIENCE_S

#: what ended → the pattern of its words
ENDED = {
    "the shape of lines over TCP": r"--shape[ |a-z]*lines\b|\bhandlers[/.]tcp\b|\bLinePdu\b",
    "pdu prove of a platform, and its judging of forged files": (
        r"\bprove platform\b|\bmake proofs\b|\bproof\.html\b|--also\b|--reader\b|PDU_READER_"
    ),
    "the second SNMP engine": r"\bpysnmp_(?:client|engine)\b|background_loop",
    "benchmarks without a peer": r"\bbench_(?:engines|page)\b|\bown_share\b|\budp_delay\b",
    "partial evidence of machines": r"--meter-period\b|\bseen_for\b|\bstopped_cords\b",
    "tables of renamed modules": r"\brenamed\.md\b",
    "pdu nut": r"\bpdu nut (?!HANDLER)[A-Za-z0-9`]|`pdu nut`|\bpdu/devices/nut\b",
    "pdu redfish": r"\bpdu redfish [A-Za-z0-9`]|`pdu redfish`|\bpdu/devices/redfish\b",
    "jobs that are calls of pdu raritan": r"\braritan HOST (?:thresholds|sequence|eto|pmc|snmp)\b"
    r"|\braritan HOST (?:links|network|servers|switch|cycle)\b|\bPDU_(?:LINK|NEW)_PASSWORD\b"
    r"|\blink_password\b|\bread_community\b",
    "an SBOM by hand": r"\bpackaging/sbom\.py|cyclonedx-python-lib|\bFILE\.cdx\.json",
    "trials of both ways to read over SNMP, and of WebAssembly": (
        r"\btests[./](?:datagrams|wasm)\b|\bmake datagrams\b|[Pp]yodide|hypothesis-pure"
    ),
    "a trial of two exporters that shows no fault of the pack": r"\btests[./]shards\b",
    "an age of trials that an option says": r"--verified-for\b|\bverified_for|\bVERIFIED_FOR\b",
    "pdu cycle-hall": r"\bpdu cycle-hall\b|\bcycle_hall\b|\bcycle-hall (?:plan|run|resume)\b"
    r"|\bhall[/.]cycle\b|\bcycle\.md\b|\bcycle_trial\b",
    "the cryptographic proof of a statement": (
        r"\benergy (?:seal|check-statement)\b|\bcheck_statement\b|\bproof\.json\.gz\b"
        r"|\broots\.(?:jsonl|key)\b|\bday_roots\b|\bleaf_rows\b|\bmerkle\b|\benergy-checks\b"
    ),
    "stamps of the meter's hashes": r"--anchor\b|--stamps\b|--tsa-ca\b|docs/anchors\b",
    "a page of the meter's own": r"\bmeter\.md\b",
    "the hall, machines, doors and bills": (
        r"\bpdu (?:rehearse|plan|machine|meter|energy|fence|gateway|nut-driver)\b"
        r"|\bpdu/(?:hall|site|energy|fence|gateway|nut_driver)/|\bpdu/machine\.py\b|\bmake hall\b"
        r"|\bhall\.power\.toml\b|--drawing\b"
    ),
    "releases before the first tag": r"\b(?:version|release|since|of|until|before) 0\.[1-4]\.0\b",
}
#: files whose words are other projects', or which give names of versions as examples
_OTHERS = ("tests/test_ended_words.py", "docs/pictures/", "tests/recordings/", "tests/unread/")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    listing = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S
    )
    if listing.returncode:
        pytest.skip("no clone of git")
    read = {}
    for name in listing.stdout.splitlines():
        path = ROOT / name
        if path.is_file() and not name.startswith(_OTHERS):
            data = path.read_bytes()
            if b"\0" not in data[:1024]:
                read[name] = data.decode("utf-8", "replace")
    return read


@pytest.mark.parametrize("feature", ENDED)
def test_nothing_that_ended_is_named(texts: dict[str, str], feature: str) -> None:
    pattern = re.compile(ENDED[feature])
    named = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for name, text in texts.items()
        for match in pattern.finditer(text)
    ]
    assert not named, "\n".join(named)
