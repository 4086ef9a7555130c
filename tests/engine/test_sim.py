"""Settings: defaults, validation, horizons, results."""

import numpy as np
import pytest
from registered import load

import engine


def test_settings_left_out_are_the_models_own():
    model = load("lorenz")
    sim = engine.Sim(model)
    assert sim.stepper == model.spec.sim.stepper
    assert sim.dt == model.spec.sim.dt
    assert dict(sim.params) == dict(zip(model.param_names, model.param_values, strict=True))
    assert engine.Sim("lorenz", params={"rho": 14.0}).params["rho"] == 14.0
    assert sim.record == (*model.state_names, *(f"aux.{name}" for name in model.aux_names))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dt": 0}, "dt = 0 is not positive"),
        ({"dt": float("inf")}, "dt = inf is not finite"),
        ({"dt": "0.1"}, "dt = '0.1' is not a number"),
        ({"dt": True}, "dt = True is not a number"),
        ({"stepper": "rk5"}, r"unknown stepper 'rk5'; did you mean 'rk4'"),
        ({"stepper": "map"}, "is for maps, the model is one of the flows"),
        ({"params": {"sgima": 1}}, "unknown parameter 'sgima'; did you mean 'sigma'"),
        ({"params": [1, 2]}, "are given as"),
        ({"y0": {"q": 1}}, "unknown state 'q'"),
        ({"y0": {"x": float("nan")}}, "state 'x' = nan is not finite"),
        ({"y0": {"x": 1j}}, "is not a number"),
        ({"t0": None, "record": ("u",)}, "'u' is not a variable"),
        ({"record": ("x", "x")}, "'x' is given twice"),
        ({"record": 3}, "not True, False or a sequence"),
        ({"record_interval": 0}, "record_interval = 0 is less than 1"),
        ({"record_interval": 1.5}, "is not an integer"),
        ({"sample_dt": -1}, "sample_dt = -1 is not positive"),
        ({"rtol": 0, "atol": 0}, "tolerances above 0"),
        ({"stop": "x >> 3"}, "stop condition"),
        ({"stop": "w > 3"}, "stop condition.*'w'"),
        ({"stop": {"phase": "end"}}, "give 'cond'"),
        ({"stop": {"cond": "x>1", "phase": "mid"}}, "stop phase 'mid'"),
        ({"stop": 5}, "is not a condition"),
        ({"seed": -1}, "seed = -1"),
        ({"fastmath": ("nnan",)}, "'nnan' is not allowed"),
        ({"fastmath": True}, "fastmath = True"),
        ({"stop": {"cond": 5}}, "5 is not a text"),
        ({"observers": 5}, "not a sequence"),
        ({"y0": {"x": np.complex128(1 + 2j)}}, "is not a number"),
        ({"y0": {"x": np.True_}}, "is not a number"),
        ({"observers": ("x",)}, "is not an observer"),
    ],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(engine.PhasescopeError, match=message):
        engine.Sim(load("lorenz"), **settings)


def test_maps_have_no_dt():
    assert engine.Sim(load("henon")).dt == 1.0
    with pytest.raises(engine.SimError, match="advances by iterations"):
        engine.Sim(load("henon"), dt=0.1)


def test_replace_keeps_everything_else():
    sim = engine.Sim(load("lorenz"), params={"rho": 20.0}, y0={"x": 3.0}, stop="x > 1e6")
    other = sim.replace(dt=0.002, params={"sigma": 9.0})
    assert other.params["rho"] == 20.0
    assert other.params["sigma"] == 9.0
    assert other.y0 == sim.y0
    assert other.stop == sim.stop
    with pytest.raises(engine.SimError, match="unknown setting 'step'"):
        sim.replace(step=1)
    with pytest.raises(TypeError):
        sim.params["rho"] = 1.0


