"""The engine's only contact with Numba: compile a unit, store and load its machine code."""

import hashlib
import importlib
import pickle
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numba
import numpy as np
from numba import extending
from numba.core import caching, serialize
from numba.np import arrayobj

from engine.errors import SimError
from engine.model.arithmetic import COMPILED_AS
from engine.runner import fuse, vectors
from engine.runner.batch_template import RUN_ARGUMENTS, SHARED
from engine.runner.disk_space import mark_used


def _of_one(stored: Any, recorded: Any) -> Any:
    """Return the signature of ``run`` for the types of states and of recorded variables."""
    return numba.int64(
        numba.int64[::1],
        numba.float64[::1],
        stored[::1],
        stored[:, ::1],
        stored[:, ::1],
        numba.float64[::1],
        recorded[:, ::1],
        numba.float64[::1],
        numba.float64[::1],
        numba.float64[:, ::1],
        numba.float64[::1],
        numba.float64[:, ::1],
        numba.float64[:, ::1],
    )


def _of_many(signature: Any) -> Any:
    """Return the signature of ``run_orbits``: the arrays of `run` with an axis in front."""
    types = [
        argument if name in SHARED else argument.copy(ndim=argument.ndim + 1)
        for name, argument in zip(RUN_ARGUMENTS, signature.args, strict=True)
    ]
    return signature.return_type(*types, numba.int64[::1])


def _of_lanes(recorded: Any) -> Any:
    """Return the signature of ``run_lanes``."""
    return numba.int64(
        numba.int64[::1],
        numba.float64[::1],
        numba.float64[:, ::1],
        numba.float64[::1],
        recorded[:, :, ::1],
    )


# The functions that a unit is called by; `abi` has the meaning of their arguments.
ENTRIES = ("run", "run_orbits", "run_lanes")


def signature_of(entry: str, stored: str, recorded: str) -> Any:
    """Return the signature of an entry for the types of states and of recorded variables."""
    types = numba.from_dtype(np.dtype(stored)), numba.from_dtype(np.dtype(recorded))
    if entry == "run_lanes":
        return _of_lanes(types[1])
    return _of_one(*types) if entry == "run" else _of_many(_of_one(*types))


FASTMATH_FLAGS = ("contract",)


def check_fastmath(flags: Iterable[str] | str | bool) -> tuple[str, ...]:
    """Return the floating-point relaxations as a sorted tuple.

    Raises
    ------
    SimError
        A flag is not ``"contract"``; the others break the blow-up test and slow maps down.
    """
    if isinstance(flags, bool):
        raise SimError(f"fastmath = {flags!r}; give ('contract',) for fused multiply-add, or ()")
    chosen = tuple(sorted({flags} if isinstance(flags, str) else set(flags)))
    for flag in chosen:
        if flag not in FASTMATH_FLAGS:
            raise SimError(f"fastmath flag {flag!r} is not allowed; valid: 'contract'")
    return chosen


def machine_identity() -> str:
    """Name everything that machine code depends on besides the unit's text."""
    codegen = numba.core.registry.cpu_target.target_context.codegen()
    # Numba itself insists on one series of llvmlite.
    return repr((numba.__version__, np.__version__, sys.version_info[:3], codegen.magic_tuple()))


class CodeFile(caching._Cache):
    """Hold the machine code of one compiled runner in one checksummed file.

    Numba asks it before compiling and hands it the result after.  A missing, truncated or
    corrupt file is a miss.

    Parameters
    ----------
    path : pathlib.Path or None
        The file; None keeps nothing.
    write : callable
        ``write(path, content)`` puts bytes in place atomically.
    """

    def __init__(self, path: Path | None, write: Callable[[Path, bytes], bool]) -> None:
        self._path = path
        self._write = write
        self.loaded = False

    @property
    def cache_path(self) -> str:
        """Return the file's path as text."""
        return str(self._path)

    def holds_code(self) -> bool:
        """Tell whether there is machine code to load."""
        return self._verified_content() is not None

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled function, or None where the file does not hold it."""
        content = self._verified_content()
        if content is None:
            return None
        target_context.refresh()
        rebuild: Callable[..., Any] = numba.core.compiler.CompileResult._rebuild
        result = rebuild(target_context, *pickle.loads(content))
        self.loaded = True
        return result

    def save_overload(self, sig: Any, compiled: Any) -> None:
        """Store the compiled function."""
        if self._path is None:
            return
        dumps: Callable[[Any], bytes] = serialize.dumps
        content = dumps(compiled._reduce())
        self._write(self._path, hashlib.sha256(content).digest() + content)

    def enable(self) -> None:
        """Do nothing: a code file is always on."""

    def disable(self) -> None:
        """Do nothing: a code file is always on."""

    def flush(self) -> None:
        """Remove the file."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _verified_content(self) -> bytes | None:
        if self._path is None:
            return None
        try:
            stored = self._path.read_bytes()
        except OSError:
            return None
        digest, content = stored[:32], stored[32:]
        if hashlib.sha256(content).digest() != digest:
            return None
        mark_used(self._path)
        return content


