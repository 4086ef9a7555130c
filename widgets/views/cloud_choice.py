"""What the reader chooses of a cloud of orbits in a phase plane."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.live.cloud import MOST_ORBITS, Cloud, Start, fixed_method
from widgets.live.live_run import LiveRun
from widgets.views.expressions import number_control, one_of, select_control
from widgets.views.numbers import real, whole
from widgets.views.ranges import Limits
from widgets.views.view import button

STARTS = {
    "box": "box around the point",
    "ball": "ball around the point",
    "visible": "all over the picture",
}
LOOKED_AT = 5_000
"""How many of the latest rows tell how far the orbit goes."""

PLAIN = {"cloud": False, "cloud_orbits": 2_000, "cloud_start": "box", "cloud_size": 0.1}


class CloudChoice:
    """Hold whether there is a cloud, of how many orbits, and where they start.

    Attributes
    ----------
    cloud : Cloud or None
        The one that moves.
    """

    def __init__(self, live: LiveRun) -> None:
        self._live = live
        self._chosen: dict[str, Any] = dict(PLAIN)
        self.cloud: Cloud | None = None

    @property
    def on(self) -> bool:
        """Return whether a cloud is wanted."""
        return bool(self._chosen["cloud"])

    def settings(self) -> dict[str, Any]:
        """Return what is chosen."""
        return dict(self._chosen)

    def checked(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return what would be chosen with these settings in place of the present ones.

        Raises
        ------
        ValueError
            One is not valid, or the model does not allow a cloud.
        """
        new = self._chosen | {name: settings[name] for name in PLAIN if name in settings}
        orbits = whole("the number of orbits of a cloud", new["cloud_orbits"], 1, MOST_ORBITS)
        size = real("the size of a cloud", new["cloud_size"])
        if not 0.0 < size <= 100.0:
            raise ValueError(f"the size of a cloud lies between 0 and 100, not at {size:g}")
        start = one_of("where a cloud starts", new["cloud_start"], STARTS)
        chosen = {
            "cloud": bool(new["cloud"]),
            "cloud_orbits": orbits,
            "cloud_start": start,
            "cloud_size": size,
        }
        if chosen["cloud"] and not self.on:
            reason = self.misfit()
            if reason:
                raise ValueError(reason)
        return chosen

    def take(self, chosen: Mapping[str, Any]) -> None:
        """Take over what `checked` has returned."""
        self._chosen = dict(chosen)

    def misfit(self) -> str:
        """Return why the model allows no cloud, in words; empty where it does."""
        model = self._live.model
        if model.spec.events:
            return "A cloud needs a model without events."
        if model.lags:
            return "A cloud's orbits would have no past for the lags to look back to."
        stepper = next((s for s in self._live.steppers if s.name == self._live.stepper), None)
        if stepper is not None and stepper.adaptive and stepper.stiff:
            return (
                "A cloud goes in fixed explicit steps, which need a method other than "
                f"{stepper.name} under Solver."
            )
        return ""

    def controls(self) -> list[dict[str, Any]]:
        """Return the toggle, and where there is a cloud its numbers."""
        chosen = self._chosen
        toggle = {
            "kind": "toggle",
            "name": "cloud",
            "caption": "Cloud",
            "label": "Cloud of many orbits",
            "value": self.on,
            "color": 2,
        }
        if not self.on:
            return [toggle]
        starts = [[name, words] for name, words in STARTS.items()]
        return [
            toggle,
            number_control(
                "cloud_orbits",
                "Orbits",
                "Number of orbits in the cloud",
                chosen["cloud_orbits"],
                min=1,
                max=MOST_ORBITS,
            ),
            select_control(
                "cloud_start", "", "Where the cloud starts", chosen["cloud_start"], starts
            ),
            number_control(
                "cloud_size", "Size", "Size of the cloud", chosen["cloud_size"], min=0.0, max=100.0
            ),
            button("launch", "Launch", "Launch the cloud again"),
        ]

    def launch(self, axes: tuple[str, str], limits: tuple[Limits, Limits]) -> Cloud | None:
        """Make a cloud, where one is wanted and possible, and let go of the one before."""
        self.close()
        if self.on and not self.misfit():
            self.cloud = Cloud(self._start(axes, limits), self._method())
        return self.cloud

    def follow_method(self) -> None:
        """Let the cloud go with the method and step of the run."""
        if self.cloud is not None and not self.misfit():
            self.cloud.method = self._method()

    def close(self) -> None:
        """Let go of the cloud."""
        if self.cloud is not None:
            self.cloud.close()
        self.cloud = None

    def words(self) -> str:
        """Say how many orbits there are, and what has become of the others."""
        cloud = self.cloud
        if cloud is None:
            return ""
        if cloud.refused:
            return cloud.refused
        if cloud.swarm.model is None:
            return "the cloud waits for the orbit to move"
        if cloud.compiling:
            return "the cloud is being compiled"
        count = len(next(iter(cloud.swarm.states.values())))
        lost = f", {cloud.swarm.lost:,} gone to infinity" if cloud.swarm.lost else ""
        return f"{count:,} orbits{lost}"

    def _method(self) -> tuple[str, float]:
        live = self._live
        return fixed_method(live.model, live.stepper, live.dt, row_dt=live.row_dt)

    def _start(self, axes: tuple[str, str], limits: tuple[Limits, Limits]) -> Start:
        live, chosen = self._live, self._chosen
        orbits, size = chosen["cloud_orbits"], chosen["cloud_size"]
        states = live.model.state_names
        if chosen["cloud_start"] == "visible":
            drawn = {a: span for a, span in zip(axes, limits, strict=True) if a in states}
            return Start(
                orbits=orbits,
                radius={name: (high - low) / 2.0 for name, (low, high) in drawn.items()},
                centre={name: (high + low) / 2.0 for name, (low, high) in drawn.items()},
            )
        moment = live.moment
        looked = live.look(moment, states, moment.rows - LOOKED_AT)
        radius = {}
        for place, name in enumerate(states):
            values = np.zeros(1) if looked is None or not len(looked[1]) else looked[2][place]
            far = float(np.ptp(values)) if np.isfinite(values).all() else 0.0
            radius[name] = size * (far or abs(float(values[-1])) or 1.0)
        return Start(orbits=orbits, shape=chosen["cloud_start"], radius=radius)
