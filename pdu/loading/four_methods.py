"""A handler's four methods (status, statistic, port_up, port_down) as DCImanager calls them, and
whether what they return is what the vendor's page wants.

Anybody may have written the handler. What is wrong with an answer is one sentence that names the
method. `data`, in most functions, is what make_handler was given for the PDU: its address and its
form, the settings and secrets. The double is this project's `pdu_common`, which stands in for
DCImanager's modules of that name.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import traceback
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional, TypeVar

from handlers.dcimanager import Figures, MeterFigures, foreign_snmp
from handlers.dcimanager.snmp import known_endpoint
from handlers.dcimanager.snmp_errors import translate
from handlers.http import login
from handlers.shared.address import Address, host_with_port
from handlers.shared.errors import (
    PduHandlerError,
    ProtocolError,
    SettingsError,
    Unreachable,
    printable,
)
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)

from ..cli.error_facts import attribute_of, attribute_text, kind_of
from ..cli.known_secrets import HIDDEN, error_text, without_secrets
from ..cli.options import SECRETS, spelled_secret
from ..cli.output import figure_or_none, printing_to_stderr
from . import answers
from .handler_module import FOREIGN_ERRORS, AskedSettings, missing_platform_name

T = TypeVar("T")
#: DCImanager may have what a handler uses of it
DOUBLE_LACKS_NAME = "our double of the platform lacks this, which DCImanager may have"
_LONGEST_TEXT = 300  # limit for a text of the handler in an error, in characters


class BrokenHandler(PduHandlerError):
    """A method of the handler does not do what the vendor's page wants: `statistic is a coroutine;
    DCImanager calls plain methods`.
    """

    kind = "defect"


class HandlerRaised(BrokenHandler):
    """The handler raised an exception of its own, of another kind than this pack's errors: `status
    raised ValueError: no outlet (acme.py line 7)`.
    """


class MissingPlatformName(BrokenHandler):
    """A method of the handler uses a name that the double lacks, and DCImanager may have."""


class SettingNotGiven(SettingsError):
    """The handler wants a setting that its owner did not give: `the handler wants the setting
    device: -s device=…`.
    """


def wanted_setting(key: str) -> str:
    """The sentence that says how to give a handler the setting that it wants.

    >>> wanted_setting("device")
    'the handler wants the setting device: -s device=…'
    >>> wanted_setting("password")
    'the handler wants the setting password: PDU_PASSWORD (or --secret-file password=FILE)'
    """
    giving = spelled_secret(key) if key in SECRETS else f"-s {key}=…"
    return f"the handler wants the setting {key}: {giving}"


def _setting_not_given(error: BaseException, data: Any) -> Optional[SettingNotGiven]:
    """A SettingNotGiven to raise, if `error` is the KeyError of a handler that asked `data` for a
    setting which was not given; None for any other error.

    >>> from types import SimpleNamespace
    >>> data = SimpleNamespace(custom_params=AskedSettings({}))
    >>> try:
    ...     data.custom_params["device"]
    ... except KeyError as error:
    ...     _setting_not_given(error, data).reason
    'the handler wants the setting device: -s device=…'
    """
    settings = getattr(data, "custom_params", None)
    key = settings.absent_key(error) if isinstance(settings, AskedSettings) else ""
    return SettingNotGiven(wanted_setting(key)) if key else None


class FourMethods:
    """A handler's object, `_pdu`, that is called by its four methods alone; `_data` is what it was
    made of. Its calls raise BrokenHandler for an answer that the vendor's page does not allow, and
    for whatever the handler raises an error of this pack, such as Unreachable.

        > states()                    > pdu.status()
        > figures()                   > pdu.statistic()
        > switch("7", on=False)       > pdu.port_down(PduPortView(identity="7"))
    """

    def __init__(self, pdu: Any, data: Any = None) -> None:
        """`pdu`: the object that make_handler returned; `data`: what make_handler was given, for
        errors.
        """
        self._pdu, self._data = pdu, data

    def states(self) -> list[tuple[str, EnumPowerStatus]]:
        """Identity and state of every outlet: `status`.

        >>> class Acme:
        ...     def status(self) -> PduView:
        ...         return PduView([PduPortView("7", EnumPowerStatus.UP)])
        >>> [(identity, state.name) for identity, state in FourMethods(Acme()).states()]
        [('7', 'UP')]
        """
        view = self._call("status")
        with _inspecting("status", self._data):
            states: list[tuple[str, EnumPowerStatus]] = []
            for port in answers.checked_ports("status", view, PduView, PduPortView):
                state = answers.checked_state("status", port, EnumPowerStatus)
                states.append((port.identity, state))
            return states

    def figures(self, *, with_power: bool = False) -> Figures:
        """The figures that `statistic` returns, for the PDU and each outlet. There is no power, and
        a current of an outlet only if PduPortStatisticView has a field `load`.

        >>> class Acme:
        ...     def statistic(self) -> PduStatisticView:
        ...         return PduStatisticView(load=3.6, total_consumption=933.2)
        >>> figures = FourMethods(Acme()).figures()
        >>> figures.load_a, figures.energy_kwh, figures.power_w
        (3.6, 933.2, None)
        """
        view = self._call("statistic")
        with _inspecting("statistic", self._data):
            ports = answers.checked_ports("statistic", view, PduStatisticView, PduPortStatisticView)
            for checked_view in (view, *ports):
                answers.check_fields(checked_view)
            outlets: dict[str, MeterFigures] = {}
            for port in ports:
                outlets[port.identity] = MeterFigures(
                    current_a=_figure(port, "load"), energy_kwh=_figure(port, "consumption")
                )
            return Figures(
                load_a=_figure(view, "load"),
                energy_kwh=_figure(view, "total_consumption"),
                ports=outlets,
                power_w=None,
                inlet_w=None,
            )

    def labels(self) -> None:
        """None: the vendor's page has no names of outlets."""

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        """Call `port_up` or `port_down`, once. Returns the state in its answer.

        >>> class Acme:
        ...     def port_down(self, port: PduPortView) -> PduPortView:
        ...         return PduPortView(port.identity, EnumPowerStatus.DOWN)
        >>> FourMethods(Acme()).switch("7", on=False).name
        'DOWN'
        """
        method = "port_up" if on else "port_down"
        answer = self._call(method, PduPortView(identity=identity))
        with _inspecting(method, self._data):
            state: EnumPowerStatus = answers.switched_state(
                method, answer, identity, PduPortView, EnumPowerStatus
            )
            return state

    def _call(self, method: str, *port: PduPortView) -> Any:
        """What the method of this name returns. `port`: the argument of a command, none for status
        and statistic. Whatever the method raises is raised as an error of this pack.

            returns a view               the view
            raises SnmpError             Unreachable, Denied, ...: the device's
            raises ValueError            HandlerRaised: status raised ValueError: ...
            is a coroutine               BrokenHandler
        """
        function = self._method(method)
        try:
            with printing_to_stderr():
                answer = function(*port)
        except FOREIGN_ERRORS as error:
            if kind_of(error):  # one of this pack's: an archive has its own error classes
                _hide_reason(error)
                raise
            not_given = _setting_not_given(error, self._data)
            if not_given is not None:
                raise not_given from error
            foreign_text = _ForeignText.of(error, self._data)
            failure = self._translated(method, error, foreign_text, is_command=bool(port))
            _close_connection(error)
            # the reason of a broken handler names the method
            operation = "" if isinstance(failure, BrokenHandler) else method
            failure.at(_address_of(self._data), operation)
            raise failure from foreign_text.cause
        if inspect.iscoroutine(answer):
            answer.close()  # else Python warns that nobody awaited it
            raise BrokenHandler(f"{method} is a coroutine; DCImanager calls plain methods")
        return answer

    def _method(self, method: str) -> Callable[..., Any]:
        """The method of this name of the handler's object. Raises BrokenHandler if it has none.

        >>> FourMethods(object())._method("status")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        pdu.loading.four_methods.BrokenHandler: make_handler returned an object of the type ...
        """
        if isinstance(getattr(type(self._pdu), method, None), property):
            raise BrokenHandler(f"{method} is a property; the page wants a method")
        function: Optional[Callable[..., Any]] = getattr(self._pdu, method, None)
        if callable(function):
            return function
        type_name = printable(type(self._pdu).__name__, 60)
        raise BrokenHandler(
            f"make_handler returned {answers.shown(self._pdu)} of the type {type_name}, which"
            f" has no method {method}; the page wants four: status, port_up, port_down,"
            " statistic"
        )

    def _translated(
        self, method: str, error: BaseException, foreign_text: _ForeignText, *, is_command: bool
    ) -> PduHandlerError:
        """The error of this pack to raise for `error`, which the handler's `method` raised. An
        SnmpError of the platform and an OSError are of the device or the network; a name that the
        double lacks is nobody's fault; any other is a fault of the handler. `foreign_text`: what
        may be shown of it. `is_command`: whether the outlet may have switched.

            OSError("no route")         Unreachable: OSError: no route
            NotImplementedError         BrokenHandler: statistic is not there: ...
            ValueError("no outlet")     HandlerRaised: status raised ValueError: no outlet (...)
        """
        class_names = [kind.__name__ for kind in type(error).__mro__]
        if "SnmpError" in class_names:
            return self._of_snmp_error(foreign_text, is_command=is_command)
        warning = "; the outlet may or may not have switched" if is_command else ""
        missing_name = missing_platform_name(error, type(self._pdu).__name__)
        if missing_name and not foreign_text.is_hidden:
            name = printable(missing_name, _LONGEST_TEXT)
            return MissingPlatformName(f"{method}: {DOUBLE_LACKS_NAME} ({name}){warning}")
        if isinstance(error, OSError):
            return Unreachable(f"{foreign_text.words}{_port_hint(self._data)}{warning}")
        if isinstance(error, NotImplementedError):
            return BrokenHandler(
                f"{method} is not there: the page wants it to be overridden; return a view without"
                " figures where the device has none"
            )
        source_line = _source_line_of(error, self._pdu)
        return HandlerRaised(f"{method} raised {foreign_text.words}{source_line}{warning}")

    def _of_snmp_error(self, foreign_text: _ForeignText, *, is_command: bool) -> PduHandlerError:
        """The error of this pack to raise for an SnmpError of the platform: Unreachable for `no
        answer`, ProtocolError for an object that the device does not have. `is_command`: whether
        the outlet may have switched.
        """
        port = foreign_snmp.read_port(self._data) or "161"
        failure = translate(foreign_text.text, foreign_text.words, writing=is_command, port=port)
        # no failure to `translate`, because a family's own reading may expect a missing object
        if failure is None:
            return ProtocolError(f"the device has no such object ({foreign_text.words})")
        return failure


class _ForeignText(NamedTuple):
    """What may be shown of an error that a handler raised, which may quote the login.

    ValueError("no outlet")            text "no outlet", words "ValueError: no outlet"
    ValueError("login admin:secret")   text HIDDEN, words "ValueError: " and HIDDEN, cause None
    """

    #: its own text, "" if it has none; HIDDEN if it shows the login
    text: str
    #: its class and its text
    words: str
    is_hidden: bool
    #: the error for --debug; None if what it prints would show the login
    cause: Optional[BaseException]

    @classmethod
    def of(cls, error: BaseException, data: Any) -> _ForeignText:
        """What may be shown of this error: nothing of its text if it quotes a secret of `data`.

        >>> _ForeignText.of(ValueError("no outlet"), None).words
        'ValueError: no outlet'
        """
        name = type(error).__name__
        text = error_text(error)
        # searched whole: a cut may leave only a part of a secret
        if _holds_login(error, data):
            words = f"{name}: {HIDDEN}" if text else name
            return cls(text=HIDDEN, words=words, is_hidden=True, cause=None)
        text = printable(text, _LONGEST_TEXT)
        words = f"{name}: {text}" if text else name
        return cls(text=text, words=words, is_hidden=False, cause=error)


def _hide_reason(error: BaseException) -> None:
    """Replace the reason of an error of another pack by HIDDEN if it shows a secret. Another error
    stays as it is.
    """
    set_reason = attribute_of(error, "set_reason")
    if not callable(set_reason):
        return
    text = f"{attribute_text(error, 'reason')} {error_text(error)}"
    if HIDDEN in without_secrets(text):
        with contextlib.suppress(Exception):
            set_reason(HIDDEN)


def _close_connection(error: BaseException) -> None:
    """Close the connection of an error that is an answer, as an HTTPError of urllib is; another
    error has none.
    """
    close = attribute_of(error, "close")
    if callable(close):
        with contextlib.suppress(Exception):
            close()


def _address_of(data: Any) -> str:
    """The device's address in `data`, with the port, if the address or the setting `port` has one.

    >>> from types import SimpleNamespace
    >>> _address_of(SimpleNamespace(ip="192.0.2.8", custom_params={"port": "8080"}))
    '192.0.2.8:8080'
    """
    endpoint = known_endpoint(data)
    settings = getattr(data, "custom_params", None) or {}
    port = settings.get("port")
    if not port or Address(endpoint).port is not None:
        return endpoint
    return host_with_port(endpoint, port, 0)


def _port_hint(data: Any) -> str:
    """The end of a sentence for a device that was not reached, if its address in `data` has a port:
    the handler may want the port as a setting. "" without a port in the address.

    >>> from types import SimpleNamespace
    >>> _port_hint(SimpleNamespace(ip="192.0.2.8:8080"))
    '; if this handler takes the port as a setting, give 192.0.2.8 and -s port=8080'
    >>> _port_hint(SimpleNamespace(ip="192.0.2.8"))
    ''
    """
    address = str(getattr(data, "ip", ""))
    host, colon, port = address.rpartition(":")
    is_ipv6 = ":" in host
    has_port = colon != "" and port.isdecimal() and not is_ipv6
    settings = getattr(data, "custom_params", None) or {}
    if not has_port or "port" in settings:
        return ""
    return f"; if this handler takes the port as a setting, give {host} and -s port={port}"


def _holds_login(error: BaseException, data: Any) -> bool:
    """Whether the text or the traceback of an error shows a secret of `data`: any value of its form
    may be one, but for public ones such as the timeout.

    >>> from types import SimpleNamespace
    >>> data = SimpleNamespace(custom_params={"password": "s3cr3t-word"})
    >>> _holds_login(ValueError("login admin:s3cr3t-word"), data)
    True
    >>> _holds_login(ValueError("no outlet"), data)
    False
    """
    # with its causes, and with the lines of source that a traceback quotes
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    text = "".join([error_text(error), " ", *lines])
    secrets = _form_values(data)
    return login.holds(text, login.forms_of(secrets))


def _form_values(data: Any) -> Sequence[str]:
    """The texts of the form in `data` that may be secret: all but public ones such as the timeout.

    >>> from types import SimpleNamespace
    >>> _form_values(SimpleNamespace(custom_params={"password": "secret", "timeout": 5}))
    ['secret']
    """
    texts: list[str] = []
    for name in ("snmp_params", "custom_params"):
        form = getattr(data, name, None)
        if not isinstance(form, Mapping):
            continue
        for key, value in form.items():
            is_text = isinstance(value, str) and value != ""
            if is_text and not foreign_snmp.is_public(str(key)):
                texts.append(value)
    return texts


@contextlib.contextmanager
def _inspecting(method: str, data: Any) -> Iterator[None]:
    """A block in which what `method` returned is checked. What the checks raise leaves the block as
    BrokenHandler, for an answer that the vendor's page does not allow, or as MissingPlatformName,
    for a field that the double's view does not have. Secrets of `data` are not shown.

    >>> with _inspecting("status", None):
    ...     raise answers.WrongAnswer("status returned None")
    Traceback (most recent call last):
    pdu.loading.four_methods.BrokenHandler: status returned None
    """
    try:
        yield  # the handler's objects may raise anything from their properties
    except answers.UnknownField as error:
        foreign_text = _ForeignText.of(error, data)
        sentence = f"{method}: {DOUBLE_LACKS_NAME} ({foreign_text.text})"
        raise MissingPlatformName(sentence) from foreign_text.cause
    except answers.WrongAnswer as error:
        foreign_text = _ForeignText.of(error, data)
        raise BrokenHandler(foreign_text.text) from foreign_text.cause
    except FOREIGN_ERRORS as error:
        foreign_text = _ForeignText.of(error, data)
        sentence = f"{method}: its answer cannot be read ({type(error).__name__})"
        raise BrokenHandler(sentence) from foreign_text.cause


def _figure(view: Any, name: str) -> Optional[float]:
    """The figure in the field `name` of a view; None if the handler did not set it, or if the class
    of the view has no such field. Raises WrongAnswer if it is no finite number.

    >>> view = PduStatisticView(load=3.6)
    >>> _figure(view, "load"), _figure(view, "total_consumption"), _figure(view, "power")
    (3.6, None, None)
    """
    if not hasattr(view, name):
        return None
    value = figure_or_none(view, name)
    return None if value is None else answers.finite_figure(name, value, view)


def _source_line_of(error: BaseException, pdu: object) -> str:
    """Where in the code of the handler, whose object is `pdu`, an error arose, as the end of a
    sentence: ` (my_handler.py line 7)`; `; --debug shows where` if no line of it is in the
    traceback.
    """
    handler_package, _, _ = type(pdu).__module__.partition(".")
    source_line = "; --debug shows where"
    for frame, line_number in traceback.walk_tb(error.__traceback__):
        module = str(frame.f_globals.get("__name__", ""))
        package, _, _ = module.partition(".")
        if package == handler_package:
            file = os.path.basename(frame.f_code.co_filename)
            source_line = f" ({file} line {line_number})"
    return source_line


def make_pdu(make: Callable[[Any], T], data: Any) -> T:
    """The handler's object, which `make`, its make_handler, returns for `data`. Raises
    BrokenHandler if make_handler returns None, and an error of this pack for whatever it raises:

        an error of this pack              the same error
        a KeyError of a missing setting    SettingNotGiven
        a name that the double lacks       MissingPlatformName
        any other                          HandlerRaised

    >>> make_pdu(dict, [("host", "192.0.2.8")])
    {'host': '192.0.2.8'}
    >>> make_pdu(lambda data: None, None)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pdu.loading.four_methods.BrokenHandler: make_handler returned None; the page ...
    """
    try:
        with printing_to_stderr():
            pdu = make(data)
    except PduHandlerError:
        raise
    except FOREIGN_ERRORS as error:
        if kind_of(error):
            raise
        not_given = _setting_not_given(error, data)
        if not_given is not None:
            raise not_given from error
        foreign_text = _ForeignText.of(error, data)
        words = type(error).__name__
        if not foreign_text.is_hidden:
            missing_name = missing_platform_name(error)
            if missing_name:
                raise MissingPlatformName(
                    f"make_handler: {DOUBLE_LACKS_NAME} ({missing_name})"
                ) from error
            words = printable(f"{words}: {error_text(error)}", _LONGEST_TEXT)
        raise HandlerRaised(f"make_handler raised {words}") from foreign_text.cause
    if pdu is None:
        raise BrokenHandler("make_handler returned None; the page wants the handler's object")
    return pdu
