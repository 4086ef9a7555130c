"""From a hook, a plain Python function, to the text that enters a unit."""

import ast
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import ObserverError, StepperError, suggest
from engine.model.arithmetic import COMPOSED, PRIMITIVES
from engine.observers.slots import Slots
from engine.steppers.stepper import function_source

HOOK_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "pre": ("t", "dt", "y", "p", "memory", "ws", "out", "trace", "row"),
    "post": ("t", "dt", "y_old", "y", "p", "memory", "ws", "out", "trace", "row"),
}
OWN_OPERATIONS = (
    "record_trace",
    "record_values",
    "record_state",
    "tangent_norm",
    "scale_tangent",
    "scale_memory",
    "reseed_tangents",
    "orthonormalize",
)
UNIT_FUNCTIONS = ("dense_rows", "interpolate", "rhs")
_BUILTINS = ("abs", "bool", "enumerate", "float", "int", "len", "range")
_PACKED = ("ws", "out")
_TWO_OF = {"max": "maximum", "min": "minimum"}
_MODULES = ("math", "np", "numpy")
_CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "tau": math.tau}
_NUMPY_NAMES = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2"}
WHOLE_POWER = re.compile(r"whole_power_(\d+)")
LARGEST_WHOLE_POWER = 16


@dataclass(frozen=True, kw_only=True)
class HookNames:
    """Say what the free names of an observer's hooks stand for.

    Attributes
    ----------
    key : str
        The observer's key, which begins the names of its own functions.
    workspace, outputs : Slots
        Whose UPPERCASE names are places in ``ws`` and ``out``.
    functions : collection of str
        Its own functions: operations and expressions.
    """

    key: str
    workspace: Slots
    outputs: Slots
    functions: Collection[str]

    def place(self, name: str) -> ast.expr | None:
        """Return what an UPPERCASE name is in the unit, None where it is no slot."""
        for array, slots in zip(_PACKED, (self.workspace, self.outputs), strict=True):
            for slot, place in slots.places.items():
                if slot.upper() == name:
                    constant = ast.Constant(place)
                    if slot not in slots.indirect:
                        return constant
                    stored = ast.Subscript(ast.Name(array, ast.Load()), constant, ast.Load())
                    return ast.Call(ast.Name("int", ast.Load()), [stored], [])
        return None

    @property
    def slots(self) -> list[str]:
        """Return all UPPERCASE names."""
        return [name.upper() for slots in (self.workspace, self.outputs) for name in slots]


def hook_text(names: HookNames, which: str, hook: Callable[..., Any]) -> str:
    """Return the source of a hook as it enters a unit, named ``<key>_<which>``.

    Slots become places, the observer's own functions get its key in front, and arithmetic that
    differs between Python and compiled code is replaced by what does not: a division never
    raises, a whole power is a product, an element of the memory is a plain float.

    Raises
    ------
    ObserverError
        The source cannot be read, the arguments are others, or a name means nothing.
    """
    where = f"observer {names.key!r}, hook {which!r}"
    try:
        definition = ast.parse(function_source(hook)).body[0]
    except (StepperError, SyntaxError, TypeError) as error:
        raise ObserverError(f"{where}: {error}; a hook is a plain function") from error
    assert isinstance(definition, ast.FunctionDef)
    given = tuple(argument.arg for argument in definition.args.args)
    if given != HOOK_ARGUMENTS[which] or definition.decorator_list:
        raise ObserverError(
            f"{where}: write it as def {which}({', '.join(HOOK_ARGUMENTS[which])}), undecorated"
        )
    returned = [node.value for node in ast.walk(definition) if isinstance(node, ast.Return)]
    if not returned or any(not isinstance(v, ast.Tuple) or len(v.elts) != 3 for v in returned):
        raise ObserverError(f"{where}: it returns y, memory, row")
    for argument in definition.args.args:
        argument.annotation = None
    definition.returns, definition.name = None, f"{names.key}_{which}"
    written = _Written(names, where, _assigned(definition)).visit(definition)
    return ast.unparse(ast.fix_missing_locations(written))


