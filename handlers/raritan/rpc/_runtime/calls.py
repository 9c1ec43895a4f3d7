"""Interfaces and calls of their methods, single or in bulks.

A proxy, `Outlet("/model/pdu/0/outlet/6", agent)`, is an object of a device: its resource id, and
the agent, the connection that sends its calls. A bulk is one POST with many calls. The vendor's IDL
declares a method; its parameters and results may have other names in older releases.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar, Union, cast

from ....shared.errors import PduHandlerError
from .agent import MINIMUM_WAITS, Agent, reads_only, responses
from .codec import NOT_SENT, decode, encode_as, expect, list_if_iterator, missing_value
from .declarations import Caller, may_be_left_out, parameter_types, types_of
from .enumerations import Enumeration
from .errors import JsonRpcSyntaxException
from .idl_text import Definition, MethodDeclaration
from .references import Reference, is_same_unit
from .structures import Structure, present

if TYPE_CHECKING:
    from typing_extensions import ParamSpec

    P = ParamSpec("P")

R = TypeVar("R")
AnInterface = TypeVar("AnInterface", bound="Interface")
# limit for one request; a real unit answered 314 calls in one
CALLS_IN_A_BULK = 300


class Method:
    """One IDL method: encodes its parameters and decodes its results. `Outlet.setPowerState` is a
    Method; `outlet.setPowerState`, of a proxy, is a `BoundMethod`, which can be called. `types` are
    its parameters' types by name, `forms` its results' types by name: one for the newest release,
    and one for an older release that differs.

    >>> from ..pdumodel import Outlet
    >>> Outlet.setPowerState.params((Outlet.PowerState.PS_OFF,), {})
    {'pstate': 0}
    >>> Outlet.setPowerState.result({"_ret_": 0}, agent=None)
    0

    `scope`: the interface that declares it.
    """

    def __init__(self, declaration: MethodDeclaration, scope: Definition) -> None:
        self.name = declaration.name
        self._declaration = declaration
        self._scope = scope
        # the names of the parameters in an older release, () if they do not differ
        self.older_in = tuple(field.name for field in declaration.older_parameters)

    def __get__(self, proxy: Optional[Interface], owner: type) -> Union[Method, BoundMethod]:
        return self if proxy is None else BoundMethod(proxy, self)

    @functools.cached_property
    def types(self) -> Mapping[str, Any]:
        """The types of the parameters in IDL order, by name: {"pstate": Outlet.PowerState}."""
        newest = self._declaration.parameters
        return parameter_types(newest, self._declaration.older_parameters, self._scope)

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """The parameters in IDL order, as Python's `inspect` describes those of a function.

        int ping(string hostName, int count, int? size, ...)    (hostName, count, size=None)
        """
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        newest = {field.name: field for field in self._declaration.parameters}
        parameters: list[inspect.Parameter] = []
        for name in self.types:
            is_needed = name in newest and not may_be_left_out(newest[name])
            default = inspect.Parameter.empty if is_needed else None
            parameters.append(inspect.Parameter(name, kind, default=default))
        return inspect.Signature(parameters)

    @functools.cached_property
    def forms(self) -> Sequence[Mapping[str, Any]]:
        """The types of the results by name, in the newest release and, if they differ, in an older
        one: [{"_ret_": int, "token": str}].
        """
        forms = [types_of(self._declaration.results, self._scope)]
        if self._declaration.older_results:
            forms.append(types_of(self._declaration.older_results, self._scope))
        return forms

    def params(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> dict[str, object]:
        """The parameters of a call as JSON. Raises TypeError as a Python call does, and for an
        argument that is not of its declared type.

            setPowerState(Outlet.PowerState.PS_OFF)    {"pstate": 0}
            setPowerState(pstate="off")                TypeError

        A parameter that older firmware lacks is left out if it is None or not given. As many
        positional arguments as an older release has parameters (`older_in`) are sent as these.
        """
        if self.older_in and len(args) == len(self.older_in) and not kwargs:
            return self._older_params(args)
        try:
            arguments = self.signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"{self.name}(): {error}") from None
        params: dict[str, object] = {}
        for name, argument in arguments.items():
            if argument is None and self.signature.parameters[name].default is None:
                continue  # not every release has it
            params[name] = self._encoded(name, self.types[name], argument)
        return params

    def _older_params(self, args: tuple[object, ...]) -> dict[str, object]:
        """The parameters of an older release by the names that it has for them. Their types are
        those of the newest one in order.

        int setName(string name, int n) older(string label, int n);
        args ("Rack 7", 1)    {"label": "Rack 7", "n": 1}
        """
        fields = zip(self.older_in, self.types.values(), args)
        return {name: self._encoded(name, hint, argument) for name, hint, argument in fields}

    def _encoded(self, name: str, kind: Any, argument: object) -> object:
        """The JSON of one argument: 0 for PS_OFF. `name`: of the parameter, `kind`: its type. A
        TypeError names both: "setPowerState(): pstate: str where pdumodel.Outlet.PowerState was
        expected".
        """
        try:
            _refuse_unlisted_elements(argument)
            json = encode_as(kind, argument)
            _refuse_lost_octets(json)
            return json
        except TypeError as error:
            raise TypeError(f"{self.name}(): {name}: {error}") from None

    def result(self, json: object, agent: Caller) -> object:
        """The value of a `result` member: None, one value or a tuple, as the method is declared.

            void setName(...)                   {}                                None
            State getState()                    {"_ret_": {"powerState": 1}}      State
            int newSession(out string token)    {"_ret_": 0, "token": "..."}      (0, "...")

        Raises JsonRpcSyntaxException for JSON that is not of the declared types.
        """
        if not self.forms[0]:
            return None
        try:
            values = self._values(expect(dict, json, "a result object"), agent)
        except JsonRpcSyntaxException as error:
            raise JsonRpcSyntaxException(f"{self.name}: {error.reason}") from None
        except RecursionError:
            raise JsonRpcSyntaxException(f"{self.name}: the result is nested too deeply") from None
        return values if len(values) > 1 else values[0]

    def _values(self, json: Mapping[str, object], agent: Caller) -> tuple[Any, ...]:
        """The results in IDL order. Older releases name those of some methods differently.

        int newSession(out Session session, out string token)
        {"_ret_": 0, "session": {...}, "token": "..."}    (0, Session, "...")
        {"_ret_": 1}                                      (1, blank Session, "")
        {"_ret_": 0, "session": {...}}                    JsonRpcSyntaxException: no token

        Raises JsonRpcSyntaxException for a result that is missing, or null without a type that
        allows it. After a result code (`_ret_`) other than 0 the other results may be missing: they
        are blank, numbers None.
        """
        form = self._form_of(json)
        if not form.keys() & json.keys():
            raise JsonRpcSyntaxException(f"the answer contains none of {', '.join(form)}")
        has_result_code = form.get("_ret_") is int
        code = json.get("_ret_")
        if has_result_code and code is None and len(form) > 1:
            # a blank one would be 0, which is success
            raise JsonRpcSyntaxException("the answer contains no result code")
        has_failed = has_result_code and code != 0
        values: list[object] = []
        for name, hint in form.items():
            value = self._value(name, hint, json, agent, has_failed=has_failed)
            values.append(value)
        return tuple(values)

    def _form_of(self, json: Mapping[str, object]) -> Mapping[str, Any]:
        """The names and types of the results, of the release that this answer is of: it has all the
        names of that release. Else those of the newest one.

        forms [{"_ret_": int, "token": str}, {"_ret_": int, "sessionToken": str}]
        {"_ret_": 0, "sessionToken": "4f2a"}     the second
        {"_ret_": 1}                             the first
        """
        for form in self.forms:
            if form.keys() <= json.keys():
                return form
        return self.forms[0]

    def _value(
        self, name: str, hint: Any, json: Mapping[str, object], agent: Caller, *, has_failed: bool
    ) -> object:
        """The result `name` of the answer `json`, of the type `hint`. `has_failed`: whether its
        result code is other than 0; then other results may be missing.

        {"_ret_": 0, "token": "4f2a"}     "token", str          "4f2a"
        {"_ret_": 0}                      "token", str          raises JsonRpcSyntaxException
        {"_ret_": 0}                      "inlet", Inlet        None: a reference may be missing
        {"_ret_": 1}, has_failed          "token", str          ""
        {"_ret_": 1}, has_failed          "count", int          None
        """
        if json.get(name) is not None or len(self.forms[0]) == 1:
            return decode(hint, json[name], agent)
        blank_value = missing_value(hint)
        if blank_value is None:
            return None
        if not has_failed:
            raise JsonRpcSyntaxException(f"the answer contains no {name}")
        return None if blank_value is NOT_SENT else blank_value


def _refuse_unlisted_elements(argument: object) -> None:
    """Raises TypeError for an element that its enumeration does not have, alone or in a list: it is
    no command.

    Outlet.PowerState.PS_OFF    returns
    Outlet.PowerState(-1)       TypeError: the field was missing in an answer
    """
    items = argument if isinstance(argument, (list, tuple, set)) else (argument,)
    for item in items:
        if isinstance(item, Enumeration) and item.name not in type(item).__members__:
            raise TypeError(f"{item} is no element of its enumeration")


def _refuse_lost_octets(json: object, field: str = "") -> None:
    """Raises TypeError for text with U+FFFD, which stands for octets of an answer that are no
    UTF-8: written back, it would replace a name on the unit. `field`: what holds the JSON, for the
    error, such as "settings.name".

    {"name": "Rack 7"}             returns
    {"name": "R<U+FFFD>ck 7"}      TypeError: name has the character U+FFFD: ...
    """
    if isinstance(json, str) and "\ufffd" in json:
        raise TypeError(
            f"{field or 'the text'} has the character U+FFFD: the unit's text is not UTF-8, and"
            " would be changed; set it anew"
        )
    if isinstance(json, list):
        for item in json:
            _refuse_lost_octets(item, field)
    if isinstance(json, dict):
        for name, item in json.items():
            inner_field = f"{field}.{name}" if field else name
            _refuse_lost_octets(item, inner_field)


def _refuse_foreign_references(agent: Caller, value: object) -> None:
    """Raises TypeError for an argument that is, or holds, a reference to an object of another unit
    than that of `agent`: its resource id would name another object there.

    agent of 192.0.2.7, value Outlet /tfwopaque/x of 192.0.2.7      returns
    agent of 192.0.2.7, value [Outlet /tfwopaque/x of 192.0.2.8]    TypeError
    """
    if isinstance(value, Reference) and not is_same_unit(value.agent, agent):
        raise TypeError(f"{value} belongs to {getattr(value.agent, 'url', 'another agent')}")
    items: Iterable[object] = ()
    if isinstance(value, Structure):
        items = vars(value).values()
    elif isinstance(value, Mapping):
        items = value.values()
    elif isinstance(value, (list, tuple, set, frozenset)):
        items = value
    for item in items:
        _refuse_foreign_references(agent, item)


class BoundMethod:
    """A method of one proxy (`parent`), such as `outlet.getState`.

    outlet.getState()           one round trip; returns the State
    bulk.add(outlet.getState)   a bulk takes the method itself, not called
    """

    def __init__(self, parent: Interface, of: Method) -> None:
        self.parent = parent
        self.of = of
        self.name = of.name

    def __call__(self, *args: object, **kwargs: object) -> object:
        agent = self.parent.agent
        params = self.encode(*args, **kwargs)
        return self.of.result(agent.json_rpc(self.parent.target, self.name, params), agent)

    def encode(self, *args: object, **kwargs: object) -> dict[str, object]:
        """The parameters as JSON: {"pstate": 0} for `outlet.setPowerState.encode(PS_OFF)`. Raises
        TypeError for arguments that the method does not take, and for an object of another unit.
        """
        args = tuple(map(list_if_iterator, args))
        for argument in (*args, *kwargs.values()):
            _refuse_foreign_references(self.parent.agent, argument)
        return self.of.params(args, kwargs)

    def decode(self, result: object, agent: Optional[Caller] = None) -> object:
        """The value of a `result` member."""
        return self.of.result(result, agent or self.parent.agent)


class Interface(Reference):
    """Base of the proxies: a reference to an object on the device, with the methods of its IDL
    interface. `Outlet("/model/pdu/0/outlet/6", agent).getState()` calls getState of that outlet.
    """

    Method = BoundMethod


class Pending(typing.Generic[R]):
    """One call in a bulk. It has a value (`_values`, with one element) or an `error` once it has
    been answered, and neither before.

    state = bulk.add(outlet.getState)    a Pending
    bulk.perform()
    state.get()                          Outlet.State, or raises `state.error`
    """

    def __init__(
        self, method: Callable[..., Any], args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> None:
        if not isinstance(method, BoundMethod):
            raise TypeError("a bulk takes the methods of proxies, without parentheses")
        self.method = method
        self.params = method.encode(*args, **kwargs)
        # the error of this call, not of the bulk
        self.error: Optional[PduHandlerError] = None
        self._values: list[R] = []

    def get(self) -> R:
        """The value. Raises the call's own error, and RuntimeError while there is no answer."""
        if self.error is not None:
            raise self.error
        if not self._values:
            raise RuntimeError(f"{self.method.name}: the bulk has not been performed, or failed")
        return self._values[0]

    def fill(self, answer: Union[object, PduHandlerError], agent: Agent) -> None:
        """Set the value or error of this call, instead of those from an earlier bulk.

        answer {"_ret_": {"powerState": 1}}    get() returns the State
        answer Refused(...)                    `error`, with the address, method and resource id
        """
        self.error = None
        if not isinstance(answer, PduHandlerError):
            try:
                self._values = [cast(R, self.method.of.result(answer, agent))]
                return
            except PduHandlerError as error:
                answer = error
        # An error that was raised holds frames, which hold all calls of the bulk, and so this one,
        # which holds the error. Such a circle stays in memory until the collector looks for it.
        answer.__context__ = None
        path = agent.login.quoted_path(self.method.parent.target)
        self.error = answer.with_traceback(None).at(agent.netloc, f"{self.method.name} {path}")


