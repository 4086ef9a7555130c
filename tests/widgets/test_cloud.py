"""A cloud of orbits moves with the run, bit for bit as each would by itself."""

import numpy as np
import pytest

import engine
from widgets.live.cloud import MOST_ORBITS, Cloud, Start, fixed_method
from widgets.live.columns import Piece
from widgets.live.compiler import Job

PATIENCE = 60.0


class Here:
    """A compiler that leaves compiling to whoever needs the machine code."""

    def ask(self, sim: engine.Sim, *, batch: bool) -> Job:
        assert batch
        job = Job(sim, lambda: None, batch)
        job.done = True
        return job


HERE = Here()


def along(
    cloud: Cloud, sim: engine.Sim, slices: int, steps: int = 5, **edits: dict[int, dict[str, float]]
) -> engine.Run:
    """Let a run advance in slices with edits of parameters, the cloud following."""
    run, first = sim.start(), 0
    for k in range(-1, slices):
        if k in edits.get("params", {}):
            run.set_params(**edits["params"][k])
        rows = run.advance(n_steps=steps if k >= 0 else 0)
        piece = Piece(
            model=sim.model,
            names=sim.record,
            t=rows.t,
            y=rows.y,
            params=run.sim.params,
            first=first,
        )
        first += len(rows.t)
        cloud._rest_until = 0.0
        cloud._limit = 1_000
        cloud.take(piece)
        assert cloud.settle(PATIENCE)
    return run


def test_every_orbit_of_a_cloud_is_a_run_of_its_own() -> None:
    sim = engine.Sim(engine.load_model("lorenz"), record=True, dt=0.01, stepper="rk4")
    cloud = Cloud(
        Start(orbits=7, radius={"x": 1.0, "y": 0.5, "z": 2.0}), ("rk4", 0.01), compiler=HERE
    )
    starts: list[np.ndarray] = []
    tell = cloud._tell
    cloud._tell = lambda t, lost: (starts.append(cloud._y.copy()), tell(t, lost))[1]
    run = along(cloud, sim, 6, params={3: {"rho": 20.0}})
    swarm = cloud.swarm
    assert cloud.refused == ""
    assert swarm.t == pytest.approx(run.t)
    for k in range(7):
        y0 = dict(zip(sim.model.state_names, starts[0][k], strict=True))
        own = sim.replace(y0=y0).start()
        own.advance(n_steps=15)
        own.set_params(rho=20.0)
        own.advance(n_steps=15)
        for name, value in own.state.items():
            assert swarm.states[name][k] == pytest.approx(value, rel=1e-12)
    cloud.close()


def test_a_box_is_full_and_a_ball_is_round() -> None:
    rng = np.random.default_rng(0)
    present = {"x": 1.0, "y": 2.0, "z": 3.0}
    box = Start(orbits=4000, radius={"x": 1.0, "y": 2.0}, centre={"y": 5.0}).states(present, rng)
    assert (box[:, 2] == 3.0).all()
    assert box[:, 0].min() == pytest.approx(0.0, abs=0.01)
    assert box[:, 1].max() == pytest.approx(7.0, abs=0.01)
    ball = Start(orbits=4000, shape="ball", radius=dict.fromkeys(present, 2.0))
    distance = np.linalg.norm(ball.states(present, rng) - [1.0, 2.0, 3.0], axis=1)
    assert distance.max() <= 2.0
    # Half of the ball's volume lies within 0.794 of its radius.
    assert np.median(distance) == pytest.approx(2.0 * 0.5 ** (1 / 3), rel=0.02)


def test_orbits_that_blow_up_leave_the_cloud() -> None:
    sim = engine.Sim(engine.load_model("x[n+1] = x^2\nx(0) = 0.5"), record=True)
    cloud = Cloud(Start(orbits=400, radius={"x": 1.0}), ("map", 1.0), compiler=HERE)
    along(cloud, sim, 8)
    lost = cloud.swarm.lost
    assert 60 < lost < 140
    assert len(cloud.swarm.states["x"]) == 400 - lost
    assert np.isfinite(cloud.swarm.states["x"]).all()
    cloud.close()


