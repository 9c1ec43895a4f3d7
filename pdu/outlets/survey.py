"""Asking handlers about a device: what each answers, and why one was not asked."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Sequence
from dataclasses import replace
from typing import Callable, NamedTuple, Optional

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
from ..inspection.adapters import adapter_of, rank_of
from ..inspection.finding import HandlerFinding
from ..loading.four_methods import BrokenHandler
from ..loading.handler_loading import LoadedHandler, load
from ..loading.handler_module import FOREIGN_ERRORS
from ..loading.identification import identify as identify_device
from ..network import hosts
from ..pdu_list import form, names
from ..pdu_list.login_options import Login
from ..reading.parts import error_of
from .first_look import FirstLook, first_look

_CONNECT_S = 3.0
_SNMP_PORT = 161
# Kinds of errors. If no handler has an identity, the first in this order that occurred sets the
# exit code.
_ORDER = ("denied", "unsupported", "protocol")

_PLAIN = NamedSetting("scheme", "http", "the handler setting ")


class HeldBack(SettingsError):
    """A handler was not asked, because the device refused the login of another one."""


class HandlerAnswer(NamedTuple):
    """The answer of one handler: what it found, or the error."""

    handler: str
    finding: Optional[HandlerFinding] = None
    error: Optional[BaseException] = None
    #: False: its TCP port cannot be reached, a setting is missing or wrong, or no login may be sent
    was_asked: bool = True

    @property
    def has_family(self) -> bool:
        """Whether the handler reads the device."""
        return self.finding is not None and bool(self.finding.family)

    @property
    def rank(self) -> int:
        """Which is preferred if several handlers read a device: the lowest."""
        return rank_of(self.handler)

    @property
    def speaks_snmp(self) -> bool:
        """Whether the handler speaks SNMP: no port shows whether the device does."""
        return load(self.handler).snmp

    @property
    def word(self) -> str:
        """The answer in words. `yes`: the handler reads the device. `no`: the device answered, and
        is something else. `closed`, with SNMP `no answer`: nothing answered. `refused: ...`: the
        device refused the login. `not asked`: the certificate is not trusted, a setting is missing
        or wrong, or the device refused another handler's login.
        """
        if self.finding is not None:
            return "yes" if self.finding.family else "no"
        kind = kind_of(self.error)
        if self.names_setting("priv_protocol"):
            return "not asked"  # the device answered what could not be decrypted
        if kind == "denied":
            return "refused: wrong password, or another make"
        if kind == "settings":
            return "not asked"
        if self.names_setting("fingerprint") or self.names_setting("scheme"):
            return "not asked"
        if kind == "unreachable":
            return "no answer" if self.speaks_snmp else "closed"
        return "no"

    def names_setting(self, key: str) -> bool:
        """Whether the error advises to give this handler setting. For example, the error for a
        certificate that is not trusted advises `fingerprint`, that for a device without TLS
        `scheme`, and that for SNMPv3 answers that cannot be decrypted `priv_protocol`.
        """
        parts = parts_of(self.error) or ()
        return any(isinstance(part, NamedSetting) and part.key == key for part in parts)

    @property
    def is_refused(self) -> bool:
        """Whether the device refused the handler's login."""
        return self.word.startswith("refused")

    @property
    def is_silent(self) -> bool:
        """Whether this handler was not asked, or had no answer from the device."""
        if self.finding is not None:
            return False
        if not self.was_asked:
            return True
        # a device whose answer cannot be decrypted has answered
        is_undecrypted = self.names_setting("priv_protocol")
        return kind_of(self.error) == "unreachable" and not is_undecrypted

    @property
    def lacks_login(self) -> bool:
        """Whether a handler over HTTP or NUT was not asked for want of a setting of its own."""
        if isinstance(self.error, HeldBack) or self.speaks_snmp:
            return False
        return kind_of(self.error) == "settings"


