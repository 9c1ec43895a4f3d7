"""A recording over HTTP: an HTTP Archive (HAR 1.2), as browsers and proxies export one. Pure.

An entry of the archive has one request and the device's answer. What a replay needs besides is in
`log._pdu`; by the format, a name that begins with an underscore is a tool's own:

    {"handler": "netio", "compared": "yes", "kept": [], "load_a": 0.5, "energy_kwh": 12.0,
     "outlets": {"1": {
        "state": "on", "kwh": 1.5,
        "on": {"request": "POST /netio.json {...}",
               "sets": {"GET /netio.json#/Outputs/0/State": 1}},
        "off": {"request": ..., "sets": ...}}}}

`sets` are the values that the answers have when the outlet is in that state, by a request and a
JSON pointer (RFC 6901), or the number of a word in an answer that is no JSON. Requests may have
placeholders, such as {any} (request_patterns.py).

A file of another tool has no `_pdu`. Of it, the entries of the first host are taken, the last
answer to each request; the values of secrets in requests match any value.

Source: http://www.softwareishard.com/blog/har-12-spec.
"""

from __future__ import annotations

import base64
import contextlib
import email.message
import functools
import itertools
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional, Union
from urllib.parse import urlencode, urlsplit

from handlers import VERSION, registry
from handlers.http.message import PORTS
from handlers.http.strict_json import FORM_ERRORS
from handlers.shared.errors import SettingsError, printable
from handlers.shared.meter_figures import Figure, NotKnown, measured

from ...cli.output import counted
from ..simulated_pdu import States
from .named_values import without_named_secrets
from .request_patterns import ANY, METHODS, RequestPattern, recorded_request
from .state_columns import Pointer
from .text_answers import TextAnswer, document_of, text_of

_ORIGIN = "http://pdu.example"
_STATES: Mapping[str, Optional[bool]] = {"on": True, "off": False, "unknown": None}
_WORDS = {state: word for word, state in _STATES.items()}
_UNKNOWN = "unknown"
_TIME = "1970-01-01T00:00:00Z"
_FORM = "application/x-www-form-urlencoded"
_ANY_IN_URL = "%7Bany%7D"  # an address has no braces: RFC 3986
_LOGIN_IN_URL = re.compile("//[^/?#]*@")
_STATUSES = range(200, 600)  # of answers that end a request: RFC 9110, 15
_FILE = """\
{{"log": {{
"version": "1.2",
"creator": {creator},
"_pdu": {{
{pdu_object},
"outlets": {{
{outlets}
}}}},
"entries": [
{entries}
]}}}}
"""


#: names and values of headers, of which one may be there twice
Pairs = Sequence[tuple[str, str]]


class Answer(NamedTuple):
    """What the device answered to a request.

    >>> Answer("GET /relay/1", {"on": True}).status
    200
    """

    #: in words, as of RequestPattern
    request: str
    #: JSON, a TextAnswer, or the octets of a picture and the like
    content: Any
    status: int = 200
    #: the media type of the content; "" if it is not told
    type: str = ""
    headers: Pairs = ()


class Effect(NamedTuple):
    """How an outlet gets one of its states: by which request, and what the answers have then.

    >>> effect = Effect("POST /relay/1 on", {Pointer("GET /relay/1", ("on",)): True})
    >>> effect.request, list(effect.answer_values.values())
    ('POST /relay/1 on', [True])
    """

    #: the request, in words; "" if it is not known
    request: str = ""
    #: the values that the answers have then, by where they are: `sets` in the file
    answer_values: Mapping[Pointer, Any] = {}


class RecordedOutlet(NamedTuple):
    """An outlet of the recording: its state when it was recorded, True for on, False for off, None
    for neither; its energy in kWh; and by which request and with which answers it gets each state.

    >>> outlet = RecordedOutlet(True, on=Effect("POST /1 on"), off=Effect("POST /1 off"))
    >>> outlet.effect(on=False).request, outlet.state_pointers
    ('POST /1 off', ())
    """

    state: Optional[bool]
    energy_kwh: Figure = None
    on: Effect = Effect()
    off: Effect = Effect()

    def effect(self, *, on: bool) -> Effect:
        return self.on if on else self.off

    @property
    def state_pointers(self) -> Sequence[Pointer]:
        """Where the answers hold its state; () if that is not known."""
        return tuple(self.on.answer_values)


