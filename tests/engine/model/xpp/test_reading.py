"""What .ode files may say, what is noted about it, and what is refused with every reason."""

import numpy as np
import pytest

import engine
from engine.errors import ModelError
from engine.model import load_model
from engine.model.xpp.lines import expanded_lines
from engine.model.xpp.report import Report

RULE = "x'=-x\n"


def formula(text, loaded, definitions="par a=2,b=3\ny'=0\nz'=0\n"):
    """Return a formula as it is read."""
    model, notes = loaded(f"{definitions}x'={text}\ndone\n")
    written = {e.state: e.formula.text for e in model.spec.equations}["x"]
    return written, notes


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2^3^2", "(2^3)^2"),
        ("-x^2", "-x^2"),
        ("x**-2", "x^-2"),
        ("a-b-1", "a - b - 1"),
        ("a-(b-1)", "a - (b - 1)"),
        ("a/b*2", "a / b * 2"),
        ("a/(b*2)", "a / (b * 2)"),
        ("ln(x)+log(y)+log10(z)", "log(x) + log(y) + log10(z)"),
        ("heav(x)*flr(y)+ceil(z)", "step(x) * floor(y) + ceil(z)"),
        ("atan2(y,x)+mod(x,2)", "atan2(y, x) + mod(x, 2)"),
        ("max(x,min(y,z))", "max(x, min(y, z))"),
        ("if(x>1)then(ln(x))else(x-1)", "log(x) if x > 1 else x - 1"),
        ("2*if(x)then(1)else(0)+1", "2 * (1 if x else 0) + 1"),
        ("if(x>0)then(1)else(if(y>0)then(2)else(3))", "1 if x > 0 else 2 if y > 0 else 3"),
        ("(x>1)&(y<2)|not(z==3)", "x > 1 and y < 2 or not z == 3"),
        ("x>1&y<2", "x > 1 and y < 2"),
        ("(x>y)>z", "(x > y) > z"),
        ("A*X + PI*T + Pi", "a * x + pi * t + pi"),
        ("1.e-4*X+.5e+2", "0.0001 * x + 50"),
        ("sum(1,3)of(i'*x)", "sum(i * x for i in range(1, 4))"),
        ("sum(0,2)of(shift(y,i'))", "y + z + x"),
        ("sum(3,1)of(x)", "0"),
        ("shift(a,1)", "b"),
        ("erf(x)+erfc(x)+sign(x)+abs(x)", "erf(x) + erfc(x) + sign(x) + abs(x)"),
    ],
)
def test_formulas_are_read_as_xppaut_reads_them(text, read, loaded):
    assert formula(text, loaded) == (read, [])


@pytest.mark.parametrize(
    ("text", "read"), [("x-1>0", "x - (1 > 0)"), ("x>a+b", "(x > a) + b"), ("-x>1", "-(x > 1)")]
)
def test_comparisons_bind_tightly_and_that_is_noted(text, read, loaded):
    written, notes = formula(text, loaded)
    assert written == read
    assert "XPPAUT compares before it adds or multiplies" in notes[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x'=q+x", "line 1: unknown name 'q'; valid: x"),
        ("x'=(x", "line 1: expected ')' to close the bracket, found the end, in '(x'"),
        ("x'=x y", "line 1: unexpected 'y', in 'x y'"),
        ("x'=sin(x,x)", "line 1: sin() takes 1 argument, not 2"),
        ("x'=sine(x)", "line 1: unknown function 'sine'; did you mean 'sin'?"),
        ("x'=x(1)", "line 1: 'x' is no function"),
        ("x'=1\npar X=2", "line 2: 'X' is already defined as 'x' in line 1"),
        ("x'=1\npar t=2", "line 2: 't' has a meaning of its own"),
        ("x'=1\nfoo bar", "line 2: 'foo bar' is no statement of an .ode file"),
        ("x'=1\n????", "line 2: '????' is no statement of an .ode file"),
        ("x'=1\npar a=1=2", "line 2: unexpected '=', in '1=2'"),
        ("x'=1\npar 5=a", "line 2: expected 'name=value, …', found '5=a'"),
        ("x'=1\npar a=b", "line 2: unknown name"),
        ("x'=1\npar a=1/0", "line 2: a: a finite number is expected, not '1/0'"),
        ("x'=1\ninit u=1", "line 2: there is no variable 'u'; valid: x"),
        ("x'=1\nglobal 2 {x} {x=1}", "line 2: expected 'global sign {condition} {x=…;y=…}'"),
        ("x'=1\nglobal 1 {x-1} {y=1}", "'y' is no variable or parameter that an event may set"),
        ("x'=1\nglobal 1 {x-1} {x=1;X=2}", "the event sets 'X' twice"),
        ("x'=1\nglobal 1 {x-1} {x}", "expected 'name=formula', found 'x'"),
        ("x'=f(1)\nf(x)=f(x)", "line 2, f: defined by itself: f → f"),
        ("x'=[j]", "line 1: [j] outside of an array"),
        ("x[1..2]'=[k]", "line 1: '[k]' is no index"),
        ("x[0..2]'=x[j-1]", "line 1: the index [j-1] becomes -1"),
        ("x[1..2]'=y[1..3]", "line 1: one range such as [1..10] is expected"),
        ("%[1..2]\nx[j]'=1", "line 1: the block has no closing %"),
        ("par a=1\ndone", "no equation: expected x' = …"),
        ("x'=sum(1,2)of(sum(1,2)of(i'))\ndone", "a sum within a sum"),
        ("x'=i'\ndone", "i' outside of sum"),
        ("x'=shift(x,1)\ndone", "shift(x, …) leaves the variables"),
        ("x'=1\n@ dt=fast", "line 2: dt: a number is expected, not 'fast'"),
    ],
)
def test_errors_name_the_line_and_the_remedy(text, message):
    with pytest.raises(ModelError) as caught:
        load_model(f"{text}\n@ total=1\n")
    assert message in str(caught.value)


