"""Model files and plain equations: what they give, and what their errors say."""

import re
import warnings

import pytest

from engine.errors import ModelError
from engine.model import Event, Formula, Model, Param, Preset, State, Stop, load_model
from engine.model.equations_text import read_equations_text
from engine.model.toml import read_toml

LORENZ = """\
[model]
type = "ode"
name = "model"

[states]
x = 1.0
y = 0
z = "2/4"

[params]
sigma = 10
rho = { value = 28.0, min = 0.0, max = 60.0 }
beta = "8/3"

[functions.sat]
args = ["u", "k"]
expr = "u / (k + u)"

[aux]
r2 = "x^2 + y^2"

[equations.rhs]
x = "sigma * (y - x)"
y = "x * (rho - z) - y"
z = "x * y - beta * sat(z, 1)"
"""

LORENZ_TEXT = """\
# the same in plain equations
x' = sigma*(y - x); dy/dt = x*(rho - z) - y
z' = x*y - beta*sat(z, 1)
rho = 28 in [0, 60]
sigma = 10; beta = 8/3  # constants
sat(u, k) = u/(k + u)
r2 = x^2 + y^2
x(0) = 1; z(0) = 2/4
"""


def _with(old: str, new: str) -> str:
    assert old in LORENZ
    return LORENZ.replace(old, new)


def _message(text: str) -> str:
    with pytest.raises(ModelError) as caught:
        _load_file(text)
    return str(caught.value)


def _load_file(text: str):
    return Model(read_toml(text, "lorenz.toml"))


def test_a_model_file_gives_its_specification():
    spec = read_toml(LORENZ)
    assert spec.states == (
        State(name="x", value=1.0),
        State(name="y", value=0.0),
        State(name="z", value=0.5),
    )
    assert spec.params[1:] == (
        Param(name="rho", value=28.0, min=0.0, max=60.0),
        Param(name="beta", value=8 / 3),
    )
    assert spec.equations[0].formula == Formula(text="sigma*(y-x)")
    assert str(spec.aux[0].formula) == "x^2 + y^2"


def test_plain_equations_give_the_same_model():
    in_toml, plain = read_toml(LORENZ), read_equations_text(LORENZ_TEXT)
    assert set(plain.params) == set(in_toml.params)
    assert plain.states == in_toml.states
    assert plain.functions == in_toml.functions
    assert plain.aux == in_toml.aux
    assert plain.equations == in_toml.equations
    reordered = _with("sigma = 10\n", "").replace('beta = "8/3"', 'sigma = 10\nbeta = "8/3"')
    assert read_toml(reordered) == plain
    assert load_model(reordered).digest == load_model(LORENZ_TEXT).digest


def test_the_forms_of_a_block_of_equations_are_the_same():
    table = LORENZ[LORENZ.index("[equations.rhs]") :]
    for block in (
        "dx = sigma * (y - x)\ndy = x * (rho - z) - y\ndz = x * y - beta * sat(z, 1)",
        "d(z) = x*y - beta*sat(z, 1); d(y) = x*(rho - z) - y # swapped\n\n dx/dt = sigma*(y - x)",
    ):
        text = LORENZ.replace(table, f'[equations]\nexpr = """\n{block}\n"""\n')
        assert read_toml(text) == read_toml(LORENZ)


def test_maps_in_both_forms():
    file = """
        #! dynlib:0.37
        [model]
        type = "map"
        [states]
        x = 0.1
        y = 0
        [params]
        a = 1.4
        [equations]
        expr = '''
        x = 1 - a * x^2 + y
        y = 0.3 * x'''
    """
    plain = "x[n+1] = 1 - a*x[n]^2 + y\ny[ n + 1 ] = 0.3*x[n]\na = 1.4; x[0] = 0.1"
    assert read_toml(file) == read_equations_text(plain)
    spec = read_toml(file)
    assert (spec.sim.stepper, spec.sim.dt, spec.kind) == ("map", 1.0, "map")


