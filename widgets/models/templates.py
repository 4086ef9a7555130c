"""Beginnings of new models, as plain equations."""

from collections.abc import Mapping
from types import MappingProxyType

_FLOW = """\
# A flow: one equation x' = … a state. Names without an equation are parameters.
x' = y
y' = mu*(1 - x^2)*y - x

mu = 1 in [0, 5]

x(0) = 0.5
y(0) = 0
"""

_MAP = """\
# A map: one equation x[n+1] = … a state.
x[n+1] = r*x*(1 - x)

r = 3.7 in [0, 4]

x(0) = 0.2
"""

_EVENTS = """\
# A ball that falls, and bounces where it touches the ground.
h' = v
v' = -g

g = 9.81 in [0, 20]
bounce = 0.9 in [0, 1]
energy = v^2/2 + g*h

when h < 0: h = 0; v = -bounce*v

h(0) = 1
v(0) = 0
"""

_NOISE = """\
# A particle in a double well, driven by white noise.
x' = x - x^3
noise x = sigma

sigma = 0.5 in [0, 2]

x(0) = 1
"""

TEMPLATES: Mapping[str, str] = MappingProxyType(
    {"flow": _FLOW, "map": _MAP, "with events": _EVENTS, "with noise": _NOISE}
)
"""The text of each template by its name."""