def test_horizons():
    sim = engine.Sim(load("lorenz"), stepper="rk4", dt=0.1)
    assert sim.run(t_end=1.0).t[-1] == pytest.approx(1.0)
    assert len(sim.run(t_end=1.0)) == 11
    assert sim.run(t_end=1.05).t[-1] == pytest.approx(1.1)
    assert sim.run(n_steps=3).t[-1] == pytest.approx(0.3)
    assert len(sim.run(n_steps=0)) == 1
    shifted = sim.replace(t0=5.0).run(t_end=6.0)
    assert shifted.t[0] == 5.0
    assert len(shifted) == 11
    for arguments, message in (
        ({"t_end": -1.0}, "lies before the start"),
        ({"t_end": 1.0, "n_steps": 3}, "not both"),
        ({"t_end": float("nan")}, "not finite"),
        ({"n_steps": -1}, "less than 0"),
        ({"t_end": 1.0, "transient": -1.0}, "negative"),
        ({"t_end": 1e300}, "not within reach"),
    ):
        with pytest.raises(engine.SimError, match=message):
            sim.run(**arguments)


def test_an_adaptive_run_goes_on_after_its_transient():
    sim = engine.Sim(load("lorenz"), stepper="dopri5", observers=(engine.observers.lyapunov_mle(),))
    result = sim.run(t_end=9.0, transient=3.0)
    assert result.t[0] == 3.0
    assert result.t[-1] == 9.0
    assert len(sim.run(n_steps=70, transient=3.0)) == 71
    assert np.isfinite(result.observers["lyapunov_mle"]["mle"])


@pytest.mark.parametrize(("name", "transient"), [("lorenz", 2.0), ("henon", 30)])
def test_a_transient_is_run_and_not_recorded(name, transient):
    sim = engine.Sim(load(name))
    whole = sim.run(n_steps=500)
    tail = sim.run(n_steps=100, transient=transient)
    skipped = round(transient / sim.dt)
    assert np.array_equal(tail.t, whole.t[skipped : skipped + 101])
    assert np.array_equal(tail.y, whole.y[skipped : skipped + 101])


def test_results_by_name():
    sim = engine.Sim(load("lorenz"), record=("z", "x"))
    result = sim.run(n_steps=10)
    assert result.names == ("z", "x")
    assert np.array_equal(result["x"], result.y[:, 1])
    assert np.array_equal(result["t"], result.t)
    with pytest.raises(engine.RunError, match="'y' was not recorded"):
        result["y"]
    frame = result.to_pandas()
    assert list(frame.columns) == ["z", "x"]
    assert frame.index.name == "t"
    assert result.final_state["x"] == result["x"][-1]


def test_provenance_says_what_was_run():
    sim = engine.Sim(
        load("lorenz"), params={"rho": 20.0}, observers=(engine.observers.lyapunov_mle(),)
    )
    provenance = sim.run(n_steps=10).provenance
    assert provenance["params"]["rho"] == 20.0
    assert provenance["n_steps"] == 10
    assert provenance["model_digest"] == load("lorenz").digest
    assert provenance["observers"][0]["key"] == "lyapunov_mle"
    assert set(provenance["versions"]) == {"phasescope", "numpy", "numba", "python", "platform"}


def test_models_of_one_state_and_no_parameter_run():
    result = engine.Sim(engine.load_model("x' = -x\nx(0) = 1"), dt=0.1).run(t_end=1.0)
    assert result["x"][-1] == pytest.approx(np.exp(-1.0), abs=1e-6)


def test_names_that_occur_in_generated_code_are_harmless():
    text = "y' = p*run - memory\nrun' = -k1*y\np = 1\nmemory = 0.5\nk1 = 2\ny(0) = 1"
    model = engine.load_model(text)
    sim = engine.Sim(model, dt=0.01, observers=(engine.observers.lyapunov_mle(),))
    compiled = sim.run(n_steps=50)
    assert np.array_equal(compiled.y, sim.replace(jit=False).run(n_steps=50).y)
    assert compiled.names[:2] == ("y", "run")


