"""Linear systems of a unit's states: Gaussian elimination with partial pivoting.

The functions below become part of a unit whose stepper needs the model's Jacobian; only compiled
or called there.  A matrix is a vector of its rows, followed by one number a row for the pivots.
Golub & Van Loan, Matrix Computations (2013), 3.4.
"""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, no-untyped-call, name-defined"

__all__ = ["factorize", "solve_block"]


def factorize(matrix):
    """Overwrite a matrix by its factors: unit lower triangle, upper triangle, pivots' inverses.

    A singular matrix gives infinities, which any solution then shows.
    """
    for k in range(STATES):
        pivot = k
        largest = abs(matrix[k * STATES + k])
        for i in range(k + 1, STATES):
            size = abs(matrix[i * STATES + k])
            if size > largest:
                largest = size
                pivot = i
        matrix[STATES * STATES + k] = float(pivot)
        if pivot != k:
            for j in range(STATES):
                moved = matrix[k * STATES + j]
                matrix[k * STATES + j] = matrix[pivot * STATES + j]
                matrix[pivot * STATES + j] = moved
        inverse = div(1.0, matrix[k * STATES + k])
        matrix[k * STATES + k] = inverse
        for i in range(k + 1, STATES):
            factor = matrix[i * STATES + k]
            # Most are zero in the matrix of a lattice.
            if factor != 0.0:
                factor = factor * inverse
                matrix[i * STATES + k] = factor
                for j in range(k + 1, STATES):
                    matrix[i * STATES + j] -= factor * matrix[k * STATES + j]


def solve_block(matrix, b, at):
    """Overwrite the part of `b` that begins at `at` by the solution of a factorized system."""
    for k in range(STATES):
        pivot = int(matrix[STATES * STATES + k])
        moved = b[at + pivot]
        b[at + pivot] = b[at + k]
        b[at + k] = moved
    for i in range(1, STATES):
        total = b[at + i]
        for j in range(i):
            total = total - matrix[i * STATES + j] * b[at + j]
        b[at + i] = total
    for m in range(STATES):
        i = STATES - 1 - m
        total = b[at + i]
        for j in range(i + 1, STATES):
            total = total - matrix[i * STATES + j] * b[at + j]
        b[at + i] = total * matrix[i * STATES + i]
