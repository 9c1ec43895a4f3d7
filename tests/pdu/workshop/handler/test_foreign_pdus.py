"""A PDU over HTTP that no handler of this pack reads: recorded through its owner's handler,
replayed, and checked, with commands that he gives as requests.

`HANDLER` is the handler, `unit` the PDU, and `recording` the file that `pdu record` writes of it.
"compared" in the file says whether a person has compared it with the PDU. `run` runs a command, and
returns its exit code, its output and its errors.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pdu.recordings.replay_server import HttpReplay, Response
from pdu.recordings.web import har
from tests.needs import ROOT
from tests.pdu.loading.page_handler import folder
from tests.pdu.running import run
from tests.waiting import start_program

PASSWORD = "word-of-the-unit-7"
ON, OFF = "GET /set?outlet={outlet}&to=1", "GET /set?outlet={outlet}&to=0"

HANDLER = """
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

from pdu_common.base_pdu import BasePdu
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView

STATES = {"1": EnumPowerStatus.UP, "0": EnumPowerStatus.DOWN}


def make_handler(pdu_data):
    return XmlPdu(pdu_data)


class XmlPdu(BasePdu):
    def ask(self, path, **fields):
        params = self.pdu_data.custom_params
        fields = {"pw": params["password"], **fields}
        address = f"http://{self.pdu_data.ip}:{params['port']}{path}"
        request = urllib.request.Request(address + "?" + urllib.parse.urlencode(fields))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=5) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            error.close()
            raise RuntimeError(f"{path}: status {error.code}") from None
        except OSError as error:
            raise RuntimeError(f"{path}: {type(error).__name__}") from None

    def states(self):
        words = ElementTree.fromstring(self.ask("/state.xml")).findtext("states").split(",")
        unknown = EnumPowerStatus.UNKNOWN
        return {str(n): STATES.get(word, unknown) for n, word in enumerate(words, 1)}

    def status(self):
        view = PduView()
        for number, state in self.states().items():
            view.ports.append(PduPortView(identity=number, power_status=state))
        return view

    def switch(self, port, to):
        if port.identity not in self.states():
            raise RuntimeError("no such outlet")
        self.ask("/set", outlet=port.identity, to=to)
        end = time.monotonic() + 4
        while True:
            port.power_status = self.states()[port.identity]
            if port.power_status == STATES[to]:
                return port
            if time.monotonic() > end:
                port.power_status = EnumPowerStatus.UNKNOWN
                return port
            time.sleep(0.1)

    def port_up(self, pdu_port_data):
        return self.switch(pdu_port_data, "1")

    def port_down(self, pdu_port_data):
        return self.switch(pdu_port_data, "0")

    def statistic(self):
        view = PduStatisticView()
        view.load = float(ElementTree.fromstring(self.ask("/state.xml")).findtext("amps"))
        return view
