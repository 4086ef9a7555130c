"""A model of as many variables as wanted."""

import functools

import engine


@functools.cache
def lorenz96(n):
    """Return Lorenz' model of 1996 of `n` variables on a ring, as a textbook writes it."""
    equations = (
        f"x{i}' = (x{(i + 1) % n} - x{(i - 2) % n}) * x{(i - 1) % n} - x{i} + F" for i in range(n)
    )
    initial = (f"x{i}(0) = {8.0 + (0.01 if i == 0 else 0.0)}" for i in range(n))
    return engine.load_model("\n".join([*equations, "F = 8 in [0, 16]", *initial]))


@functools.cache
def springs(n):
    """Return `n` masses between springs and walls, which symplectic steppers can step."""
    neighbours = [
        (f"q{i + 1}" if i < n - 1 else "0", f"q{i - 1}" if i > 0 else "0") for i in range(n)
    ]
    positions = [f"q{i}' = p{i}" for i in range(n)]
    forces = [f"p{i}' = {right} - 2*q{i} + {left}" for i, (right, left) in enumerate(neighbours)]
    return engine.load_model("\n".join([*positions, *forces, "q0(0) = 1"]))
