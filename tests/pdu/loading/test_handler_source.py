"""The one judge of a handler's protocol: its about.py, then the platform's classes in its files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from handlers.shared.errors import SettingsError
from pdu.loading.handler_source import read_handler

SNMP = "from pdu_common.base_snmp_pdu import BaseSnmpPdu\n\n\nclass Unit(BaseSnmpPdu):\n    pass\n"
MAKER = "\n\ndef make_handler(data):\n    return Unit(data)\n"
CUSTOM = SNMP.replace("base_snmp_pdu", "base_pdu").replace("BaseSnmpPdu", "BasePdu") + MAKER
CASES = {
    "in its file": ({"a": SNMP + MAKER}, "snmp"),
    "in another file": (
        {"a": "def make_handler(d):\n    return load('unit')", "unit": SNMP},
        "snmp",
    ),
    "of its data": (
        {
            "a": "from pdu_common.connection import PduSnmpData\n\n\n"
            "def make_handler(d: PduSnmpData):\n    return 1\n"
        },
        "snmp",
    ),
    "another handler's file": ({"a": CUSTOM, "lib/b": SNMP + MAKER}, "custom"),
    "a comment": ({"a": f"# unlike BaseSnmpPdu\n{CUSTOM}"}, "custom"),
    "about.py": ({"a": SNMP + MAKER, "about": 'PROTOCOL = "custom"\n'}, "custom"),
    "an annotated about.py": ({"a": CUSTOM, "about": 'PROTOCOL: str = "snmp"\n'}, "snmp"),
    "a newer Python": ({"a": f"{SNMP}{MAKER}", "b": "match x:\n    case !:\n"}, "snmp"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_protocol_is_that_of_the_classes_that_its_files_name(case: str, tmp_path: Path) -> None:
    files, protocol = CASES[case]
    for name, content in files.items():
        path = tmp_path / "odd" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    assert read_handler(str(tmp_path / "odd")).protocol == protocol


@pytest.mark.parametrize("name", [b"odd/caf\xe9.json", b"caf\xe9/handler.py", b"caf\xe9.py"])
def test_a_name_that_is_not_utf8_is_refused_in_a_sentence(name: bytes, tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    for file in (path, os.path.join(os.path.dirname(path), b"handler.py")):
        with open(file, "w") as source:
            source.write(CUSTOM)
    handler = path if name.endswith(b"f\xe9.py") else os.path.dirname(path)
    with pytest.raises(SettingsError, match="is not UTF-8: rename it"):
        read_handler(os.fsdecode(handler))