REFUSED = """x'=-delay(x,tau)+z+ran(1)
par tau=1
markov z 2
{0} {eps*x}
{0} {0}
table f % 501 -10 10 tanh(t)
bdry x-1
volt u=exp(-t)+int{exp(-t)#u}
y'=normal(0,1)+f(y)
0=x+y
solv q=1
special k=conv(even,51,12,wgt,u0)
#include others.ode
aux b=besselj(0,x)
wiener w
p'=w
r'=w+w^2
done
"""


def test_everything_that_cannot_be_had_is_listed_in_one_error():
    with pytest.raises(ModelError) as caught:
        load_model(REFUSED)
    message = str(caught.value)
    assert message.startswith("the .ode text needs what is not available:")
    for line, reason in [
        (1, "delay() is a delay"), (1, "'z' of line 3"), (1, "ran() is a random number"),
        (3, "a Markov variable"), (6, "a table of values"), (7, "a boundary condition"),
        (8, "a Volterra integral equation"), (9, "normal() is a random number"),
        (9, "'f' of line 6"), (10, "an algebraic condition"), (11, "an algebraic variable"),
        (12, "a special network function"), (13, "another file"), (14, "a Bessel function"),
        (17, "a Wiener variable may only be added"),
    ]:  # fmt: skip
        assert any(
            row.strip().startswith(f"line {line}:") and reason in row
            for row in message.splitlines()
        ), (line, reason)


def test_the_first_old_form_of_files_is_refused():
    with pytest.raises(ModelError, match="old form of files"):
        load_model("1 2 3\npar a=1\ndone\n")


def test_what_has_no_effect_is_listed_in_one_warning(loaded):
    model, notes = loaded(
        """x'=-x+lambda+u
par lambda=1/4, e=2
u=e*w
w=x^2
only x,w
options default.opt
@ trans=100, nout=2,xlo=-1,xhi=2 meth=stiff
@ xp=nobody
aux P.E.=x^2
aux x=2*x
set fast {lambda=2,x=.5,dt=.1}
global 0 x-1 {lambda=0;out_put=1}
" {e=3} three
" A model of nothing.
done
"""
    )
    joined = "\n".join(notes)
    for remark in (
        "line 2: lambda=1/4 is taken to be 0.25; XPPAUT itself may read 1",
        "line 2: 'lambda' is called 'lambda_' here",
        "line 2: 'e' is called 'e_' here",
        "line 3: 'u' uses 'w', which is defined later",
        "line 5: 'only x,w' has no effect",
        "line 6: 'options default.opt' has no effect",
        "line 7: without effect here: trans=100, nout=2, xlo=-1, xhi=2",
        "line 7: the method 'stiff' is not available; rodas4 instead",
        "line 9: 'P.E.' is called 'P_E_' here",
        "line 10: 'x' is called 'x_' here",
        "line 11: in 'fast' without effect: dt",
        "line 12: 'out_put' has no effect",
    ):
        assert remark in joined
    presets = {preset.name: preset for preset in model.spec.presets}
    assert presets["fast"].params == {"lambda_": 2.0}
    assert presets["fast"].states == {"x": 0.5}
    assert presets["action_1"].params == {"e_": 3.0}
    assert model.spec.meta.description == "A model of nothing."
    assert model.aux_names == ("u", "w", "P_E_", "x_")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", (0.0, 20.0, 0.05, "rk4")),
        ("@ total=3,dt=.1,t0=2 meth=euler", (2.0, 5.0, 0.1, "euler")),
        ("@ METH=modeuler", (0.0, 20.0, 0.05, "heun")),
        ("@ meth=5dp", (0.0, 20.0, 0.05, "dopri5")),
        ("@ meth=83dp", (0.0, 20.0, 0.05, "dop853")),
        ("@ meth=ymp", (0.0, 20.0, 0.05, "yoshida4")),
        ("@ meth=discrete,total=50", (0.0, 50.0, 1.0, "map")),
    ],
)
def test_options_of_the_run(options, expected, loaded):
    model, _ = loaded(f"{RULE}par a=1\n{options}\n")
    sim = model.spec.sim
    assert (sim.t0, sim.t_end, sim.dt, sim.stepper) == expected


