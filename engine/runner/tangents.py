"""The operations of an observer on its tangent vectors, in both layouts.

Each of them does the same linear map to the tangent parts of the stepper's memory as to the
tangent vectors, so that a multistep or first-same-as-last method goes on consistently.  The sums
have the same order in both layouts, which so give the same bits.
"""

from collections.abc import Callable, Iterable, Sequence

from engine.observers import ObserverModule
from engine.observers.memory import seed_tangents
from engine.runner.arrays import STORE, aligned, as_array_function
from engine.runner.layout import Shape, define, pack


def tangent_operations(
    observer: ObserverModule, first: int, shape: Shape
) -> dict[str, Callable[[], str]]:
    """Return writers for the tangent operations of one observer, by their name in the unit.

    Parameters
    ----------
    observer : ObserverModule
        Whose operations.
    first : int
        Index of its first tangent vector's first component in the extended state.
    shape : Shape
        Sizes of the unit.
    """
    key, n = observer.key, shape.n
    blocks = [range(first + n * j, first + n * (j + 1)) for j in range(observer.tangents)]

    def straight(name: str, arguments: str, result: str) -> str:
        text = define(f"{key}_{name}", arguments, [f"return {result}"])
        return as_array_function(text, shape.extended)[0] if shape.arrays else text

    def scaled(name: str) -> str:
        return pack(
            f"{name}[{i}] * factor" if i in blocks[0] else f"{name}[{i}]"
            for i in range(shape.extended)
        )

    rows = range(shape.memory_rows)
    orthonormalize = _orthonormalize_arrays if shape.arrays else _orthonormalize
    return {
        f"{key}_tangent_norm": lambda: straight(
            "tangent_norm", "y", f"sqrt({_dot('y', blocks[0], 'y', blocks[0])})"
        ),
        f"{key}_scale_tangent": lambda: straight("scale_tangent", "y, factor", scaled("y")),
        f"{key}_scale_memory": lambda: straight(
            "scale_memory", "memory, factor", pack(scaled(f"memory[{m}]") for m in rows)
        ),
        f"{key}_reseed_tangents": lambda: _reseed(key, blocks, shape),
        f"{key}_orthonormalize": lambda: orthonormalize(key, blocks, shape),
    }


def _dot(a: str, block: Iterable[int], b: str, other: Iterable[int]) -> str:
    return " + ".join(f"{a}[{i}] * {b}[{j}]" for i, j in zip(block, other, strict=True))


def _with(shape: Shape, blocks: Sequence[range], old: str, new: str) -> str:
    """Write a vector whose components in some blocks are other ones."""
    own = {i for block in blocks for i in block}
    return pack(f"{new}{i}" if i in own else f"{old}[{i}]" for i in range(shape.extended))


def _copies(shape: Shape, sources: Sequence[str]) -> list[str]:
    """Write rows ``out0``, ``out1``, ... of one's own that begin as copies of vectors."""
    store, at = STORE
    n = shape.extended
    return [
        *(f"out{m} = view({store}, {at} + {m * aligned(n)}, {n})" for m in range(len(sources))),
        *(f"in{m} = {source}" for m, source in enumerate(sources)),
        f"for i in range({n}):",
        *(f"    out{m}[i] = in{m}[i]" for m in range(len(sources))),
    ]


def _reseed(key: str, blocks: Sequence[range], shape: Shape) -> str:
    """Write what replaces the tangent vectors that are zero, or all of them."""
    arguments = "t, y, p, memory, everything"
    lines = [f"fresh = {key}_reseed_state(y, everything)"]
    result = "memory"
    if shape.memory_rows:
        lines.append("begun = start(t, fresh, p)")
        result = f"{key}_reseed_memory(y, memory, begun, everything)"
    parts = [_reseed_state(key, blocks, shape)]
    if shape.memory_rows:
        parts.append(_reseed_memory(key, blocks, shape))
    lines.append(f"return fresh, {result}")
    return "\n\n".join([*parts, define(f"{key}_reseed_tangents", arguments, lines)])


def _lost(blocks: Sequence[range], j: int) -> str:
    return f"if everything or {_dot('y', blocks[j], 'y', blocks[j])} == 0.0:"


