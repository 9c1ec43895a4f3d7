"""Interfaces, and calls of their methods: one by one, or many in one HTTP request.

An IDL method is an annotated method whose body is `declared()`. Its name is the name on the wire, its parameters are sent
under their names, and the result is `_ret_`:

    def getState(self) -> Outlet.State: declared()
    @method("i", "o", "p")                  # results under other names
    def getIOP(self) -> Tuple[Inlet, OverCurrentProtector, List[Pole]]: declared()

A method that changed between releases names its older parameters or results too. The number of arguments selects the
form that is sent, the names in the answer the form that is read.
"""
from __future__ import annotations

import functools
import typing
from types import FunctionType
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, TypeVar, Union, cast

from ....errors import PduHandlerError
from ....http.client import Login
from .agent import Agent, reads_only
from .answer import responses
from .decoding import Reader, decoder
from .differing import blank
from .encoding import encoder
from .errors import JsonRpcSyntaxException
from .registry import Reference, signature_types

if TYPE_CHECKING:
    from typing_extensions import ParamSpec
    P = ParamSpec("P")

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R")
AnInterface = TypeVar("AnInterface", bound="Interface")
CALLS_IN_A_BULK = 300                       # in one request; a real unit answered 314


# ---- declarations --------------------------------------------------------------------------------------------

def declared() -> typing.NoReturn:
    """The body of an IDL method. Never run: the method is replaced when its class is made."""
    raise TypeError("an IDL method was declared outside an interface")


class Parameter(typing.NamedTuple):
    name: str
    encode: Callable[[object], object]
    optional: bool                          # left out when not given: older firmware does not know it


class Result(typing.NamedTuple):
    name: str
    kind: Any
    decode: Reader


class Method:
    """One IDL method: its wire name, how parameters are written and results read. On a proxy it is a `BoundMethod`."""

    def __init__(self, function: Callable[..., Any], out: Tuple[str, ...] = ("_ret_",), older_in: Tuple[str, ...] = (),
                 older_out: Tuple[str, ...] = ()) -> None:
        self.function, self.name, self.__doc__ = function, function.__name__, function.__doc__
        self.out, self.older_in, self.older_out = out, older_in, older_out

    def __get__(self, proxy: Optional[Interface], owner: type) -> Union[Method, BoundMethod]:
        return self if proxy is None else BoundMethod(proxy, self)

    @functools.cached_property
    def _types(self) -> Mapping[str, Any]:
        return signature_types(self.function)

    @functools.cached_property
    def parameters(self) -> Tuple[Parameter, ...]:
        """In IDL order."""
        names = [name for name in self._types if name != "return"]
        optional = names[len(names) - len(getattr(self.function, "__defaults__") or ()):]
        return tuple(Parameter(name, encoder(self._types[name]), name in optional) for name in names)

    @functools.cached_property
    def results(self) -> Tuple[Tuple[Result, ...], ...]:
        """Those of the newest release and, where they differ, of older ones."""
        returned = self._types["return"]
        if returned is None:
            return ((),)
        forms = typing.get_args(returned) if self.older_out else (returned,)
        return tuple(_results(form, names) for form, names in zip(forms, (self.out, self.older_out)))

    def params(self, args: Tuple[object, ...], kwargs: Mapping[str, object]) -> Dict[str, object]:
        """The parameters as JSON. Raises TypeError as a Python call does."""
        if self.older_in and len(args) == len(self.older_in) and not kwargs:
            return {name: p.encode(arg) for name, p, arg in zip(self.older_in, self.parameters, args)}
        if len(args) > len(self.parameters):
            raise TypeError(f"{self.name}() takes {len(self.parameters)} arguments, not {len(args)}")
        given = dict(zip((p.name for p in self.parameters), args))
        for name, value in kwargs.items():
            if name in given or all(p.name != name for p in self.parameters):
                raise TypeError(f"{self.name}() has no free parameter {name!r}")
            given[name] = value
        missing = [p.name for p in self.parameters if p.name not in given and not p.optional]
        if missing:
            raise TypeError(f"{self.name}() needs {', '.join(missing)}")
        return {p.name: p.encode(given[p.name]) for p in self.parameters
                if p.name in given and not (p.optional and given[p.name] is None)}

    def result(self, json: object, agent: Any) -> object:
        """None, one value or a tuple, from the JSON of a result. Raises JsonRpcSyntaxException."""
        newest, older = self.results[0], self.results[-1]
        if not newest:
            return None
        if not isinstance(json, dict):
            raise JsonRpcSyntaxException(f"{self.name}: {type(json).__name__} where a result object was expected")
        if len(newest) == 1 and newest[0].name in json:
            return self._one(newest[0], json, agent)            # nearly every call
        form = older if older is not newest and all(one.name in json for one in older) else newest
        if all(one.name not in json for one in form):
            raise JsonRpcSyntaxException(f"{self.name}: the answer holds none of {', '.join(o.name for o in form)}")
        values = tuple(self._one(one, json, agent) for one in form)
        return values if len(values) > 1 else values[0]

    def _one(self, result: Result, json: Mapping[str, object], agent: Any) -> object:
        if result.name not in json or json[result.name] is None and len(self.out) > 1:
            return blank(result.kind)()     # beside a result code other than 0 the rest may be null
        try:
            return result.decode(json[result.name], agent)
        except JsonRpcSyntaxException as error:
            raise JsonRpcSyntaxException(f"{self.name}: {error.reason}", error.payload) from None