def answered_field(answer: Pending[Any], field: str) -> Any:
    """A field of the answer to a call in a bulk; None if the call failed, or if the device did not
    send the field, or sent it as null.

    label = answered_field(metadata, "label")
    < {"_ret_": {"label": "7", ...}}    "7"
    < {"_ret_": {"rating": ...}}        None
    < HTTP 404                          None
    """
    if answer.error is None and present(answer.get(), field):
        return getattr(answer.get(), field)
    return None


class Bulk:
    """A queue of calls, `_waiting`. `perform` sends them in requests of up to 300 calls.

    bulk = Bulk(agent)
    metadata = bulk.add(outlet.getMetaData)
    states = bulk.add_each(Outlet.getState, outlets)
    bulk.perform()                                      > POST /bulk performBulk {"requests": ...}
    metadata.get().label                                "7"
    """

    def __init__(self, agent: Agent, calls: Iterable[Pending[Any]] = ()) -> None:
        self._agent = agent
        self._waiting: list[Pending[Any]] = list(calls)

    def add(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Pending[R]:
        """Queue one call. `method`: of a proxy, without parentheses, such as `outlet.getState`."""
        entry: Pending[R] = Pending(method, args, kwargs)
        self._waiting.append(entry)
        return entry

    def add_each(
        self, method: Callable[[AnInterface], R], proxies: Iterable[AnInterface]
    ) -> list[Pending[R]]:
        """Queue one call without parameters for each proxy. `method`: taken from their class.

        bulk.add_each(Outlet.getState, [outlet_1, outlet_2])    [Pending, Pending]
        """
        entries: list[Pending[R]] = [
            Pending(BoundMethod(proxy, cast(Method, method)), (), {}) for proxy in proxies
        ]
        self._waiting += entries
        return entries

    def perform(self) -> None:
        """Send the queued calls, which empties the queue, and fill in the answers.

        > POST /bulk performBulk {"requests": [
              {"rid": "/model/pdu/0/outlet/0", "json": {"jsonrpc": "2.0", "method": "getState",
              "params": {}, "id": 0}}, ...]}                         bulkrpc.BulkRequest 1.0.2
        < {"responses": [{"statcode": 200, "json": {"jsonrpc": "2.0", "result": {"_ret_": {...}},
              "id": 0}}, ...]}

        Raises the errors of a whole request; that of one call is its `error`.
        """
        calls = self._waiting
        self._waiting = []
        for start in range(0, len(calls), CALLS_IN_A_BULK):
            self._send(calls[start : start + CALLS_IN_A_BULK])

    def _send(self, calls: Sequence[Pending[Any]]) -> None:
        """Send these calls, at most 300, in one request, and set the value or error of each. A
        request in which each call only reads may be sent again over a new connection. Raises the
        error of the request as a whole.

        getState, getState         > POST /bulk, perhaps twice
        getState, setPowerState    > POST /bulk, once
        """
        requests = [_bulk_request(call, number) for number, call in enumerate(calls)]
        answer = self._agent.json_rpc(
            "/bulk",
            "performBulk",
            {"requests": requests},
            calls=len(calls),
            least=sum(MINIMUM_WAITS.get(call.method.name, 0.0) for call in calls),
            repeatable=all(reads_only(call.method.name) for call in calls),
        )
        try:
            answers = responses(answer, len(calls), self._agent.login)
        except JsonRpcSyntaxException as error:
            raise error.at(self._agent.netloc, "performBulk /bulk") from None
        for call, response in zip(calls, answers):
            call.fill(response, self._agent)


def _bulk_request(call: Pending[Any], number: int) -> dict[str, object]:
    """A call as a member of a bulk (bulkrpc.BulkRequest 1.0.2), with its own id.

    >>> from ..pdumodel import Outlet
    >>> outlet = Outlet("/model/pdu/0/outlet/6", Agent("https", "192.0.2.7"))
    >>> request = _bulk_request(Pending(outlet.getState, (), {}), 0)
    >>> request["rid"], request["json"]["method"], request["json"]["id"]
    ('/model/pdu/0/outlet/6', 'getState', 0)
    """
    return {
        "rid": call.method.parent.target,
        "json": {
            "jsonrpc": "2.0",
            "method": call.method.name,
            "params": call.params,
            "id": number,
        },
    }
