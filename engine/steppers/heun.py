"""Heun's method of order 2; with noise, the one of Stratonovich's calculus."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from engine.steppers.stepper import Stepper


def step(t, dt, y, p, memory):
    """Advance `y` (n,) from `t` to `t + dt`.  Heun, Z. Math. Phys. 45 (1900) 23."""
    k1 = rhs(t, y, p)
    k2 = rhs(t + dt, axpy(y, dt, k1), p)
    return combine2(y, dt, 0.5, k1, 0.5, k2), memory


def noisy_step(t, dt, y, p, memory, dw):
    """Advance `y` (n,) by a predictor and a corrector, both driven by the increments `dw`.

    The mean of the noise at both ends belongs to Stratonovich's calculus, in whose drift an
    equation of Itô's is written first.  Rümelin, SIAM J. Numer. Anal. 19 (1982) 604, and Kloeden
    & Platen, Numerical Solution of Stochastic Differential Equations (1992), 15.5.
    """
    f1 = stratonovich_drift(t, y, p)
    s1 = noise(t, y, p)
    predicted = axpy(axpy(y, dt, f1), 1.0, product(s1, dw))
    f2 = stratonovich_drift(t + dt, predicted, p)
    s2 = noise(t + dt, predicted, p)
    drifted = combine2(y, dt, 0.5, f1, 0.5, f2)
    return combine2(drifted, 0.5, 1.0, product(s1, dw), 1.0, product(s2, dw)), memory


STEPPER = Stepper(
    name="heun",
    kind="ode",
    order=2,
    step=step,
    stochastic=True,
    noisy_step=noisy_step,
    needs=frozenset({"noise"}),
    summary="Heun's method, the explicit trapezoidal rule; with noise, of Stratonovich's calculus",
    reference="Heun, Z. Math. Phys. 45 (1900) 23; Rümelin, SIAM J. Numer. Anal. 19 (1982) 604",
)
