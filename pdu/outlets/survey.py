"""Asks handlers about a device: what each answers, and why one was not asked.

A handler is the code for one protocol or make: `snmp`, `nut`, `raritan`. The device is a
`ChosenPdu`: the address, the login and the settings of a command line. A service is a TCP port of
the device at which handlers ask, such as 443 for all that speak HTTPS. A service is looked at once
before a login goes to it (`FirstLook`): whether its port is open, its certificate trusted, and
which make it names. Then its handlers are asked one after the other: first those of this make, and
after a refused login no other.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, Optional

from handlers import registry
from handlers.http.message import PORTS, Endpoint
from handlers.shared.address import Address
from handlers.shared.errors import (
    NamedSetting,
    Part,
    PduHandlerError,
    SettingsError,
    Unreachable,
    printable,
)
from handlers.shared.settings import port as port_number

from ..cli.error_facts import kind_of, parts_of
from ..cli.options import Output
from ..cli.output import waiting
from ..inspection.finding import HandlerFinding
from ..loading.four_methods import BrokenHandler
from ..loading.handler_loading import LoadedHandler, load
from ..loading.handler_module import FOREIGN_ERRORS
from ..network import hosts
from ..pdu_list import form
from ..pdu_list.login_options import Login
from ..pdu_list.names import ChosenPdu
from ..reading.identification import identify as identify_device, usual_tcp_port
from ..reading.parts import error_of
from ..supports.preference import rank_of
from .first_look import FirstLook, first_look

_CONNECT_S = 3.0
_SNMP_PORT = 161
# kinds of errors: if no handler reads the device, the first of these that occurred counts
_KINDS_BY_WEIGHT = ("denied", "unsupported", "protocol")

#: what a handler answers: it reads the device; the device answered, and is something else; nothing
#: answered over TCP, or over SNMP; the device refused the login; it was not asked, because the
#: certificate is not trusted, a setting or the login is missing or wrong, or another login was
#: refused
YES, NO, CLOSED, SILENT, REFUSED, NOT_ASKED = (
    *("yes", "no", "closed", "no answer"),
    *("refused: wrong password, or another make", "not asked"),
)
_PLAIN_HTTP = NamedSetting("scheme", "http", "the handler setting ")


class HeldBack(SettingsError):
    """A handler was not asked, because the device refused the login of another one: a password that
    is wrong twice may block the account.
    """


class HandlerAnswer(NamedTuple):
    """The answer of one handler: its verdict, and what it found or the error.

    HandlerAnswer("snmp", YES, finding)
    HandlerAnswer("nut", CLOSED, error=Unreachable("no connection to TCP port 3493 ..."))
    """

    handler: str
    #: YES, NO, CLOSED, SILENT, REFUSED or NOT_ASKED
    verdict: str
    finding: Optional[HandlerFinding] = None
    error: Optional[BaseException] = None
    #: whether the device has a web service that names no make of any handler
    is_of_other_make: bool = False

    @property
    def speaks_snmp(self) -> bool:
        """Whether the handler speaks SNMP: no port shows whether the device does."""
        return load(self.handler).snmp

    @property
    def has_answered(self) -> bool:
        """Whether the device answered this handler."""
        return self.verdict in (YES, NO, REFUSED)

    @property
    def lacks_login(self) -> bool:
        """Whether a handler over HTTP or NUT was not asked for want of a setting of its own."""
        if isinstance(self.error, HeldBack) or self.speaks_snmp:
            return False
        return kind_of(self.error) == "settings" or wants_login(self.error)

    def names_setting(self, key: str) -> bool:
        """Whether the error advises to give this handler setting, such as `fingerprint` for a
        certificate that is not trusted, and `scheme` for a device without TLS.
        """
        return _names_setting(self.error, key)


class _Service(NamedTuple):
    """Where handlers ask a device over TCP: `_Service("192.0.2.8", 443, "https")`."""

    host: str
    port: int
    #: "" for a protocol that is not HTTP
    scheme: str


def best_answer(answers: Iterable[HandlerAnswer]) -> Optional[HandlerAnswer]:
    """The answer of the preferred handler among those that read the device; None for none.

    >>> answers = [HandlerAnswer("snmp", YES), HandlerAnswer("raritan", YES)]
    >>> best_answer(answers).handler
    'raritan'
    >>> best_answer([HandlerAnswer("nut", CLOSED)])
    """
    readers = [answer for answer in answers if answer.verdict == YES]
    return min(readers, key=lambda answer: rank_of(answer.handler), default=None)


def web_handlers_of_other_makes(answers: Sequence[HandlerAnswer]) -> list[str]:
    """The handlers whose verdict is NO because the device's web service is of a make that no
    handler knows; none if a login was refused, because that handler may be of the make.

    >>> netio = HandlerAnswer("netio", NO, is_of_other_make=True)
    >>> web_handlers_of_other_makes([netio, HandlerAnswer("snmp", SILENT)])
    ['netio']
    >>> web_handlers_of_other_makes([netio, HandlerAnswer("jaws", REFUSED)])
    []
    """
    if any(answer.verdict == REFUSED for answer in answers):
        return []
    other_answers = [answer for answer in answers if answer.is_of_other_make]
    return [answer.handler for answer in other_answers if answer.verdict == NO]


def failure_kind(answers: Sequence[HandlerAnswer]) -> str:
    """The kind of the error that ends a command for whose device no handler was found; it sets the
    exit code.

    >>> silent = HandlerAnswer("snmp", SILENT, error=Unreachable("no answer"))
    >>> failure_kind([silent])
    'unreachable'
    >>> failure_kind([silent, HandlerAnswer("netio", NO, is_of_other_make=True)])
    'unsupported'
    >>> from handlers.shared.errors import Denied
    >>> failure_kind([silent, HandlerAnswer("nut", REFUSED, error=Denied("wrong password"))])
    'denied'
    """
    # a finding without a family: a handler spoke with the device, and cannot read it
    if web_handlers_of_other_makes(answers) or any(answer.finding for answer in answers):
        return "unsupported"
    if all(isinstance(answer.error, SettingsError) for answer in answers):
        return "settings"  # every handler lacks a setting or has a wrong one
    if any(wants_login(answer.error) for answer in answers):
        return "denied"
    kinds = [kind_of(answer.error) for answer in answers if answer.has_answered]
    for kind in (*_KINDS_BY_WEIGHT, *kinds):
        if kind in kinds:
            return kind
    return "unreachable"


# ---- which handlers, in which order --------------------------------------------------------------


def candidates_of(pdu: ChosenPdu, handlers: Sequence[str]) -> Sequence[str]:
    """The handlers to try: `handlers` if there are any, else that of the list of PDUs, else all.
    Raises SettingsError for a setting of the command line that none of them has.

    >>> pdu = ChosenPdu("", Address("192.0.2.8"), Login())
    >>> candidates_of(pdu, ["snmp", "nut", "snmp"])
    ['snmp', 'nut']
    >>> candidates_of(pdu._replace(handler="nut"), [])
    ['nut']
    """
    if handlers:
        candidates = list(dict.fromkeys(handlers))
    elif registry.is_handler(pdu.handler):
        candidates = [pdu.handler]
    else:
        candidates = order_handlers(registry.names(), pdu.host, pdu.login)
    _refuse_unknown_settings(pdu.login, candidates)
    return candidates


def _refuse_unknown_settings(login: Login, candidates: Sequence[str]) -> None:
    """Raise SettingsError for a setting or secret that was typed and that none of these handlers
    has. Those of the list of PDUs are not checked here.

    >>> _refuse_unknown_settings(Login({"device": "rack1"}), ["snmp", "nut"])
    >>> _refuse_unknown_settings(Login({"device": "rack1"}), ["snmp"])
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: no setting 'device' of snmp: docs/settings.md lists them
    """
    keys: set[str] = set()
    for name in candidates:
        keys.update(form.setting_keys(load(name)))
    typed_keys = [key for key in login.settings if key not in login.of_list]
    for key in (*typed_keys, *login.secret_files):
        if key not in keys:
            raise SettingsError(
                f"no setting {printable(key, 60)!r} of {', '.join(sorted(candidates))}:"
                " docs/settings.md lists them"
            )


def order_handlers(names: Sequence[str], host: Address, login: Login) -> list[str]:
    """`names` in the order in which they are tried. Without a port this is their own order. With
    one, the handlers whose usual port it is are first; then those over HTTP are before the others,
    because NUT waits for an answer.

    >>> order_handlers(["raritan", "snmp", "nut"], Address("192.0.2.8"), Login())
    ['raritan', 'snmp', 'nut']
    >>> order_handlers(["raritan", "snmp", "nut"], Address("192.0.2.8:3493"), Login())
    ['nut', 'raritan', 'snmp']
    >>> order_handlers(["nut", "snmp", "raritan"], Address("192.0.2.8:8443"), Login())
    ['raritan', 'nut', 'snmp']
    """
    port = login.settings.get("port", "").strip() or str(host.port or "")
    if not port:
        return list(names)

    def rank(name: str) -> tuple[bool, bool]:
        """The key by which they are sorted; False comes first."""
        usual_port = usual_tcp_port(name) or _SNMP_PORT
        return str(usual_port) != port, usual_port not in PORTS.values()

    return sorted(names, key=rank)


def for_handler(pdu: ChosenPdu, handler: str) -> ChosenPdu:
    """A copy of the PDU with this handler, and of the login's settings and secrets only those that
    this handler has, because another one refuses a setting that it does not know.

    >>> login = Login({"device": "rack1", "timeout": "5"})
    >>> for_handler(ChosenPdu("", Address("192.0.2.8"), login), "snmp").login.settings
    {'timeout': '5'}
    """
    loaded_handler = load(handler)
    keys = form.setting_keys(loaded_handler)
    secret_files = {key: path for key, path in pdu.login.secret_files.items() if key in keys}
    settings = form.settings_for_handler(loaded_handler, pdu.login)
    login = replace(pdu.login, settings=settings, secret_files=secret_files)
    return pdu._replace(handler=handler, login=login)


def with_kept_secrets(pdu: ChosenPdu) -> ChosenPdu:
    """A copy of the PDU whose login has a dict for `typed_secrets`, in which a secret that was
    typed for one handler is found by the next; the PDU itself if it has one.

    >>> pdu = ChosenPdu("", Address("192.0.2.8"), Login())
    >>> pdu.login.typed_secrets, with_kept_secrets(pdu).login.typed_secrets
    (None, {})
    """
    if pdu.login.typed_secrets is not None:
        return pdu
    return pdu._replace(login=replace(pdu.login, typed_secrets={}))


# ---- asking --------------------------------------------------------------------------------------


def ask_handlers(
    pdu: ChosenPdu, candidates: Sequence[str], output: Output
) -> Iterator[HandlerAnswer]:
    """Yields the answer of each of these handlers, named `candidates`, when it is there. Those that
    ask at one TCP port are asked one after the other, so that a login goes to the likeliest first.

    Raises SettingsError for a bad setting `host`. A single candidate is one that the user chose: of
    it a wrong or missing setting and a defect are raised, too.

        candidates      asked at                answer
        raritan         443, names Raritan      YES
        redfish         443, names Raritan      NO
        nut             3493                    CLOSED
        snmp            UDP                     SILENT, after one request: another reads the device
    """
    is_only = len(candidates) == 1
    handlers_by_service: dict[Optional[_Service], list[str]] = {}
    for name in candidates:
        pdu_of_handler = pdu if is_only else for_handler(pdu, name)
        handlers_by_service.setdefault(_service_of(pdu_of_handler, name), []).append(name)
    is_read = False
    #: host and port of web services that were met over TLS
    tls_services: set[tuple[str, int]] = set()
    for service, names in handlers_by_service.items():
        answers: Iterator[HandlerAnswer]
        if service is None:
            answers = (_ask(pdu, name, output, is_only=is_only, is_read=is_read) for name in names)
        elif not service.scheme and (service.host, service.port) in tls_services:
            # it would wait for an answer in plain text
            error = Unreachable(f"TCP port {service.port} speaks TLS, as a web service does")
            answers = (HandlerAnswer(name, CLOSED, error=error) for name in names)
        else:
            look = _first_look_at(pdu, service, names[0], output)
            if look.has_answered and service.scheme == "https":
                tls_services.add((service.host, service.port))
            answers = _ask_at_service(pdu, look, names, output, is_only=is_only)
        for answer in answers:
            is_read = is_read or answer.verdict == YES
            yield answer


def _ask_at_service(
    pdu: ChosenPdu, look: FirstLook, names: Sequence[str], output: Output, *, is_only: bool
) -> Iterator[HandlerAnswer]:
    """Yields the answers of the handlers `names`, which all ask the device at one TCP port; `look`
    is what this port told before a login. No login goes over a certificate that is not trusted, nor
    to a further handler after a refusal. `is_only`: the command asks no other handler, so that a
    wrong setting of this one is raised.

        look.port_error                      CLOSED for each
        look.trust_error                     NOT_ASKED for each
        names Raritan, refuses the login     raritan REFUSED, then netio NOT_ASKED, jaws NOT_ASKED
    """
    is_of_other_make = look.has_answered and not look.likely_handlers
    refused_handler = ""
    for name in _likeliest_first(names, look):
        if look.port_error is not None:
            yield HandlerAnswer(name, CLOSED, error=look.port_error)
        elif look.trust_error is not None:
            yield HandlerAnswer(name, NOT_ASKED, error=look.trust_error)
        elif refused_handler:
            held_back = HeldBack(f"one login was refused, that of {refused_handler}")
            yield HandlerAnswer(name, NOT_ASKED, error=held_back)
        else:
            answer = _ask(pdu, name, output, is_only=is_only)
            if answer.verdict == REFUSED:
                refused_handler = name
            yield answer._replace(is_of_other_make=is_of_other_make)


def _ask(
    pdu: ChosenPdu, name: str, output: Output, *, is_only: bool, is_read: bool = False
) -> HandlerAnswer:
    """The answer of the handler `name`. `is_only`: the command asks no other handler, so that a
    missing or wrong setting and a defect of this one are raised. `is_read`: another handler reads
    the device already, so that over SNMP one request is enough. An error of the device becomes
    SILENT, CLOSED, REFUSED, NOT_ASKED or NO, by its kind.

        fits the family of an AP8659        HandlerAnswer("snmp", YES, finding)
        answers, and no family fits         HandlerAnswer("snmp", NO, finding)
        no answer                           HandlerAnswer("snmp", SILENT, error=Unreachable(...))
        no community was given              HandlerAnswer("snmp", NOT_ASKED, error=NoSecret(...))
        a defect of the handler             HandlerAnswer("snmp", NO, error=BrokenHandler(...))
    """
    handler = load(name)
    login = pdu.login if is_only else for_handler(pdu, name).login
    if is_read and handler.snmp and "retries" not in _settings(handler, login, pdu.host):
        # most devices that another handler reads have no SNMP: a silent one is asked once
        login = replace(login, settings={**login.settings, "retries": "0"})
    try:
        data = form.pdu_data(handler, pdu.host, login, pdu.name)
        with waiting(f"{pdu.host}: asking it by {name}", output):
            finding = identify_device(handler, data)
    except SettingsError as settings_error:
        if is_only:
            raise
        return HandlerAnswer(name, NOT_ASKED, error=settings_error)
    except PduHandlerError as device_error:
        return HandlerAnswer(name, _verdict_of_error(handler, device_error), error=device_error)
    except FOREIGN_ERRORS as defect:
        if is_only:
            raise
        advice = f"run again with --handler {name} --debug and report what it prints"
        broken = BrokenHandler(f"{error_of(defect).reason}; {advice}")
        return HandlerAnswer(name, NO, error=broken)
    return HandlerAnswer(name, YES if finding.family else NO, finding)


def _verdict_of_error(handler: LoadedHandler, error: PduHandlerError) -> str:
    """The verdict of a handler that ended with an error of the device.

    >>> snmp, nut = load("snmp"), load("nut")
    >>> silent = Unreachable("no answer")
    >>> _verdict_of_error(snmp, silent), _verdict_of_error(nut, silent)
    ('no answer', 'closed')
    >>> untrusted = Unreachable(("set ", NamedSetting("fingerprint")))
    >>> _verdict_of_error(nut, untrusted)
    'not asked'
    """
    if wants_login(error):
        return NOT_ASKED
    # a device whose answer cannot be decrypted has answered
    if error.kind == "denied" or _names_setting(error, "priv_protocol"):
        return REFUSED
    if _names_setting(error, "fingerprint") or _names_setting(error, "scheme"):
        return NOT_ASKED
    if error.kind == "unreachable":
        return SILENT if handler.snmp else CLOSED
    return NO


def wants_login(error: Optional[BaseException]) -> bool:
    """Whether the device refused a request that had no login, so that no password went to it: the
    error advises to give one.

    >>> from handlers.shared.errors import Denied
    >>> wants_login(Denied(("a login is needed: set ", NamedSetting("password"))))
    True
    >>> wants_login(Denied("wrong password")), wants_login(None)
    (False, False)
    """
    return kind_of(error) == "denied" and _names_setting(error, "password")


def _names_setting(error: Optional[BaseException], key: str) -> bool:
    """Whether an error advises to give this handler setting.

    >>> error = Unreachable(("the certificate is not trusted: set ", NamedSetting("fingerprint")))
    >>> _names_setting(error, "fingerprint"), _names_setting(error, "scheme")
    (True, False)
    """
    parts = parts_of(error) or ()
    return any(isinstance(part, NamedSetting) and part.key == key for part in parts)


def _likeliest_first(names: Sequence[str], look: FirstLook) -> Sequence[str]:
    """The handlers `names`, which ask at one service, first those of the make that it names.

    >>> look = FirstLook(likely_handlers=["raritan", "redfish"])
    >>> _likeliest_first(["netio", "jaws", "raritan"], look)
    ['raritan', 'netio', 'jaws']
    """
    likely_names = [name for name in look.likely_handlers if name in names]
    return list(dict.fromkeys([*likely_names, *names]))


# ---- the services of a device --------------------------------------------------------------------


def _service_of(pdu: ChosenPdu, name: str) -> Optional[_Service]:
    """Where a handler asks the device over TCP; None for SNMP, and for a scheme or port that the
    handler itself will refuse. Raises SettingsError for a bad setting `host`.

    >>> pdu = ChosenPdu("", Address("192.0.2.8"), Login())
    >>> _service_of(pdu, "raritan")
    _Service(host='192.0.2.8', port=443, scheme='https')
    >>> _service_of(pdu._replace(host=Address("192.0.2.8:80")), "nut")
    _Service(host='192.0.2.8', port=80, scheme='')
    >>> _service_of(pdu, "snmp")
    """
    usual_port = usual_tcp_port(name)
    if usual_port is None:
        return None
    settings = _settings(load(name), pdu.login, pdu.host)
    is_web = usual_port in PORTS.values()
    scheme = settings.get("scheme", "https").lower() if is_web else ""
    if is_web and scheme not in PORTS:
        return None
    where = hosts.address(settings["host"]) if settings.get("host") else pdu.host
    port = where.port or PORTS.get(scheme, usual_port)
    if settings.get("port"):
        try:
            port = port_number(settings["port"])
        except ValueError:
            return None
    return _Service(where.host, port, scheme)


def _settings(handler: LoadedHandler, login: Login, host: Address) -> dict[str, str]:
    """The settings that a handler has and that were given, in the login or after the address, by
    key.

    >>> _settings(load("snmp"), Login({"timeout": " 5 ", "device": "rack1"}), Address("192.0.2.8"))
    {'timeout': '5'}
    """
    keys = form.setting_keys(handler)
    settings = login.all_settings(keys, host)
    return {key: text.strip() for key, text in settings.items() if key in keys}


def _first_look_at(pdu: ChosenPdu, service: _Service, name: str, output: Output) -> FirstLook:
    """What is known of a service before a login. `name`: a handler that asks there, whose settings
    say how its certificate is checked. FirstLook() says that the port is open, and no more.

    the port is closed           FirstLook(port_error=Unreachable("no connection to TCP port ..."))
    NUT, which is not HTTP       FirstLook()
    a page that names Raritan    FirstLook(likely_handlers=["raritan"], has_answered=True)
    a wrong setting `ca_pem`     FirstLook(): the handler, which is asked next, reports it
    """
    why_closed = _port_error_shown(pdu, service.host, service.port, name, output)
    if why_closed:
        advice = _http_advice(pdu, service, name, output)
        return FirstLook(port_error=Unreachable([why_closed, *advice]))
    if not service.scheme:
        return FirstLook()
    settings = _settings(load(name), pdu.login, pdu.host)
    with contextlib.suppress(SettingsError):
        with waiting(f"{pdu.host}: what it is", output):
            return first_look(Endpoint(service.scheme, service.host, service.port), settings)
    return FirstLook()


def _http_advice(pdu: ChosenPdu, service: _Service, name: str, output: Output) -> Sequence[Part]:
    """What to try where port 443 is closed and port 80 is open, to be appended to the reason of an
    error: `; port 80 is open: for a unit without HTTPS, give -s scheme=http`, as a text and a
    setting. Empty if port 80 is closed too, for another port than 443, and if a scheme was given.
    """
    is_usual = service.scheme == "https" and service.port == PORTS["https"]
    is_given = "scheme" in _settings(load(name), pdu.login, pdu.host)
    if not is_usual or is_given:
        return []
    if _port_error_shown(pdu, service.host, PORTS["http"], name, output):
        return []
    return ["; port 80 is open: for a unit without HTTPS, give ", _PLAIN_HTTP]


def _port_error_shown(pdu: ChosenPdu, host: str, port: int, name: str, output: Output) -> str:
    """Why the TCP port cannot be reached, "" if it can be. Meanwhile the terminal shows `192.0.2.8:
    trying TCP port 3493 for nut`: behind a firewall that drops packets this takes seconds.
    """
    with waiting(f"{pdu.host}: trying TCP port {port} for {name}", output):
        return _port_error(host, port)


def _port_error(host: str, port: int) -> str:
    """Why the TCP port cannot be reached, "" if it can be.

    >>> from unittest import mock
    >>> refusal = ConnectionRefusedError(111, "Connection refused")
    >>> with mock.patch("socket.create_connection", side_effect=refusal):
    ...     _port_error("192.0.2.8", 443)
    'no connection to TCP port 443 (Connection refused)'
    """
    try:
        socket.create_connection((host, port), _CONNECT_S).close()
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        return f"no connection to TCP port {port} ({why})"
    return ""
