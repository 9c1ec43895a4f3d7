"""The vendor's IDL, as the modules of `_idl` have it: text → definitions. Pure.

    enumeration PowerState { PS_OFF, PS_ON }           elements count from 0, or from a `= n`
    interface Outlet 3.0.4 extends EDevice {            the number is the version
      constant ERR_INVALID_PARAM = 1, ERR_DISABLED;
      structure Rating { string voltage, current; }     fields of one type share a statement
      int setPowerState(PowerState pstate);
      void getIOP(out Inlet i, out vector<Pole> p);     results: `_ret_`, then those with `out`
    }

A name is looked up in the definitions around it, then among the vendor's modules. Fields have the
order of the newest release. Comment lines right above a definition are its docstring. Eight forms
are not the vendor's: its IDL describes one release, and this binding reads them all.

    boolean? available            also null, or left out by some units
    void ping(string h, int? n)   a number, text or time that older firmware does not have as a
                                  parameter, and that is sent only if it is given
    int mainCount=masterCount     the field's name in older firmware
    legacy int samplePeriod       newer firmware has the field no longer
    moved keyType = keyInfo.type  newer firmware has the field inside another one
    Waveform|vector<Sample> w     the type differs between releases, the newest one's first
    f(Settings s) older(int a)    parameters, or `out` results, of an older release
    enumeration T unlisted U {    the element that an ordinal without a name decodes to, as in the
                                  vendor's binding
    alias cycleAll = cycle        a second name of the method, which the vendor's guide has
"""

from __future__ import annotations

import re
from typing import Callable, NamedTuple, Optional

KINDS = ("enumeration", "structure", "valueobject", "interface")
_TOKEN = re.compile(r"-?[\w.]+|\S")
_NAME = re.compile(r"[A-Za-z_][\w.]*").fullmatch
_NUMBER = re.compile(r"-?[0-9]+").fullmatch
_VERSION = re.compile(r"[0-9.]+").fullmatch
# how many types these take in their brackets
_ARGUMENTS = {"vector": 1, "map": 2}
# behind the last token: no statement goes on there
_END = ""


class Type(NamedTuple):
    """A type as the text names it. The name of several types, one for each release, is "|".

    vector<int>    Type("vector", (Type("int"),))
    boolean?       Type("boolean", is_optional=True)
    """

    name: str
    arguments: tuple[Type, ...] = ()
    is_optional: bool = False


class Field(NamedTuple):
    """A field, a parameter or a result. `older_names`: of a field, which older firmware calls
    otherwise: for `int mainCnt=masterCnt;` ("masterCnt",).
    """

    name: str
    type: Type
    older_names: tuple[str, ...] = ()


class InnerField(NamedTuple):
    """A field of a structure that is itself a field: `keyInfo.type` of `moved keyType =
    keyInfo.type`.
    """

    outer: str
    inner: str


class MethodDeclaration(NamedTuple):
    """A method. The older parameters and results are those of an older release, if they differ:
    for `int f(string name, out int n) older(int index);` the parameters are `name`, the results
    `_ret_` and `n`, the older parameters `index`.
    """

    name: str
    parameters: tuple[Field, ...]
    results: tuple[Field, ...]
    older_parameters: tuple[Field, ...]
    older_results: tuple[Field, ...]


class Definition:
    """What a block declares: an enumeration, a structure, a value object, an interface, or
    (`module`) a whole text. `name` is the full one.

    >>> module = parsed("pdumodel", "interface Outlet 3.0.4 { structure State { int on; } }")
    >>> outlet = module.inner["Outlet"]
    >>> outlet.kind, outlet.name, outlet.version, list(outlet.inner)
    ('interface', 'pdumodel.Outlet', '3.0.4', ['State'])
    """

    def __init__(self, kind: str, name: str, line: int, outer: Optional[Definition] = None) -> None:
        """`line`: where it begins in the text, from 1. `outer`: the definition around it."""
        self.kind = kind
        self.name = name
        self.line = line
        self.outer = outer
        self.doc = ""  # the comment lines right above it
        self.version = ""  # such as 3.0.4; "" for none
        # the name of what it extends, as the text has it
        self.base = ""
        # of an enumeration, the element that an ordinal without a name decodes to; "" for none
        self.unlisted = ""
        # of an enumeration its elements, else constants
        self.constants: dict[str, int] = {}
        self.fields: list[Field] = []
        self.legacy: list[str] = []  # fields that newer firmware has no longer
        # an older field → the one that holds it now
        self.moved: dict[str, InnerField] = {}
        self.methods: list[MethodDeclaration] = []
        # a second name → the method's name
        self.aliases: dict[str, str] = {}
        self.inner: dict[str, Definition] = {}
        # all names that are declared in it: each is an attribute of its class
        self.names: set[str] = set()

    @property
    def own_name(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]

    def full_name(self, name: str) -> str:
        """The full name of what the text names `name` inside this definition.

        >>> module = parsed("pdumodel", "interface Outlet 3.0.4 { structure State { int on; } }")
        >>> module.inner["Outlet"].full_name("State")
        'pdumodel.Outlet.State'
        """
        first, _, _ = name.partition(".")
        if first in self.inner:
            return f"{self.name}.{name}"
        return self.outer.full_name(name) if self.outer else name


