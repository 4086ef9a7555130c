"""Dormand and Prince's method of order 8(5,3), with dense output of order 7."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from engine.steppers.stepper import Stepper


def start(t, y, p):
    """Give a memory whose last stage is the derivative at `y` (first same as last)."""
    k = rhs(t, y, p)
    return (k, k, k, k, k, k, k, k, k)


def step(t, dt, y, p, memory):
    """Advance `y` (n,) by a trial step; the memory is the stages 1 and 6 to 13.

    The error is two estimates, of order 5 and 3, which `error_norm` combines.  Hairer, Nørsett &
    Wanner, Solving ODEs I (1993), II.5 and II.10, and their code DOP853.
    """
    k1 = memory[8]
    # fmt: off
    k2 = rhs(t + 0.05260015195876773 * dt, axpy(y, 0.05260015195876773 * dt, k1), p)
    k3 = rhs(t + 0.0789002279381516 * dt, combine2(
        y, dt, 0.0197250569845379, k1, 0.0591751709536137, k2), p)
    k4 = rhs(t + 0.1183503419072274 * dt, combine2(
        y, dt, 0.02958758547680685, k1, 0.08876275643042054, k3), p)
    k5 = rhs(t + 0.2816496580927726 * dt, combine3(
        y, dt, 0.2413651341592667, k1, -0.8845494793282861, k3, 0.924834003261792, k4), p)
    k6 = rhs(t + dt / 3.0, combine3(
        y, dt, 0.037037037037037035, k1, 0.17082860872947386, k4, 0.12546768756682242, k5), p)
    k7 = rhs(t + 0.25 * dt, combine4(
        y, dt, 0.037109375, k1, 0.17025221101954405, k4, 0.06021653898045596, k5,
        -0.017578125, k6), p)
    k8 = rhs(t + dt * (4.0 / 13.0), combine5(
        y, dt, 0.03709200011850479, k1, 0.17038392571223998, k4, 0.10726203044637328, k5,
        -0.015319437748624402, k6, 0.008273789163814023, k7), p)
    k9 = rhs(t + dt * (127.0 / 195.0), combine6(
        y, dt, 0.6241109587160757, k1, -3.3608926294469414, k4, -0.868219346841726, k5,
        27.59209969944671, k6, 20.154067550477894, k7, -43.48988418106996, k8), p)
    k10 = rhs(t + 0.6 * dt, combine7(
        y, dt, 0.47766253643826434, k1, -2.4881146199716677, k4, -0.590290826836843, k5,
        21.230051448181193, k6, 15.279233632882423, k7, -33.28821096898486, k8,
        -0.020331201708508627, k9), p)
    k11 = rhs(t + dt * (6.0 / 7.0), combine8(
        y, dt, -0.9371424300859873, k1, 5.186372428844064, k4, 1.0914373489967295, k5,
        -8.149787010746927, k6, -18.52006565999696, k7, 22.739487099350505, k8,
        2.4936055526796523, k9, -3.0467644718982196, k10), p)
    k12 = rhs(t + dt, combine9(
        y, dt, 2.273310147516538, k1, -10.53449546673725, k4, -2.0008720582248625, k5,
        -17.9589318631188, k6, 27.94888452941996, k7, -2.8589982771350235, k8,
        -8.87285693353063, k9, 12.360567175794303, k10, 0.6433927460157636, k11), p)
    y_new = combine8(
        y, dt, 0.054293734116568765, k1, 4.450312892752409, k6, 1.8915178993145003, k7,
        -5.801203960010585, k8, 0.3111643669578199, k9, -0.1521609496625161, k10,
        0.20136540080403034, k11, 0.04471061572777259, k12)
    k13 = rhs(t + dt, y_new, p)
    fifth = weighted8(
        dt, 0.01312004499419488, k1, -1.2251564463762044, k6, -0.4957589496572502, k7,
        1.6643771824549864, k8, -0.35032884874997366, k9, 0.3341791187130175, k10,
        0.08192320648511571, k11, -0.022355307863886294, k12)
    third = weighted8(
        dt, -0.18980075407240762, k1, 4.450312892752409, k6, 1.8915178993145003, k7,
        -5.801203960010585, k8, -0.4226823213237919, k9, -0.1521609496625161, k10,
        0.20136540080403034, k11, 0.02265179219836082, k12)
    # fmt: on
    return y_new, (fifth, third), (k1, k6, k7, k8, k9, k10, k11, k12, k13)


def error_norm(error, y, y_new, rtol, atol):
    """Combine both estimates to one that falls with the eighth power of the step.

    Hairer, Nørsett & Wanner, Solving ODEs I (1993), II.10, formula (10.17).
    """
    fifth = scaled_norm(error[0], y, y_new, rtol, atol)
    third = scaled_norm(error[1], y, y_new, rtol, atol)
    norm = fifth
    if fifth > 0.0:
        norm = fifth * div(fifth, sqrt(fifth * fifth + 0.01 * third * third))
    return norm


def dense_rows(t, dt, y_old, y, p, memory):
    """Give the six coefficients of the interpolant; three more stages are computed for it.

    Hairer, Nørsett & Wanner, Solving ODEs I (1993), II.6, and their code DOP853 (contd8).
    """
    k1, k6, k7, k8, k9, k10, k11, k12, k13 = memory
    # fmt: off
    k14 = rhs(t + 0.1 * dt, combine8(
        y_old, dt, 0.056167502283047954, k1, 0.25350021021662483, k7, -0.2462390374708025, k8,
        -0.12419142326381637, k9, 0.15329179827876568, k10, 0.00820105229563469, k11,
        0.007567897660545699, k12, -0.008298, k13), p)
    k15 = rhs(t + 0.2 * dt, combine8(
        y_old, dt, 0.03183464816350214, k1, 0.028300909672366776, k6, 0.053541988307438566, k7,
        -0.05492374857139099, k8, -0.00010834732869724932, k11, 0.0003825710908356584, k12,
        -0.00034046500868740456, k13, 0.1413124436746325, k14), p)
    k16 = rhs(t + dt * (7.0 / 9.0), combine8(
        y_old, dt, -0.42889630158379194, k1, -4.697621415361164, k6, 7.683421196062599, k7,
        4.06898981839711, k8, 0.3567271874552811, k9, -0.0013990241651590145, k13,
        2.9475147891527724, k14, -9.15095847217987, k15), p)
    d4 = weighted12(
        dt, -8.428938276109013, k1, 0.5667149535193777, k6, -3.0689499459498917, k7,
        2.38466765651207, k8, 2.117034582445028, k9, -0.871391583777973, k10,
        2.2404374302607883, k11, 0.6315787787694688, k12, -0.08899033645133331, k13,
        18.148505520854727, k14, -9.194632392478356, k15, -4.436036387594894, k16)
    d5 = weighted12(
        dt, 10.427508642579134, k1, 242.28349177525817, k6, 165.20045171727028, k7,
        -374.5467547226902, k8, -22.113666853125306, k9, 7.733432668472264, k10,
        -30.674084731089398, k11, -9.332130526430229, k12, 15.697238121770845, k13,
        -31.139403219565178, k14, -9.35292435884448, k15, 35.81684148639408, k16)
    d6 = weighted12(
        dt, 19.985053242002433, k1, -387.0373087493518, k6, -189.17813819516758, k7,
        527.8081592054236, k8, -11.57390253995963, k9, 6.8812326946963, k10,
        -1.0006050966910838, k11, 0.7777137798053443, k12, -2.778205752353508, k13,
        -60.19669523126412, k14, 84.32040550667716, k15, 11.99229113618279, k16)
    d7 = weighted12(
        dt, -25.69393346270375, k1, -154.18974869023643, k6, -231.5293791760455, k7,
        357.6391179106141, k8, 93.40532418362432, k9, -37.45832313645163, k10,
        104.0996495089623, k11, 29.8402934266605, k12, -43.53345659001114, k13,
        96.32455395918828, k14, -39.17726167561544, k15, -149.72683625798564, k16)
    # fmt: on
    d2 = weighted3(1.0, dt, k1, -1.0, y, 1.0, y_old)
    d3 = weighted4(1.0, 2.0, y, -2.0, y_old, -dt, k13, -dt, k1)
    return (d2, d3, d4, d5, d6, d7)


def interpolate(theta, dt, y_old, y, dense):
    """Evaluate the interpolant of degree 7 at `theta` in [0, 1]."""
    rest = 1.0 - theta
    a = theta * rest
    b = theta * a
    c = a * a
    d = theta * c
    e = a * c
    # fmt: off
    return combine6(
        blend(y_old, y, theta), 1.0,
        a, dense[0], b, dense[1], c, dense[2], d, dense[3], e, dense[4], theta * e, dense[5])
    # fmt: on


STEPPER = Stepper(
    name="dop853",
    kind="ode",
    order=8,
    step=step,
    start=start,
    error_norm=error_norm,
    interpolate=interpolate,
    dense_rows=dense_rows,
    adaptive=True,
    error_order=7,
    beta=0.0,
    stability=6.3937,
    memory_rows=9,
    summary="Dormand and Prince's method of order 8(5,3), adaptive",
    reference="Hairer, Nørsett & Wanner, Solving ODEs I (1993), II.10, code DOP853",
)
