"""What is fuzzed: whatever a text is, it is a model that makes a step, or an error of ours."""

import warnings

import engine

STEPS = 2


def use(text):
    """Load a text as a model and use everything that is made of its equations."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            model = engine.load_model(text)
            assert engine.load_model(model.text).digest == model.digest
            model.latex()
            stepper = "map" if model.kind == "map" else "euler"
            if not model.spec.sim.stepper.startswith("euler_"):
                sim = engine.Sim(
                    model, stepper=stepper, dt=None if stepper == "map" else 0.1, jit=False
                )
                sim.run(n_steps=STEPS)
        except engine.PhasescopeError:
            return False
    return True
