"""Query parameters: $expand, paging, `only`. Source: DSP0266, "Query parameters"."""

from __future__ import annotations

import re
from typing import Any, Callable, NamedTuple, Optional
from urllib.parse import parse_qsl, quote

from .errors import Refusal
from .model import Model

Json = dict[str, Any]
Read = Callable[[str], Optional[Json]]
_NUMBER = re.compile("[0-9]{1,9}")
_EXPAND = re.compile(r"([.*~])(?:\(\$levels=([0-9]{1,9})\))?")


class Query(NamedTuple):
    """`expand` is ".", "*", "~" or empty; `skip` and `top` choose a page."""

    expand: str = ""
    levels: int = 1
    skip: int = 0
    top: Optional[int] = None
    only: bool = False


def parse(text: str, model: Model) -> Query:
    """The query of a request. Ignores unknown parameters without "$".

    Raises Refusal for unknown parameters with "$", and for values and combinations that the service
    does not accept.
    """
    query = Query()
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name == "$expand":
            query = query._replace(**_expand(value, model))
        elif name in ("$skip", "$top"):
            if not _NUMBER.fullmatch(value):
                raise Refusal(400, "QueryParameterValueFormatError", value, name)
            query = (
                query._replace(skip=int(value))
                if name == "$skip"
                else query._replace(top=int(value))
            )
        elif name == "only":
            query = query._replace(only=True)
        elif name.startswith("$"):
            raise Refusal(501, "QueryNotSupported")
    has_others = query.expand or query.skip or query.top is not None
    if query.only and has_others:
        raise Refusal(400, "QueryCombinationInvalid")
    return query


def _expand(value: str, model: Model) -> dict[str, Any]:
    offer = model.expand
    if offer is None:
        raise Refusal(501, "QueryNotSupported")
    found = _EXPAND.fullmatch(value)
    if found is None:
        raise Refusal(400, "QueryParameterValueFormatError", value, "$expand")
    kinds = {"*": offer.all, ".": offer.no_links, "~": offer.links}
    lacks_levels = found[2] and not offer.levels
    if lacks_levels or not kinds[found[1]]:
        raise Refusal(501, "QueryNotSupported")
    levels = int(found[2] or 1)
    if not 1 <= levels <= (offer.max_levels if offer.levels else 1):
        raise Refusal(400, "QueryParameterValueFormatError", value, "$expand")
    return {} if model.ignores_expand else {"expand": found[1], "levels": levels}


def answer(body: Json, query: Query, model: Model, read: Read, text: str) -> Json:
    """The body of a resource, changed by the query."""
    if "Members" in body:
        if query.only and len(body["Members"]) == 1:
            return read(body["Members"][0]["@odata.id"]) or body
        body = _page(body, query, model, text)
    return _grown(body, query.expand, query.levels, read) if query.expand else body


def _page(body: Json, query: Query, model: Model, text: str) -> Json:
    members: list[Json] = body["Members"]
    last = len(members) if query.top is None else min(len(members), query.skip + query.top)
    end = min(last, query.skip + (model.page or len(members)))
    paged = {**body, "Members": members[query.skip : end]}
    if end < last:
        kept = [
            (name, value)
            for name, value in parse_qsl(text, keep_blank_values=True)
            if name not in ("$skip", "$top")
        ]
        page = [f"$skip={end}"] + ([f"$top={last - end}"] if query.top is not None else [])
        asked = "&".join(page + [f"{name}={quote(value, safe='.*~()$=')}" for name, value in kept])
        paged["Members@odata.nextLink"] = f"{body['@odata.id']}?{asked}"
    return paged


def _grown(body: Json, which: str, levels: int, read: Read) -> Json:
    """The body with links replaced by their resources.

    ".": links outside Links; "~": links inside Links; "*": both.
    """

    def grow(value: Any, in_links: bool) -> Any:
        if isinstance(value, list):
            return [grow(one, in_links) for one in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"@odata.id"}:
            wanted = which == "*" or in_links == (which == "~")
            found = read(value["@odata.id"]) if wanted else None
            if found is None:
                return value
            return _grown(found, which, levels - 1, read) if levels > 1 else found
        return {name: grow(one, in_links or name == "Links") for name, one in value.items()}

    return {name: grow(value, name == "Links") for name, value in body.items()}