class WebRecording(NamedTuple):
    """The answers of a device, and what is known of its outlets. `contents` are the answers by
    request, `states` the outlets by identity.

    >>> recording = WebRecording([Answer("GET /", [True])], {"1": RecordedOutlet(True, 1.5)})
    >>> recording.states, recording.contents
    ({'1': True}, {'GET /': [True]})
    """

    answers: Sequence[Answer]
    outlets: Mapping[str, RecordedOutlet] = {}
    load_a: Figure = None
    energy_kwh: Figure = None
    #: the handler of this pack that recorded it; "" for another one
    handler: str = ""
    #: texts without a stand-in, because what the handler reads depends on them
    kept_texts: Sequence[str] = ()
    #: whether its owner compared states and figures with the PDU's own page
    is_compared: bool = False
    #: what it answers to a command that it refuses, such as "403"; "" if that is not known
    refusal: str = ""
    #: of a file of another tool, a sentence for each entry that cannot be answered
    left_out: Sequence[str] = ()
    is_of_another_tool: bool = False

    @property
    def states(self) -> States:
        return {name: outlet.state for name, outlet in self.outlets.items()}

    @property
    def contents(self) -> dict[str, Any]:
        return {answer.request: answer.content for answer in self.answers}

    def with_contents(self, contents: Mapping[str, Any]) -> WebRecording:
        """The recording with these contents, by request."""
        answers = [answer._replace(content=contents[answer.request]) for answer in self.answers]
        return self._replace(answers=answers)

    def commanded(self, on: Sequence[str], off: Sequence[str]) -> WebRecording:
        """The recording with these requests in words as its commands, of --on and --off: one with
        {outlet} in it for all outlets, or one for each. The recording itself if both are empty.
        Raises SettingsError if a request can match none, or if two commands are one request.

        >>> recording = WebRecording([], {"1": RecordedOutlet(True), "2": RecordedOutlet(False)})
        >>> recording = recording.commanded(["POST /{outlet} on"], ["POST /{outlet} off"])
        >>> recording.outlets["2"].on.request
        'POST /2 on'
        """
        if not on and not off:
            return self
        on_patterns = self._patterns("--on", on)
        off_patterns = self._patterns("--off", off)
        outlets: dict[str, RecordedOutlet] = {}
        for index, (name, outlet) in enumerate(self.outlets.items()):
            outlets[name] = outlet._replace(
                on=outlet.on._replace(request=_words_for_outlet(on_patterns, index, name)),
                off=outlet.off._replace(request=_words_for_outlet(off_patterns, index, name)),
            )
        _require_distinct(outlets)
        return self._replace(outlets=outlets)

    def _patterns(self, option: str, texts: Sequence[str]) -> Sequence[RequestPattern]:
        """The requests that the texts of an option ("--on" or "--off") say: one with {outlet} in
        it, or as many as there are outlets. Raises SettingsError for another number of them.

        >>> recording = WebRecording([], {"1": RecordedOutlet(True), "2": RecordedOutlet(False)})
        >>> [row.text for row in recording._patterns("--on", ["POST /{outlet} on"])]
        ['POST /{outlet} on']
        """
        patterns = [RequestPattern.parse(text) for text in texts]
        is_for_any_outlet = len(patterns) == 1 and patterns[0].names_outlet
        if not is_for_any_outlet and len(patterns) != len(self.outlets):
            raise SettingsError(
                f"{option} needs one request with {{outlet}} in it, or one request for each of"
                f" {counted(len(self.outlets), 'outlet')}, in the order of status"
            )
        return patterns

    @property
    def text(self) -> str:
        """The text of the file, a HAR: one outlet and one entry a line.

        >>> '"1": {"state": "on"' in WebRecording([], {"1": RecordedOutlet(True)}).text
        True
        """
        pdu_object = {
            "handler": self.handler,
            "refused": self.refusal,
            "compared": "yes" if self.is_compared else "no",
            "kept": list(self.kept_texts),
            "load_a": shown_figure(self.load_a),
            "energy_kwh": shown_figure(self.energy_kwh),
        }
        outlets = [f"{_json(name)}: {_json(_row(row))}" for name, row in self.outlets.items()]
        entries = [_json(_entry(answer)) for answer in self.answers]
        return _FILE.format(
            creator=_json({"name": "pdu record", "version": VERSION}),
            pdu_object=_json(pdu_object)[1:-1],
            outlets=",\n".join(outlets),
            entries=",\n".join(entries),
        )


