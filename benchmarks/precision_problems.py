"""Problems of the work-precision diagrams, with what their orbits end at."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import pi, sqrt

import numpy as np

Flow = Callable[[float, np.ndarray], tuple[float, ...]]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """An orbit of known end.

    Attributes
    ----------
    name : str
        What it is called in the tables.
    text : str
        The model.
    flow : callable
        The same right-hand side, for other packages.
    t_end : float
        When the orbit ends.
    end : array (n,)
        Where.
    scale : array (n,)
        By which errors are divided.
    first_step : float
        To begin with.
    stiff : bool
        A problem for implicit methods.
    atol : float
        Absolute tolerance as a multiple of the relative one.
    """

    name: str
    text: str
    flow: Flow
    t_end: float
    end: np.ndarray
    scale: np.ndarray
    first_step: float = 1e-3
    stiff: bool = False
    atol: float = 1.0
    start: np.ndarray = field(default_factory=lambda: np.empty(0))


def _lorenz(t: float, y: np.ndarray) -> tuple[float, ...]:
    return 10.0 * (y[1] - y[0]), y[0] * (28.0 - y[2]) - y[1], y[0] * y[1] - 8.0 / 3.0 * y[2]


def _kepler(t: float, y: np.ndarray) -> tuple[float, ...]:
    cube = (y[0] * y[0] + y[1] * y[1]) ** 1.5
    return y[2], y[3], -y[0] / cube, -y[1] / cube


def _van_der_pol(t: float, y: np.ndarray) -> tuple[float, ...]:
    return y[1], 1000.0 * (1.0 - y[0] * y[0]) * y[1] - y[0]


def _robertson(t: float, y: np.ndarray) -> tuple[float, ...]:
    slow, fast, square = 0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] * y[1]
    return fast - slow, slow - fast - square, square


_SPEED = sqrt(1.9 / 0.1)

PROBLEMS = (
    Problem(
        name="Lorenz, t = 10",
        text="x' = 10*(y - x)\ny' = x*(28 - z) - y\nz' = x*y - 8/3*z\nx(0) = 1\ny(0) = 1\nz(0) = 1",
        flow=_lorenz,
        start=np.ones(3),
        t_end=10.0,
        # mpmath.odefun with 32 digits.
        end=np.array([-4.902687541134648130001, -3.743872921802918872721, 24.69085810279056289366]),
        scale=np.ones(3),
    ),
    Problem(
        name="Kepler, e = 0.9, 10 periods",
        text=f"x' = u\ny' = v\nu' = -x/(x^2 + y^2)^1.5\nv' = -y/(x^2 + y^2)^1.5\n"
        f"x(0) = 0.1\nv(0) = {_SPEED!r}",
        flow=_kepler,
        start=np.array([0.1, 0.0, 0.0, _SPEED]),
        t_end=20.0 * pi,
        # Where it began: the major half axis is 1.
        end=np.array([0.1, 0.0, 0.0, _SPEED]),
        scale=np.ones(4),
    ),
    # The ends of the stiff ones: Mazzia & Magherini, Test Set for Initial Value Problem Solvers,
    # release 2.4 (2008), problems VDPOL, in its time multiplied by mu, and ROBER.
    Problem(
        name="van der Pol, mu = 1000",
        text="x' = v\nv' = 1000*(1 - x^2)*v - x\nx(0) = 2\nv(0) = 0",
        flow=_van_der_pol,
        start=np.array([2.0, 0.0]),
        t_end=2000.0,
        end=np.array([1.706167732170483, -0.8928097010247975e-3]),
        scale=np.array([1.706167732170483, 0.8928097010247975e-3]),
        stiff=True,
    ),
    Problem(
        name="Robertson, t = 1e11",
        text="a' = 1e4*b*c - 0.04*a\nb' = 0.04*a - 1e4*b*c - 3e7*b^2\nc' = 3e7*b^2\na(0) = 1\n"
        "b(0) = 0\nc(0) = 0",
        flow=_robertson,
        start=np.array([1.0, 0.0, 0.0]),
        t_end=1e11,
        end=np.array([0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050]),
        scale=np.array([0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050]),
        stiff=True,
        atol=1e-8,
    ),
)
