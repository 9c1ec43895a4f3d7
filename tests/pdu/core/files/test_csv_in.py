"""Each CSV that an owner writes is read in the forms in which people and spreadsheets write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Optional
from zoneinfo import ZoneInfo

import pytest

import pdu
from handlers.shared.errors import SettingsError
from pdu.core.files import csv_in
from pdu.energy.registers import customers, meter_facts
from pdu.hall.drawings import supplies
from pdu.hall.importing import csv_files
from pdu.pdus import device_list
from pdu.site.drawing import drawing_file

WEB = drawing_file.parsed(
    '[[feed]]\nname = "A"\n[[pdu]]\nname = "left"\ninputs = ["A"]\n'
    '[[machine]]\nname = "web"\ncords = ["left/3", "left/4"]\n',
    "hall.power.toml",
)

# what a file has, with a comma between two cells, and what reads it
FILES: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "list": (
        "name,handler,address,metered\na,snmp,192.0.2.1,yes\nb,nut,192.0.2.2\n",
        device_list.read_device_list,
    ),
    "cords": (
        "server,psu,pdu,outlet\nweb,1,left,3\ndb,,left,4\n",
        lambda path: [cord._replace(where="") for cord in csv_files.read_csv_files([path]).cords],
    ),
    "lines": (
        "pdu,line,breaker_a,feed,limit_percent\nleft,L1,16,A,80%\nright,,,B\n",
        lambda path: csv_files.read_csv_files([path]).lines,
    ),
    "customers": (
        "customer,pdu,outlet,from,to\nacme,left,3,2026-10-01,2026-10-05\nother,left,4\n",
        lambda path: customers.customers(path, ZoneInfo("UTC")),
    ),
    "meters": (
        "pdu,outlet,limit_kw\n*,,3\nleft,3,2\n",
        lambda path: [
            meter_facts.Meters(meter_facts.RegisterFacts(), path).of("left", name) for name in "34"
        ],
    ),
    "supplies": (
        "machine,supply,state\nweb,1,Presence detected\nweb,2,AC lost\n",
        lambda path: supplies.add_supplies(WEB, path).drawing.machines,
    ),
}
FORMS: Mapping[str, Callable[[str], str]] = {
    "commas": lambda text: text,
    "semicolons": lambda text: text.replace(",", ";"),
    "tabs": lambda text: text.replace(",", "\t"),
    "a comment first": lambda text: "# made by hand; 2026, October\n\n" + text,
    "capitals and blanks": lambda text: re.sub(
        "^.*", lambda head: head.group().replace(",", " , ").title(), text, count=1
    ),
    "a byte order mark and CR LF": lambda text: "\ufeff" + text.replace("\n", "\r\n"),
}


def test_each_module_that_reads_a_file_of_an_owner_is_among_them() -> None:
    modules = {device_list, csv_files, customers, meter_facts, supplies}
    root = Path(pdu.__file__).parent
    reads = re.compile(r"csv_in\.(read_file_rows|rows)\(")
    reading = {path for path in root.rglob("*.py") if reads.search(path.read_text("utf-8"))}
    assert reading == {Path(str(module.__file__)) for module in modules} and len(FILES) >= len(
        modules
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", FILES)
def test_each_file_of_an_owner_is_read_in_each_form(kind: str, form: str, tmp_path: Path) -> None:
    text, read = FILES[kind]
    file = tmp_path / "given.csv"
    file.write_text(text, encoding="utf-8")
    expected = read(str(file))
    file.write_bytes(FORMS[form](text).encode())
    assert read(str(file)) == expected and expected


@pytest.mark.parametrize(
    "text, number",
    [
        ("a;b\n1,5;x\n", 1.5),
        ("a;b\n1,234;x\n", 1.234),
        ("a\tb\n1.5\tx\n", 1.5),
        ('a,b\n"1,5",x\n', 1.5),
        ('a,b\n"0,25 A",x\n', 0.25),
        ("a,b\n,x\n", None),
        ("b\nx\n", None),
    ],
)
def test_a_number_has_a_point_or_a_comma(text: str, number: Optional[float]) -> None:
    (row,) = csv_in.rows(text, "f.csv", csv_in.require_columns("f.csv", (), ("a", "b")))
    assert row.number("a", 0.0, 10.0, "A") == number


@pytest.mark.parametrize(
    "text, said",
    [
        ('a,b\n"1,234",x\n', "f.csv: line 2: a is '1,234': write 1.234 or 1234"),
        ("a,b\nnan,x\n", "line 2: a is 'nan': give a number from 0 to 10"),
        ("# one\n\na;b\n\n11;x\n", "line 5: a is '11'"),
        ("", "f.csv: the first line must have the columns a"),
        ("a,b,a\n", "f.csv: a column occurs twice"),
        ('a,b\n1,"x\n', "f.csv: line 2 is not CSV"),
        ('a,b\n1,x\n"2,x\n3,x\n4,x\n', "line 3 is not CSV (unexpected end of data); a quote that"),
        ('a,b\n"2,x\n3,x\n4",x,y\n', "line 2 has 3 cells"),
        ("a,b\n1,x,y\n", "line 2 has 3 cells, the header has 2"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as error_info:
        for row in csv_in.rows(text, "f.csv", csv_in.require_columns("f.csv", ("a",), ("b",))):
            row.number("a", 0.0, 10.0)
    assert said in error_info.value.reason


@pytest.mark.parametrize("begin", [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_workbook_in_place_of_a_list_is_named(begin: bytes, tmp_path: Path) -> None:
    file = tmp_path / "hall.xlsx"
    file.write_bytes(begin + b"sheet")
    with pytest.raises(SettingsError, match="a workbook of a spreadsheet, not text"):
        list(csv_in.read_file_rows(str(file), csv_in.require_columns(str(file), ("pdu",))))
    with pytest.raises(SettingsError, match="a workbook of a spreadsheet, not text"):
        device_list.read_device_list(str(file))
