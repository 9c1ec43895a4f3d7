"""Serial numbers that are part of outlets' identities, as those of a SynLink's banks: a recording
has one stand-in, such as serial-1, for each, in requests, headers and answers alike. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..scrub import LONG_NUMBER, Scrubber
from .har import WebRecording
from .text_answers import with_changed_texts

_SERIAL = re.compile(rf"(?<![0-9A-Za-z])[0-9]{{{LONG_NUMBER},}}(?![0-9A-Za-z])")


def stand_ins_of(identities: Iterable[str], scrubber: Scrubber) -> dict[str, str]:
    """The stand-in of each number of 7 digits or more in these identities of outlets, by the
    number. Shorter numbers are no serial numbers.

    >>> stand_ins_of(["1-286331153", "2-286331153"], Scrubber())
    {'286331153': 'serial-1'}
    """
    numbers = _SERIAL.findall(" ".join(identities))
    return {number: scrubber.stand_in_of_serial(number) for number in numbers}


def replaced(text: str, stand_ins: Mapping[str, str]) -> str:
    """The text with the stand-ins of these numbers in their place; a part of a longer word stays.

    >>> replaced("GET /bank/286331153?a=x286331153", {"286331153": "serial-1"})
    'GET /bank/serial-1?a=x286331153'
    """
    return _SERIAL.sub(lambda match: stand_ins.get(match[0], match[0]), text)


def recording_with(recording: WebRecording, stand_ins: Mapping[str, str]) -> WebRecording:
    """A copy of the recording with these stand-ins, each by its number, in all its requests,
    headers, answers and identities:

        before:  outlet 1-286331153, GET /286331153 => {"serial": "286331153"}
        after:   outlet 1-serial-1,  GET /serial-1  => {"serial": "serial-1"}
    """

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
