"""Milstein's method for flows with noise, of strong and weak order 1."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from typing import TYPE_CHECKING

from engine.steppers.stepper import Stepper

if TYPE_CHECKING:
    from engine.model import Model


def step(t, dt, y, p, memory):
    """Advance `y` (n,) from `t` to `t + dt` without noise: Euler's method."""
    return axpy(y, dt, rhs(t, y, p)), memory


def noisy_step(t, dt, y, p, memory, dw):
    """Advance `y` (n,) by drift, noise and the square of the increments `dw`.

    With the correction ``c = 1/2 s s'`` the term ``c (dw**2 - dt)`` of Itô's calculus and the one
    of Stratonovich's, ``c dw**2``, come to the same as soon as the drift is Stratonovich's.
    Kloeden & Platen, Numerical Solution of Stochastic Differential Equations (1992), 10.3.
    """
    drifted = axpy(y, dt, stratonovich_drift(t, y, p))
    driven = axpy(drifted, 1.0, product(noise(t, y, p), dw))
    return axpy(driven, 1.0, product(noise_correction(t, y, p), product(dw, dw))), memory


def misfit(model: "Model") -> str:
    """Return why the double integrals of a model's noise are out of reach; empty if they are not.

    Where an amplitude depends on another state that noise drives, the step needs the Lévy area of
    the two Wiener processes.  Kloeden & Platen, 10.3.
    """
    for state, others in model.noise.depends.items():
        for other in sorted(others - {state}):
            return (
                f"the noise of {state!r} depends on {other!r}, which has noise of its own, and the "
                "step would need the Lévy areas of the two; use 'euler_maruyama' or 'heun'"
            )
    return ""


STEPPER = Stepper(
    name="milstein",
    kind="ode",
    order=1,
    step=step,
    stochastic=True,
    noisy_step=noisy_step,
    needs=frozenset({"noise"}),
    misfit=misfit,
    summary="Milstein's method for noise; Euler's method without",
    reference="Kloeden & Platen, Numerical Solution of Stochastic Differential Equations (1992), "
    "10.3",
)
