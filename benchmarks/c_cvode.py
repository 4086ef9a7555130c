"""CVODE as C calls it: the library of SUNDIALS with right-hand sides and Jacobians in C.

Through its Python package CVODE calls back into Python; the same compiled library takes functions
of C where it is called itself.  Hindmarsh et al., ACM Trans. Math. Softw. 31 (2005) 363.
"""

import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.c_loops import FLAGS, NoCompilerError

# In the order in which they need each other.
LIBRARIES = ("core", "nvecserial", "sunmatrixdense", "sunlinsoldense", "cvode")
BDF, NORMAL = 2, 1

# The beginnings of the library's own vectors and dense matrices, by columns.
SOURCE = r"""
struct vector { struct { INDEX n; int own; double *values; } *content; };
struct matrix { struct { INDEX m, n; double *values; } *content; };

#define PROBLEM(NAME, F, J)                                                            \
    int NAME##_f(double t, struct vector *u, struct vector *du, void *unused) {        \
        double *y = u->content->values, *f = du->content->values;                      \
        F return 0;                                                                    \
    }                                                                                  \
    int NAME##_j(double t, struct vector *u, struct vector *du, struct matrix *a,      \
                 void *unused, void *u1, void *u2, void *u3) {                         \
        double *y = u->content->values, *j = a->content->values;                       \
        J return 0;                                                                    \
    }

PROBLEM(robertson,
    double slow = 0.04 * y[0]; double fast = 1e4 * y[1] * y[2]; double square = 3e7 * y[1] * y[1];
    f[0] = fast - slow; f[1] = slow - fast - square; f[2] = square;,
    j[0] = -0.04; j[1] = 0.04; j[2] = 0.0;
    j[3] = 1e4 * y[2]; j[4] = -1e4 * y[2] - 6e7 * y[1]; j[5] = 6e7 * y[1];
    j[6] = 1e4 * y[1]; j[7] = -1e4 * y[1]; j[8] = 0.0;)

PROBLEM(van_der_pol,
    f[0] = y[1]; f[1] = 1000.0 * (1.0 - y[0] * y[0]) * y[1] - y[0];,
    j[0] = 0.0; j[1] = -2000.0 * y[0] * y[1] - 1.0;
    j[2] = 1.0; j[3] = 1000.0 * (1.0 - y[0] * y[0]);)
"""


def find_libraries() -> list[ctypes.CDLL]:
    """Load the compiled libraries that come with scikit-sundae.

    Raises
    ------
    ImportError
        They are not installed.
    """
    spec = importlib.util.find_spec("sksundae")
    if spec is None or spec.origin is None:
        raise ImportError("scikit-sundae is not installed")
    folder = Path(spec.origin).parents[1] / "scikit_sundae.libs"
    found = [next(iter(folder.glob(f"libsundials_{name}-*.so*")), None) for name in LIBRARIES]
    if None in found:
        raise ImportError(f"SUNDIALS does not come with scikit-sundae in {folder}")
    return [ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL) for path in found]


def _index_type() -> str:
    """Return the C type of the library's indices, of which the package keeps a note."""
    spec = importlib.util.find_spec("sksundae")
    if spec is None or spec.origin is None:
        raise ImportError("scikit-sundae is not installed")
    note = Path(spec.origin).with_name("py_config.pxi").read_text()
    found = re.search(r'SUNDIALS_INT_TYPE = "(\w[\w ]*)"', note)
    return found[1] if found else "long"


def _compiled() -> ctypes.CDLL:
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        raise NoCompilerError("no C compiler on the path")
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "problems.c"), Path(folder, "problems.so")
        source.write_text(SOURCE)
        subprocess.run(
            [
                compiler,
                *FLAGS,
                "-w",
                f"-DINDEX={_index_type()}",
                "-shared",
                "-fPIC",
                "-o",
                str(library),
                str(source),
            ],
            check=True,
        )
        return ctypes.CDLL(str(library))


def cvode_in_c(
    name: str, y0: tuple[float, ...], t_end: float, scale: float
) -> Callable[[float], Any]:
    """Return a function of `rtol` that solves a problem of `SOURCE` and gives its end (n,)."""
    core, vectors, matrices, solvers, cvode = find_libraries()
    problems = _compiled()
    pointer, real, n = ctypes.c_void_p, ctypes.c_double, len(y0)
    makers = {
        vectors: ("N_VMake_Serial",),
        matrices: ("SUNDenseMatrix",),
        solvers: ("SUNLinSol_Dense",),
        cvode: ("CVodeCreate",),
    }
    for library, names in makers.items():
        for maker in names:
            getattr(library, maker).restype = pointer
    context = pointer()
    core.SUNContext_Create(0, ctypes.byref(context))
    # What the functions refer to lives as long as they.
    alive = (problems, context)

    def checked(flag: int) -> None:
        if flag < 0:
            raise RuntimeError(f"CVODE returned {flag} on {name}")

    def solve(rtol: float) -> Any:
        y, t = np.array(y0), real(0.0)
        u = pointer(vectors.N_VMake_Serial(ctypes.c_long(n), y.ctypes.data_as(pointer), alive[1]))
        a = pointer(matrices.SUNDenseMatrix(ctypes.c_long(n), ctypes.c_long(n), context))
        linear = pointer(solvers.SUNLinSol_Dense(u, a, context))
        memory = pointer(cvode.CVodeCreate(BDF, context))
        checked(cvode.CVodeInit(memory, getattr(problems, f"{name}_f"), real(0.0), u))
        checked(cvode.CVodeSStolerances(memory, real(rtol), real(rtol * scale)))
        checked(cvode.CVodeSetLinearSolver(memory, linear, a))
        checked(cvode.CVodeSetJacFn(memory, getattr(problems, f"{name}_j")))
        checked(cvode.CVodeSetMaxNumSteps(memory, ctypes.c_long(1_000_000)))
        checked(cvode.CVode(memory, real(t_end), u, ctypes.byref(t), NORMAL))
        cvode.CVodeFree(ctypes.byref(memory))
        core.SUNLinSolFree(linear)
        core.SUNMatDestroy(a)
        core.N_VDestroy(u)
        return y

    return solve
