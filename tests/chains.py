"""The exceptions linked to an exception, and the texts that they keep.

The variables of their frames are not searched.
"""

from __future__ import annotations

from typing import Optional


def chain(error: Optional[BaseException]) -> list[BaseException]:
    """`error` with all its causes and contexts, including those that `from None` hides from a
    traceback.
    """
    found: list[BaseException] = []
    open_: list[Optional[BaseException]] = [error]
    while open_:
        one = open_.pop()
        if one is not None and one not in found:
            found.append(one)
            open_ += [one.__cause__, one.__context__]
    return found


def kept(error: BaseException) -> str:
    """Text in the chain of `error`: messages, arguments, attributes, and the input that codec and
    JSON errors keep.
    """
    return "\n".join(
        f"{one} {one!r} {one.args!r} {vars(one)!r} {getattr(one, 'object', '')!r}"
        f" {getattr(one, 'doc', '')!r}"
        for one in chain(error)
    )
