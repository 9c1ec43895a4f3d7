"""PROTOTYPE ONLY: a profile of the algebra as a family of the two-step engine, by one call of a
plain function for each kind. It shows that the kinds become these functions; no family needs it."""

from __future__ import annotations

from types import SimpleNamespace

from . import (
    contact as c0,
    controls as k0,
    figures as f0,
    sources as s,
    states as st0,
    single_family as sf0,
)
from .frozen_value import parts_of
from ..rows import LOST, UNIDENTIFIED, Lost
from .sources.base import EachValue, is_number
from .. import rows as r
from ..chains import Chain, InChain
from ..controls import Guard, Write
from ..outlets import Outlets
from ..states import Condition, State
from ..figures import Measurement, Total
from ..objects import Column, Parts, PerUnit, Scalar, Span, Spread
from ..profile import Profile
from ..tables import Derived, objects_of

MEMO = {}
OBJECTS = (Column, Scalar, Spread, PerUnit, Parts, InChain)


def _derived(function, *sources, by_row=False):
    return Derived(function, tuple(objects_of(sources)), by_row)


def is_by_row(x):
    return isinstance(x, OBJECTS) or (hasattr(x, "is_by_row") and x.is_by_row())


def optional(x):
    return bool(getattr(next(objects_of([x]), None), "optional", False))


def src(o):
    if o is None:
        return None
    key = o
    if key not in MEMO:
        MEMO[key] = _src(o)
    return MEMO[key]


