"""Random specifications: whatever a model file, or plain equations, can say."""

import re

from hypothesis import strategies as st

from engine.model import (
    Aux,
    Constant,
    Equation,
    Event,
    Formula,
    Function,
    Meta,
    Mod,
    ModelSpec,
    Noise,
    Param,
    Preset,
    SimDefaults,
    State,
    Stop,
)
from engine.model.default_stepper import default_stepper
from engine.model.statements import normalised

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SMALL = st.floats(-4.0, 4.0).map(lambda x: round(x, 3))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
# Keys of a model file are compared in this form.
KEYS = TEXTS.map(lambda text: normalised(text).strip())
# Names that look like something else: numbers, derivatives, generated code, keywords of texts.
NAMES = (
    "x", "y", "z", "v_1", "dx", "d", "rho", "β", "Δ", "e2", "n", "when", "noise", "s_x", "run",
    "in_", "k", "lam", "I", "theta", "_q", "x0", "par", "init", "aux", "cond", "p_k",
)  # fmt: skip


def _wider(inner):
    return st.one_of(
        st.tuples(inner, inner).map(" + ".join),
        st.tuples(inner, inner).map(" - ".join),
        st.tuples(inner, inner).map("({0[0]})*({0[1]})".format),
        st.tuples(inner, inner).map("({0[0]}) / (1 + ({0[1]})^2)".format),
        inner.map("sin({})".format),
        inner.map("-({})".format),
        st.tuples(inner, inner, inner).map("({0[0]} if {0[1]} > 0 else {0[2]})".format),
        st.tuples(inner, inner).map("max({0[0]}, {0[1]})".format),
    )


LAGS = ("lag_@()", "lag_@(7)")
SUM = "sum(@1*(j + 1) for j in range(3))"
# Expressions in which "@3" stands for the fourth name there is, or the first again.
TEMPLATES = st.recursive(
    st.sampled_from(["@0", "@1", "@2", "@3", "@4", "pi", "7", "0.5", "1e-3", SUM]),
    _wider,
    max_leaves=6,
)


@st.composite
def expressions(draw, names, functions=()):
    """Draw the text of an expression of these names and functions (name, number of arguments)."""
    text = draw(TEMPLATES)
    text = re.sub("@(.)", lambda mark: names[int(mark.group(1)) % len(names)], text)
    for name, arity in functions[: draw(st.integers(0, 1))]:
        text += f" + {name}({', '.join(names[:1] * arity)})"
    return text


def formulas(*given):
    """Draw a formula."""
    return expressions(*given).map(lambda text: Formula(text=text))


@st.composite
def plain_specs(draw):
    """Draw what plain equations can say, whole."""
    names = list(draw(st.permutations(NAMES)))
    kind = draw(st.sampled_from(["ode", "map"]))
    states = [names.pop() for _ in range(draw(st.integers(1, 3)))]
    params = [names.pop() for _ in range(draw(st.integers(0, 3)))]
    functions = [(names.pop(), k) for k in draw(st.lists(st.integers(0, 2), max_size=2))]
    aux = [names.pop() for _ in range(draw(st.integers(0, 2)))]
    known = [*states, *params, "t"]
    written_functions = tuple(
        Function(
            name=name, args=(args := tuple(f"u{i}" for i in range(arity))),
            formula=draw(formulas([*args, *params, 'pi'])),
        )
        for name, arity in functions
    )  # fmt: skip
    written_aux = tuple(
        # An aux that depends on nothing would be a parameter.
        Aux(name=name, formula=Formula(text=f"{states[0]} + {draw(expressions(known, functions))}"))
        for name in aux
    )
    events = tuple(
        Event(
            name=f"when_{i + 1}",
            condition=Formula(text=f"{draw(expressions(known, functions))} > 3"),
            action=tuple(
                Formula(text=f"{target} {sign}= {draw(expressions(known, functions))}")
                for target, sign in draw(
                    st.lists(
                        st.tuples(
                            st.sampled_from([*states, *params]),
                            st.sampled_from("+-*") | st.just(""),
                        ),
                        max_size=2,
                    )
                )
            ),
        )
        for i in range(draw(st.integers(0, 2)))
    )
    rhs = [*known, *aux]
    noisy = [s for s in states if kind == "ode" and draw(st.integers(0, 3)) == 0]
    noise = tuple(Noise(state=s, formula=draw(formulas(rhs, functions))) for s in noisy)
    equations = [Equation(state=s, formula=draw(formulas(rhs, functions))) for s in states]
    if draw(st.integers(0, 3)) == 0:
        past = draw(st.sampled_from(LAGS)).replace("@", states[0])
        text = f"{equations[0].formula.text} - {past}"
        equations[0] = Equation(state=states[0], formula=Formula(text=text))
    stepper = default_stepper(kind, bool(noise), "ito")
    return ModelSpec(
        name="model",
        kind=kind,
        states=tuple(State(name=name, value=draw(NUMBERS)) for name in states),
        params=tuple(draw(plain_params(name)) for name in params),
        functions=written_functions,
        aux=written_aux,
        equations=tuple(equations),
        noise=noise,
        events=events,
        sim=SimDefaults(stepper=stepper, **({"dt": 1.0} if kind == "map" else {})),
    )


@st.composite
def plain_params(draw, name):
    """Draw a parameter of plain equations: a number, perhaps with a range."""
    value = draw(NUMBERS)
    if draw(st.booleans()) and abs(value) < 1e300:
        reach = max(1.0, abs(value))
        return Param(name=name, value=value, min=value - reach, max=value + reach)
    return Param(name=name, value=value)


