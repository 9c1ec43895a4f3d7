"""Texts that mean something to a shell, a terminal, a line protocol, a URL, a spreadsheet or a
browser. Also texts that are long, not valid Unicode, or easily taken for the number 1."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Optional

LONG = 100_000
TEXTS: dict[str, str] = {
    "line break": "1\nUP forged",
    "CRLF": "1\r\nX-Forged: y",
    "line separator": "1\u2028forged\x85forged",
    "quotes": '1"\'\\"',
    "substitution": "$(touch here)",
    "backticks": "`touch here`",
    "end of a command": "1; touch here #",
    "upwards": "../../etc/passwd",
    "path": "1/../2",
    "NUL": "1\x00",
    "long": "1" * LONG,
    "right to left": "\u202e1\u2066",
    "markup": "<script>alert(1)</script>",
    "attribute": '" onload="alert(1)',
    "ANSI": "\x1b[2J1\x9b31m",
    "percent": "%31",
    "percent NUL": "1%00",
    "percent path": "1%2f..%2f2",
    "query": "1?a=b#c",
    "dot": ".1",
    "dots": "..",
    "dash": "-1",
    "option": "--help",
    "equals": "=1+1",
    "plus": "+1",
    "at": "@SUM(A1)",
    "tab and equals": "\t=1",
    "half": "1\ud800",
    "other half": "\udc31",
    "bar": "1|x=2",
    "braces": '1"} 1\nforged{a="b',
    "other digits": "\u0661",
    "blanks": " 1 ",
    "zero before": "01",
    "33 bits": "4294967299",
}
# short, and encodable in UTF-8
LISTED = {key: text for key, text in TEXTS.items() if key != "long" and "half" not in key}


def is_one_line(text: str) -> bool:
    return text.isprintable()


class Elements(HTMLParser):
    """A page's elements with the names of their attributes, in order, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Optional[str]]]) -> None:
        self.found.append((tag, *(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data
