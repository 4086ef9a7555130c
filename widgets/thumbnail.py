"""Small pictures of models, drawn from their orbits."""

import hashlib
import inspect
import pathlib
import sys

import numpy as np
import numpy.typing as npt

import engine

WIDTH, HEIGHT = 800, 480
MARGIN = 24
# Most rows that a picture is drawn from, and most iterations of a map's cloud and cobweb.
ROWS = 6_000
CLOUD = 8_000
COBWEB = 60
# Points of the graph of a map, and orbits of a conservative map.
GRAPH = 240
ORBITS = 24
# How far a drawn line may run beside the orbit, and the side of a dot, in units of the picture.
TOLERANCE = 1.5
DOT = 4

FOLDER = pathlib.Path(__file__).parent / "thumbnails"

Values = npt.NDArray[np.float64]
Points = npt.NDArray[np.float64]


def draw_thumbnail(model: engine.Model) -> str:
    """Draw what is to be seen of a model when it opens.

    A flow is drawn as a line on the axes that its model file suggests, over the time that this
    suggests; a map of several variables as a cloud of iterates, one of a single variable as a
    cobweb.

    Returns
    -------
    str
        An SVG picture whose lines have the colour of the text around it.
    """
    if model.kind == "ode":
        shape = f'<path d="{_line(_placed(*_orbit(model)), breaking=True)}"/>'
    elif len(model.state_names) == 1:
        shape = _cobweb(model)
    else:
        shape = f'<path stroke-width="{DOT}" d="{_cloud(_placed(*_iterates(model)))}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" fill="none" '
        'stroke="currentColor" stroke-width="3" stroke-linejoin="round">'
        f"<!-- {drawn_from(model)} -->{shape}</svg>\n"
    )


def drawn_from(model: engine.Model) -> str:
    """Identify all that a picture depends on: the model's text and the lines of this file."""
    source = inspect.getsource(sys.modules[draw_thumbnail.__module__])
    return hashlib.sha256((model.text + source).encode()).hexdigest()[:16]


def read_thumbnail(name: str) -> str:
    """Return the picture of a bundled model; empty where none has been drawn."""
    path = FOLDER / f"{name}.svg"
    return path.read_text("utf-8") if path.exists() else ""


def _axes(model: engine.Model) -> tuple[str, str]:
    suggested = model.spec.meta.axes
    names = [axis for axis in suggested if axis != "t"]
    if len(suggested) == 2 and (len(names) == 2 or model.kind == "ode"):
        return suggested[0], suggested[1]
    states = model.state_names
    return (states[0], states[1]) if len(states) > 1 else ("t", states[0])


def _orbit(model: engine.Model) -> tuple[Values, Values]:
    axes, defaults = _axes(model), model.spec.sim
    record = tuple(dict.fromkeys(axis for axis in axes if axis != "t"))
    sim = engine.Sim(model, record=record)
    span = defaults.t_end - defaults.t0
    if sim.method.adaptive:
        sim = sim.replace(sample_dt=span / ROWS)
    else:
        sim = sim.replace(record_interval=max(1, round(span / sim.dt / ROWS)))
    orbit = sim.run()
    x, y = (orbit.t if axis == "t" else orbit[axis] for axis in axes)
    return x, y


