"""CSV files of an owner, in the forms in which spreadsheets write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Callable

import pytest

from handlers.shared.errors import SettingsError
from pdu.files import csv_in
from pdu.pdu_list import device_list

LIST = "name,handler,address,metered\na,snmp,192.0.2.1,yes\nb,nut,192.0.2.2\n"
#: what a program makes of a file's text
FORMS: Mapping[str, Callable[[str], str]] = {
    "commas": lambda text: text,
    "semicolons": lambda text: text.replace(",", ";"),
    "tabs": lambda text: text.replace(",", "\t"),
    "a comment first": lambda text: "# made by hand; 2026, October\n\n" + text,
    "capitals and blanks": lambda text: re.sub(
        "^.*", lambda head: head.group().replace(",", " , ").title(), text, count=1
    ),
    "a byte order mark and CR LF": lambda text: "\ufeff" + text.replace("\n", "\r\n"),
    "Excel's first line": lambda text: "sep=;\n" + text.replace(",", ";"),
    "Excel's first line in capitals": lambda text: "SEP=\t\r\n" + text.replace(",", "\t"),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("form", FORMS)
def test_a_list_is_read_in_each_form(form: str, encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "hall.csv"
    file.write_text(LIST, encoding="utf-8")
    fleet = device_list.read_device_list(str(file))
    file.write_bytes(
        FORMS[form](LIST).removeprefix("\ufeff" * (encoding == "utf-16")).encode(encoding)
    )
    same_fleet = device_list.read_device_list(str(file))
    assert same_fleet._replace(places=fleet.places) == fleet
    assert fleet.devices


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("a,b,a\n", "f.csv: the column 'a' occurs twice"),
        ('a,b\n1,"x\n', "line 2 is not CSV (unexpected end of data); a quote that opens there"),
        ('a,b\n1,x\n"2,x\n3,x\n4,x\n', "line 3 is not CSV (unexpected end of data); a quote that"),
        ("a,b\n1;x\n", "line 2: the header has other signs between its cells"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_place(text: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as error_info:
        list(csv_in.rows(text, "f.csv"))
    assert sentence in error_info.value.reason


@pytest.mark.parametrize(
    "text, where",
    [
        ('a,b\n"2,x\n3,x\n4",x,y\n5,x\n', "f.csv: line 2"),
        ("# one\n\na;b\n\n1;x;y\n5;x\n", "f.csv: line 5"),
        ("sep=,\na,b\n1,x,y\n5,x\n", "f.csv: line 3"),
    ],
)
def test_a_row_with_too_many_cells_costs_no_other(text: str, where: str) -> None:
    wrong_row, row = csv_in.rows(text, "f.csv")
    assert (wrong_row.where, wrong_row.fault) == (where, "it has 3 cells, the header has 2")
    assert (row.cells, row.fault) == ({"a": "5", "b": "x"}, "")


@pytest.mark.parametrize("begin", [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_workbook_in_place_of_a_list_is_named(begin: bytes, tmp_path: Path) -> None:
    file = tmp_path / "hall.xlsx"
    file.write_bytes(begin + b"sheet")
    with pytest.raises(SettingsError, match="a workbook of a spreadsheet, not text"):
        device_list.read_device_list(str(file))