def candidates_of(pdu: names.ChosenPdu, handlers: Sequence[str]) -> Sequence[str]:
    """The handlers to try: `handlers` if there are any, else that of the list of PDUs, else all.
    Raises SettingsError for a setting of the command line that none of them has.
    """
    if handlers:
        candidates = list(dict.fromkeys(handlers))
    elif registry.is_handler(pdu.handler):
        candidates = [pdu.handler]
    else:
        candidates = order_handlers(registry.names(), pdu.host, pdu.login)
    keys: set[str] = set()
    for name in candidates:
        keys.update(form.setting_keys(load(name)))
    typed_keys = [key for key in pdu.login.settings if key not in pdu.login.of_list]
    for key in (*typed_keys, *pdu.login.secret_files):
        if key in keys:
            continue
        shown_key = repr(printable(key, 60))
        if len(candidates) == 1:
            known_keys = ", ".join(sorted(keys))
            raise SettingsError(
                f"{candidates[0]} has no setting {shown_key}; it takes {known_keys}"
            )
        shown_candidates = ", ".join(sorted(candidates))
        raise SettingsError(f"none of {shown_candidates} has a setting {shown_key}")
    return candidates


def order_handlers(names: Sequence[str], host: Address, login: Login) -> list[str]:
    """`names` in the order in which they are tried. Without a port this is their own order. With
    one, the handlers whose usual port it is are first; then those over HTTP are before the others,
    because NUT waits for an answer.
    """
    port = login.settings.get("port", "").strip() or str(host.port or "")
    if not port:
        return list(names)

    def rank(name: str) -> tuple[bool, bool]:
        """The key by which they are sorted; False comes first."""
        usual_port = _usual_port(name)
        is_other_port = str(usual_port) != port
        is_no_web_port = usual_port not in PORTS.values()
        return is_other_port, is_no_web_port

    return sorted(names, key=rank)


def _usual_port(handler: str) -> Optional[int]:
    """The port of the handler's protocol; None if that is not known."""
    if not registry.is_handler(handler):
        return None
    return adapter_of(handler).tcp_port or _SNMP_PORT


class _TcpService(NamedTuple):
    """Where a handler over TCP asks a device."""

    host: str
    port: int
    #: "" if no setting has it, and for a handler without HTTP
    scheme: str
    #: the usual port of the handler's protocol
    usual_port: int

    @property
    def is_web(self) -> bool:
        """Whether the protocol is HTTP."""
        return self.usual_port in PORTS.values()


