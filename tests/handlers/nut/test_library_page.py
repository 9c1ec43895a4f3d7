"""docs/nut-library.md: its script prints what the page shows, on a simulated server, and its table
has each method of the facade.
"""

from __future__ import annotations

import getpass
import re

import pytest

from handlers.nut.pynut import PyNUTClient
from tests.needs import ROOT
from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu

PAGE = (ROOT / "docs" / "nut-library.md").read_text("utf-8")


def test_the_script_prints_what_the_page_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fences = re.search(r"(?ms)^```python\n(from getpass.*?)^```\n\n```text\n(.*?)^```", PAGE)
    assert fences is not None
    monkeypatch.setattr(getpass, "getpass", lambda *_: ADMIN.password)
    with NutServer([SwitchedPdu("rack1", outlets=2)]) as server:
        script = fences[1].replace('"192.0.2.9", 3493', f'"{server.host}", {server.port}')
        exec(script.replace("dcimanager_pdu_handlers.", "handlers.nut."), {})  # noqa: S102  # the page's own script
    assert capsys.readouterr().out == fences[2]


def test_the_table_has_each_public_method() -> None:
    listed = set(re.findall(r"`(\w+)\(", PAGE)) - {"PyNUTClient"}
    methods = {name for name in vars(PyNUTClient) if not name.startswith("_")}
    assert listed == methods - {"close"}
