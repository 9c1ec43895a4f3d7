"""Serial numbers that are part of outlets' identities, as those of a SynLink's banks: a recording
has one stand-in for each, in requests, headers and answers alike. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..scrub import LONG_NUMBER, Scrubber
from .har import WebRecording
from .text_answers import TextAnswer

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
    answers = []
    for answer in recording.answers:
        headers = [(name, replaced(text, stand_ins)) for name, text in answer.headers]
        clean_answer = answer._replace(
            request=replaced(answer.request, stand_ins),
            headers=headers,
            content=_content(answer.content, stand_ins),
        )
        answers.append(clean_answer)
    outlets = {replaced(name, stand_ins): outlet for name, outlet in recording.outlets.items()}
    return recording._replace(answers=answers, outlets=outlets)


def _content(content: Any, stand_ins: Mapping[str, str]) -> Any:
    """The content of an answer, or a value below it, with the stand-ins in its texts."""
    if isinstance(content, TextAnswer):
        return TextAnswer(replaced(content, stand_ins))
    if isinstance(content, str):
        return replaced(content, stand_ins)
    if isinstance(content, dict):
        members: dict[str, Any] = {}
        for name, value in content.items():
            members[replaced(name, stand_ins)] = _content(value, stand_ins)
        return members
    if isinstance(content, list):
        return [_content(value, stand_ins) for value in content]
    return content
