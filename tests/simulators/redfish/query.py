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
    """The fields of the query for $expand. Raises Refusal for a form that the service does not
    offer.
    """
    offer = model.expand
    form = _EXPAND.fullmatch(value)
    if offer is None or form is None:
        raise Refusal(501, "QueryNotSupported")
    sign, digits = form.groups()
    is_offered = {"*": offer.all, ".": offer.no_links, "~": offer.links}[sign]
    if digits is not None and not offer.levels:
        is_offered = False
    levels = int(digits or 1)
    most_levels = offer.max_levels if offer.levels else 1
    if not is_offered or not 1 <= levels <= most_levels:
        raise Refusal(501, "QueryNotSupported")
    if model.ignores_expand:
        return {}
    return {"expand": sign, "levels": levels}


def answer(body: Json, query: Query, model: Model, read: Read) -> Json:
    """The body of a resource, changed by the query."""
    if "Members" in body:
        body = _page(body, query, model)
    if not query.expand:
        return body
    return _expanded(body, query.expand, query.levels, read)


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


def _expanded(body: Json, expand: str, levels: int, read: Read) -> Json:
    """The body with links replaced by their resources, `levels` deep.

    `expand`: "." for links outside Links, "~" for links inside Links, "*" for both.
    """

    def with_resources(value: Any, *, in_links: bool) -> Any:
        if isinstance(value, list):
            return [with_resources(entry, in_links=in_links) for entry in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"@odata.id"}:
            return resource_of(value, in_links=in_links)
        content: Json = {}
        for name, entry in value.items():
            content[name] = with_resources(entry, in_links=in_links or name == "Links")
        return content

    def resource_of(link: Json, *, in_links: bool) -> Json:
        is_expanded = expand == "*" or in_links == (expand == "~")
        resource = read(link["@odata.id"]) if is_expanded else None
        if resource is None:
            return link
        return _expanded(resource, expand, levels - 1, read) if levels > 1 else resource

    content: Json = {}
    for name, value in body.items():
        content[name] = with_resources(value, in_links=name == "Links")
    return content