def test_all_tables_are_read():
    spec = _load_file(
        LORENZ
        + """
        [constants]
        half = "1/2"
        [equations.jacobian]
        expr = [["-sigma", "sigma", 0], ["rho - z", -1, "-x"], ["y", "x", "-beta / (1 + z)^2"]]
        [events.spike]
        cond = "cross_up(x, 10)"
        action.x = "half"
        log = ["t"]
        tags = ["spikes"]
        [events.reset]
        cond = "z > 3"
        phase = "both"
        action = "x = 1; y += 2"
        locate = false
        [sim]
        t_end = 20
        stop = { cond = "x > 100", phase = "start" }
        record = ["x", "aux.r2"]
        max_steps = 1e4
        [presets.calm.params]
        rho = "half"
        [presets.calm.states]
        x = 3
        [meta]
        title = "Lorenz"
        tags = ["chaos"]
        axes = ["x", "z"]
        """
    ).spec
    assert spec.presets == (Preset(name="calm", params={"rho": 0.5}, states={"x": 3.0}),)
    assert spec.sim.stop == Stop(condition=Formula(text="x > 100"), phase="start")
    assert spec.sim.record == ("x", "aux.r2")
    assert spec.sim.max_steps == 10_000
    assert spec.jacobian[1][1] == Formula(text="-1")
    assert spec.events == (
        Event(
            name="spike",
            condition=Formula(text="cross_up(x, 10)"),
            action=(Formula(text="x = half"),),
            log=("t",),
            tags=("spikes",),
        ),
        Event(
            name="reset",
            condition=Formula(text="z > 3"),
            phase="both",
            action=(Formula(text="x = 1"), Formula(text="y += 2")),
            locate=False,
        ),
    )
    assert spec.meta.axes == ("x", "z")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("(y - x)", "(y - x", "[equations.rhs] x, column 15: expected ')' to close the bracket"),
        ("rho - z", "rhoo - z", "[equations.rhs] y, column 6: unknown name 'rhoo'; did you mean"),
        ('x = "sigma * (y - x)"', "x = true", "[equations.rhs] x: an expression in quotes is"),
        ('x = "sigma', 'w = "sigma', "[equations.rhs] w: there is no state 'w'; valid: x, y, z"),
        ('x = "sigma * (y - x)"\n', "", "[equations.rhs]: the equation of the state 'x' is mis"),
        ("[params]", "[parms]", "[parms]: unknown table 'parms'; did you mean 'params'?"),
        ("max = 60.0", "maxx = 60.0", "[params.rho]: unknown key 'maxx'; did you mean 'max'?"),
        ("max = 60.0", "max = -1.0", "[params] rho: min (0) must be less than max (-1)"),
        ("max = 60.0", "max = 20.0", "[params] rho: the value 28 lies outside [0, 20]"),
        ("max = 60.0", 'scale = "log"', "[params] rho: a log scale needs a positive value and"),
        ("max = 60.0", 'scale = "lin"', "[params.rho] scale: unknown value 'lin'; did you mean"),
        ("max = 60.0", "step = 0", "[params] rho: step must be positive, not 0"),
        ("value = 28.0, ", "", "[params.rho] value: a number is expected, not nothing"),
        ("sigma = 10", "sigma = true", "[params] sigma: a number is expected, not true or false"),
        ("sigma = 10", "sigma = nan", "[params] sigma: a finite number is expected, not nan"),
        ("sigma = 10", 'sigma = "1/0"', "[params] sigma: a finite number is expected, not 1/0"),
        ("sigma = 10", 'sigma = "2*x"', "[params] sigma, column 3: unknown name 'x'; valid: pi"),
        ("sigma = 10", f"sigma = 1{'0' * 400}", "[params] sigma: a finite number is expected"),
        ("sigma = 10", "x = 10", "[params] x: already defined in [states]"),
        ("sigma = 10", "step = 10", "[params] step: 'step' is a function of the expression"),
        ("sigma = 10", "t = 10", "[params] t: 't' is the time and cannot be defined"),
        ("sigma = 10", "e = 10", "[params] e: 'e' is the constant 2.71828 and cannot be defined"),
        ("sigma = 10", "lambda = 1", "[params] lambda: 'lambda' is a keyword of Python and no"),
        ("sigma = 10", '"a b" = 1', "[params] a b: 'a b' is no name"),
        ("sigma = 10", '"x;y" = 1', "[params] x;y: 'x;y' is no name"),
        ('"ode"', '"oed"', "[model] type: unknown value 'oed'; did you mean 'ode'?"),
        ('type = "ode"', "", "[model]: the key 'type' is missing"),
        ('type = "ode"', 'type = "ode"\ndtype = "float23"', "unknown value 'float23'"),
        ('type = "ode"', 'type = "ode"\ndtype = "int64"', "dtype is float64 or float32"),
        ('args = ["u", "k"]', 'args = ["u"]', "[functions.sat] expr, column 6: unknown name 'k'"),
        ('args = ["u", "k"]', 'args = ["u", "pi"]', "[functions.sat]: 'pi' is the constant"),
        ("u / (k + u)", "u / (k + r2)", "expr, column 10: 'r2' cannot be used here: a function"),
        ("u / (k + u)", "sat(u, k)", "[functions.sat]: defined by itself: sat → sat"),
        ("x^2 + y^2", "r2 + 1", "[aux] r2: defined by itself: r2 → r2"),
        ("[aux]", '[noise]\nw = "1"\n[aux]', "[noise] w: there is no state 'w'; valid: x, y, z"),
        ("[aux]", '[noise]\nx = "rhoo"\n[aux]', "[noise] x, column 1: unknown name 'rhoo'; did"),
        ("[aux]", "[noise]\nx = true\n[aux]", "[noise] x: an expression in quotes is expected"),
        ('type = "ode"', 'type = "ode"\ncalculus = "ito"', "noise means, and there is no [noise]"),
        ("[aux]", "[sim]\ndtt = 1\n[aux]", "[sim]: unknown key 'dtt'; did you mean 'dt'?"),
        ("[aux]", "[sim]\ndt = -1\n[aux]", "[sim]: dt must be positive, not -1"),
        ("[aux]", "[sim]\nrtol = -1\n[aux]", "[sim]: rtol and atol must not be negative, nor both"),
        ("[aux]", "[sim]\nt0 = 5\nt_end = 1\n[aux]", "[sim]: t_end (1) lies before t0 (5)"),
        ("[aux]", '[sim]\nrecord = ["w"]\n[aux]', "[sim] record: unknown name 'w'; valid: x, y"),
        ("[aux]", '[sim]\nstop = "w > 1"\n[aux]', "[sim] stop, column 1: unknown name 'w'"),
        ("[aux]", '[meta]\naxes = ["r2"]\n[aux]', "[meta] axes: unknown name 'r2'; valid: x, y"),
        ("[aux]", "[presets.p.params]\nrh = 1\n[aux]", "[presets.p.params] unknown name 'rh'"),
        ("[aux]", "[presets.p.param]\nrho = 1\n[aux]", "[presets.p]: unknown key 'param'; did"),
        ("[aux]", '[equations.jacobian]\nexpr = [["1"]]\n[aux]', "the Jacobian matrix needs 3"),
        ("[states]", "[states", "not valid TOML: "),
        ("[states]\nx = 1.0\ny = 0\n", "[states]\n", "there is no state 'x'; valid: z"),
    ],
)
def test_errors_of_a_model_file_name_file_table_and_key(old, new, message):
    assert message in _message(_with(old, new))
    assert _message(_with(old, new)).startswith("lorenz.toml")


