"""The kinds of small picture that tell what is to be seen of a model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import engine
from widgets.models.svg_path import DOT, HEIGHT, WIDTH, Values, cells, cloud, extent, line, placed

# Most rows that a line is drawn from, and most iterations of a cloud, a series and a cobweb.
ROWS = 6_000
CLOUD = 8_000
SERIES = 600
ZIGZAG = 60
COBWEB = 60
# Points of the graph of a map, orbits of a phase line and from a portrait's sides, and orbits of
# a conservative map with their lengths.
GRAPH = 1_200
STARTS = 15
SIDE = 4
ORBITS = 32
LONG = 700
# A line that is shorter does not show a phase plane.
SHORT = 2.2 * WIDTH
# Shades of a picture of a lattice: which part of the cells is lighter.
SHADES = (0.5, 0.75, 0.92)
CELLS = 160
# The set that a mixing map stretches: points along its diameter, and how often it is mapped.
DISC = 1_000
TIMES = 2


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Hold one kind of picture.

    To add one, write the two functions and put it into `PICTURES`, before those that would show
    the same models less well.

    Attributes
    ----------
    suits : callable
        ``suits(model)``: whether it shows such a model best.
    draw : callable
        ``draw(model)``: the shapes, as the content of an SVG picture.
    """

    suits: Callable[[engine.Model], bool]
    draw: Callable[[engine.Model], str]


def draw_shapes(model: engine.Model) -> str:
    """Draw the first kind of picture that suits a model."""
    return next(picture for picture in PICTURES if picture.suits(model)).draw(model)


def _seen(model: engine.Model) -> str:
    """Return the view that a model suggests before all others."""
    views = model.spec.meta.views
    return views[0] if views else ""


def _alone(model: engine.Model) -> bool:
    return len(model.state_names) == 1


def _axes(model: engine.Model) -> tuple[str, str]:
    """Return what is drawn along and up: as suggested, else the first two states."""
    suggested = model.spec.meta.axes
    if len(suggested) == 2 and (model.kind == "ode" or "t" not in suggested):
        return suggested[0], suggested[1]
    states = model.state_names
    return (states[0], states[1]) if len(states) > 1 else ("t", states[0])


def _of(orbit: Any, name: str) -> Values:
    return np.asarray(orbit.t if name == "t" else orbit[name], np.float64)


def _recording(model: engine.Model, names: tuple[str, ...], rows: int = ROWS) -> engine.Sim:
    """Return a simulation of the model's usual duration that records about so many rows."""
    record = tuple(dict.fromkeys(name for name in names if name != "t"))
    sim = engine.Sim(model, record=record)
    if model.kind == "map":
        return sim
    defaults = model.spec.sim
    span = defaults.t_end - defaults.t0
    if sim.method.adaptive:
        return sim.replace(sample_dt=span / rows)
    return sim.replace(record_interval=max(1, round(span / sim.dt / rows)))


