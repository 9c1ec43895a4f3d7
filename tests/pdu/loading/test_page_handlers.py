"""Handlers by the vendor's page "Creating a PDU handler", whoever wrote them, in a platform's copy
and in a list. What else they are read and switched by stands in page_runs.txt.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handlers.shared.address import Address
from pdu.cli import exit_codes
from pdu.loading.handler_loading import load
from pdu.pdu_list import form
from pdu.pdu_list.login_options import Login
from tests.pdu.running import run

from .json_pdu import HTTP, serving
from .page_handler import SOURCE, agent, folder, loaded_anew

__all__ = ["loaded_anew"]


@pytest.fixture(autouse=True)
def community(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "private")


def test_a_platforms_handler_is_read_where_it_lies_in_the_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside others, and with a module that they share."""
    own = tmp_path / "equip_handler" / "pdu_common" / "handlers"
    own.mkdir(parents=True)
    (own / "__init__.py").touch()
    (own / "shared.py").write_text("TEN = 10\n")
    for name in ("apc", "rpcm"):
        (own / f"{name}.py").write_text(f"from .shared import TEN\n{SOURCE}")
    with agent() as unit:
        code, out, err = run(capsys, "status", str(own / "rpcm.py"), f"127.0.0.1:{unit.port}")
    assert (code, err) == (exit_codes.DONE, ""), out


def test_a_handler_that_declares_nothing_gets_host_and_port_apart(tmp_path: Path) -> None:
    handler = load(str(folder(tmp_path, "http_dir", HTTP)))
    data = form.pdu_data(handler, Address("[2001:db8::7]:8080"), Login())
    assert (data.ip, data.custom_params) == ("2001:db8::7", {"port": "8080"})
    data = form.pdu_data(handler, Address("192.0.2.7"), Login({"port": "81"}))
    assert (data.ip, data.custom_params) == ("192.0.2.7", {"port": "81"})


def test_a_list_names_page_handlers_by_paths_from_its_own_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder(tmp_path)
    folder(tmp_path, "http_dir", HTTP)
    logins = tmp_path / "logins.toml"
    logins.write_text('[auth.web]\nusername = "admin"\npassword = "hunter-2"\n')
    logins.chmod(0o600)
    pdus = tmp_path / "pdus.csv"
    with agent() as unit, serving() as json_unit:
        pdus.write_text(f"""name,handler,address,auth,settings
a,handler_dir,127.0.0.1:{unit.port},,
b,http_dir/my_handler.py,{json_unit},web,path=/outlets
""")
        code, out, err = run(capsys, "check", str(pdus), "--auth", str(logins), "--json")
        assert code == 0, out + err
        results = [(pdu["name"], pdu["result"]) for pdu in json.loads(out)["pdus"]]
        assert results == [("a", "well"), ("b", "well")]

        files = ("--list", str(pdus), "--auth", str(logins))
        code, out, err = run(capsys, "status", "b", *files, "--json")
        assert code == 0, err
        assert len(json.loads(out)["outlets"]) == 2