def test_noise_is_each_orbits_own_and_goes_on() -> None:
    sim = engine.Sim(engine.load_model("ornstein_uhlenbeck"), record=True, dt=0.01)
    cloud = Cloud(Start(orbits=2000), (sim.stepper, sim.dt), compiler=HERE)
    along(cloud, sim, 3, steps=2)
    (values,) = [v for n, v in cloud.swarm.states.items() if n == sim.model.state_names[0]]
    assert len(np.unique(values)) == 2000
    before = values.copy()
    cloud.close()
    longer = Cloud(Start(orbits=2000), (sim.stepper, sim.dt), compiler=HERE)
    along(longer, sim, 30, steps=2)
    spread = longer.swarm.states[sim.model.state_names[0]].std() / before.std()
    # Slices whose noise were the same would add up to ten times as much, not to its root.
    assert spread == pytest.approx(np.sqrt(10.0), rel=0.25)
    longer.close()


def test_what_the_fast_path_cannot_do_is_said() -> None:
    sim = engine.Sim(engine.load_model("bouncing_ball"), record=True, jit=False)
    cloud = Cloud(Start(orbits=3), ("rk4", sim.dt), compiler=HERE)
    along(cloud, sim, 2)
    assert "events" in cloud.refused
    cloud.close()
    with pytest.raises(ValueError, match=f"{MOST_ORBITS:,}"):
        Cloud(Start(orbits=MOST_ORBITS + 1), ("rk4", 0.01))


def test_a_cloud_beside_an_adaptive_method_takes_fixed_steps() -> None:
    lorenz = engine.load_model("lorenz")
    assert fixed_method(lorenz, "ab2", 0.02, row_dt=0.1) == ("ab2", 0.02)
    assert fixed_method(lorenz, "dopri5", 0.5, row_dt=0.01) == ("rk4", 0.01)
    with pytest.raises(engine.RunError, match="stiff"):
        fixed_method(lorenz, "rodas4", 0.5, row_dt=0.01)


def test_a_cloud_takes_no_more_than_its_share() -> None:
    sim = engine.Sim(engine.load_model("henon"), record=True)
    cloud = Cloud(Start(orbits=5), ("map", 1.0), compiler=HERE)
    along(cloud, sim, 2)
    seen = cloud.swarm
    cloud._rest_until = cloud._clock() + 1000.0
    rows = sim.run(n_steps=50)
    cloud.take(
        Piece(model=sim.model, names=sim.record, t=rows.t, y=rows.y, params=sim.params, first=0)
    )
    assert cloud.settle(PATIENCE)
    assert cloud.swarm is seen
    cloud._rest_until = 0.0
    cloud._limit = 1
    cloud.take(
        Piece(model=sim.model, names=sim.record, t=rows.t, y=rows.y, params=sim.params, first=0)
    )
    assert cloud.settle(PATIENCE)
    # One step for a start; of the fifty that are due the most are not made up for.
    assert cloud.swarm.t == seen.t + 1
    assert cloud._behind == 50 - seen.t - 1 - 8 * cloud._limit
    cloud.close()


def test_a_cloud_stays_around_the_orbit_until_its_machine_code_is_there() -> None:
    sim = engine.Sim(engine.load_model("henon"), record=True)
    job = Job(sim, lambda: None, batch=True)

    class Elsewhere(Here):
        def ask(self, sim: engine.Sim, *, batch: bool) -> Job:
            return job

    cloud = Cloud(Start(orbits=50, radius={"x": 0.01}), ("map", 1.0), compiler=Elsewhere())
    run = along(cloud, sim, 3)
    assert cloud.compiling
    assert cloud.swarm.t == run.t
    np.testing.assert_allclose(cloud.swarm.states["x"], run.state["x"], atol=0.01)
    job.settle("the machine is on strike")
    along(cloud, sim, 1)
    assert "strike" in cloud.refused
    cloud.close()


def test_a_batch_is_compiled_by_another_process(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PHASESCOPE_CACHE_DIR", str(tmp_path))
    sim = engine.Sim(engine.load_model("x[n+1] = a - x^2\na = 1.5\nx(0) = 0.1"), record=False)
    assert not engine.is_prepared(sim, batch=True)
    process = engine.CompileProcess()
    try:
        process.compile(sim, batch=True, timeout=PATIENCE)
    finally:
        process.close()
    assert engine.is_prepared(sim, batch=True)
    assert not engine.is_compiled(sim)
    before = engine.cache_counts()
    engine.run_batch_fastpath(sim, n_steps=3, plan=engine.recording.Nothing())
    assert engine.cache_counts().compilations == before.compilations
