"""The lane layout: many orbits side by side, one row of lanes for each of their quantities."""

from dataclasses import dataclass

from engine.runner.layout import Shape, define, pack

# Wide enough that the compiler makes vectors of the loop over the lanes before it unrolls it, which
# it does first where the step is short, as a map's is.
FLOW_LANES = 32
MAP_LANES = 64
# Steps between two looks at whether all lanes are still finite.
BLOCK_STEPS = 128


@dataclass(frozen=True, kw_only=True)
class LaneShape:
    """Say where each quantity of a group of orbits stands in its buffer.

    A group's buffer (``rows * lanes``,) is a sequence of rows, each of them one number a lane:
    state, parameters, stepper's memory, then the rows DEFECT (0 while the block's states are
    finite), ALIVE (1 or 0) and STEPS (steps taken when it died), a copy of state and memory at
    the block's start, and the state that a failed step would have led to.

    Attributes
    ----------
    shape : Shape
        Sizes of one orbit.
    lanes : int
        Orbits in a group.
    """

    shape: Shape
    lanes: int

    @property
    def carried(self) -> int:
        """Return the rows of the stepper's memory."""
        return self.shape.n * self.shape.memory_rows

    @property
    def params(self) -> int:
        """Return the first row of the parameters."""
        return self.shape.n

    @property
    def memory(self) -> int:
        """Return the first row of the stepper's memory."""
        return self.params + max(self.shape.n_params, 1)

    @property
    def defect(self) -> int:
        """Return the row that tells whether a lane is still finite."""
        return self.memory + self.carried

    @property
    def alive(self) -> int:
        """Return the row of the lanes that go on."""
        return self.defect + 1

    @property
    def steps(self) -> int:
        """Return the row of the steps that dead lanes have taken."""
        return self.defect + 2

    @property
    def kept(self) -> int:
        """Return the first row of the copy from the block's start."""
        return self.defect + 3

    @property
    def rejected(self) -> int:
        """Return the first row of the states that failed steps would have led to."""
        return self.kept + self.shape.n + self.carried

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return self.rejected + self.shape.n


def lane_shape(shape: Shape, kind: str) -> LaneShape:
    """Return the lane layout for orbits of these sizes; `kind` is ``"ode"`` or ``"map"``."""
    return LaneShape(shape=shape, lanes=MAP_LANES if kind == "map" else FLOW_LANES)


def lane_constants(layout: LaneShape) -> str:
    """Write the constants of a unit with lanes."""
    return "\n".join(
        (
            f"LANES = {layout.lanes}",
            f"LANE_BLOCK = {BLOCK_STEPS}",
            f"LANE_DEFECT = {layout.defect * layout.lanes}",
            f"LANE_ALIVE = {layout.alive * layout.lanes}",
            f"LANE_STEPS = {layout.steps * layout.lanes}",
        )
    )


def in_place(record_row: str) -> str:
    """Write ``record_lane``: what `record_row` does, to the rows of one orbit of many.

    Taking the orbit's rows out first, ``record_y[orbit]``, would count their users each time.
    """
    arguments = record_row.replace("record_row(record_y, row,", "record_lane(record_y, orbit, row,")
    return arguments.replace("record_y[row, ", "record_y[orbit, row, ")


def lane_symbols(layout: LaneShape) -> list[str]:
    """Write the functions that carry values between a group's buffer and the loop."""
    n, width = layout.shape.n, layout.lanes

    def place(row: int) -> str:
        return f"lanes[{row * width} + j]"

    def loaded(rows: range) -> str:
        return pack(f"float({place(row)})" for row in rows)

    def stored(first: int, count: int, value: str) -> list[str]:
        return [f"{place(first + i)} = {value}[{i}]" for i in range(count)]

    vectors = [
        range(layout.memory + n * m, layout.memory + n * (m + 1))
        for m in range(layout.shape.memory_rows)
    ]
    memory = [
        f"{place(row)} = memory[{m}][{i}]" for m, v in enumerate(vectors) for i, row in enumerate(v)
    ]
    moving = [*range(n), *range(layout.memory, layout.defect)]
    copies = list(zip(moving, range(layout.kept, layout.rejected), strict=True))
    return [
        define("lane_state", "lanes, j", [f"return {loaded(range(n))}"]),
        define("lane_params", "lanes, j", [f"return {loaded(range(n, layout.memory))}"]),
        define("lane_memory", "lanes, j", [f"return {pack(loaded(v) for v in vectors)}"]),
        define("store_lane_state", "lanes, j, y", stored(0, n, "y")),
        define("store_lane_memory", "lanes, j, memory", memory or ["return"]),
        define("store_lane_rejected", "lanes, j, y", stored(layout.rejected, n, "y")),
        define(
            "keep_lane",
            "lanes, j",
            [f"{place(to)} = {place(row)}" for row, to in copies]
            + [f"{place(layout.defect)} = 0.0"],
        ),
        define("put_back_lane", "lanes, j", [f"{place(row)} = {place(to)}" for row, to in copies]),
        define("defect", "y", ["return " + " + ".join(f"(y[{i}] - y[{i}])" for i in range(n))]),
    ]