def test_errors_in_a_block_name_line_and_column():
    table = LORENZ[LORENZ.index("[equations.rhs]") :]
    block = '[equations]\nexpr = """\ndx = y\n  dy = z;  dz = rhoo * x"""\n'
    assert _message(LORENZ.replace(table, block)) == (
        "lorenz.toml [equations] expr, line 2, column 17: unknown name 'rhoo'; did you mean 'rho'?"
    )
    block = block.replace("dy = z", "dx = z")
    assert _message(LORENZ.replace(table, block)) == (
        "lorenz.toml [equations] expr, line 2, column 3: a second equation for the state 'x'"
    )
    block = block.replace("dx = z", "z")
    assert "expected 'dx = …', found 'z'" in _message(LORENZ.replace(table, block))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x' + y", "line 1, column 1: expected x' = …, x[n+1] = …, name = …, f(u) = … or x(0)"),
        ("x' = 1 +", "line 1, column 9: something is missing"),
        ("x' = -x\nx' = x", "line 2, column 1: 'x' is already defined in line 1"),
        ("x' = -x\nx = 3", "line 2, column 1: 'x' is already defined in line 1"),
        ("x' = -x; y[n+1] = x", "line 1, column 10: x' = … and x[n+1] = … cannot stand in one"),
        ("x' = -x\ny(0) = 3", "line 2, column 1: there is no equation of 'y'"),
        ("x' = -x\nx(0) = y", "line 2, column 8: unknown name 'y'"),
        ("x' = -x\nx(0) = 1/0", "line 2, column 8: a finite number is expected, not '1/0'"),
        ("x' = -k*x\nk = 3 in [4, 5]", "line 2, column 1: the value 3 lies outside [4, 5]"),
        ("x' = -x\nsin(u) = u", "line 2, column 1: 'sin' is a function of the expression"),
        ("x' = -x\nstep = 2", "line 2, column 1: 'step' is a function of the expression"),
        ("x' = -f(x)\nf(u) = u*x", "line 2, column 10: 'x' cannot be used here"),
        ("x' = -x\nwhen x > 1 x", "line 2, column 1: expected 'when condition: action'"),
        ("x' = -x\nwhen x > : x = 0", "line 2, column 9: something is missing"),
        ("x' = -x\nwhen x > 1: y = 0", "line 2, column 13: unknown name 'y'; an action changes"),
        ("x' = -x\nwhen x > 1: x = 0; x +", "line 2, column 20: expected 'name = expression'"),
        ("x' = -x\nnoise y = 1", "line 2, column 1: there is no equation of 'y'; valid: x"),
        ("x' = -x\nnoise x = 1; noise x = 2", "line 2, column 14: the noise of 'x' is already"),
        ("x' = -x\nnoise x", "line 2, column 1: expected 'noise x = …', where x is a state, found"),
        ("x' = -x\nnoise x' = 1", "line 2, column 1: expected 'noise x = …', where x is a state"),
        ("x' = -x\nnoise x = sin(", "line 2, column 15: something is missing"),
        ("x[n+1] = -x\nnoise x = 1", "line 2, column 1: noise drives flows; a map has none"),
        ("x' = x[n]", "line 1, column 7: unexpected '['"),
        ("x[n+1] = x[n] + a[n]\na = 1", "line 1, column 18: unexpected '['"),
        ("k = 3", "equations: no equation: expected x' = … or x[n+1] = …"),
        ("x' = -x\nfrom y", "line 2, column 1: expected x' = …"),
        ("x' = -x\nf(1) = 2", "line 2, column 1: '1' is no name of an argument"),
    ],
)
def test_errors_of_plain_equations_name_line_and_column(text, message):
    with pytest.raises(ModelError) as caught, warnings.catch_warnings(action="ignore"):
        load_model(text if "=" in text and "\n" in text else text + "\n")
    assert message in str(caught.value)


