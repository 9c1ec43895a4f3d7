"""Records and simulates the PDUs of handlers that are a codec (handlers/http/dialogue.py).

A recording has the answers to the requests that the codec yields, scrubbed. The simulated device
takes any login, and obeys the codec's commands.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any, Callable

from handlers.http.dialogue import Codec, PduState, run_dialogue
from handlers.http.strict_json import FORM_ERRORS, loads
from handlers.shared.errors import PduHandlerError, ProtocolError, SettingsError
from handlers.shared.meter_figures import measured
from pdu_common.connection import PduData

from ..cli.output import counted
from .answer_scrubbing import kept_notes, scrub_answers, secrets_in
from .codec_unit import Answers, CodecUnit, exchange_of, request_key
from .recording_formats import (
    Recording,
    RecordingFormat,
    RecordingOptions,
    ReplayedDevice,
    make_json_detector,
)
from .replay_server import ANY_LOGIN
from .scrub import Scrubber
from .simulated_pdu import UnitFault
from .text_answers import TextAnswer, document_of

_PORT = 443


def unit_recording_format(name: str, make_handler: Callable[[Any], Any]) -> RecordingFormat:
    """The recording format of the handler `name`, whose `about` says that it is a codec."""

    def serve(text: str, port: int) -> ReplayedDevice:
        answers = parse_answers(text)

        def make_pdu(own_port: int, fault: UnitFault, contents: Answers) -> CodecUnit:
            return CodecUnit(codec_of_handler(make_handler), contents, own_port, fault)

        replay = make_pdu(port, UnitFault.NONE, answers)
        device = replay.describe(name, "one unit, switched by its commands", ANY_LOGIN)
        return device._replace(simulated_pdu=replay, make_pdu=make_pdu)

    return RecordingFormat(
        tcp_port=_PORT,
        rank=4,
        record=partial(_record, name, make_handler),
        is_recording=make_json_detector(name),
        serve=serve,
    )


def _record(
    name: str, make_handler: Callable[[Any], Any], data: Any, recorder: RecordingOptions
) -> Recording:
    """Read a unit as its handler does, and put stand-ins for what names the owner."""
    answers: dict[str, Any] = {}
    pdu = make_handler(data)
    with pdu.session("record") as session:

        def exchange(request: Any) -> bytes:
            answer: bytes = recorder.retry(lambda: session.exchange(request))
            answers[request_key(request)] = document_of(answer)
            return answer

        # a codec may ask less for the states, and other resources than for the figures
        for with_figures in (True, False):
            pdu.read_unit(with_figures=with_figures, exchange=exchange)
        pdu.read_named_outlets(exchange)
        login = session.login
        secrets = (login.password, login.token, *login.keys, *secrets_in(answers))
        scrubber = Scrubber(recorder.keep, secrets, login.user, session.address)

    device_values = _states_and_figures(pdu, answers)
    # a codec may follow the ids in an answer
    answers = {scrubber.scrub_kept_text(key): answer for key, answer in answers.items()}
    clean_answers, kept_texts = scrub_answers(answers, scrubber, partial(_values, pdu))
    if _states_and_figures(pdu, clean_answers) != device_values:
        raise ProtocolError(
            "the handler does not read the recording as it read the PDU: what it reads looks like a"
            " secret or an address; nothing was written",
            host=session.address,
            operation="record",
        )
    text = _recording_text(name, clean_answers, kept_texts)
    return Recording(text, counted(len(answers), "answer"), kept_notes(kept_texts))


def _recording_text(name: str, answers: Answers, kept_texts: Sequence[str]) -> str:
    """The text of a recording of this handler: `parse_answers` reads it."""
    documents: dict[str, Any] = {}
    texts: dict[str, TextAnswer] = {}
    for key, answer in answers.items():
        if isinstance(answer, TextAnswer):
            texts[key] = answer
        else:
            documents[key] = answer
    data: dict[str, Any] = {"recording": f"{name} 1", "kept": kept_texts, "answers": documents}
    if texts:
        data["texts"] = texts
    return json.dumps(data, indent=1) + "\n"


def read_recorded(codec: Codec, text: str) -> PduState:
    """The values that a handler's codec reads in a recording. Raises the errors of
    handlers/shared/errors.py.
    """
    return run_dialogue(codec.read_unit(with_figures=True), exchange_of(parse_answers(text)))


def codec_of_handler(make_handler: Callable[[Any], Any]) -> Codec:
    """The codec of a handler's class."""
    codec: Codec = make_handler(PduData("127.0.0.1", {})).codec
    return codec


def _values(pdu: Any, answers: Answers) -> Sequence[object]:
    """The PDU's values in these answers, without names; or the error."""
    values: list[object] = []
    exchange = exchange_of(answers)
    for with_figures in (True, False):
        try:
            state = pdu.read_unit(with_figures=with_figures, exchange=exchange)
        except PduHandlerError as error:
            return [error.kind]
        except FORM_ERRORS as error:  # of a codec that looks up a name which was replaced
            return [type(error).__name__]
        outlets = [outlet._replace(name="", doubt="") for outlet in state.outlets]
        values += [outlets, state._replace(outlets=(), cautions=())]
    return values


def _states_and_figures(pdu: Any, answers: Answers) -> Sequence[object]:
    """The states and the totals in these answers; empty if they are not readable."""
    try:
        state = pdu.read_unit(with_figures=True, exchange=exchange_of(answers))
    except (PduHandlerError, *FORM_ERRORS):
        return []
    states = [outlet.state for outlet in state.outlets]
    return [*states, measured(state.load_a), measured(state.energy_kwh)]


def parse_answers(text: str) -> Answers:
    """The answers: JSON of `answers`, and what is no JSON of `texts`. Raises SettingsError if the
    recording has none.
    """
    try:
        recording: Any = loads(text.encode())
        answers = dict(recording.get("answers", {}))
        for key, answer in recording.get("texts", {}).items():
            answers[key] = TextAnswer(answer)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        answers = {}
    if not answers:
        raise SettingsError("the recording is not complete")
    return answers