def _results(form: Any, names: Tuple[str, ...]) -> Tuple[Result, ...]:
    kinds = typing.get_args(form) if len(names) > 1 else (form,)
    return tuple(Result(name, kind, decoder(kind)) for name, kind in zip(names, kinds))


class method:
    """Declares what differs from the usual: `out`, the names of the results, and the parameters or results of older releases."""

    def __init__(self, *out: str, older_in: Tuple[str, ...] = (), older_out: Tuple[str, ...] = ()) -> None:
        self.out, self.older_in, self.older_out = out or ("_ret_",), older_in, older_out

    def __call__(self, function: F) -> F:
        return cast(F, Method(function, self.out, self.older_in, self.older_out))


# ---- calls one by one ----------------------------------------------------------------------------------------

class BoundMethod:
    """A method of one proxy (`parent`). Calling it is one round trip; a bulk takes it without calling it."""

    def __init__(self, parent: Interface, of: Method) -> None:
        self.parent, self.of, self.name = parent, of, of.name

    def __call__(self, *args: object, **kwargs: object) -> object:
        agent = self.parent.agent
        return self.of.result(agent.json_rpc(self.parent.target, self.name, self.of.params(args, kwargs)), agent)

    def encode(self, *args: object, **kwargs: object) -> Dict[str, object]:
        """The parameters as JSON."""
        return self.of.params(args, kwargs)

    def decode(self, result: object, agent: Optional[object] = None) -> object:
        """The value of a `result` member."""
        return self.of.result(result, agent or self.parent.agent)


class Interface(Reference):
    """Base of the proxies: a reference to an object on the device, with the methods of its IDL interface."""

    Method = BoundMethod

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, function in list(vars(cls).items()):
            if isinstance(function, FunctionType) and function.__code__.co_names == ("declared",):
                setattr(cls, name, Method(function))


# ---- many calls in one request -------------------------------------------------------------------------------

class Pending(typing.Generic[R]):
    """The answer of one call in a bulk, once that is performed."""

    def __init__(self, method: Callable[..., Any], args: Tuple[object, ...], kwargs: Dict[str, object]) -> None:
        if not isinstance(method, BoundMethod):
            raise TypeError("a bulk takes the methods of proxies, without parentheses")
        self.method = method
        self.params = method.encode(*args, **kwargs) if method.of.parameters or args or kwargs else {}
        self.error: Optional[PduHandlerError] = None        # of this call alone
        self._value: Optional[R] = None
        self._filled = False

    def get(self) -> R:
        """The value. Raises the call's own error, and RuntimeError before `perform`."""
        if not self._filled:
            raise RuntimeError(f"{self.method.name}: the bulk was not performed yet")
        if self.error is not None:
            raise self.error
        return cast(R, self._value)

    def request(self, number: int) -> Dict[str, object]:
        """This call as an element of the bulk request."""
        return {"rid": self.method.parent.target,
                "json": {"jsonrpc": "2.0", "method": self.method.name, "params": self.params, "id": number}}

    def fill(self, answer: Union[object, PduHandlerError], agent: Agent, login: Login) -> None:
        """Take the result of this call, or its error."""
        self._filled = True
        try:
            if isinstance(answer, PduHandlerError):
                raise answer
            self._value = cast(R, self.method.of.result(answer, agent))
        except PduHandlerError as error:
            self.error = error.at(agent.host, f"{self.method.name} {login.quoted(self.method.parent.target)}")


class Bulk:
    """Calls that travel together; `add` is typed like the call itself. Performing is a round trip per 300 calls."""

    def __init__(self, agent: Agent, calls: Iterable[Pending[Any]] = ()) -> None:
        self._agent = agent
        self._waiting: List[Pending[Any]] = list(calls)

    def add(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Pending[R]:
        """Queue one call: the method of a proxy, not called."""
        entry: Pending[R] = Pending(method, args, kwargs)
        self._waiting.append(entry)
        return entry

    def each(self, method: Callable[[AnInterface], R], proxies: Iterable[AnInterface]) -> List[Pending[R]]:
        """Queue one call without parameters for each proxy; `method` is that of their class: `Outlet.getState`."""
        of = cast(Method, method)
        made: List[Pending[R]] = [Pending(BoundMethod(proxy, of), (), {}) for proxy in proxies]
        self._waiting += made
        return made

    def perform(self) -> None:
        """Send what is queued and fill in the answers. Raises only what concerns the request as a whole."""
        waiting, self._waiting = self._waiting, []
        for start in range(0, len(waiting), CALLS_IN_A_BULK):
            self._perform(waiting[start:start + CALLS_IN_A_BULK])

    def _perform(self, part: Sequence[Pending[Any]]) -> None:
        # bulkrpc.BulkRequest 1.0.2:
        # > POST /bulk performBulk {"requests": [
        #       {"rid": "/model/pdu/0/outlet/0", "json": {"jsonrpc": "2.0", "method": "getState", "params": {}, "id": 0}}, ...]}
        # < {"responses": [
        #       {"statcode": 200, "json": {"jsonrpc": "2.0", "result": {"_ret_": {"available": true, ...}}, "id": 0}}, ...]}
        agent, login = self._agent, self._agent.login
        requests = [entry.request(number) for number, entry in enumerate(part)]
        answer = agent.json_rpc("/bulk", "performBulk", {"requests": requests}, calls=len(part),
                                repeatable=all(map(reads_only, {entry.method.name for entry in part})))
        try:
            answers = responses(answer, len(part), login)
        except JsonRpcSyntaxException as error:
            raise error.at(agent.host, "performBulk /bulk") from None
        for entry, one in zip(part, answers):
            entry.fill(one, agent, login)