def _require_distinct(outlets: Mapping[str, RecordedOutlet]) -> None:
    """Raises SettingsError if the same request switches two outlets, or one both on and off: a
    toggle is no command.

    >>> _require_distinct({"1": RecordedOutlet(True, 0.5, Effect("POST /1"), Effect("POST /2"))})
    >>> _require_distinct({"1": RecordedOutlet(True, 0.5, Effect("POST /1"), Effect("POST /1"))})
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: 'POST /1' is the request of two commands: each outlet \
needs its own to be on, and its own to be off; a toggle is no command
    """
    requests: set[str] = set()
    for outlet, on in itertools.product(outlets.values(), (True, False)):
        words = outlet.effect(on=on).request
        canonical = RequestPattern.parse(words).canonical if words else ""
        if words and canonical in requests:
            raise SettingsError(
                f"{printable(words, 80)!r} is the request of two commands: each outlet needs its"
                " own to be on, and its own to be off; a toggle is no command"
            )
        requests.add(canonical)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _row(outlet: RecordedOutlet) -> dict[str, Any]:
    """An outlet as the file has it.

    >>> _row(RecordedOutlet(None, 1.5))["state"], _row(RecordedOutlet(None, 1.5))["kwh"]
    ('unknown', 1.5)
    """
    return {
        "state": _WORDS[outlet.state],
        "kwh": shown_figure(outlet.energy_kwh),
        "on": _effect_row(outlet.on),
        "off": _effect_row(outlet.off),
    }


def _words_for_outlet(patterns: Sequence[RequestPattern], index: int, name: str) -> str:
    """The words of the request that switches one outlet: of the one pattern that names {outlet},
    else of the pattern at the outlet's `index`. `name`: the outlet's identity. Raises SettingsError
    if no request can match the words.

    >>> _words_for_outlet([RequestPattern.parse("POST /relay/{outlet} on")], 0, "3")
    'POST /relay/3 on'
    >>> patterns = [RequestPattern.parse("POST /a"), RequestPattern.parse("POST /b")]
    >>> _words_for_outlet(patterns, 1, "3")
    'POST /b'
    """
    is_for_any_outlet = patterns[0].names_outlet
    pattern = patterns[0].of_outlet(name) if is_for_any_outlet else patterns[index]
    pattern.require_possible()
    return pattern.words


def is_recording(text: str) -> bool:
    """Whether a text is an HTTP Archive."""
    return re.match(r'[\ufeff\s]*\{\s*"log"\s*:', text) is not None


def handler_in(text: str) -> str:
    """The handler of this pack that an HTTP Archive names, "" if it names none."""
    with contextlib.suppress(*FORM_ERRORS):
        return _handler_of(_log_of(text)["_pdu"]) if is_recording(text) else ""
    return ""


def _handler_of(pdu_object: Mapping[str, Any]) -> str:
    """The handler in the object `_pdu`; "" for one that is not of this pack."""
    name = str(pdu_object.get("handler", ""))
    return name if registry.is_handler(name) else ""


@functools.lru_cache(maxsize=1)
def _log_of(text: str) -> Any:
    """The member `log` of an HTTP Archive. Raises what Python raises for JSON of another form."""
    return json.loads(text.lstrip("\ufeff"), object_pairs_hook=_with_distinct_names)["log"]


