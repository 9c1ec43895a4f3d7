"""Runs a handler's codec (handlers/http/dialogue.py) on answers of a test, without a device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from handlers.http.dialogue import Outlet, PduState, run_dialogue
from pdu.recordings.web import har
from pdu.recordings.web.text_answers import text_of


def read(codec: Any, answers: Mapping[str, Any], with_figures: bool = True) -> PduState:
    """What the codec reads, if the device answers each request so, by `request_key`: with bytes,
    JSON, text or an error.
    """
    unit: PduState = run_dialogue(
        codec.read_unit(with_figures=with_figures), partial(_answer, answers)
    )
    return unit


def outlets(codec: Any, answers: Mapping[str, Any]) -> Sequence[Outlet]:
    """What the codec reads before and after a command, if the device answers so; no other request
    may be made.
    """
    listed: Sequence[Outlet] = run_dialogue(codec.read_outlets(), partial(_answer, answers))
    return listed


def labels(codec: Any, answers: Mapping[str, Any]) -> Sequence[Outlet]:
    """The outlets with the names that the codec reads, if the device answers so."""
    named_outlets: Sequence[Outlet] = run_dialogue(codec.read_labels(), partial(_answer, answers))
    return named_outlets


def _answer(answers: Mapping[str, Any], request: Any) -> bytes:
    answer = answers[request_key(request)]
    if isinstance(answer, Exception):
        raise answer
    return answer if isinstance(answer, bytes) else body_of(answer)


def commands(codec: Any, identity: str, on: bool, answer: Any = b"") -> list[Any]:
    """The requests that switch an outlet, if the device answers each so; an error is raised."""
    requests: list[Any] = []

    def exchange(request: Any) -> Any:
        requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    run_dialogue(codec.command(identity, on=on), exchange)
    return requests


def request_key(request: Any) -> str:
    """The key of a request's answer: its path, and the body of a read by POST after it."""
    return f"{request.path} {request.body.decode('utf-8', 'replace')}".strip()


def body_of(document: Any) -> bytes:
    """The body of the answer that is this document."""
    return text_of(document).encode()


def recorded_answers(text: str) -> dict[str, Any]:
    """The content of each answer of a recording by the key of its request."""
    answers: dict[str, Any] = {}
    for answer in har.parse(text).answers:
        _, _, key = answer.request.partition(" ")
        answers[key] = answer.content
    return answers
