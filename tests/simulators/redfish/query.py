"""Query parameters: $expand, and paging by $skip. Source: DSP0266, "Query parameters"."""

from __future__ import annotations

import re
from typing import Any, Callable, NamedTuple, Optional
from urllib.parse import parse_qsl

from .errors import Refusal
from .model import Model

Json = dict[str, Any]
Read = Callable[[str], Optional[Json]]
_EXPAND = re.compile(r"([.*~])(?:\(\$levels=([0-9]{1,9})\))?")


class Query(NamedTuple):
    """`expand` is ".", "*", "~" or empty; `skip` chooses a page."""

    expand: str = ""
    levels: int = 1
    skip: int = 0


def parse(text: str, model: Model) -> Query:
    """The query of a request. Raises Refusal for what the service does not offer."""
    query = Query()
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name == "$expand":
            query = query._replace(**_expand(value, model))
        elif name == "$skip" and value.isdecimal():
            query = query._replace(skip=int(value))
        elif name.startswith("$"):
            raise Refusal(501, "QueryNotSupported")
    return query


def _expand(value: str, model: Model) -> dict[str, Any]:
    offer = model.expand
    form = _EXPAND.fullmatch(value)
    if offer is None or form is None:
        raise Refusal(501, "QueryNotSupported")
    kinds = {"*": offer.all, ".": offer.no_links, "~": offer.links}
    levels = int(form[2] or 1)
    most = offer.max_levels if offer.levels else 1
    if not kinds[form[1]] or (form[2] and not offer.levels) or not 1 <= levels <= most:
        raise Refusal(501, "QueryNotSupported")
    return {} if model.ignores_expand else {"expand": form[1], "levels": levels}


def answer(body: Json, query: Query, model: Model, read: Read) -> Json:
    """The body of a resource, changed by the query."""
    if "Members" in body:
        body = _page(body, query, model)
    return _grown(body, query.expand, query.levels, read) if query.expand else body


def _page(body: Json, query: Query, model: Model) -> Json:
    members: list[Json] = body["Members"]
    end = query.skip + (model.page or len(members))
    page = {**body, "Members": members[query.skip : end]}
    if end < len(members):
        next_link = f"{body['@odata.id']}?$skip={end}"
        if query.expand:
            next_link += f"&$expand={query.expand}($levels={query.levels})"
        page["Members@odata.nextLink"] = next_link
    return page


def _grown(body: Json, which: str, levels: int, read: Read) -> Json:
    """The body with links replaced by their resources.

    ".": links outside Links; "~": links inside Links; "*": both.
    """

    def grow(value: Any, in_links: bool) -> Any:
        if isinstance(value, list):
            return [grow(entry, in_links) for entry in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"@odata.id"}:
            wanted = which == "*" or in_links == (which == "~")
            resource = read(value["@odata.id"]) if wanted else None
            if resource is None:
                return value
            return _grown(resource, which, levels - 1, read) if levels > 1 else resource
        return {name: grow(entry, in_links or name == "Links") for name, entry in value.items()}

    return {name: grow(value, name == "Links") for name, value in body.items()}
