"""Plain C loops to measure against, compiled on the spot.

They are written as one writes them: textbook formulas on small arrays, no tricks.
"""

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

FLAGS = ("-O3", "-march=native")
# What turns off the fused multiply-adds that gcc forms by default, so that every operation is
# rounded as in Python.
SAME_ROUNDING = "-ffp-contract=off"

SOURCE = r"""
#include <math.h>

static void lorenz(const double *y, double *f, double sigma, double rho, double beta) {
    f[0] = sigma * (y[1] - y[0]);
    f[1] = y[0] * (rho - y[2]) - y[1];
    f[2] = y[0] * y[1] - beta * y[2];
}

static void lorenz_step(double dt, double *y, const double *p) {
    double k1[3], k2[3], k3[3], k4[3], u[3];
    lorenz(y, k1, p[0], p[1], p[2]);
    for (int i = 0; i < 3; i++) u[i] = y[i] + 0.5 * dt * k1[i];
    lorenz(u, k2, p[0], p[1], p[2]);
    for (int i = 0; i < 3; i++) u[i] = y[i] + 0.5 * dt * k2[i];
    lorenz(u, k3, p[0], p[1], p[2]);
    for (int i = 0; i < 3; i++) u[i] = y[i] + dt * k3[i];
    lorenz(u, k4, p[0], p[1], p[2]);
    for (int i = 0; i < 3; i++)
        y[i] += dt / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
}

/* Many orbits one after the other, only their ends kept: y (orbits, 3), p (orbits, 3). */
void lorenz_rk4_many(long orbits, long n, double dt, double *y, const double *p) {
    for (long j = 0; j < orbits; j++)
        for (long k = 0; k < n; k++) lorenz_step(dt, y + 3 * j, p + 3 * j);
}

void logistic_many(long orbits, long n, double dt, double *y, const double *p) {
    for (long j = 0; j < orbits; j++)
        for (long k = 0; k < n; k++) y[j] = p[j] * y[j] * (1.0 - y[j]);
}

/* Classical Runge-Kutta, every step recorded: t (n), rows (n, 3). */
void lorenz_rk4(long n, double dt, double *y, const double *p, double *t, double *rows) {
    for (long k = 0; k < n; k++) {
        lorenz_step(dt, y, p);
        t[k] = (double)(k + 1) * dt;
        for (int i = 0; i < 3; i++) rows[3 * k + i] = y[i];
    }
}

/* Lorenz 1996 on a ring of N variables, the number known to the compiler as to the engine. */
#define LORENZ96(N)                                                                            \
    static void lorenz96_rhs_##N(const double *y, double *f, double force) {                   \
        f[0] = (y[1] - y[N - 2]) * y[N - 1] - y[0] + force;                                    \
        f[1] = (y[2] - y[N - 1]) * y[0] - y[1] + force;                                        \
        for (int i = 2; i < N - 1; i++)                                                        \
            f[i] = (y[i + 1] - y[i - 2]) * y[i - 1] - y[i] + force;                            \
        f[N - 1] = (y[0] - y[N - 3]) * y[N - 2] - y[N - 1] + force;                            \
    }                                                                                          \
    void lorenz96_##N(long n, double dt, double *y, const double *p, double *t,                \
                      double *rows) {                                                          \
        for (long k = 0; k < n; k++) {                                                         \
            double k1[N], k2[N], k3[N], k4[N], u[N];                                           \
            lorenz96_rhs_##N(y, k1, p[0]);                                                     \
            for (int i = 0; i < N; i++) u[i] = y[i] + 0.5 * dt * k1[i];                        \
            lorenz96_rhs_##N(u, k2, p[0]);                                                     \
            for (int i = 0; i < N; i++) u[i] = y[i] + 0.5 * dt * k2[i];                        \
            lorenz96_rhs_##N(u, k3, p[0]);                                                     \
            for (int i = 0; i < N; i++) u[i] = y[i] + dt * k3[i];                              \
            lorenz96_rhs_##N(u, k4, p[0]);                                                     \
            for (int i = 0; i < N; i++)                                                        \
                y[i] += dt / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);                \
            t[k] = (double)(k + 1) * dt;                                                       \
            for (int i = 0; i < N; i++) rows[N * k + i] = y[i];                                \
        }                                                                                      \
    }

LORENZ96(20)
LORENZ96(100)

void logistic(long n, double dt, double *y, const double *p, double *t, double *rows) {
    for (long k = 0; k < n; k++) {
        y[0] = p[0] * y[0] * (1.0 - y[0]);
        t[k] = (double)(k + 1);
        rows[k] = y[0];
    }
}

void henon(long n, double dt, double *y, const double *p, double *t, double *rows) {
    for (long k = 0; k < n; k++) {
        double x = 1.0 - p[0] * y[0] * y[0] + y[1];
        y[1] = p[1] * y[0];
        y[0] = x;
        t[k] = (double)(k + 1);
        rows[2 * k] = y[0];
        rows[2 * k + 1] = y[1];
    }
}

/* Dormand & Prince 5(4) with the same PI controller and error norm; returns the steps taken,
   each of them recorded. */
long lorenz_dopri5(double t_end, double h, double *y, const double *p, double rtol, double atol,
                   double *t_rows, double *rows) {
    static const double A[7][6] = {
        {0.0},
        {1.0 / 5.0},
        {3.0 / 40.0, 9.0 / 40.0},
        {44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0},
        {19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0},
        {9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0},
        {35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0}};
    static const double E[7] = {71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0,
                                -17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0};
    double k[7][3], u[3], t = 0.0, last = 1.0;
    long steps = 0;
    lorenz(y, k[0], p[0], p[1], p[2]);
    while (t < t_end) {
        int ends = t + 1.01 * h >= t_end;
        if (ends) h = t_end - t;
        for (int s = 1; s < 7; s++) {
            for (int i = 0; i < 3; i++) {
                double sum = 0.0;
                for (int j = 0; j < s; j++) sum += A[s][j] * k[j][i];
                u[i] = y[i] + h * sum;
            }
            lorenz(u, k[s], p[0], p[1], p[2]);
        }
        double norm = 0.0;
        for (int i = 0; i < 3; i++) {
            double error = 0.0;
            for (int s = 0; s < 7; s++) error += E[s] * k[s][i];
            double ratio = h * error / (atol + rtol * fmax(fabs(y[i]), fabs(u[i])));
            norm += ratio * ratio;
        }
        norm = sqrt(norm / 3.0);
        if (norm > 1.0) {
            h *= fmin(0.9, fmax(0.2, 0.9 * pow(norm, -0.2)));
            continue;
        }
        t = ends ? t_end : t + h;
        h *= fmin(10.0, fmax(0.2, 0.9 * pow(norm, -0.17) * pow(fmax(last, 1e-4), 0.04)));
        last = norm;
        t_rows[steps] = t;
        for (int i = 0; i < 3; i++) {
            y[i] = u[i];
            rows[3 * steps + i] = u[i];
            k[0][i] = k[6][i];
        }
        steps++;
    }
    return steps;
}
"""