class Survey:
    """Asks handlers about a device, one after the other, and keeps what one of them learned for the
    next: which ports are open, whether the certificate is trusted, and whether a login was refused.
    """

    def __init__(self, pdu: names.ChosenPdu, output: Output, *, has_one_handler: bool) -> None:
        """`has_one_handler`: the owner chose one; its missing or wrong setting is then an error."""
        self._host = pdu.host
        self._output = output
        self._has_one_handler = has_one_handler
        self.pdu = pdu
        if pdu.login.typed_secrets is None:
            # a password is typed once, whatever handlers it goes to
            self.pdu = pdu._replace(login=replace(pdu.login, typed_secrets={}))
        #: why a TCP port of a host cannot be reached, "" if it can be
        self._ports: dict[tuple[str, int], str] = {}
        self._looks: dict[Endpoint, FirstLook] = {}
        #: web services that refused a login, with the handler
        self._refused: dict[Endpoint, str] = {}
        self.answers: list[HandlerAnswer] = []

    def ask(
        self,
        candidates: Sequence[str],
        show: Callable[[HandlerAnswer], object] = lambda _: None,
    ) -> None:
        """Ask these handlers, in their order but for `_likeliest`. `show` gets each answer at once.
        Raises SettingsError for a bad setting `host` and, if one handler was chosen, for any
        missing or wrong setting.
        """
        waiting_names = list(candidates)
        while waiting_names:
            name = self._likeliest(waiting_names)
            waiting_names.remove(name)
            answer = self._answer(name)
            self.answers.append(answer)
            show(answer)

    def best(self) -> Optional[HandlerAnswer]:
        """The answer of the preferred handler among those that read the device; None for none."""
        readers = [answer for answer in self.answers if answer.has_family]
        return min(readers, key=lambda answer: answer.rank, default=None)

    def _likeliest(self, candidates: Sequence[str]) -> str:
        """The handler that is asked first, mostly the first candidate. If that one would log in to
        a web service that names its make before a login, it is the candidate of this make.
        """
        first_name = candidates[0]
        endpoint, error = self._reach(first_name)
        if error is not None or endpoint is None or endpoint in self._refused:
            return first_name
        for name in self._look(first_name, endpoint).likely:
            if name in candidates:
                return name
        return first_name

    def _answer(self, name: str) -> HandlerAnswer:
        """Ask one handler, unless its port cannot be reached or there is an `_objection`."""
        endpoint, error = self._reach(name)
        if error is None and endpoint is not None:
            error = self._objection(name, endpoint)
        if error is not None:
            return HandlerAnswer(name, error=error, was_asked=False)
        handler = load(name)
        try:
            data = form.pdu_data(handler, self._host, self._login(handler), self.pdu.name)
            with waiting(f"{self._host}: asking it by {name}", self._output):
                return HandlerAnswer(name, identify_device(handler, data))
        except SettingsError as settings_error:
            if self._has_one_handler:
                raise
            return HandlerAnswer(name, error=settings_error, was_asked=False)
        except PduHandlerError as device_error:
            if device_error.kind == "denied" and endpoint is not None:
                self._refused[endpoint] = name
            return HandlerAnswer(name, error=device_error)
        except FOREIGN_ERRORS as defect:
            if self._has_one_handler:
                raise
            advice = f"run again with --handler {name} --debug and report what it prints"
            return HandlerAnswer(name, error=BrokenHandler(f"{error_of(defect).reason}; {advice}"))

    def _objection(self, name: str, endpoint: Endpoint) -> Optional[PduHandlerError]:
        """Why this handler must not log in to this web service: its certificate is not trusted, or
        it has refused a login. None if the handler may.
        """
        trust_error = self._look(name, endpoint).untrusted
        if trust_error is not None:
            return trust_error
        if endpoint in self._refused:
            return HeldBack(f"one login was refused, that of {self._refused[endpoint]}")
        return None

    def _login(self, handler: LoadedHandler) -> Login:
        """The login for a handler. If several are tried, it has only this handler's settings. If
        another one reads the device, SNMP does not repeat a request without an answer, because most
        of these devices have no SNMP."""
        login = self.pdu.login
        if not self._has_one_handler:
            login = _login_for_handler(handler, login)
        is_read_already = any(answer.has_family for answer in self.answers)
        if not handler.snmp or not is_read_already:
            return login
        given_settings = login.all_settings(form.SNMP_KEYS, self._host)
        if "retries" in given_settings:
            return login
        return replace(login, settings={**login.settings, "retries": "0"})

    def _settings(self, name: str) -> dict[str, str]:
        """The settings of a handler that were given, without blanks around them."""
        handler = load(name)
        keys = form.setting_keys(handler)
        settings = self._login(handler).all_settings(keys, self._host)
        return {key: text.strip() for key, text in settings.items() if key in keys}

    def _reach(self, name: str) -> tuple[Optional[Endpoint], Optional[PduHandlerError]]:
        """(web service, None), or (None, error) if the handler's TCP port cannot be reached, or
        (None, None) without HTTP, as for SNMP. Raises SettingsError for a bad setting `host`.
        """
        service = self._tcp_service(name)
        if service is None:
            return None, None
        host, port = service.host, service.port
        why_closed = self._why_closed(host, port, name)
        if why_closed:
            return None, Unreachable([why_closed, *self._http_advice(name, service)])
        if service.is_web:
            return Endpoint(service.scheme or "https", host, port), None
        if self._speaks_tls(host, port):
            return None, Unreachable(f"TCP port {port} speaks TLS, as a web service does")
        return None, None

    def _tcp_service(self, name: str) -> Optional[_TcpService]:
        """Where a handler asks the device over TCP; None for SNMP, and for a scheme or port that
        the handler itself will refuse. Raises SettingsError for a bad setting `host`.
        """
        usual_port = adapter_of(name).tcp_port
        if usual_port is None or not registry.is_handler(name):
            return None
        settings = self._settings(name)
        scheme = settings.get("scheme", "").lower()
        if scheme and scheme not in PORTS:
            return None
        where = hosts.address(settings["host"]) if settings.get("host") else self._host
        port = where.port or PORTS.get(scheme, usual_port)
        if settings.get("port"):
            try:
                port = port_number(settings["port"])
            except ValueError:
                return None
        return _TcpService(where.host, port, scheme, usual_port)

    def _http_advice(self, name: str, service: _TcpService) -> Sequence[Part]:
        """What to try where port 443 is closed and 80 is open; nothing for another port, or for a
        handler whose scheme was given or is not a setting.
        """
        has_scheme = "scheme" in form.setting_keys(load(name))
        if service.port != PORTS["https"] or not has_scheme or service.scheme:
            return []
        if self._why_closed(service.host, PORTS["http"], name):
            return []
        return ["; port 80 is open: for a unit without HTTPS, give ", _PLAIN]

    def _why_closed(self, host: str, port: int, handler: str) -> str:
        """Why the TCP port cannot be reached, "" if it can be; each is tried once."""
        place = (host, port)
        if place not in self._ports:
            # a firewall that drops packets makes this the longest silence of the command
            message = f"{self._host}: trying TCP port {port} for {handler}"
            with waiting(message, self._output):
                self._ports[place] = _port_error(host, port)
        return self._ports[place]

    def _speaks_tls(self, host: str, port: int) -> bool:
        """Whether a handler over HTTPS has met TLS there. NUT begins in plain text."""
        look = self._looks.get(Endpoint("https", host, port))
        return look is not None and look.has_answered

    def handlers_of_other_makes(self) -> list[str]:
        """The handlers that answered "no", except SNMP, if the device has a web service that names
        no make of any handler. [] if its certificate is not trusted or it refused a login.
        """
        looks = [look for look in self._looks.values() if look.has_answered]
        may_be_known = any(look.likely or look.untrusted for look in looks)
        if not looks or may_be_known or any(answer.is_refused for answer in self.answers):
            return []
        handlers: list[str] = []
        for answer in self.answers:
            if answer.word == "no" and not answer.speaks_snmp:
                handlers.append(answer.handler)
        return handlers

    def kind(self) -> str:
        """The kind of the error if no handler reads the device."""
        return "unsupported" if self.handlers_of_other_makes() else _kind(self.answers)

    def _look(self, name: str, endpoint: Endpoint) -> FirstLook:
        """What the web service tells before a login."""
        if endpoint not in self._looks:
            look = FirstLook()
            with contextlib.suppress(SettingsError):  # the handler itself reports it
                with waiting(f"{self._host}: what it is", self._output):
                    look = first_look(endpoint, self._settings(name))
            self._looks[endpoint] = look
        return self._looks[endpoint]


