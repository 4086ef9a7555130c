"""Where equilibria of bundled models are, and where they lose stability: against the literature."""

from math import cos, pi, sqrt

import numpy as np
import pytest
import scipy.optimize
from evaluated import linearised

# model, other parameters, parameter, its critical value, tolerance, a state near, source.
CRITICAL = [
    ("lorenz", {}, "rho", 470 / 19, 1e-9, (8, 8, 24), "Sparrow 1982: s(s+b+3)/(s-b-1)"),
    ("lorenz_haken", {}, "lam", 12.0, 1e-9, (3, 3, 1), "Haken 1975: k(k+3+b)/(k-1-b)"),
    ("van_der_pol", {}, "mu", 0.0, 1e-9, (0, 0), "van der Pol 1926"),
    ("hopf_supercritical", {}, "mu", 0.0, 1e-9, (0, 0), "Kuznetsov 3.4"),
    ("hopf_subcritical", {}, "mu", 0.0, 1e-9, (1e-9, 0), "Strogatz 8.2"),
    ("bogdanov_takens", {}, "beta1", 0.0, 1e-9, (0, 0), "Kuznetsov 8.4: beta1 = 0, beta2 < 0"),
    ("transcritical", {}, "r", 0.0, 1e-9, (0,), "Strogatz 3.2"),
    ("pitchfork_supercritical", {}, "r", 0.0, 1e-9, (0,), "Strogatz 3.4"),
    ("pitchfork_subcritical", {}, "r", 0.0, 1e-9, (0,), "Strogatz 3.4"),
    ("brusselator", {"a": 1.0}, "b", 2.0, 1e-9, (1, 2), "Prigogine & Lefever: 1 + a^2"),
    ("brusselator", {"a": 1.5}, "b", 3.25, 1e-9, (1.5, 2), "Prigogine & Lefever: 1 + a^2"),
    ("selkov", {"a": 0.08}, "b", sqrt(0.12), 1e-9, (0.3, 2), "Strogatz 7.3.3, lower branch"),
    ("selkov", {"a": 0.08}, "b", sqrt(0.72), 1e-9, (0.8, 1), "Strogatz 7.3.3, upper branch"),
    ("rosenzweig_macarthur", {}, "K", 7 / 6, 1e-9, (0.33, 0.27), "Rosenzweig 1971: 2 N* + h"),
    ("fitzhugh_nagumo", {}, "current", 0.3313, 1e-4, (-0.97, -0.33), "v^2 = 1 - b / tau"),
    ("hodgkin_huxley", {}, "I", 9.78, 0.02, (-60, 0.09, 0.43, 0.4), "Rinzel & Miller 1980"),
    ("hodgkin_huxley", {}, "I", 154.5, 0.3, (-43, 0.4, 0.07, 0.65), "Rinzel & Miller 1980"),
    ("morris_lecar", {}, "I", 93.86, 0.02, (-27, 0.12), "Rinzel & Ermentrout 1998, 7.3"),
    ("morris_lecar", {}, "I", 212.0, 0.2, (8, 0.6), "Rinzel & Ermentrout 1998, 7.3"),
    ("thomas", {}, "b", 1.0, 1e-6, (0, 0, 0), "Thomas 1999"),
    ("thomas", {}, "b", 0.32899, 1e-5, (2.2, 2.2, 2.2), "Sprott & Chlouverakis 2007"),
    ("lorenz_84", {"G": 0.0}, "F", 1.0, 1e-9, (1, 0, 0), "Lorenz 1984: Hadley circulation"),
    ("lorenz_96", {}, "F", 1 / (cos(4 * pi / 9) - cos(8 * pi / 9)), 1e-8, (0.9,) * 36,
     "van Kekem & Sterk, Physica D 367 (2018) 38: 1 / (cos(2 pi l / n) - cos(4 pi l / n))"),
    ("seir", {"beta1": 0.0}, "beta0", 35.86 * 100.02 / 35.84, 1e-6, (1, 0, 0), "R0 = 1"),
    ("sirs", {"season": 0.0}, "beta", 50.0, 1e-9, (1, 0), "R0 = 1"),
    ("chemostat", {}, "D", 1 / 1.2, 1e-9, (1, 0), "Smith & Waltman 1995: mu feed / (K + feed)"),
    ("laser_rate_equations", {}, "p", 1.0, 1e-9, (0, 1), "Milonni & Eberly: k f / G"),
    ("logistic", {}, "r", 3.0, 1e-9, (2 / 3,), "May 1976"),
    ("ricker", {}, "r", 2.0, 1e-9, (1,), "May & Oster 1976"),
    ("henon", {}, "a", 0.3675, 1e-9, (0.8, 0.25), "Hénon 1976: 3 (1 - b)^2 / 4"),
    ("delayed_logistic", {}, "a", 2.0, 1e-9, (0.5, 0.5), "Aronson et al. 1982"),
    ("cubic", {}, "A", 2.0, 1e-9, (0.7,), "Rogers & Whitley 1983"),
    ("duffing_map", {}, "a", 2.4, 1e-9, (1.1, 1.1), "Holmes 1979: 2 (1 + b)"),
    ("sine", {}, "r", 0.7199, 1e-4, (0.65,), "Feigenbaum 1978; Strogatz 10.6"),
    ("nicholson_bailey", {"R": 2.0}, "k", 1.0, 1e-6, (30, 15), "May 1978"),
    ("nicholson_bailey", {"R": 3.0}, "k", 1.0, 1e-6, (30, 15), "May 1978"),
    ("bouncing_ball_map", {}, "gamma", 2 * sqrt((pi / 2) ** 2 + 1.5**2), 1e-7, (3.7, 2 * pi),
     "Guckenheimer & Holmes 2.4: 2 sqrt(n^2 pi^2 (1 - alpha)^2 + (1 + alpha)^2)"),
    ("tent", {}, "mu", 1.0, 1e-6, (0.0,), "Ott 2.1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "others", "parameter", "value", "tolerance", "near", "source"),
    CRITICAL,
    ids=lambda entry: entry if isinstance(entry, str) else None,
)
def test_an_equilibrium_loses_stability_where_the_literature_says(
    name, others, parameter, value, tolerance, near, source
):
    model = linearised(name)
    growth = [
        model.growth({**others, parameter: value + side * tolerance}, near) for side in (-1, 1)
    ]
    assert growth[0] * growth[1] < 0.0, (growth, source)


# model, parameters, an equilibrium, tolerance, a state near, source.
EQUILIBRIA = [
    ("lorenz", {}, (sqrt(72), sqrt(72), 27), 1e-12, (8, 8, 26), "Lorenz 1963"),
    ("chen", {}, (sqrt(63), sqrt(63), 21), 1e-12, (8, 8, 20), "Chen & Ueta 1999: b (2c - a)"),
    ("chua", {}, (1.5, 0, -1.5), 1e-12, (1.4, 0, -1.4), "Matsumoto 1984: (m1 - m0) / (1 + m1)"),
    ("shimizu_morioka", {}, (sqrt(0.45), 0, 1), 1e-12, (0.6, 0, 1), "Shimizu & Morioka 1980"),
    ("brusselator", {}, (1, 3), 1e-12, (1.1, 2.9), "Prigogine & Lefever 1968: (a, b / a)"),
    ("selkov", {}, (0.6, 0.6 / 0.44), 1e-12, (0.6, 1.3), "Strogatz 7.3: (b, b / (a + b^2))"),
    ("sirs", {"season": 0.0}, (0.1, 0.0225 / 5.025), 1e-12, (0.1, 0.004), "Hethcote 1976"),
    ("hastings_powell", {"b1": 2.0}, (0.75, 0.125, 13.75), 1e-9, (0.7, 0.1, 13), "d2/(a2-b2 d2)"),
    ("competition", {"a": 0.5, "b": 0.7}, (0.5 / 0.65, 0.3 / 0.65), 1e-12, (0.7, 0.4), "Murray"),
    ("chemostat", {}, (3 / 35, 16 / 35), 1e-12, (0.1, 0.4), "Monod 1950: K D / (mu - D)"),
    ("spruce_budworm", {}, (2,), 1e-12, (1.9,), "Ludwig et al. 1978: the threshold"),
    ("hodgkin_huxley", {"I": 0.0}, (-65, 0.0529, 0.596, 0.3177), 0.02, (-65, 0.05, 0.6, 0.32),
     "Hodgkin & Huxley 1952: rest at -65 mV, m 0.05, h 0.60, n 0.32"),
    ("henon", {}, (0.631354, 0.189406), 1e-6, (0.6, 0.2), "Hénon 1976"),
    ("gingerbreadman", {}, (1, 1), 1e-12, (0.9, 0.9), "Devaney 1984"),
    ("bouncing_ball_map", {"gamma": 3.6}, (3.651756, 2 * pi), 1e-5, (3.7, 6.3), "Holmes 1982"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "params", "expected", "tolerance", "near", "source"),
    EQUILIBRIA,
    ids=[row[0] for row in EQUILIBRIA],
)
def test_an_equilibrium_lies_where_the_literature_says(
    name, params, expected, tolerance, near, source
):
    found = linearised(name).equilibrium(params, near)
    assert found == pytest.approx(expected, abs=tolerance), source


# model, other parameters, parameter, its value at the fold, a state near it, tolerance, source.
FOLDS = [
    ("saddle_node", {}, "r", 0.0, 0.0, 1e-12, "Strogatz 3.1"),
    ("cusp", {"r": 1.0}, "h", 2 / sqrt(27), -1 / sqrt(3), 1e-9, "Strogatz 3.6: 2 (r/3)^1.5"),
    ("pitchfork_subcritical", {}, "r", -0.25, sqrt(0.5), 1e-9, "Strogatz 3.4"),
    ("quadratic_integrate_and_fire", {}, "I", 0.0, 0.0, 1e-12, "Ermentrout & Kopell 1986"),
    ("adler", {"K": 1.0}, "delta", 1.0, pi / 2, 1e-9, "Adler 1946"),
    ("spruce_budworm", {"k": 10.0}, "r", 0.5595, 1.1, 5e-4, "Ludwig et al. 1978"),
]


@pytest.mark.parametrize(
    ("name", "others", "parameter", "value", "near", "tolerance", "source"),
    FOLDS,
    ids=[row[0] for row in FOLDS],
)
def test_two_equilibria_merge_where_the_literature_says(
    name, others, parameter, value, near, tolerance, source
):
    model = linearised(name)

    def remainder(unknown):
        state, parameter_value = unknown
        p = model.values({**others, parameter: float(parameter_value)})
        return [model.rhs(0.0, (state,), p)[0], model.jvp(0.0, (state,), (1.0,), p)[0]]

    state, found = scipy.optimize.fsolve(remainder, (near + 0.05, value + 0.01), xtol=1e-12)
    assert found == pytest.approx(value, abs=max(tolerance, 1e-7)), (state, source)


def test_the_snic_of_morris_and_lecar_is_a_fold_at_40():
    # Rinzel & Ermentrout (1998), 7.4: the period tends to infinity as I falls to 39.96.
    model = linearised("morris_lecar")
    others = {"gCa": 4.0, "V3": 12.0, "V4": 17.4, "phi": 1 / 15}

    def remainder(unknown):
        p = model.values({**others, "I": float(unknown[2])})
        slope = model.jacobian(unknown[:2], p)
        return [*model.rhs(0.0, tuple(unknown[:2]), p), np.linalg.det(slope)]

    assert scipy.optimize.fsolve(remainder, (-30, 0.01, 39.0))[2] == pytest.approx(39.96, abs=0.01)


def test_an_epidemic_grows_from_r0_equal_to_1():
    model = linearised("sir")
    for beta, grows in ((0.199, False), (0.201, True)):
        # The other directions are neutral: nobody is born.
        infected = model.jacobian((1.0, 0.0, 0.0), model.values({"beta": beta}))[1, 1]
        assert (infected > 0.0) == grows


def test_the_toggle_switch_has_a_memory_from_production_2_on():
    # Gardner et al., Nature 403 (2000) 339: the symmetric state u = v, u (1 + u^2) = a, divides.
    model = linearised("toggle_switch")
    for a, unstable in ((1.99, False), (2.01, True)):
        assert (model.growth({"a1": a, "a2": a}, (1.0, 1.0)) > 0.0) == unstable


def test_the_triangular_points_are_stable_up_to_the_mass_ratio_of_routh():
    # E. J. Routh, Proc. London Math. Soc. 6 (1875) 86: mu = (1 - sqrt(69) / 9) / 2 = 0.03852.
    model = linearised("restricted_three_body")
    critical = (1.0 - sqrt(69.0) / 9.0) / 2.0
    for mu, unstable in ((critical - 1e-4, False), (critical + 1e-4, True)):
        near = (0.5 - mu, sqrt(0.75), 0.0, 0.0)
        assert model.equilibrium({"mu": mu}, near) == pytest.approx(near, abs=1e-12)
        assert (model.growth({"mu": mu}, near) > 1e-6) == unstable


def test_small_swings_of_the_double_pendulum_have_its_two_frequencies():
    # Landau & Lifshitz, Mechanics, § 23: omega^2 = (2 ± sqrt(2)) g / l for equal arms.
    values = linearised("double_pendulum").eigenvalues({}, (0.0, 0.0, 0.0, 0.0))
    squares = sorted(abs(value) ** 2 for value in values)[::2]
    assert squares == pytest.approx([9.81 * (2 - sqrt(2)), 9.81 * (2 + sqrt(2))])


def test_relaxation_oscillations_of_a_laser_have_their_frequency_and_damping():
    # Erneux & Glorieux, Laser Dynamics (2010), 1.3: sqrt(gamma (A - 1)) and gamma A / 2.
    value = linearised("laser_class_b").eigenvalues({"gamma": 1e-4}, (1.0, 1.0))[0]
    assert abs(value.imag) == pytest.approx(1e-2, rel=1e-3)
    assert value.real == pytest.approx(-1e-4, rel=1e-9)


def test_the_belly_of_the_gingerbread_man_turns_by_a_sixth():
    # Devaney, Physica D 10 (1984) 387.
    values = linearised("gingerbreadman").eigenvalues({}, (1.0, 1.0))
    assert np.abs(np.angle(values)) == pytest.approx(pi / 3)
    assert np.abs(values) == pytest.approx(1.0)


def test_hopf_bifurcations_turn_by_what_the_literature_says():
    # Brusselator: frequency a; delayed logistic map: a sixth of a turn (Aronson et al. 1982).
    values = linearised("brusselator").eigenvalues({"a": 1.0, "b": 2.0}, (1.0, 2.0))
    assert np.abs(values.imag) == pytest.approx(1.0)
    values = linearised("delayed_logistic").eigenvalues({"a": 2.0}, (0.5, 0.5))
    assert np.abs(np.angle(values)) == pytest.approx(pi / 3)


def test_the_fixed_point_of_the_standard_map_is_stable_up_to_4():
    # Chirikov, Phys. Rep. 52 (1979) 263, 5.1: the trace 2 - K passes -2.
    model = linearised("standard")
    for kick, unstable in ((3.99, False), (4.01, True)):
        multipliers = np.linalg.eigvals(model.jacobian((pi, 0.0), model.values({"K": kick})))
        assert (np.abs(multipliers).max() > 1.0 + 1e-6) == unstable


def test_daisies_hold_their_planet_near_the_best_temperature():
    # Watson & Lovelock, Tellus 35B (1983) 284: both colours grow equally well, so they are 5 K
    # above and below the optimum, whatever the luminosity; seeds change that by little.
    model = linearised("daisyworld")
    bare = 0.3 / (1.0 - 0.003265 * 25.0)
    for luminosity in (0.9, 1.0, 1.1):
        black, white = model.equilibrium({"L": luminosity}, (0.3, 0.35))
        assert black + white == pytest.approx(1.0 - bare, abs=1e-3)
        albedo = 0.25 * black + 0.75 * white + 0.5 * (1.0 - black - white)
        warmth = (917.0 * luminosity * (1.0 - albedo) / 5.67e-8) ** 0.25
        assert warmth + 20.0 * (albedo - 0.25) == pytest.approx(300.5, abs=0.05)
        assert model.growth({"L": luminosity}, (black, white)) < 0.0
