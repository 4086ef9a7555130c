"""Models of 32-bit floats and of whole numbers."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from registered import assert_same_bits, assert_same_results

import engine
from engine.model.integers import INTEGER_FUNCTIONS, LARGEST, UNDEFINED

FORMATS = [".npz", ".csv", ".parquet", ".nc"]
MAP = "[model]\ntype = 'map'\ndtype = 'int64'\n"
# The generator of ISO C's example of rand (C17, 7.22.2.2), modulo 2^31.
GENERATOR = (
    MAP + "[states]\nx = 42\n[params]\na = 1103515245\nc = 12345\n[constants]\nm = '2^31'\n"
    "[equations.rhs]\nx = '(a*x + c) % m'\n"
)
# Lagarias, Am. Math. Monthly 92 (1985) 3.
COLLATZ = MAP + "[states]\nx = 27\n[equations.rhs]\nx = 'x // 2 if x % 2 == 0 else 3*x + 1'\n"
# Arnold & Avez, Ergodic Problems of Classical Mechanics (1968), on a torus of N x N points.
CAT = (
    MAP + "[states]\nx = 1\ny = 0\n[params]\nN = 101\n"
    "[equations.rhs]\nx = '(2*x + y) % N'\ny = '(x + y) % N'\n"
)
FIBONACCI = MAP + "[states]\nx = 0\ny = 1\n[equations.rhs]\nx = 'y'\ny = 'x + y'\n"
LORENZ = """
[model]
type = "ode"
dtype = "float32"
[states]
x = 1.0
y = 1.1
z = 0.1
[params]
sigma = 10.0
rho = 28.0
beta = "8/3"
[aux]
area = "x*y"
[equations.rhs]
x = "sigma*(y - x)"
y = "x*(rho - z) - y"
z = "x*y - beta*z"
"""
KICKED = LORENZ + "[events.up]\ncond = 'cross_up(x, 3)'\naction = 'y = 0.9*y; rho = rho - 0.01'\n"


def whole(equation, **states):
    given = "\n".join(f"{name} = {value}" for name, value in ({"x": 1} | states).items())
    rest = "".join(f"{name} = '{name}'\n" for name in states if name != "x")
    return engine.load_model(f"{MAP}[states]\n{given}\n[equations.rhs]\nx = '{equation}'\n{rest}")


def first_iterate(equation, *, jit=False, **states):
    return engine.Sim(whole(equation, **states), jit=jit).run(n_steps=1)


def is_single(values):
    with np.errstate(over="ignore"):
        return np.array_equal(np.float32(values).astype(np.float64), np.asarray(values))


@pytest.fixture(params=[False, True], ids=["python", "compiled"])
def jit(request):
    return request.param


# ---- whole numbers


def test_a_congruential_generator_is_exact(jit):
    x = [42]
    for _ in range(1000):
        x.append((1103515245 * x[-1] + 12345) % 2**31)
    orbit = engine.Sim(engine.load_model(GENERATOR), jit=jit).run(n_steps=1000)
    assert orbit.y.dtype == np.int64
    assert orbit["x"].tolist() == x
    assert orbit.final_state["x"] == x[-1]


def test_collatz_needs_its_known_number_of_steps():
    # 27 takes 111 steps to 1 and climbs to 9232 (OEIS A006577, A025586).
    orbit = engine.Sim(engine.load_model(COLLATZ), stop="x == 1").run(n_steps=500)
    assert (len(orbit) - 1, orbit["x"].max(), orbit["x"][-1]) == (111, 9232, 1)


def test_the_cat_comes_back_after_its_period():
    # Dyson & Falk, Am. Math. Monthly 99 (1992) 603: the period is half of Fibonacci's modulo N,
    # which is 50 for N = 101.
    orbit = engine.Sim(engine.load_model(CAT), jit=False).run(n_steps=50)
    seen = list(zip(orbit["x"].tolist(), orbit["y"].tolist(), strict=True))
    assert seen[0] == seen[25] == seen[50] == (1, 0)
    assert seen.index((1, 0), 1) == 25


def test_fibonacci_is_exact_up_to_the_last_number_of_64_bits(jit):
    orbit = engine.Sim(engine.load_model(FIBONACCI), jit=jit).run(n_steps=200)
    numbers = [0, 1]
    while numbers[-1] <= LARGEST:
        numbers.append(numbers[-1] + numbers[-2])
    assert orbit["y"].tolist() == numbers[1:-1]
    assert orbit.status is engine.Status.NAN_DETECTED
    assert orbit.failure.variable == "y"
    assert "y left the range of int64 (it would be 1.22002e+19)" in orbit.failure.message
    assert orbit.failure.t == len(orbit) - 1


EDGES = sorted(
    {s * (2**k + d) for k in (0, 1, 31, 32, 53, 62, 63) for d in (-1, 0, 1) for s in (1, -1)}
)
WHOLES = st.one_of(st.sampled_from([e for e in EDGES if abs(e) <= LARGEST]), st.integers(-99, 99))
REFERENCES = {
    "iadd": lambda a, b: a + b,
    "isub": lambda a, b: a - b,
    "imul": lambda a, b: a * b,
    "ifloordiv": lambda a, b: a // b if b else None,
    "imod": lambda a, b: a % b if b else None,
    "imin": min,
    "imax": max,
    "ipower": lambda a, b: None if b < 0 else a ** min(b, 70) if abs(a) > 1 else a**b,
}


@given(a=WHOLES, b=WHOLES)
def test_the_arithmetic_is_exact_or_undefined(a, b):
    for name, reference in REFERENCES.items():
        exact = reference(a, b)
        wanted = exact if exact is not None and abs(exact) <= LARGEST else UNDEFINED
        assert INTEGER_FUNCTIONS[name](a, b) == wanted, name
        assert INTEGER_FUNCTIONS[name](UNDEFINED, b) == UNDEFINED
        if name != "ipower":
            assert INTEGER_FUNCTIONS[name](a, UNDEFINED) == UNDEFINED


def test_compiled_arithmetic_equals_that_of_python_at_the_edges():
    terms = ("x + y", "x - y", "x*y", "x // y", "x % y", "min(x, y)", "max(x, y)", "x^(y % 70)",
             "abs(x)", "sign(x)", "-x", "x^3", "2 if x < y else 3", "x/y", "sqrt(x)*y")  # fmt: skip
    lines = [f"x{i} = '{term}'" for i, term in enumerate(terms)]
    model = engine.load_model(
        MAP + "[states]\nx = 1\ny = 1\n[aux]\n" + "\n".join(lines) + "\n"
        "[equations.rhs]\nx = 'x'\ny = 'y'\n"
    )
    sim = engine.Sim(model, record=[f"aux.x{i}" for i in range(13)])
    assert set(sim.record) <= model.whole_names
    assert not {"aux.x13", "aux.x14"} & model.whole_names
    edges = [e for e in EDGES if abs(e) <= LARGEST][::3]
    x, y = np.array(list(itertools.product(edges, edges)), np.int64).T
    for chosen in (sim, sim.replace(record=["aux.x13", "aux.x14", "x"])):
        given = {"y0": {"x": x, "y": y}, "n_steps": 0}
        compiled = engine.run_batch_fastpath(chosen, **given)
        plain = engine.run_batch_fastpath(chosen.replace(jit=False), **given)
        assert compiled.y.dtype == plain.y.dtype
        assert np.array_equal(compiled.y, plain.y, equal_nan=chosen is not sim)


@pytest.mark.parametrize(
    ("equation", "value"),
    [
        ("7/2", 3),
        ("-7/2", -3),
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("2^40", 2**40),
        ("3^2^2", 81),
        ("2^-1 + 1.9", 2),
        ("9007199254740993", 2**53 + 1),
        ("9007199254740993 - 0*x", 2**53 + 1),
        ("1.5*2", 3),
        ("(x > 0) + (x < 0)", 1),
        ("floor(7/2)*2", 6),
        ("round(5)^2", 25),
        ("clip(x, 3, 9) + relu(-x) + step(x) + heaviside(x)", 5),
        ("sum(i^2 for i in range(5))", 30),
        ("prod(i for i in range(1, 20))", math.factorial(19)),
        ("e", 2),
        ("t + 10", 10),
        ("4611686018427387904 if x == 1 and not x > 3 else 0", 2**62),
    ],
)
def test_what_becomes_a_state_is_whole(equation, value, jit):
    orbit = first_iterate(equation, jit=jit and "^" in equation)
    assert orbit["x"].tolist() == [1, value]


@pytest.mark.parametrize(
    ("equation", "said"),
    [
        ("x // (x - 1)", "x became undefined, by a division by zero, after t = 0 (step 0)"),
        ("x % 0", "by a division by zero"),
        ("x / 0", "left the range of int64 (it would be inf)"),
        ("sqrt(-x)", "became undefined (nan)"),
        ("x*3037000500*3037000500", "left the range of int64 (it would be 9.22337e+18)"),
        ("(x*2^62*4) % 7", "left the range of int64 on the way to its value"),
        ("1 if 2^62*4*x > 5 else 2", "left the range of int64 on the way"),
        ("exp(100)", "left the range of int64 (it would be 2.68812e+43)"),
    ],
)
def test_nothing_leaves_64_bits_unnoticed(equation, said):
    orbit = first_iterate(equation)
    assert orbit.status is engine.Status.NAN_DETECTED
    assert orbit.failure.variable == "x"
    assert said in orbit.failure.message
    assert orbit["x"].tolist() == [1]


def test_a_condition_that_decides_earlier_is_not_undefined():
    assert first_iterate("5 if x != 1 and 10 // (x - 1) > 2 else 6")["x"][1] == 6
    assert first_iterate("5 if x == 1 or 10 // (x - 1) > 2 else 6")["x"][1] == 5


@pytest.mark.parametrize("phase", ["start", "end"])
@pytest.mark.parametrize("action", ["x = x^40", "a = a^40"])
def test_an_action_does_not_leave_64_bits_unnoticed(phase, action, jit):
    text = (
        f"{MAP}[states]\nx = 2\n[params]\na = 10\n[equations.rhs]\nx = 'x + 1'\n"
        f"[events.grow]\ncond = 'x >= 7'\nphase = '{phase}'\naction = '{action}'\n"
    )
    orbit = engine.Sim(engine.load_model(text), jit=jit).run(n_steps=20)
    assert orbit.status is engine.Status.NAN_DETECTED
    assert orbit.failure.variable == action[0]
    assert "in the action of an event" in orbit.failure.message
    assert (orbit["x"] > 0).all()


def test_functions_know_whole_arguments_from_others():
    text = (
        MAP + "[functions.f]\nargs = ['u', 'k']\nexpr = 'u^k % 1000'\n[states]\nx = 123456789\n"
        "[aux]\na = 'f(x, 2)'\nb = 'f(0.5*x, 2)'\n[equations.rhs]\nx = 'f(x, 2) + 7'\n"
    )
    model = engine.load_model(text)
    assert model.whole_names == {"x", "aux.a"}
    orbit = engine.Sim(model).run(n_steps=20)
    assert orbit.y.dtype == np.float64
    assert_same_results(orbit, engine.Sim(model, jit=False).run(n_steps=20))
    assert orbit["x"][1] == 123456789**2 % 1000 + 7


def test_many_whole_variables_agree_in_python_and_compiled():
    n = 15
    lines = [f"x{i} = '(x{(i + 1) % n} + 3*lag_x{i}(2)) % 97'" for i in range(n)]
    states = [f"x{i} = {i}" for i in range(n)]
    text = MAP + "[states]\n" + "\n".join(states) + "\n[equations.rhs]\n" + "\n".join(lines)
    sim = engine.Sim(engine.load_model(text))
    orbit = sim.run(n_steps=40)
    assert_same_results(orbit, sim.replace(jit=False).run(n_steps=40))
    x = [np.arange(n)]
    for k in range(40):
        x.append((np.roll(x[-1], -1) + 3 * x[max(k - 2, 0)]) % 97)
    assert np.array_equal(orbit.y, np.array(x))


def test_whole_numbers_survive_chunks_edits_snapshots_and_replay(jit, tmp_path):
    sim = engine.Sim(engine.load_model(GENERATOR), jit=jit)
    run = sim.start()
    one = sim.run(n_steps=60)
    pieces = [run.advance(n_steps=k) for k in (1, 20, 39)]
    assert all(piece.y.dtype == np.int64 for piece in pieces)
    assert_same_bits(np.concatenate([piece.y for piece in pieces]), one.y)
    run.set_params(a=3037000493)
    run.set_state(x=2**40 + 1)
    assert run.state == {"x": 2**40 + 1}
    run.set_observers(engine.observers.moments())
    run.snapshot().save(tmp_path / "s.npz")
    after = run.advance(n_steps=30)
    twin = engine.Snapshot.load(tmp_path / "s.npz").start()
    assert_same_bits(twin.advance(n_steps=30).y, after.y)
    assert engine.replay(sim, run.journal).state == run.state
    assert run.results().segments[-1].params["a"] == 3037000493
    run.rewind(step=30)
    assert run.state["x"] == one["x"][30]


def test_a_batch_of_whole_numbers_has_the_bits_of_single_runs():
    sim = engine.Sim(engine.load_model(GENERATOR))
    starts = np.array([1, 2, 2**40 + 1, 5])
    batch = engine.run_batch_fastpath(
        sim, y0={"x": starts}, params={"a": np.array([3, 5, 7, 2**62])}, n_steps=30, transient=3
    )
    assert batch.y.dtype == np.int64
    for i in range(3):
        assert_same_bits(batch[i].y, batch.sim(i).run(n_steps=30, transient=3).y)
    assert batch.status[3] is engine.Status.NAN_DETECTED
    assert (batch.y[3] == UNDEFINED).all()
    assert "left the range of int64" in batch.failure(3).message


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("text", [GENERATOR, FIBONACCI, LORENZ], ids=["lcg", "fibonacci", "single"])
def test_files_keep_the_type_and_every_bit(text, suffix, tmp_path):
    model = engine.load_model(text)
    orbit = engine.Sim(model, jit=False).run(n_steps=92)
    orbit.save(tmp_path / f"o{suffix}")
    again = engine.Results.load(tmp_path / f"o{suffix}")
    assert again.y.dtype == orbit.y.dtype
    assert again.y.tobytes() == orbit.y.tobytes()
    assert dict(again.final_state) == dict(orbit.final_state)
    assert again.params == orbit.params
    assert engine.replay_provenance(again.provenance).y.tobytes() == orbit.y.tobytes()


def test_what_is_not_whole_is_refused_by_name():
    model = engine.load_model(GENERATOR)
    sim = engine.Sim(model, jit=False)
    with pytest.raises(engine.PhasescopeError, match=r"parameter 'a' = 1\.5 is not whole"):
        engine.Sim(model, params={"a": 1.5})
    with pytest.raises(engine.PhasescopeError, match=r"state 'x' = 9223372036854775808 is beyond"):
        engine.Sim(model, y0={"x": 2**63})
    with pytest.raises(engine.PhasescopeError, match=r"t0 = 0\.5 is not whole"):
        engine.Sim(model, t0=0.5)
    with pytest.raises(engine.PhasescopeError, match=r"'a', value 1, = 2\.5 is not whole"):
        engine.run_batch_fastpath(sim, params={"a": [1.0, 2.5]}, n_steps=1)
    run = sim.start()
    for edit in (run.set_params, run.set_state):
        with pytest.raises(engine.PhasescopeError, match="is not whole"):
            edit(**{"a" if edit == run.set_params else "x": 0.5})
    with pytest.raises(engine.PhasescopeError, match="beyond the range of int64"):
        whole("9223372036854775808")
    with pytest.raises(engine.PhasescopeError, match="have no tangent vectors"):
        engine.Sim(model, observers=(engine.observers.lyapunov_mle(),))
    assert engine.Sim(model, params={"a": 3.0}).params["a"] == 3


def test_numbers_of_a_file_keep_their_digits_through_a_round_trip():
    text = (
        MAP + "[states]\nx = 9007199254740993\n[params]\nm = '2^61 - 1'\n[constants]\n"
        "k = '2^62 + 3'\n[equations.rhs]\nx = '(x + k) % m'\n"
    )
    model = engine.load_model(text)
    assert model.param_values == (2**61 - 1,)
    again = engine.load_model(model.text)
    assert again.spec == model.spec
    x = engine.Sim(again, jit=False).run(n_steps=1)["x"]
    assert x.tolist() == [2**53 + 1, (2**53 + 1 + 2**62 + 3) % (2**61 - 1)]


OBSERVED = [name for name in engine.observers.OBSERVERS if not name.startswith("lyapunov")]


def test_observers_measure_whole_numbers():
    measured = {}
    for compiled in (False, True):
        observers = []
        for name in OBSERVED:
            observer = engine.observers.OBSERVERS[name]()
            if "map" in observer.kinds and not observer.tangents:
                observers.append(observer)
        sim = engine.Sim(engine.load_model(CAT), observers=observers, jit=compiled)
        measured[compiled] = sim.run(n_steps=300)
    assert len(measured[True].observers) > 5
    assert_same_results(measured[False], measured[True])
    moments = measured[True].observers["moments"]["mean"]
    assert np.asarray(moments)[0] == pytest.approx(measured[True]["x"][1:].mean(), rel=1e-12)


# ---- 32-bit floats


def test_rows_are_of_32_bits_and_every_state_is_rounded(jit):
    sim = engine.Sim(engine.load_model(LORENZ), stepper="rk4", dt=0.01, jit=jit)
    assert sim.params["beta"] == float(np.float32(8 / 3))
    orbit = sim.run(n_steps=50)
    assert orbit.y.dtype == np.float32
    assert sim.start().y.dtype == np.float32
    assert is_single(list(orbit.final_state.values()))
    # One step of 64 bits from a rounded state, rounded, is the next state.
    double = engine.Sim(engine.load_model(LORENZ.replace("float32", "float64")), dt=0.01, jit=jit)
    for n in (0, 17, 49):
        state = dict(zip("xyz", orbit.y[n, :3].astype(float), strict=True))
        step = double.replace(y0=state, params=sim.params).run(n_steps=1)
        assert_same_bits(step.y[-1, :3].astype(np.float32), orbit.y[n + 1, :3])


@pytest.mark.parametrize(
    "stepper", [s.name for s in engine.list_steppers("ode") if s.misfit is None]
)
def test_every_stepper_rounds_what_it_accepts(stepper):
    sim = engine.Sim(engine.load_model(KICKED), stepper=stepper, dt=0.01, sample_dt=0.007)
    sim = sim.replace(jit=stepper in ("rk4", "dopri5"))
    orbit = sim.run(n_steps=150)
    if sim.jit:
        assert_same_results(orbit, sim.replace(jit=False).run(n_steps=150))
    assert len(orbit.events["up"]["t"]) > 0
    assert is_single(list(orbit.final_state.values()))
    assert is_single(list(orbit.params.values()))
    run = sim.start()
    pieces = [run.advance(n_steps=k).y for k in (1, 40, 2, 107)]
    assert_same_bits(np.concatenate(pieces), orbit.y)


def test_lanes_round_as_single_runs_do():
    sim = engine.Sim(engine.load_model(LORENZ), stepper="rk4", dt=0.01)
    batch = engine.run_batch_fastpath(
        sim, params={"rho": np.linspace(20.0, 30.0, 40)}, n_steps=200, transient=0.5
    )
    assert batch.y.dtype == np.float32
    for i in (0, 11, 39):
        assert_same_bits(batch[i].y, batch.sim(i).run(n_steps=200, transient=0.5).y)


def test_many_variables_round_as_few_do():
    lines = "\n".join(f"x{i} = 'x{(i + 1) % 14} - 0.3*x{i}*x{i}'" for i in range(14))
    states = "\n".join(f"x{i} = {0.1 * i}" for i in range(14))
    head = "[model]\ntype = 'ode'\ndtype = 'float32'\n"
    sim = engine.Sim(engine.load_model(f"{head}[states]\n{states}\n[equations.rhs]\n{lines}"))
    orbit = sim.run(n_steps=40)
    assert_same_results(orbit, sim.replace(jit=False).run(n_steps=40))
    assert is_single(list(orbit.final_state.values()))


def test_a_number_too_large_for_32_bits_ends_the_run_or_is_refused(jit):
    text = (
        "[model]\ntype = 'map'\ndtype = 'float32'\n[states]\nx = 2.0\n[equations.rhs]\nx = 'x*x'\n"
    )
    sim = engine.Sim(engine.load_model(text), jit=jit)
    orbit = sim.run(n_steps=20)
    assert orbit.status is engine.Status.NAN_DETECTED
    assert orbit["x"][-1] == np.float32(2.0**64)
    assert orbit.failure.variable == "x"
    with pytest.raises(engine.PhasescopeError, match="state 'x' = 1e\\+39 is beyond the range"):
        sim.replace(y0={"x": 1e39})


def test_tangent_vectors_follow_the_rounded_orbit():
    text = (
        "[model]\ntype = 'map'\ndtype = 'float32'\n[states]\nx = 0.3\n[params]\nr = 4.0\n"
        "[equations.rhs]\nx = 'r*x*(1 - x)'\n"
    )
    sim = engine.Sim(engine.load_model(text), observers=(engine.observers.lyapunov_mle(),))
    orbit = sim.run(n_steps=500)
    slopes = np.abs(4.0 * (1.0 - 2.0 * orbit["x"][:-1].astype(float)))
    found = orbit.observers["lyapunov_mle"]["mle"]
    assert found == pytest.approx(np.log(slopes).mean(), rel=1e-9)
