"""How an interface is declared: an IDL method is an annotated method whose body is never run.

    @method()
    def getState(self) -> Outlet.State: declared()

    @method("i", "o", "p")                  # the names of the results on the wire; `_ret_` alone when left out
    def getIOP(self) -> Tuple[Inlet, ...]: declared()

A method that changed between releases names its older parameters or results too; which form is used follows from the
number of arguments, and from the names in the answer.
"""
from __future__ import annotations

import datetime
import functools
import inspect
import typing
from dataclasses import dataclass
from typing import Any, Callable, Dict, Mapping, NamedTuple, NoReturn, Optional, Tuple, Type, TypeVar, Union, cast

from .codec import Blank, Decoder, blank, decoder, encoder
from .errors import JsonRpcSyntaxException
from .kinds import Enumeration, Interface, Structure, ValueObject, present, value_object
from .moments import EPOCH

__all__ = ["EPOCH", "Enumeration", "Event", "Interface", "Structure", "Time", "TypeInfo", "ValueObject", "declared",
           "method", "present", "value_object"]

F = TypeVar("F", bound=Callable[..., Any])
Time = datetime.datetime                    # an IDL time: UTC, without zone, as the vendor's binding gives it
TypeInfo = Union[str, Type[Any]]            # an IDL type name as a value: a class of ours, or the text as it came


@value_object
class Event(ValueObject):
    """The base of all events: what object it came from."""

    idlType = "idl.Event:1.0.0"
    source: Optional[Interface] = None


def declared() -> NoReturn:
    """The body of a declared method; never reached, since the descriptor stands before it."""
    raise TypeError("an IDL method was declared without @method")


class Parameter(NamedTuple):
    name: str
    encode: Callable[[object], object]
    optional: bool                          # not sent when left out: firmware before it does not know it


class Result(NamedTuple):
    name: str
    decode: Decoder
    blank: Blank


class Call:
    """One IDL method: its wire name, how parameters are written and results read."""

    def __init__(self, function: Callable[..., Any], out: Tuple[str, ...], older_in: Tuple[str, ...],
                 older_out: Tuple[str, ...]) -> None:
        self.function, self.name = function, function.__name__
        self.out, self.older_in, self.older_out = out, older_in, older_out

    @functools.cached_property
    def _hints(self) -> Dict[str, Any]:
        return typing.get_type_hints(self.function)

    @functools.cached_property
    def parameters(self) -> Tuple[Parameter, ...]:
        """In IDL order."""
        declared_ones = list(inspect.signature(self.function).parameters.values())[1:]
        return tuple(Parameter(p.name, encoder(self._hints[p.name]), p.default is None) for p in declared_ones)

    @functools.cached_property
    def _required(self) -> bool:
        return any(not parameter.optional for parameter in self.parameters)

    @functools.cached_property
    def results(self) -> Tuple[Tuple[Result, ...], ...]:
        """The results of the newest release and, where they differ, of older ones."""
        returned = self._hints.get("return", type(None))
        if returned is type(None):
            return ((),)
        forms = typing.get_args(returned) if self.older_out else (returned,)
        return tuple(_results(form, names) for form, names in zip(forms, (self.out, self.older_out)))

    def params(self, args: Tuple[object, ...], kwargs: Mapping[str, object]) -> Dict[str, object]:
        """The parameters as JSON. Raises TypeError as a Python call does."""
        if not args and not kwargs and not self._required:
            return {}
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
            return self._one(newest[0], json, agent)
        form = older if older is not newest and all(one.name in json for one in older) else newest
        if all(one.name not in json for one in form):
            raise JsonRpcSyntaxException(f"{self.name}: the answer holds none of {', '.join(o.name for o in form)}")
        values = tuple(self._one(one, json, agent) for one in form)
        return values if len(values) > 1 else values[0]

    def _one(self, result: Result, json: Mapping[str, object], agent: Any) -> object:
        if result.name not in json or json[result.name] is None and len(self.out) > 1:
            return result.blank()           # beside a result code other than 0 the rest may be null
        try:
            return result.decode(json[result.name], agent)
        except JsonRpcSyntaxException as error:
            raise JsonRpcSyntaxException(f"{self.name}: {error.reason}", error.payload) from None


def _results(form: Any, names: Tuple[str, ...]) -> Tuple[Result, ...]:
    kinds = typing.get_args(form) if len(names) > 1 else (form,)
    return tuple(Result(name, decoder(kind), blank(kind)) for name, kind in zip(names, kinds))


class BoundMethod(Interface.Method):
    """A method of one proxy: calling it is one round trip; a bulk takes it uncalled."""

    def __init__(self, parent: Interface, call: Call) -> None:
        self.parent, self.call, self.name = parent, call, call.name

    def __call__(self, *args: object, **kwargs: object) -> object:
        agent = self.parent.agent
        answer = agent.json_rpc(self.parent.target, self.name, self.encode(*args, **kwargs))
        return self.call.result(answer, agent)

    def encode(self, *args: object, **kwargs: object) -> Dict[str, object]:
        """The parameters as JSON."""
        return self.call.params(args, kwargs)

    def decode(self, result: object, agent: Optional[object] = None) -> object:
        """The value of a `result` member."""
        return self.call.result(result, agent or self.parent.agent)


class Method:
    """Descriptor: on a proxy it gives the callable method, on the class the declaration."""

    def __init__(self, call: Call) -> None:
        self.call, self.__doc__ = call, call.function.__doc__

    def __get__(self, proxy: Optional[Interface], owner: type) -> Union["Method", BoundMethod]:
        return self if proxy is None else BoundMethod(proxy, self.call)


class method:
    """Declare an IDL method; `out` names the results on the wire."""

    def __init__(self, *out: str, older_in: Tuple[str, ...] = (), older_out: Tuple[str, ...] = ()) -> None:
        self.out, self.older_in, self.older_out = out or ("_ret_",), older_in, older_out

    def __call__(self, function: F) -> F:
        return cast(F, Method(Call(function, self.out, self.older_in, self.older_out)))