def _reseed_state(key: str, blocks: Sequence[range], shape: Shape) -> str:
    seeds = seed_tangents(shape.n, len(blocks))
    lines = [f"u{i} = y[{i}]" for block in blocks for i in block]
    target, result = "u{i}", f"return {_with(shape, blocks, 'y', 'u')}"
    if shape.arrays:
        lines, target, result = _copies(shape, ["y"]), "out0[{i}]", "return out0"
    for j, (block, seed) in enumerate(zip(blocks, seeds, strict=True)):
        lines.append(_lost(blocks, j))
        lines += [f"    {target.format(i=i)} = {v!r}" for i, v in zip(block, seed, strict=True)]
    arguments = ["y", "everything", *(STORE if shape.arrays else ())]
    return define(f"{key}_reseed_state", ", ".join(arguments), [*lines, result])


def _reseed_memory(key: str, blocks: Sequence[range], shape: Shape) -> str:
    rows = range(shape.memory_rows)
    if shape.arrays:
        lines = _copies(shape, [f"memory[{m}]" for m in rows])
        lines += [f"new{m} = begun[{m}]" for m in rows]
        for j, block in enumerate(blocks):
            lines += [_lost(blocks, j), f"    for i in range({block.start}, {block.stop}):"]
            lines += [f"        out{m}[i] = new{m}[i]" for m in rows]
        result = pack(f"out{m}" for m in rows)
    else:
        lines = [f"m{m}_{i} = memory[{m}][{i}]" for m in rows for block in blocks for i in block]
        for j, block in enumerate(blocks):
            lines.append(_lost(blocks, j))
            lines += [f"    m{m}_{i} = begun[{m}][{i}]" for m in rows for i in block]
        result = pack(_with(shape, blocks, f"memory[{m}]", f"m{m}_") for m in rows)
    arguments = ["y", "memory", "begun", "everything", *(STORE if shape.arrays else ())]
    return define(f"{key}_reseed_memory", ", ".join(arguments), [*lines, f"return {result}"])


def _orthonormalize(key: str, blocks: Sequence[range], shape: Shape) -> str:
    """Write the modified Gram-Schmidt process: Golub & Van Loan, Matrix Computations, 5.2.8.

    The lengths before each normalisation go to ``ws[norms]`` and on; a vector of length zero
    becomes zero.
    """
    rows = [("y", "u"), *((f"memory[{m}]", f"m{m}_") for m in range(shape.memory_rows))]
    lines = [f"{new}{i} = {old}[{i}]" for old, new in rows for block in blocks for i in block]
    for j, block in enumerate(blocks):
        square = " + ".join(f"u{i} * u{i}" for i in block)
        lines += [
            f"length = sqrt({square})",
            f"ws[norms + {j}] = length",
            "inverse = div(1.0, length) if length > 0.0 else 0.0",
        ]
        lines += [f"{new}{i} = {new}{i} * inverse" for _, new in rows for i in block]
        for other in blocks[j + 1 :]:
            pairs = list(zip(block, other, strict=True))
            lines.append("share = " + " + ".join(f"u{a} * u{b}" for a, b in pairs))
            lines += [
                f"{new}{b} = {new}{b} - share * {new}{a}" for _, new in rows for a, b in pairs
            ]
    packed = [_with(shape, blocks, old, new) for old, new in rows]
    lines.append(f"return {packed[0]}, {pack(packed[1:])}")
    return define(f"{key}_orthonormalize", "y, memory, ws, norms", lines)


def _orthonormalize_arrays(key: str, blocks: Sequence[range], shape: Shape) -> str:
    """Write the same with loops over rows of arrays."""
    n, k, first = shape.n, len(blocks), blocks[0].start
    outs = [f"out{m}" for m in range(1 + shape.memory_rows)]
    lines = [
        *_copies(shape, ["y", *(f"memory[{m}]" for m in range(shape.memory_rows))]),
        f"for j in range({k}):",
        f"    a = {first} + j * {n}",
        "    square = out0[a] * out0[a]",
        f"    for i in range(1, {n}):",
        "        square = square + out0[a + i] * out0[a + i]",
        "    length = sqrt(square)",
        "    ws[norms + j] = length",
        "    inverse = div(1.0, length) if length > 0.0 else 0.0",
        f"    for i in range({n}):",
        *(f"        {out}[a + i] = {out}[a + i] * inverse" for out in outs),
        f"    for other in range(j + 1, {k}):",
        f"        b = {first} + other * {n}",
        "        share = out0[a] * out0[b]",
        f"        for i in range(1, {n}):",
        "            share = share + out0[a + i] * out0[b + i]",
        f"        for i in range({n}):",
        *(f"            {out}[b + i] = {out}[b + i] - share * {out}[a + i]" for out in outs),
        f"return out0, {pack(outs[1:])}",
    ]
    arguments = ", ".join(["y", "memory", "ws", "norms", *STORE])
    return define(f"{key}_orthonormalize", arguments, lines)
