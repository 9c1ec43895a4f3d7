"""A PDU may refuse a command under status 200: the recording says how, or that is not tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdu.recordings.web import har
from pdu.recordings.web.har import Answer
from pdu.workshop.handler import recording_check
from pdu.workshop.handler.case_groups import TABLE
from tests.pdu.loading.page_handler import folder
from tests.pdu.running import run

from .checking import LOGIN, Checked, check
from .checks import EXAMPLE, VOLT as SOURCE

_REFUSED = '{"done": false}'
_WRITE = '        self._answer(f"/relay/{port.identity}", body)\n'
#: a handler that reads the answer to its command
CAREFUL = SOURCE.replace(
    _WRITE,
    '        answer = self._answer(f"/relay/{port.identity}", body)\n'
    '        if json.loads(answer).get("done") is False:\n'
    '            raise RuntimeError("refused")\n',
)

pytestmark = pytest.mark.usefixtures("without_loading")


@pytest.fixture(autouse=True)
def _faults_of_commands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = [row for row in TABLE.at_once if "refused" in row.rules]
    monkeypatch.setattr(recording_check, "TABLE", TABLE._replace(at_once=groups, alone=[]))


def _checked(
    folder_of_test: Path, source: str, *arguments: str, answers: tuple[Answer, ...] = ()
) -> Checked:
    """On a PDU whose answer to a command has a content."""
    recording = har.parse((EXAMPLE / "volt.har").read_text("utf-8"))
    request = "POST /relay/{outlet} turn="
    recording = recording.commanded(
        [f'{request}on -> {{"done": true}}'], [f'{request}off -> {{"done": true}}']
    )
    file = folder_of_test / "unit.har"
    file.write_text(recording._replace(answers=[*recording.answers, *answers]).text, "utf-8")
    handler = folder(folder_of_test, source=source)
    return check(handler, "--replay", str(file), *LOGIN, *arguments)


def test_where_the_recording_does_not_say_it_one_sentence_tells_what_to_give(
    tmp_path: Path,
) -> None:
    result, detail = _checked(tmp_path, CAREFUL).results["refused"]
    assert result == "not tried"
    assert "give it as --refused" in detail


def test_a_handler_that_does_not_read_the_answer_is_found(tmp_path: Path) -> None:
    result, detail = _checked(tmp_path, SOURCE, "--refused", _REFUSED).results["refused"]
    assert result == "broken"
    assert detail == "port_down returned unknown, and raised nothing (a fault at a command)"


def test_a_handler_that_reads_the_answer_is_right(tmp_path: Path) -> None:
    checked = _checked(tmp_path, CAREFUL, "--refused", _REFUSED)
    assert checked.results["refused"] == ("kept", "")
    assert checked.of("broken") == {}


@pytest.mark.parametrize("words", [_REFUSED, "403"])
def test_it_is_a_field_of_the_recording(words: str) -> None:
    recording = har.parse((EXAMPLE / "volt.har").read_text("utf-8"))
    text = recording._replace(refusal=words).text
    assert har.parse(text).refusal == words


def test_a_recorded_refusal_says_it(tmp_path: Path) -> None:
    refusal = Answer("POST /relay/1 turn=on", {"error": "locked"}, status=409)
    checked = _checked(tmp_path, SOURCE, answers=(refusal,))
    assert checked.results["refused"] == ("kept", "")
    assert checked.of("broken") == {}


def test_on_off_and_refused_are_for_a_recording_over_http(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "unit.dev"
    file.write_text("device.type: pdu\noutlet.1.status: on\n", "utf-8")
    # a handler over NUT, as the recording is
    handler = folder(tmp_path, source=f"{SOURCE}\nREQUEST = 'LIST VAR ups'\n")
    words = ("handler", "check", str(handler), "--replay", str(file), "--refused", _REFUSED)
    code, _, err = run(capsys, *words)
    assert code == 2
    assert "--on, --off and --refused are for a recording over HTTP" in err
