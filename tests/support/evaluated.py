"""A model's generated code as plain Python functions, and what linear algebra makes of them."""

import functools

import numpy as np
import scipy.optimize

import engine
from engine.model.arithmetic import COMPOSED, PRIMITIVES


def _namespace(functions):
    namespace = {**PRIMITIVES, **COMPOSED}
    exec(functions, namespace)
    return namespace


def _unpacking(model):
    lines = [f"    s_{name} = y[{i}]\n" for i, name in enumerate(model.state_names)]
    lines += [f"    p_{name} = p[{i}]\n" for i, name in enumerate(model.param_names)]
    return "".join(lines)


def rhs_of(model):
    """Return rhs(t, y, p) of a model."""
    code = model.code
    aux = "".join(f"    a_{name} = {text}\n" for name, text in code.aux)
    namespace = _namespace(code.functions)
    text = f"def rhs(t, y, p):\n{_unpacking(model)}{aux}    return ({', '.join(code.rhs)},)\n"
    exec(text, namespace)
    return namespace["rhs"]


def jvp_of(model):
    """Return jvp(t, y, v, p), the Jacobian matrix of a model times a vector."""
    tangent = model.jvp()
    directions = "".join(f"    v_{name} = v[{i}]\n" for i, name in enumerate(model.state_names))
    shared = "".join(f"    {name} = {text}\n" for name, text in tangent.statements)
    namespace = _namespace(tangent.functions)
    result = ", ".join(tangent.result)
    body = f"{_unpacking(model)}{directions}{shared}    return ({result},)\n"
    exec(f"def jvp(t, y, v, p):\n{body}", namespace)
    return namespace["jvp"]


class Linearised:
    """A bundled model with the Jacobian matrix at its equilibria (of a map: fixed points)."""

    def __init__(self, name, n=None):
        self.model = engine.load_model(name, n=n)
        self.rhs = rhs_of(self.model)
        self.jvp = jvp_of(self.model)

    def values(self, params):
        """Return all parameters, in order, from some of them."""
        defaults = dict(zip(self.model.param_names, self.model.param_values, strict=True))
        assert not params.keys() - defaults.keys(), params
        return tuple((defaults | params).values())

    def equilibrium(self, params, guess):
        """Return the equilibrium or fixed point near `guess`."""
        p = self.values(params)
        fixed = self.model.kind == "map"

        def remainder(y):
            return np.array(self.rhs(0.0, tuple(y), p)) - (y if fixed else 0.0)

        def slope(y):
            return self.jacobian(y, p) - (np.eye(len(y)) if fixed else 0.0)

        found = scipy.optimize.root(remainder, guess, jac=slope, tol=1e-13)
        assert np.abs(remainder(found.x)).max() < 1e-9, found
        return found.x

    def jacobian(self, y, p):
        """Return the Jacobian matrix at the state `y`, column by column."""
        columns = [self.jvp(0.0, tuple(y), tuple(v), p) for v in np.eye(len(y))]
        return np.array(columns).T

    def eigenvalues(self, params, guess):
        """Return the eigenvalues (multipliers) at the equilibrium near `guess`."""
        y = self.equilibrium(params, guess)
        return np.linalg.eigvals(self.jacobian(y, self.values(params)))

    def growth(self, params, guess):
        """Return what is negative where the equilibrium is stable and positive where it is not."""
        values = self.eigenvalues(params, guess)
        if self.model.kind == "map":
            return float(np.log(np.abs(values).max()))
        return float(values.real.max())


@functools.cache
def linearised(name, n=None):
    """Return a bundled model with its Jacobian matrix, derived once."""
    return Linearised(name, n)