def test_a_name_never_given_becomes_a_parameter_with_a_warning():
    with pytest.warns(UserWarning, match="'r' is used and never given: it becomes a parameter"):
        model = load_model("x[n+1] = r*x*(1 - x)")
    assert model.spec.params == (Param(name="r", value=1.0),)
    assert model.initial_state == (0.0,)


def test_names_of_the_generated_code_are_harmless_names_of_a_model(python_rhs):
    model = load_model(
        "y' = y*p + dt + run + s_x + div + rhs\n"
        "p = 2; dt = 3; run = 4; s_x = 5; div = 6; rhs = 7\nf_y(u_y) = u_y; __class__ = 1"
    )
    assert python_rhs(model)(0.0, (1.0,), model.param_values) == (27.0,)


def test_a_definition_without_states_or_time_is_a_parameter_or_an_aux():
    spec = read_equations_text("x' = -k*x\nk = 2*pi\nhalf = k/2\nphase = mod(t, 1)")
    assert [param.name for param in spec.params] == ["k"]
    assert [aux.name for aux in spec.aux] == ["half", "phase"]


def test_older_spellings_are_understood():
    file = """
        #! dynlib
        [model]
        type = "ode"
        label = "Leaky cell"
        [states]
        V = -65.0
        [params]
        tau = 10.0
        rest = -70
        [functions.pull]
        args = ["V", "tau"]
        expr = "(rest_of() - V) / tau"
        [functions.rest_of]
        args = []
        expr = "-70.0"
        [equations]
        expr = "dV = pull(V, tau) + (V**2) % (2*pi)"
        [events.spike]
        cond = "V >= -50"
        phase = "post"
        action.V = "rest"
        [sim]
        stepper_config = { tol = 1e-8 }
        [meta]
        author = "anyone"
    """
    with pytest.warns(UserWarning, match=r"\[sim\] stepper_config: ignored"):
        spec = load_model(file).spec
    assert (spec.name, spec.events[0].phase) == ("Leaky cell", "end")
    slip = LORENZ + '[meta]\ndiscription = "x"'
    assert "[meta]: unknown key 'discription'; did you mean 'description'?" in _message(slip)