def _with_distinct_names(members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The JSON object with these members, for `json.loads`. Raises ValueError for two of one name:
    readers differ in which of them they take (RFC 8259, 4).

    >>> _with_distinct_names([("on", 1), ("w", 5)])
    {'on': 1, 'w': 5}
    >>> _with_distinct_names([("on", 1), ("on", 0)])
    Traceback (most recent call last):
    ValueError: an object has a name twice
    """
    value = dict(members)
    if len(value) < len(members):
        raise ValueError("an object has a name twice")
    return value


def is_old_recording(text: str) -> bool:
    """Whether a text is a recording over HTTP in a form of version 3 of this pack or older."""
    return re.match(r'\s*\{\s*"recording"\s*:', text) is not None


def parse(text: str) -> WebRecording:
    """The recording in the text of a file: one of this pack, or a HAR of a browser, of which the
    answers of the first host are taken. Raises SettingsError for a text that is no HAR.

    >>> parse(WebRecording([Answer("GET /", {"on": 1})]).text).contents
    {'GET /': {'on': 1}}
    """
    if is_old_recording(text):
        raise SettingsError(
            "it is a recording of version 3.0.0 of this pack or older, which version 3.0.0 reads;"
            " this version reads HTTP Archives (HAR): record it again"
        )
    try:
        log = _log_of(text)
        if "_pdu" in log:
            answers = merged(map(_answer, log["entries"]))
            return _with_pdu_object(WebRecording(answers), log["_pdu"])
        return _of_another_tool(log["entries"])
    except FORM_ERRORS as error:
        reason = f"{type(error).__name__}: {str(error)[:80]}"
        raise SettingsError(f"the recording is no HTTP Archive ({reason})") from None


def _of_another_tool(entries: Sequence[Any]) -> WebRecording:
    """The recording in the entries of a HAR that a browser or a proxy exported: the answers of the
    host and port of the first entry. Requests without an answer that can be replayed are sentences
    in `left_out`. Raises what Python raises for JSON of another form.

    >>> request = {"method": "GET", "url": "http://192.0.2.8/o?sid=7f3a91"}
    >>> content = {"text": "on", "mimeType": "text/plain"}
    >>> entry = {"request": request, "response": {"status": 200, "content": content}}
    >>> _of_another_tool([entry]).contents
    {'GET /o?sid={any}': 'on'}
    """
    own_host = ""
    answers: list[Answer] = []
    answered_requests: set[str] = set()
    left_out: dict[str, str] = {}
    for entry in entries:
        request = entry["request"]
        url = _LOGIN_IN_URL.sub("//", str(request["url"]))
        words = f"{request['method']} {without_named_secrets(url, ANY)}"
        try:
            host = _host_and_port(url)
            own_host = own_host or host
            is_own = bool(host) and host == own_host
            reason = _reason_to_leave_out(entry) if is_own else "another host or port"
            if not reason:
                answers.append(_answer(entry, hides_secrets=True))
                answered_requests.add(words)
        except (SettingsError, *FORM_ERRORS) as error:
            reason = f"it cannot be read ({type(error).__name__})"
        if reason:
            left_out[words] = f"{printable(words, 200)}: {reason}"
    sentences = [text for words, text in left_out.items() if words not in answered_requests]
    # redirects first: of a page that leads to the login once its session has ended, the page counts
    answers.sort(key=lambda answer: not 300 <= answer.status < 400)
    return WebRecording(merged(answers), left_out=sentences, is_of_another_tool=True)


def _host_and_port(url: str) -> str:
    """What tells the device of an address from others: its host, and its port unless that is 80 or
    443, because a device may lead from HTTP to HTTPS. "" for an address without a host (data:).
    Raises ValueError for a port that is no number.

    >>> _host_and_port("https://192.0.2.8:443/o"), _host_and_port("http://192.0.2.8:8080/o")
    ('192.0.2.8', '192.0.2.8:8080')
    """
    parts = urlsplit(url)
    port = "" if parts.port in (None, *PORTS.values()) else f":{parts.port}"
    return f"{parts.hostname or ''}{port}"


def _reason_to_leave_out(entry: Mapping[str, Any]) -> str:
    """Why an entry of a HAR has no answer that can be replayed, as the end of a sentence; "" if it
    has one.

    >>> _reason_to_leave_out({"request": {"method": "GET"}, "response": {"status": 0}})
    'it was not answered'
    >>> _reason_to_leave_out({"request": {"method": "GET"}, "response": {"status": 200}})
    ''
    """
    request, response = entry["request"], entry["response"]
    content = response.get("content") or {}
    size = max(int(content.get("size") or 0), int(response.get("bodySize") or 0))
    status = int(response.get("status") or 0)
    if request["method"] not in METHODS:
        return f"the method {request['method']}"
    if not status:
        return "it was not answered"
    if status not in _STATUSES:
        return f"its status is {status}, which ends no request"
    if status == 304:
        return "its body was in the browser's cache: export it with the cache disabled"
    if size > 0 and not content.get("text") and not 300 <= status < 400:
        return f"its body of {size} bytes is not in the file"
    return ""


def merged(answers: Iterable[Answer]) -> list[Answer]:
    """The last answer to each request. An error (status 400 or more) and a 304 (Not Modified) count
    only if no other answer came before.

    >>> answers = [Answer("GET /", "on"), Answer("GET /", "off"), Answer("GET /", "", status=503)]
    >>> [answer.content for answer in merged(answers)]
    ['off']
    """
    last_answers: dict[str, Answer] = {}
    for answer in answers:
        has_content = answer.status < 400 and answer.status != 304
        if answer.request not in last_answers or has_content:
            last_answers[answer.request] = answer
    return list(last_answers.values())


def media_type(headers: Pairs) -> tuple[str, str]:
    """The media type that headers name, "" for none, and its encoding.

    >>> media_type([("Content-Type", "text/html; charset=latin-1")]), media_type([])
    (('text/html', 'latin-1'), ('', 'utf-8'))
    """
    message = email.message.Message()
    for name, value in headers:
        if name.lower() == "content-type":
            message["Content-Type"] = value
    charset = message.get_content_charset("utf-8")
    if "Content-Type" not in message:
        return "", charset
    name, *_ = message.get_content_type().split()  # which keeps the ends of lines
    return name, charset


def shown_figure(figure: Figure) -> Union[float, str, None]:
    """A figure as the file has it: "unknown" if it was not known."""
    return _UNKNOWN if isinstance(figure, NotKnown) else measured(figure)


def _figure(value: Any) -> Figure:
    """A figure of the file: a number, null for not metered, or "unknown". Raises ValueError and
    TypeError.

    >>> _figure(1.5), _figure(None), _figure("unknown")
    (1.5, None, NotKnown(reason='it was not known when it was recorded'))
    """
    if value == _UNKNOWN:
        return NotKnown("it was not known when it was recorded")
    if value is None:
        return None
    figure = float(value)
    if not math.isfinite(figure):
        raise ValueError("a figure is a number, null or unknown")
    return figure


def _with_pdu_object(recording: WebRecording, pdu_object: Mapping[str, Any]) -> WebRecording:
    """The recording with outlets, figures and notes from the object `_pdu` of its file. Raises what
    Python raises for JSON of another form, and SettingsError if two commands are one request.

    >>> outlets = {"1": {"state": "on", "kwh": 1.5}, "2": {"state": "unknown"}}
    >>> _with_pdu_object(WebRecording([]), {"outlets": outlets, "load_a": 0.5}).states
    {'1': True, '2': None}
    """
    contents = recording.contents
    outlets: dict[str, RecordedOutlet] = {}
    for name, row in pdu_object.get("outlets", {}).items():
        outlets[name] = RecordedOutlet(
            state=_STATES[row["state"]],
            energy_kwh=_figure(row.get("kwh")),
            on=_effect(row.get("on", {}), contents),
            off=_effect(row.get("off", {}), contents),
        )
    _require_distinct(outlets)
    return recording._replace(
        outlets=outlets,
        load_a=_figure(pdu_object.get("load_a")),
        energy_kwh=_figure(pdu_object.get("energy_kwh")),
        handler=_handler_of(pdu_object),
        refusal=str(pdu_object.get("refused", "")),
        kept_texts=[str(text) for text in pdu_object.get("kept", [])],
        is_compared=pdu_object.get("compared") == "yes",
    )


def _effect(row: Mapping[str, Any], contents: Mapping[str, Any]) -> Effect:
    """How an outlet gets a state, from a row of the file: `contents` are the answers to which its
    pointers lead. Raises LookupError for a pointer to what no answer has, and ValueError for a
    value that no state has, such as null or a list.

    >>> row = {"request": "POST /1 on", "sets": {"GET /#/on": 1}}
    >>> _effect(row, {"GET /": {"on": 0}})
    Effect(request='POST /1 on', answer_values={Pointer(request='GET /', path=('on',)): 1})
    """
    sets: dict[Pointer, Any] = {}
    for text, value in row.get("sets", {}).items():
        if value is None or isinstance(value, (dict, list)):
            raise ValueError("a state is a word, a number, true or false")
        sets[_pointer(text, contents)] = value
    return Effect(str(row.get("request", "")), sets)


def _pointer(text: str, contents: Mapping[str, Any]) -> Pointer:
    """The pointer that the file writes as REQUEST#/PATH. PATH is a JSON pointer (RFC 6901), or the
    number of a word in an answer that is no JSON; without it the whole answer is meant. Raises
    LookupError if the contents have no such value, and ValueError for a word that is no number.

    >>> _pointer("GET /#/relays/0", {"GET /": {"relays": [1, 0]}})
    Pointer(request='GET /', path=('relays', 0))
    >>> _pointer("GET /#/3", {"GET /": TextAnswer("relay on")})
    Pointer(request='GET /', path=(3,))
    >>> _pointer("GET /relay/1#", {"GET /relay/1": True})
    Pointer(request='GET /relay/1', path=())
    """
    request, _, json_pointer = text.rpartition("#/")
    escaped_parts = json_pointer.split("/")
    if text.endswith("#") and text[:-1] in contents:  # of a whole answer
        request, escaped_parts = text[:-1], []
    path: list[Union[str, int]] = []
    content = contents[request]
    for escaped_part in escaped_parts:
        is_text, is_list = isinstance(content, TextAnswer), isinstance(content, list)
        part: Any = escaped_part.replace("~1", "/").replace("~0", "~")
        if is_text or is_list:
            part = int(part)
        if is_text and part not in range(1, len(content.pieces), 2):
            raise LookupError("no word of the answer has this number")
        content = content.pieces[part] if is_text else content[part]
        path.append(part)
    return Pointer(request, tuple(path))


def _effect_row(effect: Effect) -> dict[str, Any]:
    """How an outlet gets a state, as a row of the file; {"request": "", "sets": {}} if nothing of
    it is known.

    >>> switched = {Pointer("GET /status", ("relays", 0, "on")): True}
    >>> _effect_row(Effect("POST /relay/1 on", switched))
    {'request': 'POST /relay/1 on', 'sets': {'GET /status#/relays/0/on': True}}
    """
    sets: dict[str, Any] = {}
    for (request, path), value in effect.answer_values.items():
        words = [str(part).replace("~", "~0").replace("/", "~1") for part in path]
        json_pointer = "".join(f"/{word}" for word in words)
        sets[f"{request}#{json_pointer}"] = value
    return {"request": effect.request, "sets": sets}


# ---- entries of HAR ------------------------------------------------------------------------------


def _answer(entry: Mapping[str, Any], *, hides_secrets: bool = False) -> Answer:
    """The request and answer of an entry of a HAR. `hides_secrets`: values whose names say that
    they are secrets become {any} in the request. Raises SettingsError for what is no request, and
    what Python raises for JSON of another form.

    >>> entry = _entry(Answer("POST /o sid=7f3a91", {"on": 1}))
    >>> _answer(entry)[:3], _answer(entry, hides_secrets=True).request
    (('POST /o sid=7f3a91', {'on': 1}, 200), 'POST /o sid={any}')
    """
    request, response = entry["request"], entry["response"]
    url = urlsplit(str(request["url"]))
    target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    target = target.replace(_ANY_IN_URL, ANY)
    body = _body(request.get("postData") or {})
    words = f"{request['method']} {target} {body}".strip()
    if hides_secrets:
        words = recorded_request(str(request["method"]), target, body, [])
    RequestPattern.parse(words)  # raises SettingsError
    status = int(response["status"])
    if status not in _STATUSES:
        raise ValueError(f"the status {status}")
    content, answer_type = _content_and_type(response.get("content") or {})
    headers = list(_headers(response.get("headers") or []))
    return Answer(words, content, status, answer_type, headers)


def _content_and_type(row: Mapping[str, Any]) -> tuple[Any, str]:
    """Content and media type of an answer, from the object `content` in an entry of a HAR. The type
    is "" if it has none.

    >>> _content_and_type({"mimeType": "text/html", "text": "on"})
    ('on', 'text/html')
    >>> _content_and_type({"text": "eyJvbiI6IDF9", "encoding": "base64"})
    ({'on': 1}, '')
    """
    kind = str(row.get("mimeType") or "")
    name, charset = media_type([("content-type", kind)])
    octets = str(row.get("text") or "").encode("utf-8", "surrogatepass")
    if row.get("encoding") == "base64":
        octets = base64.b64decode(octets)
    else:
        charset = "utf-8"  # a text in JSON is decoded already
    return document_of(octets, name, charset), name if kind else ""


def _body(data: Mapping[str, Any]) -> str:
    """The body of a request. HAR 1.2 has a form as a text, or as its fields.

    >>> _body({"mimeType": _FORM, "params": [{"name": "on", "value": "a b"}]})
    'on=a+b'
    """
    text = str(data.get("text") or "")
    if text or str(data.get("mimeType")).partition(";")[0] != _FORM:
        return text
    return urlencode([(row["name"], row.get("value") or "") for row in data.get("params") or []])


def _headers(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The headers of a recorded answer that a replay sends: without Date, Content-Length and the
    like, which its server writes itself, and without the device's own address.

    >>> location = {"name": "Location", "value": "http://192.0.2.8/home"}
    >>> list(_headers([location, {"name": "Date", "value": "Tue, 01 Dec 2026 12:00:00 GMT"}]))
    [('Location', '/home')]
    """
    for row in rows:
        name, text = str(row["name"]), str(row["value"])
        if not _TOKEN.fullmatch(name) or name.lower() in _NOT_REPLAYED:
            continue
        for value in re.split("[\r\n]+", text):  # of browsers that join cookies
            yield name, at_another_address(name, value)


def at_another_address(name: str, text: str) -> str:
    """A header of an answer as a replay sends it, which is at another address, without TLS."""
    if name.lower() == "location":
        return path_and_query(text)
    return _OF_ADDRESS.sub("", text) if name.lower() == "set-cookie" else text


def path_and_query(location: str) -> str:
    """The path and query of the address to which a header Location leads, "/" for none: a replay is
    at another host and port than the device.

    >>> path_and_query("http://192.0.2.8/home?n=1"), path_and_query("//192.0.2.8")
    ('/home?n=1', '/')
    """
    return _SCHEME_AND_HOST.sub("", location) or "/"


# as clients read them: WHATWG's URL, 4.4, takes a backslash for a slash, and any number of them
_SCHEME_AND_HOST = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:[/\\]*|[/\\]{2,})[^/?#\\]*", re.IGNORECASE)
# the attributes of a cookie by which a client sends it to its device alone: RFC 6265, 4.1.2
_OF_ADDRESS = re.compile(r";\s*(?:(?:domain|samesite)\s*=[^;]*|secure\s*(?=;|$))", re.IGNORECASE)
# the name of a header: RFC 9110, 5.6.2
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# what the server of a replay writes itself, or leaves out
_NOT_REPLAYED = frozenset(
    "content-length content-encoding content-type transfer-encoding connection keep-alive date"
    " server upgrade alt-svc".split()
)


def _entry(answer: Answer) -> dict[str, Any]:
    """The entry of a HAR for one answer and its request, with all fields that HAR 1.2 demands.

    >>> entry = _entry(Answer("GET /o?sid={any}", {"on": 1}))
    >>> entry["request"]["url"], entry["response"]["content"]["text"]
    ('http://pdu.example/o?sid=%7Bany%7D', '{"on": 1}')
    """
    pattern = RequestPattern.parse(answer.request)
    request: dict[str, Any] = {
        "method": pattern.method,
        "url": f"{_ORIGIN}{pattern.target.replace(ANY, _ANY_IN_URL)}",
        **_EMPTY,
        "queryString": [],
    }
    if pattern.body:
        is_form = isinstance(document_of(pattern.body.encode()), TextAnswer)
        kind = _FORM if is_form else "application/json"
        request["postData"] = {"mimeType": kind, "text": pattern.body}
    redirects = [text for name, text in answer.headers if name.lower() == "location"]
    response = {
        "status": answer.status,
        "statusText": "",
        **_EMPTY,
        "headers": [{"name": name, "value": value} for name, value in answer.headers],
        "content": _content_row(answer),
        "redirectURL": "".join(redirects[:1]),
    }
    timings = {"send": 0, "wait": 0, "receive": 0}
    entry = {"startedDateTime": _TIME, "time": 0, "request": request, "response": response}
    return {**entry, "cache": {}, "timings": timings}


def _content_row(answer: Answer) -> dict[str, Any]:
    """The object `content` in an entry of a HAR: a text, or in base64 the octets of a picture.

    >>> _content_row(Answer("GET /logo", b"PNG", type="image/png"))
    {'size': 3, 'mimeType': 'image/png', 'text': 'UE5H', 'encoding': 'base64'}
    """
    if isinstance(answer.content, bytes):
        text = base64.b64encode(answer.content).decode()
        row = {"size": len(answer.content), "mimeType": answer.type, "text": text}
        return {**row, "encoding": "base64"}
    text = text_of(answer.content)
    kind = answer.type or "application/json"
    if isinstance(answer.content, TextAnswer):
        kind = f"{answer.type or 'text/plain'}; charset=utf-8"
    return {"size": len(text.encode("utf-8", "replace")), "mimeType": kind, "text": text}


_EMPTY: Mapping[str, Any] = {
    "httpVersion": "HTTP/1.1",
    "cookies": [],
    "headers": [],
    "headersSize": -1,
    "bodySize": -1,
}