def test_a_model_too_large_is_refused_with_its_size():
    text = "\n".join(f"x{i}' = -x{i}" for i in range(2000))
    with pytest.raises(
        engine.ModelError, match=r"\[states\]: a model has at most 1000 .* not 2000"
    ):
        engine.load_model(text)


def test_a_larger_model_runs():
    n = 40
    text = "\n".join(f"x{i}' = x{(i + 1) % n} - x{i}" for i in range(n)) + "\nx0(0) = 1"
    result = engine.Sim(engine.load_model(text), stepper="euler", dt=0.01).run(n_steps=100)
    assert result.y[-1].sum() == pytest.approx(1.0)
    assert np.array_equal(
        result.y,
        engine.Sim(engine.load_model(text), stepper="euler", dt=0.01, jit=False).run(n_steps=100).y,
    )


def test_unusable_hooks_are_refused():
    def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
        out[NOWHERE] = 1.0  # noqa: F821
        return y, memory, row

    with pytest.raises(engine.ObserverError, match="NOWHERE is not a slot"):
        engine.ObserverModule(key="lost", title="lost", outputs={"here": 0.0}, post=post)
    with pytest.raises(engine.ObserverError, match="neither a pre nor a post"):
        engine.ObserverModule(key="idle", title="idle", outputs={})
    twice = (engine.observers.lyapunov_mle(), engine.observers.lyapunov_mle(every=2))
    with pytest.raises(engine.ObserverError, match="two observers"):
        engine.Sim(load("lorenz"), observers=twice)


def test_one_observer_or_none_may_be_given_bare():
    observer = engine.observers.lyapunov_mle(every=np.int64(5))
    assert engine.Sim(load("lorenz"), observers=observer).observers == (observer,)
    assert engine.Sim(load("lorenz"), observers=None).observers == ()
    result = engine.Sim(load("lorenz"), observers=observer).run(n_steps=10)
    with pytest.raises(engine.RunError, match="did you mean 'lyapunov_mle'"):
        result.observers["lyapunov"]


def test_misuse_is_named():
    for misuse, message in (
        (lambda: engine.Sim(5), "not a model's name"),
        (lambda: engine.Sim(load("lorenz")).replace(model="rossler"), "another problem"),
        (lambda: engine.get_runner("base", model=load("lorenz"), stepper="rk4"), "RunnerVariant"),
        (lambda: engine.Sim(load("lorenz")).start().restore(None), "not a snapshot"),
        (
            lambda: engine.Sim(load("lorenz")).start().edit(engine.Edit(kind="stat", values={})),
            "unknown kind of edit 'stat'",
        ),
    ):
        with pytest.raises(engine.PhasescopeError, match=message):
            misuse()


def test_an_empty_edit_is_no_edit():
    run = engine.Sim(load("lorenz"), stepper="dopri5").start()
    run.set_params()
    assert run.journal.entries == ()


def test_contraction_may_be_asked_for_by_name():
    sim = engine.Sim(load("lorenz"), fastmath="contract")
    assert sim.fastmath == ("contract",)
    assert np.allclose(sim.run(n_steps=50).y, engine.Sim(load("lorenz")).run(n_steps=50).y)


def test_a_late_start_needs_no_end_and_a_byte_order_mark_no_care(tmp_path):
    text = '[model]\ntype = "ode"\n[states]\nx = 1.0\n[equations.rhs]\nx = "-x"\n[sim]\nt0 = 200'
    path = tmp_path / "late.toml"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert engine.Sim(engine.load_model(path)).run().t[0] == 200.0


@pytest.mark.filterwarnings("ignore:.*is used and never given")
def test_nan_is_no_parameter():
    with pytest.raises(engine.ModelError, match="'nan' is not a number"):
        engine.load_model("x' = nan*x")