def _login_for_handler(handler: LoadedHandler, login: Login) -> Login:
    """The login with only those settings and secrets that the handler has."""
    keys = form.setting_keys(handler)
    secret_files = {key: path for key, path in login.secret_files.items() if key in keys}
    settings = form.settings_for_handler(handler, login)
    return replace(login, settings=settings, secret_files=secret_files)


def for_handler(pdu: names.ChosenPdu, handler: str) -> names.ChosenPdu:
    """The PDU as this handler reads it."""
    return pdu._replace(handler=handler, login=_login_for_handler(load(handler), pdu.login))


def _port_error(host: str, port: int) -> str:
    """Why the TCP port cannot be reached, "" if it can be."""
    try:
        socket.create_connection((host, port), _CONNECT_S).close()
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        return f"no connection to TCP port {port} ({why})"
    return ""


def _kind(answers: Sequence[HandlerAnswer]) -> str:
    """The kind of the error if no handler reads the device, by what they answered."""
    if any(answer.finding is not None for answer in answers):
        return "unsupported"
    if all(isinstance(answer.error, SettingsError) for answer in answers):
        return "settings"  # every handler lacks a setting or has a wrong one
    kinds_of_asked = [kind_of(answer.error) for answer in answers if answer.was_asked]
    device_kinds = [kind for kind in kinds_of_asked if kind != "unreachable"]
    if not device_kinds:
        return "unreachable"
    for kind in _ORDER:
        if kind in device_kinds:
            return kind
    return device_kinds[0]
