"""The machinery of the binding: turns declared interfaces, structures and enumerations into calls
and JSON.

    calls        interfaces, their methods, bulks
    scripts      uploads and downloads of the device's CGI scripts
    structures, enumerations, references   the base classes of IDL types, each with its JSON
    codec        JSON → values, values → JSON
    printing     values as text
    agent        one device: login, connection, waits, JSON-RPC calls and answers, files
    declarations fields, types of annotations
    registry     the vendor's modules, the base of IDL types, classes by IDL name
    errors       the exceptions
    times        seconds since 1970, and datetimes

The vendor's modules use the names below in their declarations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from .calls import Interface, Method
from .enumerations import Enumeration, decodes_unlisted_as
from .structures import ZERO, Structure, TypeName, ValueObject
from .times import Time

__all__ = [
    "ZERO",
    "Enumeration",
    "Interface",
    "Structure",
    "Time",
    "TypeName",
    "ValueObject",
    "decodes_unlisted_as",
    "method",
]

F = TypeVar("F", bound=Callable[..., Any])


def method(
    *out: str, older_in: tuple[str, ...] = (), older_out: tuple[str, ...] = ()
) -> Callable[[F], F]:
    """Declares the names of the results (`out`), and the parameters and results of older releases
    where these differ.

        def getState(self) -> Outlet.State: ...
        @method("i", "o", "p")                  # results under other names
        def getIOP(self) -> Tuple[Inlet, OverCurrentProtector, List[Pole]]: ...

    The functions of an `Interface` that is declared with a version are its IDL methods; in other
    subclasses, those under this decorator. A method and its parameters are sent under their names,
    and the result is `_ret_`. The body is not run: a `Method` replaces the function.

    The number of positional arguments selects the parameters that are sent; the names in the answer
    select the results that are read.
    """

    def decorate(function: F) -> F:
        return cast(F, Method(function, out or ("_ret_",), older_in, older_out))

    return decorate
