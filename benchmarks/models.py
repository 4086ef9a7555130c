"""Models that are only measured, in the file format that `dynlib` reads too."""


def lorenz96(n: int) -> str:
    """Write Lorenz' model of 1996 with `n` variables on a ring."""
    states = "\n".join(f"x{i} = {8.01 if i == 0 else 8.0}" for i in range(n))
    equations = "\n".join(
        f'x{i} = "(x{(i + 1) % n} - x{(i - 2) % n}) * x{(i - 1) % n} - x{i} + F"' for i in range(n)
    )
    return _written("ode", f"Lorenz-96 n = {n}", states, "F = 8.0", equations, "rk4")


def lorenz() -> str:
    """Write Lorenz' model of 1963."""
    return _written(
        "ode",
        "Lorenz",
        "x = 1.0\ny = 1.0\nz = 1.0",
        "sigma = 10.0\nrho = 28.0\nbeta = 2.6666666666666665",
        'x = "sigma * (y - x)"\ny = "x * (rho - z) - y"\nz = "x * y - beta * z"',
        "rk4",
    )


def logistic() -> str:
    """Write the logistic map."""
    return _written("map", "logistic", "x = 0.2", "r = 3.9", 'x = "r * x * (1 - x)"', "map")


def _written(kind: str, name: str, states: str, params: str, rhs: str, stepper: str) -> str:
    return (
        f'[model]\ntype = "{kind}"\nname = "{name}"\n\n[states]\n{states}\n\n[params]\n{params}\n\n'
        f"[equations.rhs]\n{rhs}\n\n[sim]\ndt = {1.0 if kind == 'map' else 0.01}\n"
        f'stepper = "{stepper}"\nt_end = 10.0\n'
    )
