"""The secrets of a run are in nothing that somebody's handler raises, logs or warns of."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from handlers.shared.errors import Refused
from pdu.cli import known_secrets
from pdu.loading.four_methods import FourMethods
from pdu_common.connection import PduData
from tests.needs import ROOT
from tests.pdu.monitoring.halls import environment
from tests.waiting import PATIENCE_S

SECRET = "Zw9-sekret-77"
# what the handler does with its password; LOG is a logger as urllib3 has one
ACTS = {
    "raises": "raise ValueError(f'bad url ?key={SECRET}')",
    "raises bytes": "raise KeyError(SECRET.encode())",
    "raises a kind": "raise Kind(SECRET)",
    "raises ours": "raise Ours(SECRET)",
    "raises with a cause": "raise RuntimeError('x') from ValueError(SECRET)",
    "logs": "LOG.debug('GET /?key=%s', SECRET)",
    "warns": "LOG.warning('login %s', SECRET)",
    "warns as this program": "logging.getLogger('pdu').warning('login %s', SECRET)",
    "logs a traceback": "LOG.error('x', exc_info=ValueError(SECRET))",
}
HANDLER = """import logging
from handlers.shared.errors import Refused as Ours
from pdu_common.base_pdu import BasePdu
from pdu_common.helper import PduPortView, PduStatisticView, PduView

LOG = logging.getLogger("urllib3")


class Kind(Exception):
    kind = "refused"


class Pdu(BasePdu):
    def status(self):
        SECRET = self.pdu_data.custom_params["password"]
        {act}
        return PduView(ports=[PduPortView("1")])

    def statistic(self):
        return PduStatisticView()

    def port_up(self, port):
        return port

    port_down = port_up


def make_handler(pdu_data):
    return Pdu(pdu_data)
"""


@pytest.mark.parametrize("debug", [(), ("--debug",)], ids=["", "debug"])
@pytest.mark.parametrize("act", ACTS)
def test_a_secret_is_in_no_error_and_no_log_line_of_somebodys_handler(
    act: str, debug: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "mine.py"
    path.write_text(HANDLER.replace("{act}", ACTS[act]))
    (tmp_path / "pdus.csv").write_text("name,handler,address\nr1,mine.py,192.0.2.1\n")
    lines = [["check", tmp_path / "pdus.csv"]] if debug else []
    for words in [["status", path, "192.0.2.1"], *lines]:
        result = subprocess.run(
            [sys.executable, "-m", "pdu", *map(str, words), *debug],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            cwd=ROOT,
            env={**environment(), "PDU_PASSWORD": SECRET},
        )
        text = result.stdout + result.stderr
        assert SECRET not in text
        is_told = bool(debug) if act == "logs" else True
        assert (known_secrets.HIDDEN in text) is is_told, text


def test_a_run_knows_its_own_secrets_alone() -> None:
    known_secrets.forget_secrets()
    known_secrets.note_secret("")
    assert known_secrets.without_secrets("key=abc-1") == "key=abc-1"
    known_secrets.note_secret("abc-1")
    assert known_secrets.without_secrets("key=abc-1") == known_secrets.HIDDEN
    snmp = str(ROOT / "handlers" / "snmp" / "handler.py")
    ours, others, named_as_ours = (
        logging.LogRecord(name, logging.INFO, path, 1, "key=%s", ("abc-1",), None)
        for name, path in (("handlers.snmp", snmp), ("requests", snmp), ("pdu", "/srv/mine.py"))
    )
    for record in (ours, others, named_as_ours):
        assert known_secrets.hide_secrets(record)
    # those of this project mask what they log themselves
    assert ours.getMessage() == "key=abc-1"
    assert others.getMessage() == named_as_ours.getMessage() == known_secrets.HIDDEN
    known_secrets.forget_secrets()
    assert known_secrets.without_secrets("key=abc-1") == "key=abc-1"


def test_a_log_line_whose_text_cannot_be_made_is_dropped() -> None:
    record = logging.LogRecord("requests", logging.WARNING, "", 1, "%d", ("x",), None)
    assert not known_secrets.hide_secrets(record)


def test_an_error_that_cannot_tell_its_text_has_none() -> None:
    class Wordless(Exception):
        def __str__(self) -> str:
            raise ValueError("x")

    assert known_secrets.error_text(Wordless()) == ""


def test_a_setting_that_a_traceback_quotes_hides_no_error() -> None:
    class Pdu:
        def port_down(self, port: object) -> None:
            raise Refused("it may or may not have switched")

    methods = FourMethods(Pdu(), PduData("192.0.2.1", {"mode": "raise", "outlets": "1"}))
    with pytest.raises(Refused, match="may or may not"):
        methods.switch("1", on=False)
