"""Periods, orbits and laws of bundled models against the literature and closed forms."""

from math import asin, atan, exp, log, pi, sin, sqrt, tau

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.special
from evaluated import linearised

import engine


def _orbit(name, t_end=None, n=None, **settings):
    result = engine.Sim(engine.load_model(name, n=n), **settings).run(t_end)
    assert not result.status.is_failure, result.failure
    return result


def _crossings(t, x, level=0.0):
    """Return the times at which x crosses a level upwards, by linear interpolation."""
    below = np.flatnonzero((x[:-1] < level) & (x[1:] >= level))
    share = (level - x[below]) / (x[below + 1] - x[below])
    return t[below] + share * (t[below + 1] - t[below])


def _period(result, name, level=0.0, last=4):
    return float(np.diff(_crossings(result.t, result[name], level))[-last:].mean())


def _ellipse(swing):
    return 4.0 * scipy.special.ellipk(sin(swing / 2.0) ** 2)


# model, parameters, initial state, state or aux, level, period, relative tolerance, source.
PERIODS = [
    ("harmonic_oscillator", {"zeta": 0.0, "omega": 2.0}, {}, "x", 0.0, pi, 1e-6, "2 pi / omega"),
    ("harmonic_oscillator", {"zeta": 0.6}, {}, "x", 0.0, tau / 0.8, 1e-4, "omega sqrt(1 - zeta^2)"),
    ("van_der_pol", {"mu": 1.0}, {}, "x", 0.0, 6.6632868593, 1e-6, "Andersen & Geer 1982"),
    ("rayleigh", {"mu": 1.0}, {}, "v", 0.0, 6.6632868593, 1e-6, "the same as van der Pol's"),
    ("lotka_volterra", {}, {"prey": 4.01, "predator": 2.75}, "prey", 4.0,
     tau / sqrt(0.44), 1e-5, "Volterra 1926: 2 pi / sqrt(alpha gamma)"),
    ("snic", {"mu": 1.25}, {}, "y", 0.0, tau / 0.75, 1e-4, "Strogatz 4.3: 2 pi / sqrt(mu^2 - 1)"),
    ("hopf_supercritical", {"b": 1.0}, {}, "x", 0.0, tau / 0.5, 1e-5, "omega - b mu"),
    ("kepler", {}, {}, "y", 0.0, tau, 1e-7, "Kepler 1619: e = 1/2"),
    ("kepler", {"mu": 4.0}, {"x": 1.0, "vy": 2.0}, "y", 0.0, pi, 1e-7, "Kepler 1619: e = 0"),
    ("bogdanov_takens", {"beta1": -1e-4}, {"x": 0.0}, "y", 0.0, tau, 1e-2, "Kuznetsov 8.4"),
    ("quadratic_integrate_and_fire", {}, {}, "v", 0.0,
     2 * (atan(100.0) - atan(-100.0)), 1e-5, "Izhikevich 2007, 8.1.3"),
    ("thermostat", {}, {}, "T", 20.0, 60 * log((16 / 14) * (11 / 9)), 1e-4, "two exponentials"),
    ("stick_slip", {}, {}, "v", 0.0, 4 + tau - 2 * atan(2.0), 1e-5, "two arcs"),
    ("integrate_and_fire", {}, {}, "v", 0.5, 10 * log(3.0), 1e-4, "Dayan & Abbott 5.4"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "params", "start", "variable", "level", "period", "tolerance", "source"),
    PERIODS,
    ids=[f"{row[0]}-{number}" for number, row in enumerate(PERIODS)],
)
def test_an_oscillation_has_the_period_of_the_literature(
    name, params, start, variable, level, period, tolerance, source
):
    result = _orbit(name, params=params, y0=start)
    assert _period(result, variable, level, last=2) == pytest.approx(period, rel=tolerance), source


