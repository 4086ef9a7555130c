"""Equations as a textbook prints them."""

import pytest

from engine.model import load_model
from engine.model.typeset import typeset_name


def _right(text: str) -> str:
    model = load_model(f"x' = {text}\ny' = y\na = 1; b = 1; omega = 1; r = x + y; sat(u, k) = u/k")
    return model.latex()[0].removeprefix(r"\dot{x} = ")


def test_lorenz():
    assert load_model("lorenz").latex() == (
        r"\dot{x} = \sigma \left(y - x\right)",
        r"\dot{y} = x \left(\rho - z\right) - y",
        r"\dot{z} = x y - \beta z",
    )


def test_henon_map():
    assert load_model("henon").latex() == (
        r"x_{n+1} = 1 - a x_{n}^{2} + y_{n}",
        r"y_{n+1} = b x_{n}",
    )


def test_definitions_that_the_equations_use_follow_them():
    lines = load_model(
        "x[n+1] = sat(x[n], K_m) + drive\nK_m = 2; drive = sin(t/x); other = x\nsat(u, k) = u/(k+u)"
    ).latex()
    assert lines == (
        r"x_{n+1} = \mathrm{sat}\left(x_{n}, K_{m}\right) + \mathrm{drive}",
        r"\mathrm{drive} = \sin\left(\frac{n}{x_{n}}\right)",
        r"\mathrm{sat}\left(u, k\right) = \frac{u}{k + u}",
    )


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("x*y/(a + b)", r"\frac{x y}{a + b}"),
        ("8/3*x", r"\frac{8}{3} x"),
        ("2*3*x", r"2 \cdot 3 x"),
        ("x*2", r"x \cdot 2"),
        ("-x*y + a", "-x y + a"),
        ("-(x + y)", r"-\left(x + y\right)"),
        ("x - (y - a)", r"x - \left(y - a\right)"),
        ("x*(-y)", r"x \left(-y\right)"),
        ("(x + y)^2", r"\left(x + y\right)^{2}"),
        ("x^(1/2)", "x^{1/2}"),
        ("sin(x)^2", r"\sin^{2}\left(x\right)"),
        ("sqrt(x)^3", r"\left(\sqrt{x}\right)^{3}"),
        ("exp(-x)", "e^{-x}"),
        ("exp(x/y)", r"\exp\left(\frac{x}{y}\right)"),
        ("abs(x)*floor(y)", r"\left|x\right| \left\lfloor y \right\rfloor"),
        ("mod(x + y, 2*pi)", r"\left(x + y\right) \bmod 2 \pi"),
        ("1 + x % 2", r"1 + \left(x \bmod 2\right)"),
        ("x // a", r"\left\lfloor \frac{x}{a} \right\rfloor"),
        ("1e-6*x", r"10^{-6} x"),
        ("2.5e-9*x", r"2.5 \cdot 10^{-9} x"),
        ("28.0*x", "28 x"),
        ("cos(omega*t)", r"\cos\left(\omega t\right)"),
        (
            "x if x > 1 and y <= 2 else y if not x else 0",
            r"\begin{cases} x & \text{if } x > 1 \land y \le 2 \\ "
            r"y & \text{if } \lnot x \\ 0 & \text{otherwise} \end{cases}",
        ),
        ("sum(x^i for i in range(1, 4))", r"\sum_{i=1}^{3} x^{i}"),
        (
            "2*prod(x for i in range(9) if i > 3)",
            r"2 \left(\prod_{\substack{i=0 \\ i > 3}}^{8} x\right)",
        ),
    ],
)
def test_typeset_expressions(text, latex):
    assert _right(text) == latex


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("x", "x"),
        ("omega0", r"\omega_{0}"),
        ("v_th", r"v_{\mathrm{th}}"),
        ("I_Na_max", r"I_{\mathrm{Na},\mathrm{max}}"),
        ("prey", r"\mathrm{prey}"),
        ("lam", r"\lambda"),
        ("λ", r"\lambda"),
        ("Ω_1", r"\Omega_{1}"),
        ("_", r"\mathrm{\_}"),
    ],
)
def test_names(name, latex):
    assert typeset_name(name) == latex


def test_words_are_kept_apart():
    assert (
        load_model("lotka_volterra")
        .latex()[0]
        .endswith(r"\beta \, \mathrm{prey} \, \mathrm{predator}")
    )


def test_events_are_typeset_as_when_and_then():
    model = load_model(
        "v' = I - v\nu' = 0*u\nI = 2\nd = 8\n"
        "when cross_up(v, 1): v = 0; u -= d - v\nwhen u < -9: u = 0"
    )
    assert model.latex_events() == (
        (r"v \nearrow 1", (r"v \gets 0", r"u \gets u - \left(d - v\right)")),
        (r"u < -9", (r"u \gets 0",)),
    )
