"""docs/libraries.md: its script prints what the page shows, on a simulated server, and pydoc, to
which it leads, has each method of the facade.
"""

from __future__ import annotations

import getpass
import re

import pytest

from handlers.nut.pynut import PyNUTClient
from tests.needs import ROOT
from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu

PAGE = (ROOT / "docs" / "libraries.md").read_text("utf-8")


def test_the_script_prints_what_the_page_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fences = re.search(r"(?ms)^```python\n(from getpass.*?)^```\n\n```text\n(.*?)^```", PAGE)
    assert fences is not None
    script, printed = fences.groups()
    script = script.replace("dcimanager_pdu_handlers.", "handlers.nut.")
    monkeypatch.setattr(getpass, "getpass", lambda *_: ADMIN.password)

    with NutServer([SwitchedPdu("rack1", outlets=2)]) as server:
        script = script.replace('"192.0.2.9", 3493', f'"{server.host}", {server.port}')
        exec(script, {})  # noqa: S102  # the page's own script

    assert capsys.readouterr().out == printed


def test_pydoc_has_a_sentence_for_each_public_method() -> None:
    methods = {name: method for name, method in vars(PyNUTClient).items() if name[:1] != "_"}
    assert len(methods) > 10
    assert [name for name, one in methods.items() if not one.__doc__] == []