@st.composite
def full_specs(draw):
    """Draw what a model file can say."""
    plain = draw(plain_specs())
    states, params = [s.name for s in plain.states], [p.name for p in plain.params]
    fields = {name: getattr(plain, name) for name in ModelSpec.__dataclass_fields__}
    known = [*states, *params, "t"]
    fields["name"] = draw(TEXTS)
    fields["states"] = tuple(
        State(name=s.name, value=s.value, unit=draw(TEXTS), label=draw(TEXTS)) for s in plain.states
    )
    fields["params"] = tuple(draw(slider_params(p.name)) for p in plain.params)
    fields["constants"] = (Constant(name="g_", value=draw(NUMBERS)),)
    n = len(states)
    fields["dtype"] = draw(st.sampled_from(["float64", "float32"]))
    if plain.noise:
        fields["calculus"] = draw(st.sampled_from(["ito", "stratonovich"]))
    fields["jacobian"] = tuple(
        tuple(Formula(text="0") for _ in range(n)) for _ in range(n * draw(st.integers(0, 1)))
    )
    fields["events"] = tuple(
        Event(
            name=normalised(draw(KEYS) + str(i)),
            condition=event.condition,
            action=event.action,
            phase=draw(st.sampled_from(["start", "end", "both"])),
            trigger=draw(st.sampled_from(["edge", "level"])),
            locate=draw(st.booleans()),
            log=tuple(draw(st.lists(st.sampled_from(known), max_size=2, unique=True))),
            tags=tuple(draw(st.lists(TEXTS, max_size=2))),
        )
        for i, event in enumerate(plain.events)
    )
    fields["sim"] = draw(sim_defaults(plain.kind, states))
    fields["presets"] = tuple(draw(presets(name, states, params)) for name in draw(unique_texts()))
    fields["meta"] = Meta(
        title=draw(TEXTS), reference=" ".join(draw(TEXTS).split()),
        tags=tuple(draw(st.lists(TEXTS, max_size=2))), axes=(states[0], "t"),
    )  # fmt: skip
    fields["mods"] = tuple(draw(mods(name, states, params, plain)) for name in draw(unique_texts()))
    fields["applied"] = tuple(mod.name for mod in fields["mods"][: draw(st.integers(0, 1))])
    return ModelSpec(**fields)


def unique_texts():
    """Draw names of presets and mods, which may be any text."""
    return st.lists(KEYS, max_size=2).map(
        lambda texts: [normalised(f"{text}_{i}") for i, text in enumerate(texts)]
    )


@st.composite
def slider_params(draw, name):
    """Draw a parameter with everything that a slider may be told."""
    value = draw(st.floats(0.5, 50.0))
    return Param(
        name=name,
        value=value,
        min=draw(st.none() | st.floats(0.1, 0.4)),
        max=draw(st.none() | st.floats(60.0, 90.0)),
        step=draw(st.none() | st.floats(0.01, 1.0)),
        scale=draw(st.sampled_from(["linear", "log"])),
        unit=draw(TEXTS),
        label=draw(TEXTS),
    )


@st.composite
def sim_defaults(draw, kind, states):
    """Draw the settings of a run."""
    stop = Stop(
        condition=Formula(text=f"{states[0]} > 3"), phase=draw(st.sampled_from(["start", "both"]))
    )
    t0 = draw(SMALL)
    return SimDefaults(
        t0=t0,
        t_end=t0 + draw(st.floats(0.0, 9.0)),
        dt=draw(st.floats(1e-6, 1.0)) if kind == "ode" else 1.0,
        stepper="map" if kind == "map" else draw(st.sampled_from(["rk4", "dopri5"])),
        record=draw(st.booleans() | st.just((states[0],))),
        rtol=draw(st.floats(1e-12, 1e-2)),
        max_steps=draw(st.integers(1, 10**9)),
        stop=draw(st.none() | st.just(stop)),
    )


@st.composite
def presets(draw, name, states, params):
    """Draw a preset."""
    return Preset(
        name=name,
        params=draw(st.dictionaries(st.sampled_from(params), NUMBERS)) if params else {},
        states=draw(st.dictionaries(st.sampled_from(states), NUMBERS)),
    )


@st.composite
def mods(draw, name, states, params, plain):
    """Draw a mod that could be applied to the model."""
    added = Param(name="added_", value=draw(NUMBERS))
    fields = {
        "add": {"params": (added,)} | ({"events": plain.events} if plain.events else {}),
        "set": {"states": {states[0]: {"value": draw(NUMBERS), "label": draw(TEXTS.filter(bool))}}},
    }
    if params and draw(st.booleans()):
        fields["set"]["params"] = {params[0]: {"value": draw(NUMBERS)}}
        fields["set"]["sim"] = {"dt": 0.5, "stop": Stop(condition=Formula(text="t > 1"))}
    if plain.functions and plain.aux:
        fields["replace"] = {"functions": plain.functions[:1], "aux": plain.aux[:1]}
        fields["set"]["functions"] = {plain.functions[0].name: {"formula": Formula(text="1")}}
    if plain.events:
        fields["remove"] = {"events": (plain.events[0].name,)}
        fields["set"]["events"] = {plain.events[0].name: {"locate": False, "log": ("t",)}}
    return Mod(name=name, group=draw(TEXTS), exclusive=draw(st.booleans()), **fields)
