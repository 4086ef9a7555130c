"""What a unit contains of its observers: hooks, their operations, their expressions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.errors import ObserverError
from engine.model import Expression, Model
from engine.model.arithmetic import COMPOSED, composed_closure
from engine.observers import ObserverModule
from engine.observers.hooks import HOOK_ARGUMENTS, whole_power
from engine.observers.memory import places_start
from engine.observers.resolve import observer_expressions
from engine.runner.bindings import bindings, names_used
from engine.runner.layout import Shape, define, pack
from engine.runner.tangents import tangent_operations

# Up to this many values are written one by one into a trace row, more by a loop.
UNROLLED = 24

# With more observers the hooks that carry no tangent vectors are compiled one by one: merging all
# into the loop would make compiling slower than measuring.
MERGED_OBSERVERS = 3
_RARE = ("reseed_tangents", "record_trace", "record_values", "record_state")

# Oliveira & Takahashi, ACM Trans. Math. Softw. 47 (2021) 5, with kappa_1 = 0.2, kappa_2 = 2,
# n_0 = 1: never slower than bisection by more than one step, and as a rule much faster.
_LOCATE = """\
if at_end - level == 0.0:
    return 1.0
sign = 1.0 if at_end - level > 0.0 else -1.0
a = 0.0
b = 1.0
below = sign * (at_start - level)
above = sign * (at_end - level)
radius = 1.0
theta = 1.0
while b - a > 1.4551915228366852e-11 and above > below:
    half = 0.5 * (a + b)
    slack = radius - 0.5 * (b - a)
    secant = div(above * a - below * b, above - below)
    shift = 0.2 * (b - a) * (b - a)
    theta = half
    if shift <= abs(half - secant):
        theta = secant + shift if half >= secant else secant - shift
    if abs(theta - half) > slack:
        theta = half - slack if half >= secant else half + slack
    found = sign * (value(t - dt + theta * dt, interpolate(theta, dt, y_old, y, dense), p) - level)
    if found > 0.0:
        b = theta
        above = found
    elif found < 0.0:
        a = theta
        below = found
    else:
        return theta
    radius = 0.5 * radius
if above > below:
    theta = div(above * a - below * b, above - below)
return theta"""


@dataclass(frozen=True, kw_only=True)
class Measuring:
    """Write the observers' part of a unit.

    Attributes
    ----------
    model : Model
        The equations.
    observers : tuple of ObserverModule
        Resolved, in order.
    shape : Shape
        Sizes of the unit.
    """

    model: Model
    observers: tuple[ObserverModule, ...]
    shape: Shape

    @cached_property
    def expressions(self) -> Mapping[str, Mapping[str, tuple[Expression, ...]]]:
        """Return every observer's compiled expressions, by key and name."""
        return {o.key: observer_expressions(o, self.model) for o in self.observers}

    @property
    def needed(self) -> list[Expression]:
        """Return all compiled expressions, for the functions they call."""
        return [e for own in self.expressions.values() for several in own.values() for e in several]

    @cached_property
    def hooks(self) -> list[str]:
        """Return the sources of all hooks."""
        sources = [o.hook_source(which) for o in self.observers for which in ("pre", "post")]
        return [source for source in sources if source is not None]

    @property
    def composed(self) -> tuple[str, ...]:
        """Return the composed arithmetic that hooks call, callees first."""
        return composed_closure(names_used("\n\n".join(self.hooks)) & COMPOSED.keys())

    @property
    def breaking(self) -> list[int]:
        """Return the places in the sequence of the observers that may end a call."""
        return [place for place, observer in enumerate(self.observers) if observer.breaks]

    @property
    def outlined(self) -> tuple[str, ...]:
        """Return the functions that are called too rarely to be merged into the loop."""
        keys = [observer.key for observer in self.observers]
        rare = [f"{key}_{name}" for key in keys for name in _RARE]
        rare += [f"{o.key}_locate_{name}" for o in self.observers for name in o.expressions]
        used = names_used("\n\n".join(self.hooks))
        called = [name for name in rare if name in used]
        if len(self.observers) > MERGED_OBSERVERS:
            passive = [o for o in self.observers if not o.tangents]
            called += [f"{o.key}_{w}" for o in passive for w in HOOK_ARGUMENTS if o.hook_source(w)]
        return tuple(called)

    def functions(self) -> list[str]:
        """Return the sources of everything, in an order in which it can be executed.

        Raises
        ------
        ObserverError
            The functions of two observers have the same name.
        """
        used = names_used("\n\n".join(self.hooks))
        written, first = [], self.shape.n
        for place, observer in enumerate(self.observers):
            writers = {
                **tangent_operations(observer, first, self.shape),
                **_trace_operations(observer, place, self.shape.n),
                **self._expression_functions(observer),
            }
            # What locates a level of an expression evaluates it.
            located = f"{observer.key}_locate_"
            wanted = used | {n.replace(located, f"{observer.key}_") for n in used & writers.keys()}
            written += [(name, write()) for name, write in writers.items() if name in wanted]
            first += self.shape.n * observer.tangents
        names = [name for name, _ in written]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ObserverError(
                f"two observers make a function {min(twice)!r}; give one of them another key"
            )
        powers = [whole_power(name) for name in sorted(used)]
        parts = [power for power in powers if power is not None]
        parts += [self._split(), self._dense_of_a_map(), *(text for _, text in written)]
        return [*parts, *self.hooks, compile_analysis_hooks(self.observers), self._break()]

    def _expression_functions(self, observer: ObserverModule) -> dict[str, Callable[[], str]]:
        key = observer.key
        writers: dict[str, Callable[[], str]] = {}
        for name, several in self.expressions[key].items():

            def value(name: str = name, several: tuple[Expression, ...] = several) -> str:
                single = not isinstance(observer.expressions[name], tuple)
                return self._value(f"{key}_{name}", several, single)

            def locate(name: str = name) -> str:
                return self._locate(f"{key}_locate_{name}", f"{key}_{name}")

            writers[f"{key}_{name}"] = value
            writers[f"{key}_locate_{name}"] = locate
        return writers

    def _value(self, name: str, several: tuple[Expression, ...], single: bool) -> str:
        code = [f"(1.0 if {e.code} else 0.0)" if e.is_condition else e.code for e in several]
        aux = {needed for e in several for needed in e.aux}
        ordered = [known for known, _ in self.model.code.aux if known in aux]
        lines = bindings(self.model, code, ordered)
        result = f"float({code[0]})" if single else pack(f"float({c})" for c in code)
        return define(name, "t, y, p", [*lines, f"return {result}"])

    def _locate(self, name: str, value: str) -> str:
        arguments = "t, dt, y_old, y, p, dense, level"
        if self.model.kind == "map":
            return define(name, arguments, ["return 1.0"])
        ends = [f"at_start = {value}(t - dt, y_old, p)", f"at_end = {value}(t, y, p)"]
        return define(name, arguments, [*ends, *_LOCATE.replace("value(", f"{value}(").split("\n")])

    def _dense_of_a_map(self) -> str:
        if self.model.kind != "map":
            return ""
        rows = define("dense_rows", "t, dt, y_old, y, p, memory", ["return ()"])
        return rows + "\n\n" + define("interpolate", "theta, dt, y_old, y, dense", ["return y"])

    def _split(self) -> str:
        """Write the functions that give each observer its own part of the packed arrays."""
        count, start = len(self.observers), places_start(self.observers, self.shape.n)
        written = []
        for name, array, begin in (
            ("split_workspace", "analysis_ws", start),
            ("split_outputs", "analysis_out", start + count + 1),
        ):
            ends = [f"e{i} = int(analysis_ws[{begin + i}])" for i in range(count + 1)]
            parts = pack(f"{array}[e{i}:e{i + 1}]" for i in range(count))
            arguments = "analysis_ws" if array == "analysis_ws" else "analysis_ws, analysis_out"
            written.append(define(name, arguments, [*ends, f"return {parts}"]))
        return "\n\n".join(written)

    def _break(self) -> str:
        """Write the function that tells whether a hook wants the call to end, and forgets it."""
        slots = [
            f"ws[{place}][{self.observers[place].slots[0].places['break']}]"
            for place in self.breaking
        ]
        if not slots:
            return ""
        asked = "asked = " + " or ".join(f"{slot} != 0.0" for slot in slots)
        return define(
            "break_asked", "ws", [asked, *(f"{slot} = 0.0" for slot in slots), "return asked"]
        )