@pytest.mark.parametrize("swing", [0.5, 1.5, 3.0])
def test_a_free_pendulum_has_the_period_of_an_elliptic_integral(swing):
    # Landau & Lifshitz, Mechanics, § 11: 4 K(sin(swing / 2)).
    # Beyond the range of the slider, q says that there is no friction.
    system = linearised("pendulum")
    p = (1e15, 0.0, 1.0)
    solved = scipy.integrate.solve_ivp(
        lambda t, y: system.rhs(t, tuple(y), p), (0.0, 3.0 * _ellipse(swing)), (swing, 0.0),
        rtol=1e-10, atol=1e-12, dense_output=True,
    )  # fmt: skip
    t = np.linspace(0.0, solved.t[-1], 60_001)
    times = _crossings(t, solved.sol(t)[0])
    assert times[1] - times[0] == pytest.approx(_ellipse(swing), rel=1e-6)


def test_van_der_pol_swings_to_slightly_more_than_2():
    # Amplitude at mu = 1: 2.00862 (Urabe, IRE Trans. Circuit Theory 7 (1960) 382).
    result = _orbit("van_der_pol", params={"mu": 1.0})
    assert result["x"][-1500:].max() == pytest.approx(2.00862, abs=2e-5)


@pytest.mark.parametrize(
    ("vy", "period"),
    [(-2.0015851063790825, 17.0652165601579625), (-2.0317326295573368, 11.1243403372660851)],
)
def test_an_orbit_of_arenstorf_closes(vy, period):
    # Hairer, Nørsett & Wanner, Solving ODEs I (1993), II.0, eq. (0.1) and p. 130.
    settings = {"y0": {"vy": vy}, "rtol": 1e-12, "atol": 1e-14, "sample_times": (period,)}
    end = _orbit("restricted_three_body", t_end=period, **settings)
    start = (0.994, 0.0, 0.0, vy)
    assert end.y[-1][:2] == pytest.approx(start[:2], abs=1e-4)
    assert end.y[-1][2:4] == pytest.approx(start[2:], abs=2e-2)


def test_a_comet_comes_back_after_one_year():
    # Kepler's third law with e = 0.9, a = 1.
    start = {"x": 0.1, "y": 0.0, "vx": 0.0, "vy": sqrt(19.0)}
    result = _orbit("kepler", t_end=tau, dt=tau / 40_000, y0=start)
    assert result.y[-1][:4] == pytest.approx(tuple(start.values()), abs=1e-5)
    assert np.ptp(result["aux.momentum"]) < 1e-9


def test_presets_of_henon_and_heiles_have_the_energies_of_their_paper():
    # Hénon & Heiles 1964: sections at E = 1/12, 1/8 and 1/6, the energy of escape.
    model = engine.load_model("henon_heiles")
    for preset, energy in (("regular", 1 / 12), ("mixed", 1 / 8), ("chaos", 1 / 6)):
        states = next(p.states for p in model.spec.presets if p.name == preset)
        result = engine.Sim(model, y0=states).run(t_end=50.0)
        assert result["aux.energy"][0] == pytest.approx(energy, abs=2e-4)
        assert np.ptp(result["aux.energy"]) < 1e-5
    saddle = linearised("henon_heiles").equilibrium({}, (0.0, 0.9, 0.0, 0.0))
    assert saddle == pytest.approx((0.0, 1.0, 0.0, 0.0), abs=1e-12)


def test_energies_are_conserved_by_the_orbits_that_open():
    for name, quantity in (
        ("double_pendulum", "energy"),
        ("restricted_three_body", "jacobi"),
        ("kepler", "energy"),
        ("hires", "enzyme"),
        ("robertson", "total"),
        ("sir", "invariant"),
    ):
        values = _orbit(name)[f"aux.{quantity}"]
        assert np.ptp(values) < 1e-4 * abs(values[0]), name