def _starts(model: engine.Model, orbit: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Return between which values of each state orbits are to begin.

    They lie about the default orbit and the states that presets name, on both sides of 0 where
    any of those do, or where the equations are the same on both.
    """
    sim = engine.Sim(model, record=model.state_names)
    presets = [preset.states for preset in model.presets.values() if preset.states]
    after = sim.replace(y0={n: -orbit[n][0] for n in model.state_names}).run(n_steps=20)
    even = all(np.array_equal(after[n][:20], -orbit[n][:20]) for n in model.state_names)
    ends = [sim.replace(y0=states).run() for states in presets]
    rests = [end for end in ends if end.status == engine.Status.DONE]
    ranges = {}
    for name in model.state_names:
        named = [states[name] for states in presets if name in states]
        values = np.r_[orbit[name], named, [end[name][-1] for end in rests]]
        most = 1.2 * float(np.max(np.abs(values)))
        ranges[name] = (-most if even or values.min() < 0.0 else 0.02 * most, most)
    return ranges


def _plain_run(model: engine.Model) -> dict[str, Values]:
    """Return the states of the default orbit at every step."""
    orbit = engine.Sim(model, record=model.state_names).run()
    return {name: _of(orbit, name) for name in model.state_names}


def _within(values: Values, limits: tuple[float, float]) -> Values:
    """Return values with nan in the place of those beyond the limits."""
    low, high = limits
    return np.where((values >= low) & (values <= high), values, np.nan)


def _path(d: str, **attributes: object) -> str:
    told = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in attributes.items())
    return f'<path{told} d="{d}"/>'


# The kinds


def _curve(model: engine.Model) -> str:
    axes = _axes(model)
    orbit = _recording(model, axes).run()
    return _path(line(placed(_of(orbit, axes[0]), _of(orbit, axes[1])), across=False))


def _series(model: engine.Model) -> str:
    """Draw what the model suggests as axes against time, one above the other."""
    names = [name for name in model.spec.meta.axes if name != "t"]
    names = list(model.state_names) if _alone(model) else names or list(model.state_names[:2])
    sim = _recording(model, tuple(names))
    orbit = sim.run() if model.kind == "ode" else sim.run(n_steps=SERIES)
    if model.kind == "map":
        turns = np.count_nonzero(np.diff(np.sign(np.diff(_of(orbit, names[0])))))
        orbit = sim.run(n_steps=ZIGZAG) if turns > SERIES // 2 else orbit
    height = HEIGHT / len(names)
    return "".join(
        _path(line(placed(orbit.t, _of(orbit, name), top=place * height, height=height)))
        for place, name in enumerate(names)
    )


def _phase_line(model: engine.Model) -> str:
    """Draw orbits from many initial states against time."""
    (name,) = model.state_names
    low, high = _starts(model, _plain_run(model))[name]
    sim = _recording(model, (name,), rows=400)
    orbits = [sim.replace(y0={name: x}).run() for x in np.linspace(low, high, STARTS)]
    end = max(_rests_at(orbit.t, _of(orbit, name)) for orbit in orbits)
    box = ((float(orbits[0].t[0]), end), (low, high))
    return _path(
        "".join(
            line(placed(_within(orbit.t, box[0]), _within(_of(orbit, name), box[1]), box=box))
            for orbit in orbits
        )
    )


def _rests_at(t: Values, values: Values) -> float:
    """Return when an orbit has come to within a hundredth of where it ends, and a while more."""
    away = np.flatnonzero(np.abs(values - values[-1]) > 0.01 * np.abs(values[0] - values[-1]))
    last = min(int(away[-1]) + 1, len(t) - 1) if len(away) else 0
    return float(min(t[-1], t[0] + 1.2 * (t[last] - t[0])))


def _portrait(model: engine.Model) -> str:
    """Draw orbits from all sides of the phase plane."""
    x, y = model.state_names
    ranges = _starts(model, _plain_run(model))
    sim = _recording(model, (x, y), rows=2_000)
    share = np.linspace(0.0, 1.0, SIDE + 1)
    rim = [(s, e) for s in share for e in (0.0, 1.0)] + [(e, s) for s in share for e in (0.0, 1.0)]
    (left, right), (low, high) = ranges[x], ranges[y]
    orbits = [
        sim.replace(y0={x: left + a * (right - left), y: low + b * (high - low)}).run()
        for a, b in dict.fromkeys(rim)
    ]
    return _path(
        "".join(
            line(
                placed(
                    _within(_of(orbit, x), ranges[x]),
                    _within(_of(orbit, y), ranges[y]),
                    box=(ranges[x], ranges[y]),
                )
            )
            for orbit in orbits
        )
    )


def _nest(model: engine.Model) -> str:
    """Draw closed orbits inside one another: about the mean of the outermost."""
    x, y = model.state_names
    sim = _recording(model, (x, y))
    outer = sim.run()
    box = (extent(_of(outer, x)), extent(_of(outer, y)))
    centre = {name: float(np.mean(outer[name])) for name in (x, y)}
    shapes = []
    for share in (1.0, 0.75, 0.5, 0.25):
        start = {n: centre[n] + share * (sim.y0[n] - centre[n]) for n in (x, y)}
        orbit = sim.replace(y0=start).run()
        shapes.append(line(placed(_of(orbit, x), _of(orbit, y), box=box)))
    return _path("".join(shapes))


def _lattice(model: engine.Model) -> str:
    """Draw the values of all states, side by side, against time: the larger the brighter."""
    sim = _recording(model, model.state_names, rows=2 * CELLS)
    if model.kind == "map":
        # Every other iterate: where neighbours take turns, what they do in time hides the pattern.
        sim = sim.replace(record_interval=2)
    orbit = sim.run() if model.kind == "ode" else sim.run(n_steps=2 * CELLS)
    table = np.array([_of(orbit, name)[-CELLS:] for name in model.state_names])
    shapes = []
    for shade in SHADES:
        dashes, thick = cells(table > np.quantile(table, shade))
        shapes.append(_path(dashes, stroke_width=round(thick + 0.5), opacity=0.45))
    return "".join(shapes)


def _cloud(model: engine.Model) -> str:
    """Draw iterates; of a map with orbits of many kinds, those of several."""
    axes = _axes(model)
    sim = engine.Sim(model, record=tuple(dict.fromkeys((*axes, *model.state_names))))
    orbit = sim.run(n_steps=CLOUD)
    if "KAM theory" not in model.spec.meta.tags:
        return _dots(_of(orbit, axes[0]), _of(orbit, axes[1]))
    share = np.linspace(0.02, 0.98, ORBITS)
    y0 = {}
    for name in model.state_names:
        low, high = extent(_of(orbit, name))
        y0[name] = low + share * (high - low)
    batch = engine.run_batch_fastpath(sim, y0=y0, n_steps=LONG)
    return _dots(*(np.asarray(batch[axis], np.float64).ravel() for axis in axes))


def _steps(model: engine.Model) -> str:
    """Draw the iterates of a short orbit, joined in their order."""
    axes = _axes(model)
    orbit = engine.Sim(model, record=axes).run()
    points = placed(_of(orbit, axes[0]), _of(orbit, axes[1]))
    return _path(line(points), opacity=0.6) + _path(cloud(points, 2 * DOT), stroke_width=2 * DOT)


def _dots(x: Values, y: Values) -> str:
    return _path(cloud(placed(x, y)), stroke_width=DOT)


def _stretched(model: engine.Model) -> str:
    """Draw what becomes of a disc in a map that mixes."""
    x, y = _axes(model)
    sim = engine.Sim(model, record=(x, y))
    orbit = sim.run(n_steps=CLOUD)
    box = (extent(_of(orbit, x)), extent(_of(orbit, y)))
    side = np.linspace(-1.0, 1.0, DISC)
    across, up = (grid.ravel() for grid in np.meshgrid(side, side))
    inside = across**2 + up**2 < 1.0
    y0 = {
        name: 0.5 * (low + high) + 0.4 * (high - low) * part[inside]
        for name, (low, high), part in zip((x, y), box, (across, up), strict=True)
    }
    batch = engine.run_batch_fastpath(sim, y0=y0, n_steps=TIMES)
    ends = [np.asarray(batch[name], np.float64)[:, -1] for name in (x, y)]
    return _path(cloud(placed(*ends, box=box)), stroke_width=DOT)


def _cobweb(model: engine.Model) -> str:
    """Draw the first iterates of a map of one variable between its graph and the diagonal."""
    (state,) = model.state_names
    name = next((axis for axis in model.spec.meta.axes if axis != "t"), state)
    sim = engine.Sim(model, record=tuple(dict.fromkeys((state, name))))
    values = _of(sim.run(n_steps=COBWEB), name)
    grid = np.linspace(*extent(values), GRAPH)
    batch = engine.run_batch_fastpath(sim, y0={state: grid}, n_steps=1)
    before, after = np.asarray(batch[name], np.float64).T
    # One placing for all three, so that they share their axes.
    limits = extent(np.r_[values, after])
    box = (limits, limits)
    web = placed(np.repeat(values, 2)[:-1], np.r_[values[0], np.repeat(values[1:], 2)], box=box)
    graph = placed(before, after, box=box)
    steep = np.flatnonzero(np.abs(np.diff(graph[:, 1])) > 0.3 * HEIGHT)
    graph = np.insert(graph, steep + 1, np.nan, axis=0)
    return (
        _path(line(web), opacity=0.6)
        + _path(line(graph), stroke_width=6)
        + _path(line(placed(np.array(limits), np.array(limits), box=box)), opacity=0.5)
    )


def _is_short(model: engine.Model) -> bool:
    """Tell whether a flow in the plane, left to itself, comes to rest on a short way."""
    if len(model.state_names) != 2 or model.noise or model.events.events:
        return False
    orbit = _recording(model, model.state_names).run()
    points = placed(*(_of(orbit, name) for name in model.state_names))
    return float(np.hypot(*np.diff(points, axis=0).T).sum()) < SHORT


PICTURES = (
    Picture(suits=lambda m: _seen(m) == "space_time", draw=_lattice),
    Picture(suits=lambda m: m.kind == "map" and _alone(m), draw=_cobweb),
    Picture(suits=lambda m: _seen(m) == "time_series", draw=_series),
    Picture(suits=lambda m: m.kind == "map" and "mixing" in m.spec.meta.tags, draw=_stretched),
    Picture(suits=lambda m: m.kind == "map" and m.spec.sim.t_end < SERIES, draw=_steps),
    Picture(suits=lambda m: m.kind == "map", draw=_cloud),
    Picture(suits=lambda m: _seen(m) == "phase_line", draw=_phase_line),
    Picture(
        suits=lambda m: len(m.state_names) == 2 and "closed orbits" in m.spec.meta.tags, draw=_nest
    ),
    Picture(suits=lambda m: _seen(m) == "phase_plane" and _is_short(m), draw=_portrait),
    Picture(suits=lambda m: True, draw=_curve),
)
"""The kinds of picture, the most particular first."""
