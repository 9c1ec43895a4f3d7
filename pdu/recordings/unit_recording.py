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
from handlers.shared.errors import PduHandlerError, SettingsError
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
from .replay_server import ANY_LOGIN
from .scrub import Scrubber, is_product, replace_unread
from .simulated_pdu import UnitFault
from .text_answers import TextAnswer, document_of

_PORT = 443
# before a word of a text, as the name of its group
_WORD = "\0"


def unit_recording_format(name: str, make_handler: Callable[[Any], Any]) -> RecordingFormat:
    """That of the handler `name`, whose `about` says that it is a codec."""

    def serve(text: str, port: int) -> ReplayedDevice:
        answers = parse_answers(text)

        def make_pdu(own_port: int, fault: UnitFault, contents: Answers) -> CodecUnit:
            return CodecUnit(codec_of_handler(make_handler), contents, own_port, fault)

        replay = make_pdu(port, UnitFault.NONE, answers)
        device = replay.describe(name, "one unit, switched by its commands", ANY_LOGIN)
        return device._replace(simulated_pdu=replay, make_pdu=make_pdu)

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
            answers[request_key(request)] = document_of(answer)
            return answer

        # a codec may ask less for the states, and other resources than for the figures
        for with_figures in (True, False):
            pdu.read_unit(with_figures=with_figures, exchange=exchange)
        login = session.login
        secrets = (login.password, login.token, *login.keys)
        scrubber = Scrubber(recorder.keep, secrets, login.user, session.address)

    def scrub(replaced: Collection[str]) -> Answers:
        return {
            key: scrub_text(answer, replaced)
            if isinstance(answer, TextAnswer)
            else scrubber.scrub_json(answer, lambda name, _: is_kept(name, replaced))
            for key, answer in answers.items()
        }

    def scrub_text(answer: TextAnswer, replaced: Collection[str]) -> TextAnswer:
        """The text with stand-ins for the words of `replaced`."""
        words = answer.changed(
            lambda word: scrubber.scrub_free_text(word) if f"{_WORD}{word}" in replaced else word
        )
        return TextAnswer(scrubber.scrub_kept_text(words))

    def is_kept(name: str, replaced: Collection[str]) -> bool:
        """Whether the text of a member stays as it is; "" stands for the members' own names."""
        return name != "" and (name not in replaced or is_product(name))

    groups = [*_member_names(answers), *_words(answers)]
    clean = replace_unread(groups, scrub, partial(_values, pdu))
    texts = {key: answer for key, answer in clean.items() if isinstance(answer, TextAnswer)}
    recording: dict[str, Any] = {"recording": f"{name} 1"}
    recording["answers"] = {key: clean[key] for key in clean if key not in texts}
    if texts:
        recording["texts"] = texts
    text = json.dumps(recording, indent=1) + "\n"
    return Recording(text, counted(len(answers), "answer"))


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


def _words(answers: Answers) -> Sequence[str]:
    """The words of all texts, each once, in a form that no member has."""
    words: dict[str, None] = {}
    for answer in answers.values():
        if isinstance(answer, TextAnswer):
            words.update((f"{_WORD}{word}", None) for _, word in answer.words())
    return list(words)


def parse_answers(text: str) -> Answers:
    """The answers: JSON of `answers`, and what is no JSON of `texts`. Raises SettingsError if the
    recording has none.
    """
    try:
        recording: Any = loads(text.encode())
        answers = dict(recording.get("answers", {}))
        texts = recording.get("texts", {})
        answers.update((key, TextAnswer(answer)) for key, answer in texts.items())
        if not answers:
            raise ValueError("no answers")
        return answers
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise SettingsError("the recording is not complete") from None
