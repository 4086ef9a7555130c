"""What single steps of a stepper do to a linear flow."""

import engine

LINEAR = engine.load_model("x' = k*x\nk = -1\nx(0) = 1")


def growth(stepper, z):
    """Return the factor of one step of an adaptive stepper on x' = z x with step 1."""
    sim = engine.Sim(
        LINEAR, stepper=stepper, dt=1.0, params={"k": z}, rtol=0.0, atol=1e9, jit=False
    )
    return sim.run(n_steps=1)["x"][-1]


def interval_of_stability(stepper):
    """Return the largest z up to which steps with -z do not grow."""
    low = 0.0
    while abs(growth(stepper, -low - 0.1)) <= 1.0:
        low += 0.1
    high = low + 0.1
    while high - low > 1e-5:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if abs(growth(stepper, -middle)) <= 1.0 else (low, middle)
    return low
