"""Every outlet whose state a codec does not know has a reason, and no reason holds a login."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union

import pytest

from handlers.jaws import decoding as jaws
from handlers.jaws.handler import make_handler
from handlers.netio import decoding as netio
from handlers.netio.handler import make_handler as make_netio
from handlers.shared.errors import Refused
from handlers.synlink import decoding as synlink
from pdu_common.helper import PduPortView
from tests.handlers import codecs
from tests.handlers.other_clients import unit_data
from tests.simulators import jaws as simulated, netio as simulated_netio
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer, Reply

# none of a unit's words for a state, and values of other types
ODD: tuple[Any, ...] = (..., None, "", "?", "Not Found", 0, 1, 2, -1, 1.5, True, False, [], {})


class Recorded(NamedTuple):
    codec: Any
    #: the answers of its recording
    answers: dict[str, Any]
    #: the outlets in them
    entries: list[dict[str, Any]]


def recorded(codec: Any, name: str) -> Recorded:
    file = Path(__file__).parents[1] / name / "recording.har"
    answers = codecs.recorded_answers(file.read_text("utf-8"))
    document = answers[netio.PATH if codec is netio else codec.OUTLETS]
    return Recorded(codec, answers, document["Outputs"] if codec is netio else document)


def changed_entries(entry: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """The entry with one odd value, in its place, and with one of fields that it may have."""
    fields = dict(entry)
    for name in (*fields, "control_state", "rebootStatus", "relayHealth", "voltageDetection"):
        if name in ("id", "ID", "outletUuid"):
            continue
        for value in ODD:
            entry.clear()
            entry.update(fields)
            if value is ...:
                entry.pop(name, None)
            else:
                entry[name] = value
            yield name, value
    entry.clear()
    entry.update(fields)


@pytest.mark.parametrize("name, codec", [("jaws", jaws), ("netio", netio), ("synlink", synlink)])
def test_every_unknown_state_has_its_reason(name: str, codec: Any) -> None:
    unit = recorded(codec, name)
    unknown = 0
    for change in changed_entries(unit.entries[0]):
        outlets = codecs.read(codec, unit.answers, with_figures=False).outlets
        for outlet in outlets:
            assert outlet.state is not None or outlet.reason, change
        unknown += outlets[0].state is None
    assert unknown > 5


def test_a_reason_that_holds_the_login_is_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    """A unit that repeats the login in its fields: what is cut is searched for it before."""
    long_text = b"x" * 30 + PASSWORD.encode()

    class Echo(simulated.SimulatedPdu):
        def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
            answer = super().answer(method, path, body)
            assert isinstance(answer, bytes)
            answer = answer.replace(b'"state": "On"', b'"state": "%s"' % long_text)
            return answer.replace(b'"energy": ', b'"energy": "%s", "x": ' % long_text)

    with HttpServer(Echo()) as server:
        pdu = make_handler(unit_data(server))
        pdu.status()
        figures = pdu.measured()

    texts = [*caplog.messages, *map(repr, figures)]
    for text in texts:
        assert PASSWORD[:6] not in text
    masked = [text for text in texts if "it holds the login" in text]
    assert len(masked) > 1


def test_a_units_own_reason_that_holds_the_login_is_not_shown() -> None:
    """The codec quotes it, and does not know the login."""

    class Refusing(simulated_netio.SimulatedPdu):
        def user(self, method: str, path: str, headers: Mapping[str, str]) -> str:
            return USER

        def answer(self, method: str, path: str, body: bytes) -> Optional[bytes]:
            if method == "POST":
                return b'{"Errors": [{"Message": "locked for own-word-4711"}]}'
            return super().answer(method, path, body)

    with HttpServer(Refusing()) as server:
        pdu = make_netio(unit_data(server, username=USER, password="own-word-4711"))
        with pytest.raises(Refused, match="it holds the login") as error_info:
            pdu.port_down(PduPortView("1"))
    assert "4711" not in str(error_info.value)