def _src(o):
    n = type(o).__name__
    if n == "Column":
        return Column(o.oid, o.object, o.suffix, o.optional)
    if n == "Scalar":
        return Scalar(o.oid, o.object)
    if n == "Spread":
        return Spread(
            o.oid,
            tuple(Span(x.first, x.last, x.sub) for x in o.spans),
            o.object,
            o.tail,
            o.by_row,
            o.by_get,
            src(o.listed),
        )
    if n == "Tables":
        return PerUnit(o.oid, o.first, o.last, o.column, o.object)
    if n == "ByUnit":
        chain_key = ("chain", o.unit, o.number, o.unit_count, o.others, o.first_units)
        if chain_key not in MEMO:
            MEMO[chain_key] = Chain(
                src(o.unit),
                src(o.number),
                src(o.unit_count),
                tuple(map(src, o.others)),
                o.first_units,
            )
        return InChain(src(o.source), MEMO[chain_key])
    if n == "UnitOf":
        x = src(o.over)
        return _derived(lambda t: x.units(t), x)
    if n == "Prefixed":
        x = src(o.source)
        if isinstance(x, OBJECTS) and not isinstance(x, (Scalar, InChain)):
            return Parts(((o.prefix, x),))
        return _derived(lambda t: t.prefixed(o.prefix, x), x, by_row=is_by_row(x))
    if n == "Concat":
        xs = [src(x) for x in o.parts]
        if all(isinstance(x, Parts) or isinstance(x, (Column, Spread)) for x in xs):
            parts = []
            for x in xs:
                parts += x.parts if isinstance(x, Parts) else [("", x)]
            return Parts(tuple(parts))

        def fconcat(t):
            return r.concat(*(t[x] for x in xs))

        return _derived(fconcat, *xs, by_row=all(map(is_by_row, xs)))
    if n == "First":
        xs = [src(x) for x in o.choices]
        return _derived(lambda t: t.first(*xs), *xs, by_row=all(map(is_by_row, xs)))
    if n == "Where":
        x, m = src(o.source), src(o.test)
        return _derived(
            lambda t: r.where(
                t[x], t[m], *o.values, others=o.others, keep=o.keep, demanded=o.demanded
            ),
            x,
            m,
            by_row=is_by_row(x),
        )
    if n == "LeftJoin":
        x, m = src(o.source), src(o.known)
        return _derived(lambda t: r.left_join(t[x], t[m]), m, x)
    if n == "Unless":
        x, m = src(o.source), src(o.test)

        def funless(t):
            test = t.whole[m]
            if test and not all(isinstance(v, Lost) for v in test.values()):
                return {}
            return r.unless(t[x], test)

        return _derived(funless, x, m, by_row=is_by_row(x))
    if n == "IfMatches":
        x, m = src(o.source), src(o.test)

        def fmatch(t):
            marks = t.whole[m]
            if not marks and not o.others:
                return {}
            if r.matching({"1": "x"}, marks, o.pattern, o.others) == {}:
                return {}
            return r.matching(t[x], marks, o.pattern, o.others)

        return _derived(fmatch, x, m, by_row=is_by_row(x))
    if n == "IfComplete":
        x, m = src(o.source), src(o.count)

        def fic(t):
            count = t.scalar(m)
            if count is None or r.counted_by(count) == 0:
                return {}
            return r.if_complete(t[x], count)

        return _derived(fic, x, m)
    if n == "Complete":
        x, b, k = src(o.source), src(o.beside), src(o.count)
        opt = optional(x)

        def fcomplete(t):
            rows = t[x]
            if t.outlet:
                return rows
            beside = t[b] if b else {}
            absent = opt and not rows and (not beside or not t.has_cell(x, next(iter(beside))))
            counts = t[k] if k and not absent else {}
            rows = r.complete(
                rows,
                beside,
                counts,
                least=o.least,
                from_one=o.from_one,
                gaps=o.gaps,
                parts=o.arcs,
                padding=o.padding,
                absent=absent,
            )
            if o.next_row:
                numbers = [int(row) for row in rows if is_number(row)]
                if numbers and t.has_cell(x, str(max(numbers) + 1)):
                    rows[UNIDENTIFIED] = LOST
            return rows

        return _derived(fcomplete, x, b, k, by_row=is_by_row(x))
    if n == "Arc":
        x = src(o.source)
        return _derived(
            lambda t: r.with_arc(t[x], o.position, *o.values, keep=o.keep), x, by_row=is_by_row(x)
        )
    if n == "OfUnits":
        x, m = src(o.source), src(o.listed)

        def fof(t):
            listed = t[m]
            return r.of_units(t[x], listed) if listed else {}

        return _derived(fof, x, m)
    if n == "Units":
        x = src(o.source)
        return _derived(lambda t: r.first_of_units(t[x]), x)
    if n == "EachUnit":
        x, u, us = src(o.source), src(o.unit), [src(y) for y in o.units]

        def feach(t):
            rows = t[x]
            if not rows:
                return {}
            columns = [t[y] for y in us]
            if not any(len({r.text(v) for v in c.values()} - {""}) > 1 for c in columns):
                return rows
            return r.each_unit(rows, t[u], *columns)

        return _derived(feach, x, u, *us)
    if n == "UpToCount":
        x, k = src(o.source), src(o.count)

        def fup(t):
            count = t.scalar(k)
            n_ = r.counted_by(count)
            if n_ == 0:
                return {}
            if t.outlet:
                if n_ is None:
                    return {} if o.count_is_required else t[x]
                return {i: v for i, v in t[x].items() if r._is_within(i, n_)}
            return r.up_to_count(t[x], count, required=o.count_is_required)

        return _derived(fup, x, k, by_row=is_by_row(x))
    if n == "ExceptWhere":
        x, m = src(o.source), src(o.test)

        def fexcept(t):
            rows = t[x]
            check = [i for i, v in rows.items() if r.is_one_of(v, o.values)]
            return r.except_where(rows, o.values, t.cells(m, check, o.most), *o.refuse)

        return _derived(fexcept, x)
    if n == "Bits":
        x = src(o.source)
        return _derived(lambda t: r.bit(t[x], o.bit), x, by_row=is_by_row(x))
    if n == "Field":
        x = src(o.source)
        return _derived(
            lambda t: r.field(t[x], o.field, o.separator, o.default), x, by_row=is_by_row(x)
        )
    if n == "Number":
        x = src(o.over)
        return _derived(lambda t: r.numbered(t[x], o.plus, o.position), x)
    if n == "Chained":
        x, m = src(o.unit), src(o.number)
        return _derived(lambda t: r.with_units(t[x], t[m], o.separator), m, x)
    if n == "Part":
        x, ov = src(o.source), src(o.over)
        return _derived(
            lambda t: t.part(x, () if t.outlet else t[ov], o.start, o.stop), x, ov, by_row=True
        )
    if n == "Joined":
        x, ks, ow = src(o.values), [src(y) for y in o.keys], [src(y) for y in o.own]

        def fjoin(t):
            values = t[x]
            return (
                r.join(values, [t[y] for y in ks], [t[y] for y in ow], same_row=o.else_same_row)
                if values
                else {}
            )

        return _derived(fjoin, x, *ks, *ow)
    if n == "Alike":
        x, like = src(o.source), src(o.like)

        def falike(t):
            kinds = {}
            for i, kind in t[like].items():
                kinds.setdefault((i.rpartition(".")[0] or i, kind), []).append(i)
            if not kinds:
                return t[x]
            found = {}
            for ids in kinds.values():
                first = t.one_row(ids[0])[x].get(ids[0])
                last = t.one_row(ids[-1])[x].get(ids[-1])
                if first is None or first != last:
                    return t[x]
                found.update(dict.fromkeys(ids, first))
            return found

        return Derived(falike, tuple(objects_of([like])), late=tuple(objects_of([x])))
    # the kinds of one family: their own functions, over rows that were read
    from .sources.base import _SOURCE_FIELDS

    order = sorted(vars(o), key=lambda f: _SOURCE_FIELDS.index(f) if f in _SOURCE_FIELDS else 99)
    inner = [vars(o)[f] for f in order if isinstance(vars(o)[f], s.Source)]
    inner += [
        y for v in vars(o).values() if isinstance(v, tuple) for y in v if isinstance(y, s.Source)
    ]
    if n == "NamedRows":
        names, values = Column(o.names, o.object), Column(o.values, o.object)
        return _Named(o, values)
    news = [src(i) for i in inner]
    late = []
    if n == "Signed":
        late = [src(o.signed), src(o.maximum)]
        news = [src(o.values), src(o.minimum)]

    def fold(t):
        shim = SimpleNamespace(rows=lambda x: t[src(x)], quoted=t.quoted)
        return o.rows(shim)

    return Derived(
        fold,
        tuple(objects_of(news)),
        isinstance(o, EachValue) and all(map(is_by_row, news)),
        tuple(objects_of(late)),
    )


