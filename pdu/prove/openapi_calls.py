"""What a server's own OpenAPI description says of its calls. Pure.

DCImanager shows its API at /swagger/, by Swagger UI: a page that names one description (Swagger 2.0
or OpenAPI 3, JSON) for each service. How a PDU is added, read and switched is documented nowhere
else, so these calls are looked up there, by the words of their paths, and their bodies are filled
by the words of their properties. Nothing is guessed: what has other words is not called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional
from urllib.parse import quote, urljoin, urlsplit

Json = Mapping[str, Any]
_METHODS = ("get", "post", "put", "patch", "delete")
# of Swagger UI's settings: url: "..." or "url": "..."
_URL = re.compile(r"""["']?\burl["']?\s*:\s*["']([^"'\s]+)["']""")
_SCRIPT = re.compile(r"""<script[^>]+src=["']([^"'\s]+)["']""", re.I)
# right below a version: /warehouse/pdu is of the stock, not of the equipment
_OF_PDUS = re.compile("/v[0-9]+/pdu/")
_MOST_DEFINITIONS, _MOST_CALLS, _DEEPEST = 32, 5_000, 8


class Call(NamedTuple):
    """One call of the description."""

    #: in capitals
    method: str
    #: below the server's address, with parameters in braces
    path: str
    #: the schema of its JSON body; None if it has none
    body: Optional[Json]
    #: names of query parameters that it must get
    must: Sequence[str]
    #: the description it is from
    document: Json

    @property
    def words(self) -> Sequence[str]:
        """The parts of the path after `pdu` that are no parameters; [] if the last one is `pdu`."""
        parts = self.path.strip("/").split("/")
        return [one for one in parts[parts.index("pdu") + 1 :] if not one.startswith("{")]

    @property
    def parameters(self) -> Sequence[str]:
        """The names of the path's parameters, in order."""
        return re.findall(r"\{([^{}/]+)\}", self.path)

    @property
    def title(self) -> str:
        """What the description calls itself."""
        info = self.document.get("info")
        return str(info.get("title", "")) if isinstance(info, dict) else ""

    def at(self, *values: str) -> str:
        """The path with these values in place of its parameters, escaped."""
        left = iter(values)
        return re.sub(r"\{[^{}/]+\}", lambda _: quote(next(left), safe=""), self.path)

    def __str__(self) -> str:
        fields = names(self.body, self.document) if self.body is not None else ()
        said = f"{self.method} {self.path}"
        return f"{said} with {', '.join(fields)}" if fields else said


# ---- finding the descriptions --------------------------------------------------------------------


def definitions(text: str, base: str) -> list[str]:
    """The addresses of descriptions that a page or a script of Swagger UI names, on its server."""
    return _near(_URL.findall(text), base)


def scripts(text: str, base: str) -> list[str]:
    """The addresses of a page's scripts, on its server."""
    return _near(_SCRIPT.findall(text), base)


def _near(found: Iterable[str], base: str) -> list[str]:
    whole = dict.fromkeys(urljoin(base, one) for one in found)
    own = urlsplit(base)[:2]
    return [one for one in whole if urlsplit(one)[:2] == own][:_MOST_DEFINITIONS]


# ---- calls ---------------------------------------------------------------------------------------


def calls(document: Any, base: str) -> Iterator[Call]:
    """The calls about PDUs in a description that was read from the address `base`."""
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        return
    begin = _begin(document, base)
    for path, methods in list(paths.items())[:_MOST_CALLS]:
        whole = f"{begin}/{path.lstrip('/')}" if isinstance(path, str) else ""
        if not _OF_PDUS.search(f"{whole}/") or not isinstance(methods, dict):
            continue
        for method in _METHODS:
            one = methods.get(method)
            if isinstance(one, dict):
                parameters = _parameters(document, methods, one)
                must = [
                    str(given.get("name"))
                    for given in parameters
                    if given.get("in") == "query" and given.get("required") is True
                ]
                yield Call(method.upper(), whole, _body(document, one, parameters), must, document)


def _begin(document: Json, base: str) -> str:
    """The path before each of its paths: `basePath`, or that of the first server."""
    begin = document.get("basePath")
    servers = document.get("servers")
    if isinstance(servers, list) and servers and isinstance(servers[0], dict):
        begin = urlsplit(urljoin(base, str(servers[0].get("url", "")))).path
    return str(begin or "").rstrip("/")


def _parameters(document: Json, *holders: Json) -> list[Json]:
    found = []
    for holder in holders:
        listed = holder.get("parameters")
        found += listed if isinstance(listed, list) else []
    return [resolved(one, document) for one in found if isinstance(one, dict)]


def _body(document: Json, one: Json, parameters: Iterable[Json]) -> Optional[Json]:
    for given in parameters:
        if given.get("in") == "body" and isinstance(given.get("schema"), dict):
            return resolved(given["schema"], document)
    asked = one.get("requestBody")
    content = resolved(asked, document).get("content") if isinstance(asked, dict) else None
    as_json = content.get("application/json") if isinstance(content, dict) else None
    schema = as_json.get("schema") if isinstance(as_json, dict) else None
    return resolved(schema, document) if isinstance(schema, dict) else None


def resolved(schema: Any, document: Json) -> Json:
    """A schema in place of a reference inside the description; {} for any other reference."""
    for _ in range(_DEEPEST):
        link = schema.get("$ref") if isinstance(schema, dict) else None
        if link is None:
            break
        schema = document
        for part in str(link).removeprefix("#/").split("/"):
            schema = schema.get(part, {}) if isinstance(schema, dict) else {}
    return schema if isinstance(schema, dict) else {}


def _parts(schema: Json, document: Json) -> list[Json]:
    """The schema and those that it consists of."""
    more = schema.get("allOf")
    parts = [schema, *(more if isinstance(more, list) else [])]
    return [resolved(one, document) for one in parts]


def properties(schema: Json, document: Json) -> Mapping[str, Json]:
    """Name -> schema of an object's properties, those of `allOf` too."""
    found: dict[str, Json] = {}
    for part in _parts(schema, document):
        own = part.get("properties")
        for name, one in own.items() if isinstance(own, dict) else ():
            found[str(name)] = resolved(one, document)
    return found


def required(schema: Json, document: Json) -> set[str]:
    """Names that an object must have."""
    listed = [part.get("required") for part in _parts(schema, document)]
    return {str(name) for one in listed if isinstance(one, list) for name in one}


def _kind(schema: Json) -> str:
    """The type of a value: the first that is not null. "" if any will do."""
    kind = schema.get("type", "object" if "properties" in schema else "")
    kinds = kind if isinstance(kind, list) else [kind]
    return next((str(one) for one in kinds if one != "null"), "")


def names(schema: Optional[Json], document: Json) -> list[str]:
    """The properties as `name: type`, with * if it is required."""
    if schema is None:
        return []
    must = required(schema, document)
    return [
        f"{name}{'*' if name in must else ''}: {_kind(one) or 'object'}"
        for name, one in properties(schema, document).items()
    ]


# ---- bodies --------------------------------------------------------------------------------------


def filled(
    schema: Json, document: Json, values: Mapping[str, Any]
) -> tuple[dict[str, Any], Sequence[str]]:
    """The body of a call, and the required properties that have no value here. `values`: by words
    (`_word`); a mapping fills an object, or a list of objects with `key` and `value`.
    """
    body: dict[str, Any] = {}
    must, known = required(schema, document), properties(schema, document)
    missing = sorted(must - known.keys())
    for name, one in known.items():
        value = values.get(_word(name))
        fits = None if value is None else _fitting(value, one, document)
        if fits is not None:
            body[name] = fits
        elif name in must:
            missing.append(f"{name}: {_kind(one) or 'object'}")
    return body, missing


def _word(name: str) -> str:
    """A property's name without what differs between styles: `ipAddr` and `ip_addr` are one."""
    return re.sub("[^a-z0-9]", "", name.lower())


def _fitting(value: Any, schema: Json, document: Json) -> Any:
    """The value in the type that the schema asks for; None if it does not fit."""
    if isinstance(value, Alternatives):
        fitting = (_fitting(one, schema, document) for one in value)
        allowed = schema.get("enum")
        return next(
            (
                one
                for one in fitting
                if one is not None and (not isinstance(allowed, list) or one in allowed)
            ),
            None,
        )
    kind = _kind(schema)
    if isinstance(value, Mapping):
        if kind == "array":
            return [{"key": key, "value": text} for key, text in value.items()]
        own = properties(schema, document)
        allowed_keys = {key: text for key, text in value.items() if not own or key in own}
        return allowed_keys if kind in ("object", "") else None
    if kind == "integer":
        return int(value) if re.fullmatch("[0-9]{1,18}", str(value)) else None
    return str(value) if kind in ("string", "") else None


class Alternatives(tuple[Any, ...]):
    """Values of which the first that a schema allows is taken."""


# ---- answers -------------------------------------------------------------------------------------


def shape(value: Any, depth: int = 0) -> str:
    """What an answer looks like, without its values: names and types."""
    if depth > _DEEPEST:
        return "..."
    if isinstance(value, dict):
        inner = (f"{name}: {shape(one, depth + 1)}" for name, one in value.items())
        return f"{{{', '.join(inner)}}}"
    if isinstance(value, list):
        return f"[{shape(value[0], depth + 1) if value else ''}]"
    if value is None:
        return "null"
    return {bool: "boolean", str: "text"}.get(type(value), "number")


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of an answer, at any depth."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield one
        left += (
            list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else ()
        )


def numbers(value: Any) -> Iterator[tuple[str, float]]:
    """The numbers of an answer with the names that lead to them."""
    left = [("", value)]
    while left:
        at, one = left.pop()
        if isinstance(one, dict):
            left += [(f"{at}.{name}" if at else str(name), inner) for name, inner in one.items()]
        elif isinstance(one, list):
            left += [(f"{at}[]", inner) for inner in one]
        elif isinstance(one, (int, float)) and not isinstance(one, bool):
            yield at, float(one)
