"""Serial numbers that are part of outlets' identities, as those of a SynLink's banks: a recording
has one stand-in for each, in requests, headers and answers alike. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..scrub import LONG_NUMBER, Scrubber
from .har import WebRecording
from .text_answers import with_changed_texts

_SERIAL = re.compile(rf"(?<![0-9A-Za-z])[0-9]{{{LONG_NUMBER},}}(?![0-9A-Za-z])")


def stand_ins_of(identities: Iterable[str], scrubber: Scrubber) -> dict[str, str]:
    """Each long number in the identities, with its stand-in."""
    stand_ins: dict[str, str] = {}
    for identity in identities:
        for number in _SERIAL.findall(identity):
            stand_ins[number] = scrubber.stand_in_of_serial(number)
    return stand_ins


def replaced(text: str, stand_ins: Mapping[str, str]) -> str:
    """The text with the stand-ins in place of these numbers."""
    return _SERIAL.sub(lambda match: stand_ins.get(match[0], match[0]), text)


def recording_with(recording: WebRecording, stand_ins: Mapping[str, str]) -> WebRecording:
    """The recording with the stand-ins in all texts."""

    def replace(text: str) -> str:
        return replaced(text, stand_ins)

    answers = []
    for answer in recording.answers:
        clean_answer = answer._replace(
            request=replace(answer.request),
            headers=[(name, replace(text)) for name, text in answer.headers],
            content=with_changed_texts(answer.content, replace, in_names=True),
        )
        answers.append(clean_answer)
    outlets = {replace(name): outlet for name, outlet in recording.outlets.items()}
    return recording._replace(answers=answers, outlets=outlets)
