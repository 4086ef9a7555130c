"""The views that a model file may suggest in ``[meta] views``.

To add one, give it a name and say here what it shows; a picture that is not drawn yet may be
suggested all the same, as a suggestion binds nobody.
"""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["VIEWS"]

VIEWS: Mapping[str, str] = MappingProxyType(
    {
        "time_series": "states and aux against time",
        "phase_line": "the rate of change of one state against the state, with its zeros",
        "phase_plane": "the pair of `axes` against each other",
        "phase_space": "three states against each other, in three dimensions",
        "vector_field": "arrows and nullclines of two states",
        "cobweb": "a map of one state with the staircase of its iterates",
        "return_map": "each maximum, or value at a section, against the one before",
        "poincare_section": "the states at which the orbit crosses a surface",
        "stroboscope": "the states once in each period of a drive",
        "bifurcation_diagram": "long-term values of a state against a parameter",
        "basins": "initial states, coloured by where they end",
        "histogram": "how often the values of a state occur",
        "power_spectrum": "the power of a state against frequency",
        "space_time": "all states of a chain or a ring, side by side, against time",
    }
)
