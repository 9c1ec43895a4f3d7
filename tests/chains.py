"""The exceptions linked to an exception, and the texts that they keep.

The variables of their frames are not searched.
"""

from __future__ import annotations

from typing import Optional


def chain(error: Optional[BaseException]) -> list[BaseException]:
    """`error` with all its causes and contexts, including those that `from None` hides from a
    traceback.
    """
    errors: list[BaseException] = []
    open_: list[Optional[BaseException]] = [error]
    while open_:
        link = open_.pop()
        if link is not None and link not in errors:
            errors.append(link)
            open_ += [link.__cause__, link.__context__]
    return errors


def kept(error: BaseException) -> str:
    """Text in the chain of `error`: messages, arguments, attributes, and the input that codec and
    JSON errors keep.
    """
    return "\n".join(
        f"{link} {link!r} {link.args!r} {vars(link)!r} {getattr(link, 'object', '')!r}"
        f" {getattr(link, 'doc', '')!r}"
        for link in chain(error)
    )
