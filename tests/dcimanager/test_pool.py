"""Worker processes for many PDUs, uploads into living ones, log lines, masked secrets."""

from __future__ import annotations

import hashlib
import socket
import threading
from pathlib import Path

import pytest

from pdu.loading.handler_archives import pack_archive
from tests.needs import ROOT
from tests.packaging.building import archive, small_tree
from tests.waiting import PATIENCE_S, until

from .client import Client
from .local_build import install
from .manager import DciManager
from .masking import masked


def test_idle_processes_end_when_there_are_many_pdus(small: bytes) -> None:
    with DciManager(processes=2) as manager:
        Client(manager).install(small)
        for number in range(5):
            pdu = manager.add_pdu(f"rack {number}", "pdu_small", "127.0.0.1")
            manager.poll([pdu])
            assert pdu.calls[-1].ok
        assert len(manager.worker_pids()) == 2


def test_an_upload_does_not_end_a_switch_call_that_is_under_way(
    hanging_switch: bytes, small: bytes, tmp_path: Path
) -> None:
    with DciManager(call_seconds=PATIENCE_S) as manager:
        client = Client(manager)
        number = client.install(hanging_switch)
        pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
        manager.poll()
        began = tmp_path / "began"
        pdu.settings.update(say="hang", began=str(began))
        pdu.call_seconds = 3.0
        switching = threading.Thread(target=manager.switch, args=(pdu, "1", False))
        switching.start()
        # on a busy machine the call may end before its handler has it
        assert until(lambda: began.exists() or not switching.is_alive())
        assert client.upload(number, small).status == 200
        switching.join(PATIENCE_S)
        # the upload did not end it
        assert pdu.calls[-1].method == "port_down"
        assert pdu.calls[-1].kind == "time-out"
        # the poll starts a process, which may take longer than 3 s
        pdu.settings["say"], pdu.call_seconds = "", None
        manager.poll()
        assert pdu.calls[-1].ok


def test_a_figure_that_the_handler_did_not_set_is_0(tmp_path: Path) -> None:
    tree = small_tree(tmp_path)
    handler = tree / "small" / "handler.py"
    both = "view.load, view.total_consumption = 1.5, 42.25"
    text = handler.read_text()
    assert both in text
    handler.write_text(
        text.replace(
            both,
            """from pdu_common.helper import PduPortStatisticView
        view.load = 3.0
        view.ports = [PduPortStatisticView("1"), PduPortStatisticView("2", 5.0)]""",
        )
    )
    with DciManager() as manager:
        Client(manager).install(archive(tree, "small"))
        pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
        manager.poll()
        assert pdu.calls[-1].ok
        assert (pdu.load_a, pdu.energy_kwh) == (3.0, 0.0)
        assert pdu.port_energy_kwh == {"1": 0.0, "2": 5.0}


@pytest.mark.parametrize(
    "settings, text",
    [
        ({"password": "hidden-4711"}, "wrong •••"),
        ({"api_token": " hidden-4711 "}, "wrong •••"),
        ({"say": "hidden-4711"}, "wrong hidden-4711"),
        ({"password": "w"}, "wrong hidden-4711"),
        ({"pin": "hidden", "password": "hidden-4711"}, "wrong •••"),
        ({"client_key": "first\r\nhidden-4711\n"}, "wrong •••"),
    ],
)
def test_all_but_short_secrets_of_a_form_are_masked_in_a_handlers_text(
    settings: dict[str, str], text: str
) -> None:
    assert masked("wrong hidden-4711", {}, settings) == text


def test_the_plot_library_is_the_release_that_its_readme_names() -> None:
    folder = Path(__file__).parent / "web" / "static" / "vendor"
    assert "of uPlot 1.6.32 " in (folder / "README.md").read_text("utf-8")
    files = [path for path in folder.iterdir() if path.name != "README.md"]
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in files} == {
        "uplot.js": "19c8d4c6ad88929a",
        "uplot.css": "df630c6a8d6f8eea",
        "uplot.LICENSE": "8f989229699b4fe2",
    }


def test_an_error_of_the_network_is_unreachable_whoever_wrote_the_handler() -> None:
    source = (ROOT / "tests" / "pdu_common" / "rpcm_example.py").read_text("utf-8")
    packed = pack_archive(
        {"pdu_page/__init__.py": b"", "pdu_page/handler.py": source.encode()}, "0" * 64
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other_socket, DciManager() as manager:
        other_socket.bind(("127.0.0.1", 0))  # never answers
        port = other_socket.getsockname()[1]
        install(manager, packed)
        snmp = {"community": "public", "port": str(port), "timeout": "1", "retries": "0"}
        off = manager.add_pdu("off", "pdu_page", "127.0.0.1", snmp=snmp)
        manager.poll([off])
        assert {call.kind for call in off.calls} == {"unreachable"}
        assert not any("defect" in line or "Traceback" in line for line in manager.log(off))