def test_tolerances_and_bound(loaded):
    model, _ = loaded("x'=1\ny'=2\n@ toler=1e-4,atoler=1e-5,bound=50\n")
    assert (model.spec.sim.rtol, model.spec.sim.atol) == (1e-4, 1e-5)
    assert model.spec.sim.stop.condition.text == "abs(x) > 50.0 or abs(y) > 50.0"


def test_functions_may_use_any_name_of_the_file(loaded):
    model, _ = loaded(
        """f(u)=g(u)+beta*t
g(beta)=beta*alpha+y+h(1)
h(t)=t+q
par alpha=2,beta=3
q=x*y
x'=f(x)
y'=-y
done
"""
    )
    functions = {f.name: (f.args, f.formula.text) for f in model.spec.functions}
    assert functions["h"] == (("t_", "q"), "t_ + q")
    assert functions["g"] == (
        ("beta", "alpha", "y", "q"),
        "beta * alpha + y + h(1, q)",
    )
    assert functions["f"] == (
        ("u", "beta", "t_", "alpha", "y", "q"),
        "g(u, alpha, y, q) + beta * t_",
    )
    assert model.spec.equations[0].formula.text == "f(x, beta, t, alpha, y, q)"


def test_spelling_is_that_of_the_definition(loaded):
    model, _ = loaded("dVm/dt = -GL*VM+i_APP\npar gL=1, I_app=2\nVM(0)=3\ndone\n")
    assert (model.state_names, model.param_names) == (("Vm",), ("gL", "I_app"))
    assert model.initial_state == (3.0,)
    assert model.spec.equations[0].formula.text == "-gL * Vm + I_app"


def test_arrays_are_written_out():
    text = (
        "x[3..1]'=x[j-1]+[j*2]\n%[1..2]\ny[j]'=-y[j]\ninit y[j]=[j+1]\n%\nz'=w[7]\\\n +1 # end\nd\n"
    )
    lines = [tuple(line) for line in expanded_lines(text, Report(""))]
    assert lines == [
        ("x3'=x2+6", 1), ("x2'=x1+4", 1), ("x1'=x0+2", 1),
        ("y1'=-y1", 3), ("init y1=2", 4), ("y2'=-y2", 3), ("init y2=3", 4),
        ("z'=w7 +1", 6),
    ]  # fmt: skip


def test_wiener_variables_become_amplitudes_of_noise(loaded):
    model, notes = loaded(
        """wiener w
wiener u[1..2]
par s=.5,q=2
drift=-x+s*x*w
x'=drift+1
y'=u1/2-q*(u2-y)
z'=if(x>1)then(0)else(z)
@ meth=euler
done
"""
    )
    assert {n.state: n.formula.text for n in model.spec.noise} == {
        "x": "s * x",
        "y": "sqrt((1 / 2)^2 + (-q)^2)",
    }
    assert [e.formula.text for e in model.spec.equations] == [
        "drift + 1",
        "-(q * -y)",
        "0 if x > 1 else z",
    ]
    assert [a.formula.text for a in model.spec.aux] == ["-x"]
    assert model.spec.calculus == "ito"
    assert model.spec.sim.stepper == "euler_maruyama"
    assert notes == []


def test_a_noisy_path_is_that_of_the_same_model_in_plain_equations(loaded):
    # Uhlenbeck & Ornstein, Phys. Rev. 36 (1930) 823.
    ode, _ = loaded(
        "wiener w\npar th=1.5,sg=.3\nx'=-th*x+sg*w\nx(0)=1\n@ meth=euler,dt=.01\ndone\n"
    )
    plain = load_model("x' = -th*x\nnoise x = sg\nth = 1.5; sg = 0.3\nx(0) = 1")
    runs = [
        engine.Sim(model, stepper="euler_maruyama", dt=0.01, seed=7, jit=False).run(n_steps=200)
        for model in (ode, plain)
    ]
    assert np.array_equal(runs[0].y, runs[1].y)
    assert np.ptp(np.diff(runs[0]["x"])) > 0.01


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x'=w^2", "a Wiener variable may only be added"),
        ("x'=1/w", "a Wiener variable may only be added"),
        ("x'=w*w", "a Wiener variable may only be added"),
        ("x'=sin(w)", "a Wiener variable may only be added"),
        ("x'=w\ny'=-w", "drives both 'x' and 'y'"),
        ("x(t+1)=x+w", "noise in a map, of 'x'"),
        ("x'=1\nglobal 1 x-1 {x=w}", "a Wiener variable in an event"),
    ],
)
def test_noise_that_is_not_ours_is_refused(text, reason):
    with pytest.raises(ModelError, match=reason):
        load_model(f"wiener w\n{text}\ndone\n")