@extending.intrinsic
def _view(typing: Any, store: Any, at: Any, components: Any) -> Any:
    """Compile `engine.runner.vectors.view`: a view without bounds or a count of its users."""
    vector = numba.types.Array(store.dtype, 1, "C")
    make_array: Callable[..., Any] = arrayobj.make_array
    populate_array: Callable[..., Any] = arrayobj.populate_array

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        block = make_array(signature.args[0])(context, builder, arguments[0])
        view = make_array(vector)(context, builder)
        size = context.get_abi_sizeof(context.get_data_type(vector.dtype))
        itemsize = context.get_constant(numba.types.intp, size)
        at, length = (
            context.cast(builder, value, kind, numba.types.intp)
            for value, kind in zip(arguments[1:], signature.args[1:], strict=True)
        )
        populate_array(
            view,
            data=builder.gep(block.data, [at]),
            shape=[length],
            strides=[itemsize],
            itemsize=itemsize,
            meminfo=None,
        )
        return view._getvalue()

    return vector(store, at, components), generate


def _single(x: Any) -> Any:
    """Stand for `engine.model.arithmetic.single` in compiled code."""
    return np.float64(np.float32(x))


def _unpack_params(params: Any) -> Any:
    """Stand for `engine.runner.vectors.unpack_params` in compiled code."""
    return params


def _write_as_one(namespace: dict[str, Any], text: str) -> None:
    """Replace a unit's `run` by one that calls no other function of vectors."""
    try:
        source = fuse.fused(text, namespace)
    except fuse.UnfusableError:
        # What a hook may do in Python is more than can be written so; it compiles as it stands.
        return
    exec(compile(source, f"{namespace['__name__']} fused", "exec"), namespace)


def compile_unit(
    unit: ModuleType,
    text: str,
    fastmath: tuple[str, ...],
    code_file: CodeFile,
    entry: str = "run",
) -> Callable[..., int]:
    """Compile the function a unit is called by, or load it from its code file.

    Parameters
    ----------
    unit : module
        A freshly executed unit, present in `sys.modules`; its functions are replaced by
        compiled ones and its arithmetic by what compiled code uses.
    text : str
        The unit's source.
    fastmath : tuple of str
        Allowed relaxations; empty for strict IEEE 754.
    code_file : CodeFile
        Where the machine code is kept.
    entry : str
        Name of the function, one of `ENTRIES`.

    Returns
    -------
    callable
        The function with its signature; it never compiles again and holds no GIL.
    """
    namespace = vars(unit)
    relaxed = set(fastmath) or False
    # Without reference counts: a runner allocates nothing, and rows are views of its arguments.
    options: dict[str, Any] = {
        **{"nogil": True, "error_model": "numpy", "fastmath": relaxed},
        **{"_nrt": False, "no_cfunc_wrapper": True},
    }
    compiled = numba.njit(**options)
    # In a small unit, merging the functions before type inference halves the compile time; in a
    # large one it multiplies the code.
    options["no_cpython_wrapper"] = True
    apart = merged = numba.njit(**options)
    if namespace["INLINE"]:
        merged = numba.njit(inline="always", **options)
    elif namespace["ARRAYS"]:
        # Merged into one, the rows' places are known, and LLVM sees that none overlaps another.
        merged = numba.njit(forceinline=True, **options)
    single = namespace["INLINE"] and "run" in namespace and not namespace["EVENTS"]
    if single and not code_file.holds_code():
        _write_as_one(namespace, text)
    for name, compiled_as in COMPILED_AS.items():
        if name in namespace:
            module, attribute = compiled_as.rsplit(".", 1)
            namespace[name] = getattr(importlib.import_module(module), attribute)
    if "single" in namespace:
        namespace["single"] = merged(_single)
    if "view" in namespace:
        namespace["view"] = _view
    if namespace.get("unpack_params") is vectors.unpack_params:
        namespace["unpack_params"] = compiled(_unpack_params)
    for name, function in list(namespace.items()):
        if isinstance(function, FunctionType) and function.__module__ == unit.__name__:
            alone = apart if name in namespace["OUTLINED"] else merged
            namespace[name] = compiled(function) if name in ENTRIES else alone(function)
    run = namespace[entry]
    run._cache = code_file
    run.compile(signature_of(entry, namespace["STATE_DTYPE"], namespace["RECORD_DTYPE"]))
    run.disable_compile()
    return run  # type: ignore[no-any-return]