_FIXED_STEP = ("lorenz_rk4", "lorenz96_20", "lorenz96_100", "logistic", "henon")


class NoCompilerError(RuntimeError):
    """No C compiler is on the path, or it refused the loops."""


def compile_loops(flags: Sequence[str] = FLAGS) -> Mapping[str, Callable[..., int]]:
    """Compile the loops and return them by name.

    A loop of fixed steps is called ``loop(n, dt, y, p, t, rows)``: it advances the state `y` in
    place by `n` steps and writes the times and the states after each step.  The adaptive one is
    called ``loop(t_end, h, y, p, rtol, atol, t, rows)`` and returns the number of steps; the
    ones of many orbits ``loop(orbits, n, dt, y, p)``.  Arrays are passed by their addresses.

    Raises
    ------
    NoCompilerError
        When there is no working C compiler (``CC``, else ``cc``).
    """
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        raise NoCompilerError("no C compiler on the path")
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "loops.c"), Path(folder, "loops.so")
        source.write_text(SOURCE)
        made = subprocess.run(
            [compiler, *flags, "-shared", "-fPIC", "-o", str(library), str(source), "-lm"],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise NoCompilerError(made.stderr.strip())
        loaded = ctypes.CDLL(str(library))
    pointer, number, count = ctypes.c_void_p, ctypes.c_double, ctypes.c_long
    loops = {name: getattr(loaded, name) for name in _FIXED_STEP}
    for loop in loops.values():
        loop.argtypes = (count, number, pointer, pointer, pointer, pointer)
        loop.restype = None
    adaptive = loaded.lorenz_dopri5
    adaptive.argtypes = (number, number, pointer, pointer, number, number, pointer, pointer)
    adaptive.restype = count
    many = {name: getattr(loaded, name) for name in ("lorenz_rk4_many", "logistic_many")}
    for loop in many.values():
        loop.argtypes = (count, count, number, pointer, pointer)
        loop.restype = None
    return {**loops, **many, "lorenz_dopri5": adaptive}