def test_logistic_growth_is_the_curve_of_verhulst():
    result = _orbit("logistic_growth", params={"r": 1.5, "K": 2.0, "h": 0.0})
    exact = 2.0 / (1.0 + (2.0 / 0.05 - 1.0) * np.exp(-1.5 * result.t))
    assert result["N"] == pytest.approx(exact, abs=1e-8)


def test_an_epidemic_ends_and_turns_where_kermack_and_mckendrick_say():
    # Final size s = exp(-R0 (1 - s)); at the peak S = 1 / R0 and I = 1 - (1 + ln R0) / R0.
    for beta in (0.4, 0.5, 0.8):
        ratio = beta / 0.2
        settings = {"params": {"beta": beta}, "y0": {"S": 1 - 1e-7, "I": 1e-7}}
        result = _orbit("sir", t_end=400.0, **settings)
        spared = scipy.optimize.brentq(lambda s, r=ratio: s - exp(-r * (1 - s)), 1e-9, 1 / ratio)
        assert result["S"][-1] == pytest.approx(spared, abs=1e-6)
        peak = int(result["I"].argmax())
        assert result["I"][peak] == pytest.approx(1 - (1 + log(ratio)) / ratio, abs=1e-5)
        assert result["S"][peak] == pytest.approx(1 / ratio, abs=5e-3)


def test_phases_slip_and_lock_as_adler_says():
    # Mean rate sqrt(delta^2 - K^2); locked at arcsin(delta / K).
    slips = _orbit("adler", t_end=600.0, params={"delta": 1.25, "K": 1.0})
    times = np.interp(np.arange(4, 68) * tau, slips["phi"], slips.t)
    assert np.diff(times).mean() == pytest.approx(tau / 0.75, rel=1e-5)
    locked = _orbit("adler", params={"delta": 0.8, "K": 1.0})
    assert locked["phi"][-1] == pytest.approx(asin(0.8), abs=1e-6)


def test_a_junction_of_high_damping_has_the_voltage_of_its_formula():
    # Strogatz 8.5 and 4.6: without inertia the mean voltage is sqrt(I^2 - 1) / alpha; the inertia
    # counts less the stronger the damping.
    result = _orbit("josephson_junction", t_end=400.0, params={"current": 1.5, "alpha": 2.0})
    late = result.t > 100.0
    mean = np.polyfit(result.t[late], result["phi"][late], 1)[0]
    assert mean == pytest.approx(sqrt(1.25) / 2.0, rel=0.06)


def test_the_nerve_of_the_squid_fires_from_its_rheobase_on():
    # Rinzel & Miller 1980: a stable cycle exists from I = 6.26 on; Hodgkin & Huxley's cell fires
    # repetitively between about 50 and 70 times a second there.
    def spikes(current):
        result = _orbit("hodgkin_huxley", t_end=400.0, params={"I": current})
        return _crossings(result.t, result["V"])

    assert len(spikes(6.2)) <= 4
    train = spikes(6.4)
    assert len(train) > 20
    assert 50.0 < 1000.0 / np.diff(train)[-5:].mean() < 56.0


@pytest.mark.parametrize(
    ("preset", "count"), [("phasic_spiking", 1), ("phasic_bursting", 8), ("tonic_spiking", 20)]
)
def test_patterns_of_izhikevich_answer_a_steady_current(preset, count):
    # Izhikevich, IEEE Trans. Neural Netw. 15 (2004) 1063, fig. 1: one spike, one burst, a train.
    model = engine.load_model("izhikevich")
    chosen = next(p for p in model.spec.presets if p.name == preset)
    result = engine.Sim(model, params=chosen.params, y0=chosen.states).run()
    assert result.events["spike"]["t"].size == count
    if preset.startswith("phasic"):
        assert result.events["spike"]["t"][-1] < 60.0