"""


class XmlUnit(HttpReplay):
    """A PDU with eight outlets: `states` are "1" for on, "0" for off, in an XML document."""

    def __init__(self) -> None:
        self.states = ["1", "1", "0", "1", "1", "0", "1", "1"]
        super().__init__(0)

    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        """The answer to GET /state.xml, or to GET /set?outlet=3&to=1, which switches outlet 3 on;
        HTTP 401 without the password.
        """
        if f"pw={PASSWORD}" not in target:
            return 401, None, {}
        switched = re.search(r"outlet=([0-9])&to=([01])", target)
        if switched:
            self.states[int(switched[1]) - 1] = switched[2]
            return 200, b"OK", {"Content-Type": "text/plain"}
        text = f"<r><states>{','.join(self.states)}</states><amps>3.25</amps></r>"
        return 200, text.encode(), {"Content-Type": "text/xml"}


@pytest.fixture(name="unit")
def _unit() -> Iterator[XmlUnit]:
    with contextlib.closing(XmlUnit()) as unit:
        yield unit


@pytest.fixture(name="secret_file")
def _secret_file(tmp_path: Path) -> str:
    path = tmp_path / "secret"
    path.write_text(PASSWORD, "utf-8")
    path.chmod(0o600)
    return f"password={path}"


@pytest.fixture(name="recording")
def _recording(
    unit: XmlUnit, secret_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Path:
    """The file of a recording of the unit, with the commands that switch its outlets."""
    file = tmp_path / "unit.json"
    handler = folder(tmp_path, "http_dir", HANDLER)
    words = ("--on", f"{ON}&pw={{any}}", "--off", f"{OFF}&pw={{any}}")
    host = f"127.0.0.1:{unit.port}"
    login = ("--secret-file", secret_file)
    code, out, err = run(capsys, "record", str(handler), host, "-o", str(file), *words, *login)
    assert code == 0, err
    assert "8 outlets" in out, err
    assert '"compared"' in err, err
    return file


def checked(
    capsys: pytest.CaptureFixture[str], handler: Path, file: Path, secret_file: str, *more: str
) -> tuple[int, dict[str, tuple[str, str]], Any]:
    """Check a handler on a recording, with further options. Returns the exit code, the result and
    the detail of each rule by its text, and the texts of the rules that were not tried.
    """
    login = ("--secret-file", secret_file)
    words = ("handler", "check", str(handler), "--replay", str(file), *login, *more, "--json")
    code, out, err = run(capsys, *words)
    assert err == "", err
    facts = json.loads(out)
    rows = {row["rule"]: (row["result"], row["detail"]) for row in facts["findings"]}
    return code, rows, facts["untried"]


def compare(file: Path) -> None:
    """Note in a recording that a person has compared it with the PDU."""
    text = file.read_text("utf-8")
    file.write_text(text.replace('"compared": "no"', '"compared": "yes"'), "utf-8")


def test_a_recording_holds_what_the_handler_read_and_no_login(recording: Path) -> None:
    text = recording.read_text("utf-8")
    assert PASSWORD not in text
    data = har.parse(text)
    assert data.states == {str(number): number not in (3, 6) for number in range(1, 9)}
    assert (data.load_a, data.energy_kwh, data.is_compared) == (3.25, None, False)
    (answer,) = data.answers
    assert answer.request == "GET /state.xml?pw={any}"
    assert "<states>" in answer.content


@pytest.mark.parametrize(
    ("password", "words", "why"),
    [
        pytest.param("word-of-the-unit-8", (), "in another spelling", id="in a request"),
        pytest.param(
            "word-of-the-unit-8",
            ("--on", f"{ON}&pw=word-of-the-unit-8", "--off", OFF),
            "{any}",
            id="in a command",
        ),
    ],
)
def test_a_login_that_would_stay_in_a_recording_is_refused(
    password: str,
    words: tuple[str, ...],
    why: str,
    unit: XmlUnit,
    secret_file: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`words`: options of `pdu record`; `why`: a part of its error."""
    answer = unit.respond("GET", f"pw={PASSWORD}", {}, b"")
    monkeypatch.setattr(unit, "respond", lambda *_: answer)
    (tmp_path / "secret").write_text(password, "utf-8")
    # it sends the password in Base64, in a field that is not known to hold one, with one of two
    # requests
    encoded = 'base64.b64encode(params["password"].encode())'
    source = HANDLER.replace('"pw": params["password"]', f'"k": {encoded}')
    source = source.replace("import time", "import base64\nimport time")
    source = source.replace(
        'self.ask("/state.xml")).findtext("amps")', 'self.ask("/a", k="")).find("amps").text'
    )
    handler = folder(tmp_path, "http_dir", source)
    file = tmp_path / "unit.json"

    command = ["record", str(handler), f"127.0.0.1:{unit.port}", "-o", str(file), *words]
    code, out, err = run(capsys, *command, "--secret-file", secret_file)

    assert code in (2, 5), (out, err)
    assert why in err
    assert not file.exists()
    assert password not in err