class _Named:
    is_indexed = True
    optional = False

    def __init__(self, o, values):
        self.o, self.oid, self.object = o, o.values, o.object

    def columns(self):
        return [(self.o.values, False), (self.o.names, False)]

    def _shim(self, t):
        return SimpleNamespace(column=t.column, names=t.names)

    def rows(self, t):
        t.whole.names(self.o.names)
        return self.o.rows(self._shim(t.whole))

    def cell(self, t, identity):
        try:
            return self.o.instance_oid(self._shim(t.whole), identity)
        except Exception:
            return None


def fig(m):
    if m is None:
        return None
    return Measurement(
        src(m.source),
        m.scale,
        m.absent,
        m.padding,
        src(m.exponent),
        src(m.factor),
        m.unit,
        m.scale_of_integers,
        m.magnitude,
        m.unmetered,
    )


def tot(x):
    if x is None:
        return None
    return Total(tuple(map(fig, x.figures)), x.else_outlets, x.unit, src(x.units), x.demanded)


def con(x):
    return Condition(src(x.mark), x.good, x.unit, x.part, x.optional, x.why)


def state(x):
    return State(
        src(x.source),
        x.on,
        x.off,
        x.absent,
        tuple(Condition(src(d.test), d.quiet, optional=d.optional) for d in x.doubts),
        src(x.confirm),
    )