def _iterates(model: engine.Model) -> tuple[Values, Values]:
    """Return a cloud of iterates; of a conservative map, that of several orbits."""
    sim = engine.Sim(model, record=tuple(dict.fromkeys(_axes(model))))
    if "conservative" not in model.spec.meta.tags:
        orbit = sim.run(n_steps=CLOUD)
        return tuple(np.asarray(orbit[axis], np.float64) for axis in _axes(model))
    share = np.linspace(0.1, 1.9, ORBITS)
    y0 = {name: value * share for name, value in sim.y0.items()}
    batch = engine.run_batch_fastpath(sim, y0=y0, n_steps=CLOUD // ORBITS)
    return tuple(np.asarray(batch[axis], np.float64).ravel() for axis in _axes(model))


def _cobweb(model: engine.Model) -> str:
    """Draw the first iterates of a map of one variable between its graph and the diagonal."""
    sim = engine.Sim(model, record=model.state_names)
    (name,) = model.state_names
    values = np.asarray(sim.run(n_steps=COBWEB)[name], np.float64)
    grid = np.linspace(values.min(), values.max(), GRAPH)
    after = np.array([sim.replace(y0={name: x}).run(n_steps=1)[name][-1] for x in grid])
    # One placing for all three, so that they share their axes.
    x = np.concatenate([np.repeat(values, 2)[:-1], grid, grid[[0, -1]]])
    y = np.concatenate([values[:1], np.repeat(values[1:], 2), after, grid[[0, -1]]])
    web, graph, diagonal = np.split(_placed(x, y), [2 * len(values) - 1, -2])
    return (
        f'<path opacity="0.6" d="{_line(web)}"/>'
        f'<path stroke-width="6" d="{_line(graph)}"/>'
        f'<path opacity="0.5" d="{_line(diagonal)}"/>'
    )


def _placed(x: Values, y: Values) -> Points:
    """Return the finite points of a curve on the picture, (points, 2), y downward."""
    finite = np.isfinite(x) & np.isfinite(y)
    placed = []
    for values, size in ((x[finite], WIDTH), (y[finite], HEIGHT)):
        low, high = values.min(initial=np.inf), values.max(initial=-np.inf)
        width = high - low if high > low else 1.0
        middle = 0.5 * (low + high)
        placed.append(0.5 * size + (values - middle) * ((size - 2 * MARGIN) / width))
    return np.column_stack([placed[0], HEIGHT - placed[1]])


def _line(points: Points, *, breaking: bool = False) -> str:
    """Write a curve as a path, without the points that a straight line passes anyway.

    Where it is `breaking`, an angle that begins anew on the other side, or a reset, is no part of
    the curve.
    """
    jumps = np.flatnonzero(np.abs(np.diff(points[:, 0])) > 0.5 * WIDTH) + 1 if breaking else []
    return "".join(_stroke(piece) for piece in np.split(points, jumps) if len(piece))


def _stroke(points: Points) -> str:
    kept = np.rint(points[_corners(points)]).astype(int)
    moves = np.diff(kept, axis=0)
    steps = [f"{dx} {dy}" for dx, dy in moves[np.any(moves != 0, axis=1)].tolist()]
    return f"M{kept[0, 0]} {kept[0, 1]}l{' '.join(steps) or '0 0'}".replace(" -", "-")


def _corners(points: Points) -> npt.NDArray[np.intp]:
    """Choose the points that a line within `TOLERANCE` needs.

    Douglas & Peucker, Cartographica 10 (1973) 112.
    """
    needed = np.zeros(len(points), bool)
    needed[[0, -1]] = True
    parts = [(0, len(points) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        inner = points[first + 1 : last] - points[first]
        chord = points[last] - points[first]
        length = float(np.hypot(*chord))
        off = np.abs(inner[:, 0] * chord[1] - inner[:, 1] * chord[0])
        off = off / length if length > TOLERANCE else np.hypot(inner[:, 0], inner[:, 1])
        farthest = int(np.argmax(off))
        if off[farthest] > TOLERANCE:
            middle = first + 1 + farthest
            needed[middle] = True
            parts += [(first, middle), (middle, last)]
    return np.flatnonzero(needed)


def _cloud(points: Points) -> str:
    """Write dots on a grid as a path of horizontal dashes."""
    cells = np.unique(np.rint(points / DOT).astype(int)[:, ::-1], axis=0)
    breaks = np.flatnonzero((np.diff(cells[:, 0]) != 0) | (np.diff(cells[:, 1]) != 1)) + 1
    dashes = []
    for run in np.split(cells, breaks):
        row, column = (DOT * run[0]).tolist()
        dashes.append(f"M{column} {row}h{DOT * len(run)}")
    return "".join(dashes)
