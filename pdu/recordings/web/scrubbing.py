"""Puts stand-ins into a recording over HTTP: **what its handler's reading does not need is
replaced**, in requests, headers and answers alike.

stand-in      a text such as name-3, which a Scrubber gives; in requests {any}, in headers "any"
own texts     what the owner gave as settings, and what stands in the answers: a request that holds
              one has {any} in its place
replaceable   with a stand-in in its place, the handler reads the same as of the device
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Callable, Optional
from urllib.parse import quote, quote_plus

from handlers.shared.errors import ProtocolError

from ..generic_words import has_only_generic_words
from ..scrub import ANY_TEXT, Scrubber, longest_first, replaceable_groups
from .answer_scrubbing import Answers, members, scrub_answers, without_private
from .har import Answer, WebRecording
from .named_values import named_values
from .request_patterns import ANY, RequestPattern
from .text_answers import TextAnswer
from .unit import WebUnit

# headers that a session or a redirect needs, which a handler may leave to its HTTP client
_STAYING = frozenset(("set-cookie", "location"))


def scrubbed(
    recording: WebRecording,
    scrubber: Scrubber,
    settings: Collection[str],
    read: Callable[[int], object],
    expected: object,
    links: Optional[Collection[str]] = None,
) -> WebRecording:
    """The recording with stand-ins for all that the handler's reading does not need.

    `settings`: texts that its owner gave to the handler. `read(port)`: what the handler reads of a
    replay at this port, which is `expected` if the replay answers as the device did. `links`: None,
    or for a documented interface such as Redfish the members whose texts name its resources: these
    stay, and the names of all members. Raises ProtocolError if a request shows the login.

    In this order, private values get stand-ins, headers that the reading does not need go, texts in
    requests become {any}, and the answers get stand-ins. Each of the last three is done only where
    the handler reads `expected` after it.

        before:  GET /o?sid=7f3a => {"owner": "Schmidt", "state": "Live"}
        after:   GET /o?sid={any} => {"name-1": "name-2", "state": "Live"}
    """
    if any(scrubber.holds_login(answer.request) for answer in recording.answers):
        raise ProtocolError(
            "a request of the handler shows the login in another spelling, which stays: record it"
            " with a password of letters and digits; nothing was written",
            operation="record",
        )
    with contextlib.closing(WebUnit(recording, 0)) as unit:

        def read_recording(clean: WebRecording) -> object:
            """What the handler reads of this recording."""
            unit.load(clean)
            return read(unit.port)

        # the ids of a documented interface name its resources
        values = _texts_of_answers(recording) if links is None else ()
        own_texts = {*settings, *values}
        public = _without_private(recording, scrubber, has_any=False)
        if read_recording(public) != expected:  # requests repeat what the handler was given
            public = _without_private(recording, scrubber, has_any=True)
        recording = _with_needed_headers(public, read_recording)
        recording, texts_of_requests = _with_any(recording, own_texts, read_recording)
        unit.load(recording)

        def read_contents(clean: Answers) -> object:
            """What the handler reads of the last recording with these answers."""
            unit.contents = {}, clean  # of no outlets: no command is sent
            return read(unit.port)

        contents, kept_texts = scrub_answers(recording.contents, scrubber, read_contents, links)
    texts_of_headers = [text for text in _texts_of_headers(recording) if ANY_TEXT != text]
    all_kept_texts = list(dict.fromkeys([*kept_texts, *texts_of_requests, *texts_of_headers]))
    return recording.with_contents(contents)._replace(kept_texts=all_kept_texts)


def _without_private(recording: WebRecording, scrubber: Scrubber, *, has_any: bool) -> WebRecording:
    """The recording with stand-ins for secrets, addresses and serial numbers. In requests they are
    the same stand-ins, or with `has_any` {any}. Pictures and the like become empty.

    >>> recording = WebRecording([Answer("GET /10.77.5.9", {"ntp": "10.77.5.9"})])
    >>> _without_private(recording, Scrubber(), has_any=True).answers[0][:2]
    ('GET /{any}', {'ntp': '192.0.2.1'})
    """
    answers: list[Answer] = []
    for answer in recording.answers:
        request = scrubber.scrub_kept_text(answer.request)
        content = answer.content
        is_binary = isinstance(content, bytes)
        clean_answer = answer._replace(
            request=scrubber.with_stand_ins_as(ANY, request) if has_any else request,
            headers=[(name, scrubber.scrub_kept_text(text)) for name, text in answer.headers],
            content=b"" if is_binary else without_private(content, scrubber),
        )
        answers.append(clean_answer)
    return recording._replace(answers=answers)


def _with_needed_headers(
    recording: WebRecording, read: Callable[[WebRecording], object]
) -> WebRecording:
    """The recording without the headers that the reading does not need. Set-Cookie and Location
    stay in any case. `read`: what the handler reads of a recording.

    >>> headers = [("Set-Cookie", "id=any"), ("X-Rack", "north")]
    >>> recording = WebRecording([Answer("GET /", {}, headers=headers)])
    >>> _with_needed_headers(recording, lambda recording: "the same states").answers[0].headers
    [('Set-Cookie', 'id=any')]
    """

    def without(names: Collection[str]) -> WebRecording:
        """The recording without the headers of these names, in small letters."""
        answers: list[Answer] = []
        for answer in recording.answers:
            headers = [row for row in answer.headers if row[0].lower() not in names]
            answers.append(answer._replace(headers=headers))
        return recording._replace(answers=answers)

    names: list[str] = []
    for answer in recording.answers:
        names += [name.lower() for name, text in answer.headers if text != ANY_TEXT]
    names = [name for name in dict.fromkeys(names) if name not in _STAYING]
    return without(replaceable_groups(names, (), without, read))


def _with_any(
    recording: WebRecording, own_texts: Collection[str], read: Callable[[WebRecording], object]
) -> tuple[WebRecording, Sequence[str]]:
    """The recording with {any} in its requests, and "any" in its headers Location, for each of
    these texts; and the texts that stay in requests, because the reading needs them or because two
    requests would become one. `read`: what the handler reads of a recording.

    >>> recording = WebRecording([Answer("GET /rack-north/o", {})])
    >>> clean, kept_texts = _with_any(recording, ["rack-north"], lambda recording: "states")
    >>> clean.answers[0].request, kept_texts
    ('GET /{any}/o', [])
    """
    redirect_texts = list(_texts_of_redirects(recording))
    requests = "\n".join([*recording.contents, *redirect_texts])
    spellings: list[str] = []
    for text in {*own_texts, *redirect_texts}:
        if not has_only_generic_words(text):
            # a request may have a text escaped
            text_spellings = dict.fromkeys((text, quote(text, safe=""), quote_plus(text)))
            spellings += [word for word in text_spellings if _holds_word(requests, word)]
    spellings = longest_first(spellings)

    def with_any(texts: Collection[str]) -> WebRecording:
        """The recording with {any} for these texts in requests, and "any" in Location."""
        ordered_texts = longest_first(texts)
        answers: list[Answer] = []
        for answer in recording.answers:
            request = answer.request
            for text in ordered_texts:
                request = request.replace(text, ANY)
            headers = [_with_any_in_redirect(row, ordered_texts) for row in answer.headers]
            answers.append(answer._replace(request=request, headers=headers))
        return recording._replace(answers=answers)

    def read_distinct(clean: WebRecording) -> object:
        """How many different requests there are, and what the handler reads."""
        return len(clean.contents), read(clean)

    replaceable = replaceable_groups(spellings, (), with_any, read_distinct)
    clean = with_any(replaceable)
    if recording.handler:  # the other words are those of this pack
        return clean, [spelling for spelling in spellings if spelling not in replaceable]
    return clean, _special_texts_of_requests(clean)


def _holds_word(text: str, word: str) -> bool:
    """Whether a text holds this word, and not only as a part of a longer one.

    >>> _holds_word("GET /rack/1", "rack"), _holds_word("GET /racks/1", "rack")
    (True, False)
    """
    pattern = rf"(?<![0-9A-Za-z]){re.escape(word)}(?![0-9A-Za-z])"
    return word in text and re.search(pattern, text) is not None


def _with_any_in_redirect(header: tuple[str, str], texts: Sequence[str]) -> tuple[str, str]:
    """A header of an answer, with "any" for these texts if it is a Location.

    >>> _with_any_in_redirect(("Location", "/home?owner=Schmidt"), ["Schmidt"])
    ('Location', '/home?owner=any')
    """
    name, text = header
    if name.lower() == "location":
        for part in texts:
            text = text.replace(part, ANY_TEXT)
    return name, text


def _special_texts_of_requests(recording: WebRecording) -> list[str]:
    """The texts in requests and in headers Location that may say something of the owner: fields and
    the parts of paths, without common words and {any}. The owner is told of them.

    >>> recording = WebRecording([Answer("GET /relay/north?mode=auto&by=Schmidt", {})])
    >>> _special_texts_of_requests(recording)
    ['north', 'Schmidt']
    """
    texts = list(_texts_of_redirects(recording))
    for answer in recording.answers:
        texts += RequestPattern.parse(answer.request).path.split("/")
        texts += [field.value for field in named_values(answer.request)]
    special_texts = [text for text in texts if not has_only_generic_words(text)]
    return [text for text in dict.fromkeys(special_texts) if ANY not in text]


def _texts_of_redirects(recording: WebRecording) -> Iterator[str]:
    """The parts of the addresses to which answers lead, by their header Location.

    >>> answer = Answer("GET /", {}, headers=[("Location", "/home?owner=Schmidt")])
    >>> list(_texts_of_redirects(WebRecording([answer])))
    ['', 'home', 'owner', 'Schmidt']
    """
    for answer in recording.answers:
        for name, text in answer.headers:
            if name.lower() == "location":
                yield from re.split("[/?&=;#]+", text)


def _texts_of_headers(recording: WebRecording) -> Iterator[str]:
    """The texts of headers that may say something of the owner: they stay because the reading needs
    them, and are no common words. Set-Cookie and Location are left out.

    >>> answer = Answer("GET /", {}, headers=[("X-Rack", "north 7"), ("Set-Cookie", "id=any")])
    >>> list(_texts_of_headers(WebRecording([answer])))
    ['north 7']
    """
    for answer in recording.answers:
        for name, text in answer.headers:
            if name.lower() not in _STAYING and not has_only_generic_words(text):
                yield text


def _texts_of_answers(recording: WebRecording) -> Iterator[str]:
    """The texts of all members in JSON answers, and the words outside of tags in other answers, in
    which "" may stand between two words.

    >>> page = TextAnswer("<b>on, 1</b>")
    >>> recording = WebRecording([Answer("GET /", {"name": "web", "n": 5}), Answer("GET /a", page)])
    >>> [text for text in _texts_of_answers(recording) if text]
    ['web', 'on', '1']
    """
    for content in recording.contents.values():
        if isinstance(content, TextAnswer):
            yield from re.split("<[^<>]*>|[\\s\"'=,;]+", content)
        else:
            yield from (value for _, value in members([content]) if isinstance(value, str))
