"""Records and simulates the PDUs of handlers that are a codec (handlers/http/dialogue.py).

A recording has the answers to the requests that the codec yields, scrubbed. The simulated device
takes any login, and obeys the codec's commands.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, Callable

from handlers.http.dialogue import Codec, PduState, run_dialogue
from handlers.http.strict_json import loads
from handlers.shared.errors import PduHandlerError, ProtocolError, SettingsError
from pdu_common.connection import PduData

from ..cli.output import counted
from .codec_unit import Answers, CodecUnit, exchange_of, request_key
from .recording_formats import (
    Recording,
    RecordingFormat,
    RecordingOptions,
    ReplayedDevice,
    make_json_detector,
)
from .replay_server import ANY_LOGIN, Response
from .scrub import Scrubber, is_product, replace_unread
from .simulated_pdu import UnitFault

_PORT = 443


def unit_recording_format(
    name: str, make_handler: Callable[[Any], Any], logins: Mapping[str, Response]
) -> RecordingFormat:
    """That of the handler `name`, whose `about` says that it is a codec. `logins`: what the
    simulated device answers besides, by method and path: to requests that log in.
    """

    def serve(text: str, port: int) -> ReplayedDevice:
        answers = _parse_answers(text)

        def unit(port: int, fault: UnitFault, answers: Answers) -> CodecUnit:
            return CodecUnit(codec_of_handler(make_handler), answers, logins, port, fault)

        replay = unit(port, UnitFault.NONE, answers)
        device = replay.describe(name, "one unit, switched by its commands", ANY_LOGIN)
        return device._replace(unit=replay, units=unit)

    record = partial(_record, name, make_handler)
    return RecordingFormat(_PORT, 4, record, make_json_detector(name), serve)


def _record(
    name: str, make_handler: Callable[[Any], Any], data: Any, recorder: RecordingOptions
) -> Recording:
    """Read a unit as its handler does, and put stand-ins for what names the owner."""
    answers: dict[str, Any] = {}
    pdu = make_handler(data)
    with pdu.session("record") as session:

        def exchange(request: Any) -> bytes:
            answer: bytes = recorder.again(lambda: session.exchange(request))
            answers[request_key(request)] = _json(answer)
            return answer

        # a codec may ask less for the states, and other resources than for the figures
        for with_figures in (True, False):
            pdu.read_unit(with_figures=with_figures, exchange=exchange)
        login = session.login
        scrubber = Scrubber(
            recorder.keep, (login.password, login.token), login.user, session.address
        )

    def scrub(replaced: Collection[str]) -> Answers:
        return {
            key: scrubber.json(answer, lambda name, _: is_kept(name, replaced))
            for key, answer in answers.items()
        }

    def is_kept(name: str, replaced: Collection[str]) -> bool:
        """Whether the text of a member stays as it is; "" stands for the members' own names."""
        return name != "" and (name not in replaced or is_product(name))

    clean = replace_unread(_member_names(answers), scrub, partial(_values, pdu))
    text = json.dumps({"recording": f"{name} 1", "answers": clean}, indent=1) + "\n"
    return Recording(text, counted(len(answers), "answer"))


def read_recorded(codec: Codec, text: str) -> PduState:
    """The values that a handler's codec reads in a recording. Raises the errors of
    handlers/shared/errors.py.
    """
    return run_dialogue(codec.read_unit(with_figures=True), exchange_of(_parse_answers(text)))


def codec_of_handler(make_handler: Callable[[Any], Any]) -> Codec:
    """The codec of a handler's class."""
    codec: Codec = make_handler(PduData("127.0.0.1", {})).codec
    return codec


def _values(pdu: Any, answers: Answers) -> Sequence[object]:
    """The PDU's values in these answers, without names; or the error."""
    try:
        states = [
            pdu.read_unit(with_figures=figures, exchange=exchange_of(answers))
            for figures in (True, False)
        ]
    except PduHandlerError as error:
        return [error.kind]
    return [
        (
            [outlet._replace(name="", doubt="") for outlet in state.outlets],
            state._replace(outlets=(), cautions=()),
        )
        for state in states
    ]


def _member_names(data: Any) -> Sequence[str]:
    """The names of all members of the JSON below these answers, each once."""
    names: dict[str, None] = {}
    waiting = list(data.values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            names.update(dict.fromkeys(value))
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return list(names)


def _parse_answers(text: str) -> Answers:
    """The answers. Raises SettingsError if the recording has none."""
    try:
        recording: Any = loads(text.encode())
        return dict(recording["answers"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise SettingsError("the recording is not complete") from None


def _json(body: bytes) -> Any:
    try:
        return loads(body)
    except ValueError:
        raise ProtocolError("the answer is not JSON") from None
