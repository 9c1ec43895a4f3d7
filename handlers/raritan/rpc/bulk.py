"""Many calls in one HTTP request, each typed like the call itself. The documented helper stands in BulkRequestHelper.py."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, Generic, Iterable, List, Optional, Sequence, Tuple, TypeVar, Union, cast

from ...errors import PduHandlerError
from .agent import Agent, reads_only
from .answer import result
from .carrier import failure
from .errors import JsonRpcSyntaxException
from .idl import BoundMethod
from .login import Login

if TYPE_CHECKING:
    from typing_extensions import ParamSpec
    P = ParamSpec("P")

R = TypeVar("R")
PART = 300                                  # calls in one request; a real unit answered 314


class Pending(Generic[R]):
    """The answer of one call in a bulk, once it is performed: `get()` gives it or raises its own error."""

    def __init__(self, method: Callable[..., Any], args: Tuple[object, ...], kwargs: Dict[str, object]) -> None:
        if not isinstance(method, BoundMethod):
            raise TypeError("a bulk takes the methods of proxies, without parentheses")
        self.method = method
        self.params = method.encode(*args, **kwargs)
        self._value: Union[R, PduHandlerError, None] = None
        self._filled = False

    @property
    def error(self) -> Optional[PduHandlerError]:
        """The error of this call alone, None where it went well."""
        return self._value if isinstance(self._value, PduHandlerError) else None

    def get(self) -> R:
        """The value. Raises the call's own error, and RuntimeError before `perform`."""
        if not self._filled:
            raise RuntimeError(f"{self.method.name}: the bulk was not performed yet")
        if isinstance(self._value, PduHandlerError):
            raise self._value
        return cast(R, self._value)

    def request(self, number: int) -> Dict[str, object]:
        """This call as an element of the bulk request."""
        return {"rid": self.method.parent.target,
                "json": {"jsonrpc": "2.0", "method": self.method.name, "params": self.params, "id": number}}

    def fill(self, response: object, number: int, agent: Agent) -> None:
        """Take the answer that stands at this call's place."""
        self._filled = True
        try:
            self._value = cast(R, self.method.decode(_inner(response, number, agent.login), agent))
        except PduHandlerError as error:
            self._value = error.at(agent.host, f"{self.method.name} {agent.login.quoted(self.method.parent.target)}")


def _inner(response: object, number: int, login: Login) -> object:
    """The result of one response. The status stands above the JSON, which is null where the inner call failed."""
    if not isinstance(response, dict):
        raise JsonRpcSyntaxException("a response in the bulk is no object")
    status, answer = response.get("statcode"), response.get("json")
    if type(status) is not int:
        raise JsonRpcSyntaxException("a response in the bulk has no status")
    if isinstance(answer, dict) and answer.get("error") is not None:
        return result(answer, number, login)            # raises
    if status != 200:
        raise failure(status)
    return result(answer, number, login)


class Bulk:
    """Calls that travel together; `add` is typed like the call itself. Performing is a round trip per 300 calls."""

    def __init__(self, agent: Agent, calls: Iterable[Pending[Any]] = ()) -> None:
        self._agent = agent
        self._waiting: List[Pending[Any]] = list(calls)

    def add(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Pending[R]:
        """Queue one call; the method of a proxy, not called."""
        entry: Pending[R] = Pending(method, args, kwargs)
        self._waiting.append(entry)
        return entry

    def perform(self) -> None:
        """Send what is queued and fill the answers in. Raises only what concerns the request as a whole."""
        waiting, self._waiting = self._waiting, []
        for start in range(0, len(waiting), PART):
            part = waiting[start:start + PART]
            for number, (entry, response) in enumerate(zip(part, self._responses(part))):
                entry.fill(response, number, self._agent)

    def _responses(self, part: Sequence[Pending[Any]]) -> List[object]:
        requests = [entry.request(number) for number, entry in enumerate(part)]
        result = self._agent.json_rpc("/bulk", "performBulk", {"requests": requests}, calls=len(part),
                                      repeatable=all(map(reads_only, {entry.method.name for entry in part})))
        responses = result.get("responses") if isinstance(result, dict) else None
        if not isinstance(responses, list) or len(responses) != len(part):
            raise JsonRpcSyntaxException("the bulk answer does not hold one response for each call").at(
                self._agent.host, "performBulk /bulk")
        return responses