def declaration_error(definition: Definition, reason: str) -> SyntaxError:
    """The error for a definition that is none, such as one with a base that nothing declares.

    >>> declaration_error(Definition("structure", "pdumodel.State", line=7), "it extends itself")
    SyntaxError('IDL, line 7: pdumodel.State: it extends itself')
    """
    return SyntaxError(f"IDL, line {definition.line}: {definition.name}: {reason}")


class _Parser:
    """Reads tokens one by one; `_position` is the index of the next one. Each `_take...` reads a
    token, and steps on; `_error` names the token that stands there. A comment on its own line is
    kept for the definition below it.

    // The PDU.
    structure State { int on; }    tokens "structure", "State", "{", "int", "on", ";", "}"
                                   comments {1: "The PDU."}
    """

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        self._lines: list[int] = []  # the line of each token
        self._comments: dict[int, str] = {}  # by line
        self._position = 0
        for number, line in enumerate(text.splitlines(), 1):
            code, slashes, comment = line.partition("//")
            tokens = _TOKEN.findall(code)
            self._tokens += tokens
            self._lines += [number] * len(tokens)
            if slashes and not tokens:
                self._comments[number] = comment.strip()
        self._tokens.append(_END)
        self._lines.append(text.count("\n") + 1)

    def module(self, name: str) -> Definition:
        """The whole text. Raises SyntaxError."""
        module = Definition("module", name, 1)
        while self._peek() != _END:
            self._definition(module)
        return module

    def _peek(self) -> str:
        return self._tokens[self._position]

    def _take(self, expected: str) -> None:
        """Take the next token. Raises SyntaxError for another one than expected."""
        if not self._takes(expected):
            raise self._error(expected)

    def _name(self) -> str:
        """Take the next token, a name that may have dots. Raises SyntaxError."""
        return self._token("a name", _NAME)

    def _token(self, expected: str, is_valid: Callable[[str], object]) -> str:
        """Take and return the next token. Raises SyntaxError, "IDL, line 7: {expected} is expected,
        not '{'", unless it is valid."""
        token = self._peek()
        if not is_valid(token):
            raise self._error(expected)
        self._position += 1
        return token

    def _new_name(self, names: set[str]) -> str:
        """Take the next token, the name that a declaration gives, and add it to `names`, those that
        the same definition has declared. Raises SyntaxError for a name that is in `names`.
        """
        if self._peek() in names:
            raise self._error("a new name")
        name = self._token("a name", str.isidentifier)
        names.add(name)
        return name

    def _error(self, expected: str) -> SyntaxError:
        line = self._lines[self._position]
        return SyntaxError(f"IDL, line {line}: {expected} is expected, not {self._peek()!r}")

    def _takes(self, token: str) -> bool:
        """Take the next token if it is this one, and return whether it is."""
        if self._peek() != token:
            return False
        self._position += 1
        return True

    def _definition(self, outer: Definition) -> None:
        """Read one block into `outer.inner`:

        interface Outlet 3.0.4 extends EDevice { ... }      version "3.0.4", base "EDevice"
        enumeration Status unlisted UNKNOWN { UNKNOWN }     unlisted "UNKNOWN"
        """
        line = self._lines[self._position]
        if self._peek() not in KINDS:
            raise self._error("a definition")
        kind = self._name()
        name = self._new_name(outer.names)
        definition = Definition(kind, f"{outer.name}.{name}", line, outer)
        definition.doc = self._comment_above(line)
        outer.inner[name] = definition
        if _VERSION(self._peek()):
            definition.version = self._token("a version", _VERSION)
        if kind != "enumeration" and self._takes("extends"):
            definition.base = self._name()
        unlisted_position = self._position + 1
        if kind == "enumeration" and self._takes("unlisted"):
            definition.unlisted = self._name()
        self._take("{")
        if kind == "enumeration":
            self._constants(definition, "}")
            if definition.unlisted and definition.unlisted not in definition.constants:
                self._position = unlisted_position
                raise self._error("an element")
            return
        while not self._takes("}"):
            self._statement(definition)

    def _comment_above(self, line: int) -> str:
        """The text of the comment lines right above a line, without `//`; "" for none.

        comments {3: "An outlet.", 4: "It may have a relay."}, line 5
        returned "An outlet.\\nIt may have a relay."
        """
        lines: list[str] = []
        while line - 1 in self._comments:
            line -= 1
            lines.insert(0, self._comments[line])
        return "\n".join(lines)

    def _statement(self, definition: Definition) -> None:
        """Read one statement between the braces of a definition into it.

        structure State { ... }          definition.inner
        constant ERR_BUSY = 1;           definition.constants
        int setName(string name);        definition.methods, of an interface
        moved keyType = keyInfo.type;    definition.moved, of a structure
        int current, voltage;            definition.fields, of a structure
        """
        if self._peek() in KINDS:
            self._definition(definition)
        elif self._takes("constant"):
            self._constants(definition, ";")
        elif definition.kind == "interface":
            self._method_or_alias(definition)
        elif self._takes("moved"):
            self._moved(definition)
        else:
            self._fields(definition)

    def _moved(self, definition: Definition) -> None:
        """Read `moved NAME = FIELD.FIELD;` into `definition.moved`: which field holds one of older
        releases now.

            moved keyType = keyInfo.type;    {"keyType": InnerField("keyInfo", "type")}
        """
        name = self._new_name(definition.names)
        self._take("=")
        fields = {field.name for field in definition.fields}
        path = self._token("a field above", lambda token: token.partition(".")[0] in fields)
        outer, _, inner = path.partition(".")
        definition.moved[name] = InnerField(outer, inner)
        self._take(";")

    def _constants(self, definition: Definition, end: str) -> None:
        """Read names with their values, up to the token `end`, into `definition.constants`: each is
        one more than the one before, or that behind `=`.

        ERR_INVALID = 1, ERR_BUSY, ERR_DENIED = 7;    {"ERR_INVALID": 1, "ERR_BUSY": 2,
                                                       "ERR_DENIED": 7}
        """
        value = 0
        while True:
            name = self._new_name(definition.names)
            if self._takes("="):
                value = int(self._token("a whole number", _NUMBER))
            definition.constants[name] = value
            value += 1
            if self._takes(end):
                return
            self._take(",")

    def _fields(self, definition: Definition) -> None:
        """Read `TYPE NAME = OLDER_NAME, NAME;` into `definition.fields`; with `legacy` before it,
        the names also into `definition.legacy`.

        int mainCnt=masterCnt, resetCnt;    Field("mainCnt", int, ("masterCnt",)),
                                            Field("resetCnt", int)
        """
        is_legacy = self._takes("legacy")
        kind = self._type()
        name = self._new_name(definition.names)
        while True:
            older_names: list[str] = []
            while self._takes("="):
                older_names.append(self._new_name(definition.names))
            definition.fields.append(Field(name, kind, tuple(older_names)))
            if is_legacy:
                definition.legacy.append(name)
            if self._takes(";"):
                return
            self._take(",")
            name = self._new_name(definition.names)

    def _method_or_alias(self, definition: Definition) -> None:
        """Read one statement of an interface.

        int setName(string name);    definition.methods
        alias cycleAll = cycle;      definition.aliases {"cycleAll": "cycle"}
        """
        if self._takes("alias"):
            name = self._new_name(definition.names)
            self._take("=")
            methods = {method.name for method in definition.methods}
            definition.aliases[name] = self._token("a method above", methods.__contains__)
            self._take(";")
            return
        returned = self._type()
        name = self._new_name(definition.names)
        definition.methods.append(self._method(name, returned))

    def _method(self, name: str, returned: Type) -> MethodDeclaration:
        """The method `name`, which returns the type `returned`. Takes the tokens after the name:
        its parameters, perhaps `older` with the parameters of older releases, and the semicolon.

        int setName(string name) older(int index, string name);
        parameters name; results _ret_; older_parameters index, name
        """
        parameters, results = self._parameters()
        if returned.name != "void":
            results = (Field("_ret_", returned), *results)
        older_parameters: tuple[Field, ...] = ()
        older_results: tuple[Field, ...] = ()
        if self._takes("older"):
            older_parameters, older_results = self._parameters()
        self._take(";")
        return MethodDeclaration(name, parameters, results, older_parameters, older_results)

    def _parameters(self) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
        """The parameters in parentheses, and those marked `out`, which are results.

        (string host, out int count)    ((host,), (count,))
        """
        parameters: list[Field] = []
        results: list[Field] = []
        names = {"_ret_"}
        self._take("(")
        is_over = self._takes(")")
        while not is_over:
            fields = results if self._takes("out") else parameters
            kind = self._type()
            fields.append(Field(self._new_name(names), kind))
            is_over = self._takes(")")
            if not is_over:
                self._take(",")
        return tuple(parameters), tuple(results)

    def _type(self) -> Type:
        """The type in all releases: Type("|", (Type("Waveform"), Type("int"))) for `Waveform|int`,
        which is a Waveform in the newest one.
        """
        kinds = [self._release_type()]
        while self._takes("|"):
            kinds.append(self._release_type())
        return kinds[0] if len(kinds) == 1 else Type("|", tuple(kinds))

    def _release_type(self) -> Type:
        """The type in one release: Type("vector", (Type("int"),), is_optional=True) for the text
        `vector<int>?`.
        """
        name = self._name()
        arguments: list[Type] = []
        for index in range(_ARGUMENTS.get(name, 0)):
            self._take("," if index else "<")
            arguments.append(self._type())
        if arguments:
            self._take(">")
        return Type(name, tuple(arguments), self._takes("?"))


def parsed(module: str, text: str) -> Definition:
    """The definitions of a vendor's module, whose IDL is `text`. Raises SyntaxError.

    >>> module = parsed("pdumodel", "enumeration PowerState { PS_OFF, PS_ON }")
    >>> module.inner["PowerState"].constants
    {'PS_OFF': 0, 'PS_ON': 1}
    """
    return _Parser(text).module(module)