def test_a_reading_that_sends_a_command_ends_before_it_is_passed_on(
    unit: XmlUnit,
    secret_file: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both status and statistic would switch outlet 3 on."""
    commanding = 'def states(self):\n        self.ask("/set", outlet="3", to="1")\n'
    source = HANDLER.replace("def states(self):\n", commanding)
    source = source.replace("view.load = float", "self.states()\n        view.load = float")
    commands: list[str] = []
    respond = unit.respond

    def noted_response(method: str, target: str, *arguments: Any) -> Response:
        if "outlet=3" in target:
            commands.append(target)
        return respond(method, target, *arguments)

    monkeypatch.setattr(unit, "respond", noted_response)
    file = tmp_path / "unit.json"
    command = ["record", str(folder(tmp_path, "http_dir", source)), f"127.0.0.1:{unit.port}"]
    words = ("--on", f"{ON}&pw={{any}}", "--off", f"{OFF}&pw={{any}}")

    code, _, err = run(capsys, *command, "-o", str(file), *words, "--secret-file", secret_file)

    assert code == 5
    assert "a reading sent a command, which was not passed on" in err
    assert commands == []
    assert not file.exists()


@pytest.mark.usefixtures("without_loading")
def test_before_its_recording_was_compared_a_handler_is_not_known_to_be_right(
    recording: Path, secret_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, untried = checked(capsys, tmp_path / "http_dir", recording, secret_file)
    assert code == 9
    assert {
        "the states are those of the device",
        "the figures are those of the device, in A and kWh",
    } <= set(untried)
    assert "port_down switches the outlet off and returns its state" not in untried


@pytest.mark.usefixtures("without_loading")
def test_a_right_handler_is_known_to_be_right_once_its_recording_was_compared(
    recording: Path, secret_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compare(recording)
    code, rows, untried = checked(capsys, tmp_path / "http_dir", recording, secret_file)
    assert code == 0, rows
    assert untried == []
    assert {result for result, _ in rows.values()} <= {"kept", "advised"}


@pytest.mark.usefixtures("without_loading")
def test_a_handler_of_a_unit_without_meters_need_not_ask_for_figures(
    recording: Path, secret_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compare(recording)
    text = recording.read_text("utf-8")
    recording.write_text(text.replace('"load_a": 3.25', '"load_a": null'))
    source, _, _ = HANDLER.partition("        view.load")
    handler = folder(tmp_path / "without", "handler_dir", f"{source}        return view\n")
    code, rows, _ = checked(capsys, handler, recording, secret_file)
    assert code == 0, rows
    assert rows["a refused login raises"][0] == "kept"


@pytest.mark.parametrize(
    "option, status, states",
    [
        pytest.param((), 403, "1,1,0,1,1,0,1,1", id="read only"),
        pytest.param(("--writable",), 200, "1,1,1,1,1,0,1,1", id="writable"),
    ],
)
def test_a_replay_takes_commands_if_it_is_writable(
    recording: Path, option: tuple[str, ...], status: int, states: str
) -> None:
    """`status`: the HTTP status of the command; `states`: those of the outlets after it."""
    program = [sys.executable, "-m", "pdu", "replay", str(recording), *option]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with start_program(program, cwd=ROOT) as replay:
        assert replay.stdout is not None
        where = replay.stdout.readline().split()[0]
        assert "pdu status PATH" in replay.stdout.readline()
        answer_status = 200
        try:
            opener.open(f"http://{where}/set?outlet=3&to=1&pw=any", timeout=30).close()
        except urllib.error.HTTPError as error:
            answer_status = error.code
        with opener.open(f"http://{where}/state.xml?pw=any", timeout=30) as answer:
            text = answer.read().decode()
        replay.terminate()
    assert answer_status == status
    assert f"<states>{states}</states>" in text


@pytest.mark.parametrize(
    "words, code, sentence",
    [
        (["127.0.0.1:9"], 3, "refuses the connection"),
        (["127.0.0.1", "-s", "port=http"], 2, "port"),
    ],
    ids=["no answer", "a port that is no number"],
)
def test_a_pdu_that_cannot_be_reached_is_not_recorded(
    words: list[str],
    code: int,
    sentence: str,
    secret_file: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = folder(tmp_path, "http_dir", HANDLER)
    line = ("record", str(handler), *words, "--secret-file", secret_file)
    exit_code, out, err = run(capsys, *line)
    assert (exit_code, out) == (code, "")
    assert sentence in err


def test_a_handler_whose_requests_cannot_be_led_through_is_told_why(
    unit: XmlUnit, secret_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # it asks the unit's port, whatever the setting says
    source = HANDLER.replace(":{params['port']}", f":{unit.port}")
    handler = folder(tmp_path, "http_dir", source)
    words = ("record", str(handler), f"127.0.0.1:{unit.port}", "--secret-file", secret_file)
    code, _, err = run(capsys, *words)
    assert code == 5
    assert "setting port" in err


def test_words_for_a_handler_of_this_pack_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "record", "netio", "127.0.0.1:9", "--on", "GET /", "--off", "GET /a")
    assert code == 2
    assert "--on and --off" in err