def whole_power(name: str) -> str | None:
    """Return the source of ``whole_power_<n>``, or None when the name is not one."""
    match = WHOLE_POWER.fullmatch(name)
    if match is None:
        return None
    return f"def {name}(x):\n    return {' * '.join(['x'] * int(match[1]))}"


def _assigned(definition: ast.FunctionDef) -> set[str]:
    stored = {
        node.id
        for node in ast.walk(definition)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return stored | {argument.arg for argument in definition.args.args}


class _Written(ast.NodeTransformer):
    """Replace names by what they stand for, and arithmetic by what is the same everywhere."""

    def __init__(self, names: HookNames, where: str, local: Collection[str]) -> None:
        self.names = names
        self.where = where
        self.local = local

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id.isupper():
            place = self.names.place(node.id)
            if place is None:
                raise ObserverError(
                    f"{self.where}: {node.id} is not a slot{suggest(node.id, self.names.slots)}"
                )
            return place
        if node.id in self.local:
            return node
        if node.id in self.names.functions:
            return ast.Name(f"{self.names.key}_{node.id}", node.ctx)
        if node.id in PRIMITIVES or node.id in COMPOSED:
            return node
        if node.id in UNIT_FUNCTIONS or node.id in _BUILTINS:
            return node
        known = [*self.names.functions, *PRIMITIVES, *COMPOSED, *UNIT_FUNCTIONS, *_BUILTINS]
        raise ObserverError(
            f"{self.where}: {node.id!r} means nothing here{suggest(node.id, known)}; "
            "a hook sees its arguments, its slots and expressions, and arithmetic"
        )

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id in _MODULES:
            name = _NUMPY_NAMES.get(node.attr, node.attr)
            if name in _CONSTANTS:
                return ast.Constant(_CONSTANTS[name])
            return self.visit_Name(ast.Name(name, ast.Load()))
        raise ObserverError(f"{self.where}: attributes like {ast.unparse(node)} do not exist here")

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Name) and node.func.id in _TWO_OF:
            if len(node.args) != 2:
                raise ObserverError(f"{self.where}: {node.func.id} takes two numbers here")
            node.func = ast.Name(_TWO_OF[node.func.id], ast.Load())
        return self.generic_visit(node)  # type: ignore[return-value]

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and _is_packed(node):
            return _call("float", node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        target = node.target
        if not isinstance(target, ast.Subscript):
            value = ast.BinOp(ast.Name(ast.unparse(target), ast.Load()), node.op, node.value)
            plain: ast.stmt = ast.Assign([target], value)
            return self.visit(plain)  # type: ignore[no-any-return]
        read = ast.Subscript(target.value, target.slice, ast.Load())
        plain = ast.Assign([target], ast.BinOp(read, node.op, node.value))
        return self.visit(ast.parse(ast.unparse(ast.fix_missing_locations(plain))).body[0])  # type: ignore[no-any-return]

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        match node.op:
            case ast.Div():
                return _call("div", node.left, node.right)
            case ast.FloorDiv():
                return _call("floordiv", node.left, node.right)
            case ast.Mod():
                return _call("mod", node.left, node.right)
            case ast.Pow():
                return self._power(node.left, node.right)
            case _:
                return node

    def _power(self, base: ast.expr, exponent: ast.expr) -> ast.expr:
        """Write a power without the cases that a compiler rewrites in its own way."""
        if isinstance(base, ast.Constant):
            raise ObserverError(f"{self.where}: write {ast.unparse(base)}**x as exp(x * log(base))")
        if not isinstance(exponent, ast.Constant):
            return _call("power", base, exponent)
        if exponent.value == 0.5:
            return _call("sqrt", base)
        if exponent.value in range(1, LARGEST_WHOLE_POWER + 1):
            return _call(f"whole_power_{int(exponent.value)}", base)  # type: ignore[arg-type]
        return _call("power", base, exponent)


def _is_packed(node: ast.Subscript) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in _PACKED


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