def _trace_operations(observer: ObserverModule, place: int, n: int) -> dict[str, Callable[[], str]]:
    key, columns = observer.key, len(observer.trace.columns) if observer.trace else 0
    head = [f"trace[row, TRACE_OBSERVER] = {float(place)!r}", "trace[row, TRACE_TIME] = t"]

    def writer(name: str, arguments: str, value: str, count: int, unrolled: int) -> str:
        places = [(f"TRACE_VALUES + {i}", value.format(i=i)) for i in range(count)]
        lines = [f"trace[row, {column}] = {source}" for column, source in places]
        if count > unrolled:
            loop = f"    trace[row, TRACE_VALUES + i] = {value.format(i='i')}"
            lines = [f"for i in range({count}):", loop]
        return define(
            f"{key}_{name}", f"trace, row, t, {arguments}", [*head, *lines, "return row + 1"]
        )

    def record_trace() -> str:
        values = ", ".join(f"v{i}" for i in range(columns))
        return writer("record_trace", values, "v{i}", columns, columns)

    return {
        f"{key}_record_trace": record_trace,
        f"{key}_record_values": lambda: writer(
            "record_values", "source, first", "source[first + {i}]", columns, 0
        ),
        f"{key}_record_state": lambda: writer("record_state", "y", "y[{i}]", n, UNROLLED),
    }


def compile_analysis_hooks(observers: Sequence[ObserverModule]) -> str:
    """Compose the hooks of several observers into ``ANALYSIS_PRE`` and ``ANALYSIS_POST``.

    Both are globals of the unit, sequential calls of the observers' own hooks in their fixed
    order, and do nothing where no observer has such a hook.
    """
    written = []
    for which, arguments in (
        ("pre", "t, dt, y, p, memory, ws, out, trace, row"),
        ("post", "t, dt, y_old, y, p, memory, ws, out, trace, row"),
    ):
        lines = []
        for i, observer in enumerate(observers):
            if observer.hook_source(which) is not None:
                own = arguments.replace("ws, out", f"ws[{i}], out[{i}]")
                lines.append(f"y, memory, row = {observer.key}_{which}({own})")
        written.append(
            define(f"ANALYSIS_{which.upper()}", arguments, [*lines, "return y, memory, row"])
        )
    return "\n\n\n".join(written)