def test_an_adapting_cell_makes_its_intervals_longer_and_a_tonic_one_does_not():
    # Naud et al., Biol. Cybern. 99 (2008) 335, fig. 3 and table 1.
    model = engine.load_model("adex")
    for preset, ratio in (("adapting", 3.0), ("tonic_spiking", 1.0)):
        chosen = next(p for p in model.spec.presets if p.name == preset)
        result = engine.Sim(model, params=chosen.params, y0=chosen.states).run()
        intervals = np.diff(result.events["spike"]["t"])
        lasting = intervals[-1] / intervals[0]
        assert lasting > ratio if ratio > 1.0 else lasting == pytest.approx(1.0, abs=0.15)


# model, final time, states, their published values, relative tolerance.
STIFF = [
    ("robertson", 40.0, ("y1", "y2", "y3"), (0.7158271, 9.185535e-6, 0.2841637)),
    ("robertson", 1e11, ("y1", "y2", "y3"), (2.083340149701255e-8, 8.333360770334713e-14, 1.0)),
    ("hires", None, ("y1", "y2", "y6", "y8"),
     (7.371312573325668e-4, 1.442485726316185e-4, 6.238968252742796e-3, 2.850001604814231e-3)),
    ("oregonator", 360.0, ("x", "y", "z"),
     (1.000814870318523, 1228.178521549917, 132.0554942846706)),
    ("van_der_pol_stiff", 2000.0, ("x", "v"), (1.706167732170483, -8.928097010247975e-4)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "end", "states", "published"), STIFF, ids=[f"{row[0]}-{row[1]}" for row in STIFF]
)
def test_a_stiff_problem_ends_at_the_published_values(name, end, states, published):
    # Reference solutions of Hairer & Wanner, Solving ODEs II, IV.10, as in Mazzia & Magherini,
    # Test Set for IVP Solvers (2008); Robertson at 40: Hindmarsh, LSODE (1980).
    atol = 1e-20 if end == 1e11 else 1e-12
    result = _orbit(name, t_end=end, rtol=1e-8, atol=atol)
    final = dict(zip(result.names, result.y[-1], strict=True))
    assert [final[state] for state in states] == pytest.approx(published, rel=2e-5)


def test_the_oregonator_repeats_itself_every_303_units():
    # Hairer & Wanner II, IV.10, fig. 10.4: a little over 300; measured with SciPy's Radau: 302.86.
    result = _orbit("oregonator", rtol=1e-7, atol=1e-8)
    assert _period(result, "aux.log_x", 2.0, last=1) == pytest.approx(302.86, abs=0.1)


def test_a_thermostat_keeps_its_oscillator_at_its_temperature_on_average():
    # Hoover 1985: the mean of v^2 is T on every orbit that stays bounded.
    result = _orbit("nose_hoover", t_end=2_000.0, params={"T": 0.5})
    assert np.mean(result["v"] ** 2) == pytest.approx(0.5, abs=0.01)


def test_a_crowd_of_oscillators_synchronises_as_kuramoto_says():
    # Kuramoto 1984, 5.4: r = K r ∫ cos^2(a) g(K r sin a) da beyond K = sqrt(8 / pi) spreads.
    def excess(r, coupling):
        def integrand(a):
            return np.cos(a) ** 2 * exp(-((coupling * r * sin(a)) ** 2) / 2.0) / sqrt(tau)

        return coupling * scipy.integrate.quad(integrand, -pi / 2, pi / 2)[0] - 1.0

    for coupling in (2.0, 3.0):
        expected = scipy.optimize.brentq(excess, 1e-6, 1.0, args=(coupling,))
        result = _orbit(
            "kuramoto", t_end=100.0, n=60, params={"K": coupling}, record=("aux.order",)
        )
        late = result["aux.order"][result.t > 50.0]
        assert late.mean() == pytest.approx(expected, abs=0.04)
    below = _orbit("kuramoto", t_end=100.0, n=60, params={"K": 0.8}, record=("aux.order",))
    assert below["aux.order"][below.t > 50.0].mean() < 0.2
