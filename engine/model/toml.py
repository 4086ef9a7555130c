"""Model files: TOML text to `ModelSpec`."""

from typing import Any, Literal, cast

from engine.errors import ModelError
from engine.model.default_stepper import default_stepper
from engine.model.entries import (
    read_aux,
    read_constants,
    read_functions,
    read_params,
    read_presets,
    read_states,
)
from engine.model.equation_tables import read_equations, read_inverse, read_jacobian
from engine.model.event_tables import read_events
from engine.model.folding import Allowance
from engine.model.limits import LIMITS
from engine.model.meta_table import read_meta
from engine.model.mod_tables import read_mods
from engine.model.names import Scope
from engine.model.noise_table import read_calculus, read_noise
from engine.model.sim_table import read_sim
from engine.model.spec import ModelSpec
from engine.model.tables import Table
from engine.model.toml_text import parse_toml

__all__ = ["read_toml"]

_DTYPE_SYNONYMS = {"float": "float64", "double": "float64", "single": "float32"}

_TABLES = (
    "model", "states", "params", "constants", "functions", "aux", "equations", "events", "sim",
    "presets", "meta", "noise", "mods",
)  # fmt: skip


def read_toml(text: str, origin: str = "") -> ModelSpec:
    """Read a model file.

    Parameters
    ----------
    text : str
        The file's text.
    origin : str, optional
        The file's name, for error messages.

    Returns
    -------
    ModelSpec
        The model. Its expressions are not looked into yet; `engine.model.Model` does that.

    Raises
    ------
    ModelError
        If the text is not TOML or not a model; the message names file, table and key.
    """
    content = parse_toml(text, origin)
    root = Table(content, origin, "")
    for table, most in LIMITS.items():
        if isinstance(entries := content.get(table), dict) and len(entries) > most:
            raise root.fail(f"[{table}]", f"at most {most} of them, not {len(entries)}")
    return _File(root, origin).spec()


class _File:
    """The tables of one model file, read in the order of their dependence."""

    def __init__(self, root: Table, origin: str) -> None:
        self.root = root.only(*_TABLES)
        self.origin = origin

    def spec(self) -> ModelSpec:
        header = self.root.table("model").only("type", "name", "label", "dtype", "calculus", "mods")
        kind = cast(Literal["ode", "map"], header.choice("type", ("ode", "map"), None))
        dtypes = ("float64", "float32", "int64", *_DTYPE_SYNONYMS)
        dtype = header.choice("dtype", dtypes, "float64")
        table = self.root.table
        allowance = Allowance()
        constants = tuple(read_constants(table("constants"), allowance))
        scope = Scope.of_constants({entry.name: entry.value for entry in constants}, allowance)
        states = tuple(read_states(table("states"), scope))
        names = [state.name for state in states]
        noise = read_noise(table("noise"), names, kind)
        calculus = read_calculus(header, bool(noise))
        usual = default_stepper(kind, bool(noise), calculus)
        equations = table("equations").only("rhs", "expr", "jacobian", "inverse")
        parts: dict[str, Any] = {
            "name": header.text("name", header.text("label", _stem(self.origin))),
            "kind": kind,
            "dtype": _DTYPE_SYNONYMS.get(dtype, dtype),
            "states": states,
            "params": tuple(read_params(table("params"), scope)),
            "constants": constants,
            "functions": tuple(read_functions(table("functions"))),
            "aux": tuple(read_aux(table("aux"))),
            "equations": read_equations(equations, names, kind),
            "jacobian": read_jacobian(equations.table("jacobian")),
            "inverse": read_inverse(equations, names, kind),
            "noise": noise,
            "calculus": calculus,
            "events": tuple(read_events(table("events"))),
            "sim": read_sim(table("sim"), kind, usual, scope),
            "presets": tuple(read_presets(table("presets"), scope)),
            "meta": read_meta(table("meta")),
            "mods": tuple(read_mods(table("mods"), scope)),
            "applied": header.texts("mods"),
            "origin": self.origin,
        }
        try:
            return ModelSpec(**parts)
        except ModelError as error:
            joint = " " if str(error).startswith("[") else ": "
            raise ModelError(f"{self.root.place()}{joint}{error}") from None


def _stem(origin: str) -> str:
    return origin.removesuffix(".toml").removesuffix(".txt") or "model"