class OldControl:
    """WritePacked and Unmarked, as they are."""

    writes_neighbours = False
    obstacle = ""
    at = None

    def __init__(self, o, unproven=False):
        self.o = o.use_unproven_limits() if unproven else o
        self.writes_neighbours = o.writes_neighbours
        self.old = o

    def with_unproven_limits(self):
        return OldControl(self.old, True)

    def _shim(self, t):
        t = t.whole

        def value_of(x, row):
            v = t.one_row(row)[src(x)].get(row)
            return v

        return SimpleNamespace(
            rows=lambda x: t[src(x)],
            quoted=t.quoted,
            get=t.get,
            resolve=t.resolve,
            column=t.column,
            walk=t.walk,
        )

    def varbinds(self, t, identity, *, up):
        return self.o.varbinds(self._shim(t), identity, up=up)

    def covers(self, ids, identity, varbinds):
        return self.o.covers(ids, identity, varbinds)

    def is_carried_out(self, t, identity, varbinds):
        return self.o.is_carried_out(self._shim(t), identity, varbinds)


class Unmarked:
    automatic = False

    def __init__(self, o):
        self.o = o

    def raise_if_forbidden(self, t, identity):
        class Then:
            def varbinds(*a, **k):
                return []

        shim = SimpleNamespace(rows=lambda x: t.whole[src(x)], quoted=t.quoted)
        o = self.o
        from ...shared.errors import Unsupported

        marks = shim.rows(o.marks)
        if identity not in marks:
            raise Unsupported(
                f"outlet {identity} is not switched: {o.why}, and the device does not list which outlets are marked"
            )
        for outlet, mark in marks.items():
            if outlet != identity and not r.is_one_of(mark, o.quiet):
                raise Unsupported(
                    f"outlet {identity} is not switched: {o.why}: outlet {outlet} is marked"
                )


def control(x):
    n = type(x).__name__
    if x is None:
        return None, ()
    if n == "Write":
        return Write(src(x.at), x.on, x.off, unsigned=x.unsigned, obstacle=x.obstacle), ()
    if n == "Verbs":
        return Write(src(x.on), x.value, x.value, off_at=src(x.off)), ()
    if n == "Guarded":
        inner, guards = control(x.then)
        return inner, (
            Guard(src(x.test), x.why, x.allow, x.refuse, x.automatic, x.demanded),
            *guards,
        )
    if n == "Unlock":
        from dataclasses import replace

        inner, guards = control(x.then)
        return replace(inner, first=(src(x.at), x.value)), guards
    if n == "Unmarked":
        inner, guards = control(x.then)
        return inner, (Unmarked(x), *guards)
    return OldControl(x), ()


def outlets(o):
    ctl, guards = control(o.control)
    joined = any(
        isinstance(p, (s.Joined, s.Gathered)) for p in parts_of((o.current, o.power, o.energy))
    )
    return Outlets(
        states=state(o.states) if o.states else None,
        control=ctl,
        guards=guards,
        rows=src(o.rows),
        count=src(o.count),
        none_if_zero=src(o.none_if_zero),
        counts_unlisted=o.counts_unlisted,
        number=src(o.number),
        name=src(o.name),
        current=fig(o.current),
        power=fig(o.power),
        energy=fig(o.energy),
        settling_s=o.settling_s,
        conditions=tuple(map(con, o.contact)),
        has_joined_meters=joined,
    )


ABOUT = (
    "key vendor models mib sys_object_ids roots sweep unseen described ceilings ups nameplate"
    " evidence recording programs note source unread"
).split()


def about(p):
    """The fields of a profile that are no parts."""
    return {name: getattr(p, name) for name in ABOUT}


def family(p):
    return Profile(
        **about(p),
        outlets=tuple(map(outlets, p.outlets)),
        conditions=tuple(map(con, p.contact)),
        units=src(p.units),
        unit_count=src(p.units.count) if p.units else None,
        load=tot(p.load),
        power=tot(p.power),
        energy=tot(p.energy),
        inlet=tot(p.inlet),
        inlet_power=tot(p.inlet_power),
    )
