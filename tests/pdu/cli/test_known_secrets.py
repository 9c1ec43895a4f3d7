"""The secrets of a run are in nothing that somebody's handler raises, logs or warns of."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from itertools import product

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
    "raises the attributes of ours": "raise Alike(SECRET)",
    "raises ours": "raise Ours(SECRET)",
    "raises with a cause": "raise RuntimeError('x') from ValueError(SECRET)",
    "logs": "LOG.debug('GET /?key=%s', SECRET)",
    "warns": "LOG.warning('login %s', SECRET)",
    "warns as this program": "logging.getLogger('pdu').warning('login %s', SECRET)",
    "logs where it is": "LOG.error('Zw9-sekret-77', stack_info=True)",
    "logs a traceback": "LOG.error('x', exc_info=ValueError(SECRET))",
}
#: the commands that are run with each
WAYS = ("status", "status --debug", "check --debug")
HANDLER = """import logging
from handlers.shared.errors import Refused as Ours
from pdu_common.base_pdu import BasePdu
from pdu_common.helper import PduPortView, PduStatisticView, PduView

LOG = logging.getLogger("urllib3")


class Kind(Exception):
    kind = "refused"


class Alike(Kind):
    def __init__(self, words):
        self.reason = self.host = self.operation = words
        self.parts = (words,)


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


# Runs each command of a list in a process of its own, which is forked from one that has imported
# the command: so all of them start Python once.
_EACH_FORKED = """
import json, os, sys
import pdu.monitoring.check, pdu.outlets.read_commands
from pdu.start import program
for place, words in enumerate(json.load(sys.stdin)):
    process = os.fork()
    if not process:
        output = os.open(f"{place}.txt", os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(output, 1), os.dup2(output, 2)
        sys.argv = ["pdu", *words]
        program()
        os._exit(0)
    os.waitpid(process, 0)
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What each command prints, by its words."""
    folder = tmp_path_factory.mktemp("secrets")
    commands: list[list[str]] = []
    for act, line in ACTS.items():
        path = folder / f"{act.replace(' ', '_')}.py"
        path.write_text(HANDLER.replace("{act}", line))
        pdus = path.with_suffix(".csv")
        pdus.write_text(f"name,handler,address\nr1,{path.name},192.0.2.1\n")
        status = ["status", str(path), "192.0.2.1"]
        commands += [status, [*status, "--debug"], ["check", str(pdus), "--debug"]]
    subprocess.run(
        [sys.executable, "-c", _EACH_FORKED],
        input=json.dumps(commands),
        text=True,
        timeout=PATIENCE_S,
        cwd=folder,
        env={**environment(), "PDU_PASSWORD": SECRET, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    texts: dict[str, str] = {}
    for place, (act, way) in enumerate(product(ACTS, WAYS)):
        texts[f"{act}, {way}"] = (folder / f"{place}.txt").read_text()
    return texts


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("act", ACTS)
def test_a_secret_is_in_no_error_and_no_log_line_of_somebodys_handler(
    act: str, way: str, printed: Mapping[str, str]
) -> None:
    text = printed[f"{act}, {way}"]
    assert SECRET not in text
    is_told = way != "status" if act == "logs" else True
    assert (known_secrets.HIDDEN in text) is is_told, text


def test_a_run_knows_its_own_secrets_alone() -> None:
    known_secrets.forget_secrets()
    known_secrets.note_secret("")
    assert known_secrets.without_secrets("key=abc-1") == "key=abc-1"
    known_secrets.note_secret("abc-1")
    assert known_secrets.without_secrets("key=abc-1") == known_secrets.HIDDEN
    known_secrets.forget_secrets()
    assert known_secrets.without_secrets("key=abc-1") == "key=abc-1"


OUR_FILE = str(ROOT / "handlers" / "snmp" / "handler.py")


@pytest.mark.parametrize(
    "logger, path, text",
    [
        # the project's own modules mask what they log themselves
        pytest.param("handlers.snmp", OUR_FILE, "key=abc-1", id="a module of the project"),
        pytest.param("requests", OUR_FILE, known_secrets.HIDDEN, id="another package"),
        pytest.param("pdu", "/srv/mine.py", known_secrets.HIDDEN, id="a file that calls itself so"),
    ],
)
def test_a_secret_is_hidden_in_the_records_of_others(logger: str, path: str, text: str) -> None:
    known_secrets.forget_secrets()
    known_secrets.note_secret("abc-1")
    record = logging.LogRecord(logger, logging.INFO, path, 1, "key=%s", ("abc-1",), None)
    assert known_secrets.hide_secrets(record)
    assert record.getMessage() == text
    known_secrets.forget_secrets()


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