def test_files_are_loaded_by_path(tmp_path):
    (tmp_path / "mine.toml").write_text(LORENZ, encoding="utf-8")
    (tmp_path / "plain.txt").write_text("x' = -x", encoding="utf-8")
    assert load_model(tmp_path / "mine.toml").spec == read_toml(LORENZ)
    assert load_model(str(tmp_path / "plain.txt")).name == "plain"
    with pytest.raises(ModelError, match=r"cannot read the model file .*nothing\.toml"):
        load_model(tmp_path / "nothing.toml")


@pytest.mark.parametrize(
    ("name", "message"),
    [("lorentz", "unknown model 'lorentz'; did you mean 'lorenz'?"), ("", "unknown model ''")],
)
def test_an_unknown_model_is_an_error_with_a_suggestion(name, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        load_model(name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x' = -β*x\nbeta = 3", "'β' is used and never given.*; did you mean 'beta'?"),
        ("X' = -x", "'x' is used and never given.*; did you mean 'X'?"),
        ("x[n+1] = n*x", r"'n' is used and never given.*\(the iteration of a map is t\)"),
        ("x' = -x\nx0 = 3", r"'x0' is never used; an initial value is written x\(0\) = …"),
    ],
)
def test_names_that_are_likely_slips_are_told(text, said):
    with pytest.warns(UserWarning, match=said):
        load_model(text + "\n")


def test_a_parameter_called_like_an_initial_value_is_one_where_it_is_used():
    with warnings.catch_warnings(action="error"):
        assert load_model("x' = x0 - x\nx0 = 3").param_names == ("x0",)


def test_a_byte_order_mark_is_no_part_of_a_text():
    assert load_model("\ufeffx' = 1\n").state_names == ("x",)
    assert load_model("\ufeff" + LORENZ).kind == "ode"
