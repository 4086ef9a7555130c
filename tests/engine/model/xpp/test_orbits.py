"""Classic models as .ode files give the same orbit, to the bit, as their model files."""

import warnings

import numpy as np
import pytest

import engine
from engine.errors import ModelWarning

LORENZ = """
# Lorenz, J. Atmos. Sci. 20 (1963) 130
par sigma=10, rho=28 beta=2.6666666666666665
init x=1,y=1
z(0)=1
dx/dt = sigma*(y-x)
y' = x*(rho-z)-y
z' = x*y-beta*z
aux r2=x^2+y**2
@ total=50, dt=.01, meth=runge, xp=x, yp=z
done
"""
LORENZ_PLAIN = """
x' = sigma*(y - x)
y' = x*(rho - z) - y
z' = x*y - beta*z
sigma = 10
rho = 28
beta = 8/3
r2 = x^2 + y^2
x(0) = 1; y(0) = 1; z(0) = 1
"""

# The scaled Morris-Lecar model: Biophys. J. 35 (1981) 193, with the numbers of Rinzel & Ermentrout
# in Koch & Segev, Methods in Neuronal Modeling (1989).
MORRIS_LECAR = """
p gl=.5,gca=1.1,gk=2
params vk=-.7,vl=-.5,vca=1
param v1=-.01,v2=.15,v3=.1,v4=.145
parameter iapp=.2,phi=.333
minf(v)=.5*(1+tanh((v-v1)/v2))
winf(V)=.5*(1+tanh((v-V3)/v4))
lamw(v)=cosh((v-v3)/(2*v4))
V'=gl*(vl-v)+gk*w*(vk-v)-ica+Iapp
w'=phi*lamw(v)*(winf(v)-w)
ica=gca*minf(v)*(v-vca)
aux ica=ica
i v=.05
d
"""
MORRIS_LECAR_PLAIN = """
V' = gl*(vl - V) + gk*w*(vk - V) - ica + iapp
w' = phi*lamw(V, v3, v4)*(winf(V, v3, v4) - w)
ica = gca*minf(V, v1, v2)*(V - vca)
minf(v, v1, v2) = 0.5*(1 + tanh((v - v1)/v2))
winf(v, v3, v4) = 0.5*(1 + tanh((v - v3)/v4))
lamw(v, v3, v4) = cosh((v - v3)/(2*v4))
gl = 0.5; gca = 1.1; gk = 2; vk = -0.7; vl = -0.5; vca = 1
v1 = -0.01; v2 = 0.15; v3 = 0.1; v4 = 0.145; iapp = 0.2; phi = 0.333
V(0) = 0.05
"""

# Hodgkin & Huxley, J. Physiol. 117 (1952) 500, voltage from rest.
HODGKIN_HUXLEY = r"""
number ena=115, ek=-12
par gna=120,gk=36,gl=.3,el=10.6,i0=10,ton=5,toff=30
am(v)=.1*(25-v)/(exp((25-v)/10)-1)
bm(v)=4*exp(-v/18)
ah(v)=.07*exp(-v/20)
bh(v)=1/(exp((30-v)/10)+1)
an(v)=.01*(10-v)/(exp((10-v)/10)-1)
bn(v)=.125*exp(-v/80)
i=i0*heav(t-ton)*heav(toff-t)
!gtot=gna+gk+gl
v'=i-gna*m^3*h*(v-ena)\
 -gk*n^4*(v-ek)-gl*(v-el)
m'=am(v)*(1-m)-bm(v)*m
h'=ah(v)*(1-h)-bh(v)*h
n'=an(v)*(1-n)-bn(v)*n
init v=0,m=.053,h=.596,n=.318
@ total=50,dt=.02
done
"""
HODGKIN_HUXLEY_TOML = """
[model]
type = "ode"
[states]
v = 0
m = 0.053
h = 0.596
n = 0.318
[params]
gna = 120
gk = 36
gl = 0.3
el = 10.6
i0 = 10
ton = 5
toff = 30
[constants]
ena = 115
ek = -12
[functions.am]
args = ["v"]
expr = "0.1*(25 - v)/(exp((25 - v)/10) - 1)"
[functions.bm]
args = ["v"]
expr = "4*exp(-v/18)"
[functions.ah]
args = ["v"]
expr = "0.07*exp(-v/20)"
[functions.bh]
args = ["v"]
expr = "1/(exp((30 - v)/10) + 1)"
[functions.an]
args = ["v"]
expr = "0.01*(10 - v)/(exp((10 - v)/10) - 1)"
[functions.bn]
args = ["v"]
expr = "0.125*exp(-v/80)"
[aux]
gtot = "gna + gk + gl"
i = "i0*step(t - ton)*step(toff - t)"
[equations.rhs]
v = "i - gna*m^3*h*(v - ena) - gk*n^4*(v - ek) - gl*(v - el)"
m = "am(v)*(1 - m) - bm(v)*m"
h = "ah(v)*(1 - h) - bh(v)*h"
n = "an(v)*(1 - n) - bn(v)*n"
"""

# FitzHugh, Biophys. J. 1 (1961) 445.
FITZHUGH = """
x' = c*(y + x - x^3/3 + z)
y' = -(x - a + b*y)/c
par a=.7,b=.8,c=3,z=-.4
x(0)=-1
done
"""
FITZHUGH_PLAIN = """
x' = c*(y + x - x^3/3 + z)
y' = -(x - a + b*y)/c
a = 0.7; b = 0.8; c = 3; z = -0.4
x(0) = -1
"""

# Henon, Commun. Math. Phys. 50 (1976) 69.
HENON = """
x(t+1)=y+1-a*x^2
y(t + 1)=b*x
p a=1.4,b=.3
@ meth=discrete,total=1000
done
"""
HENON_PLAIN = "x[n+1] = y + 1 - a*x^2; y[n+1] = b*x; a = 1.4; b = 0.3"

# A leaky integrator that is reset (Lapicque 1907); the threshold moves at each spike.
RESET = """
v'=-v+i
u'=-u/tau
par i=1.5 tau=5
init v=0
global 1 {v-1-u} {u=u+.25;v=-.1*u;tau=tau*1.01}
done
"""
RESET_PLAIN = """
v' = -v + i
u' = -u/tau
i = 1.5; tau = 5
when cross_up(v - 1 - u, 0): v = -0.1*u; u = u + 0.25; tau = tau*1.01
"""

# Two equal masses exchange their velocities at each encounter, on a ring of length 1.
COLLISION = """
x'=v
y'=w
v'=0
w'=0
init x=0,y=.5,v=1,w=.25
global 1 {x-y} {v=w;w=v}
@ total=10
done
"""

# A ring of phase oscillators with all-to-all coupling (Kuramoto 1975), written three ways.
OSCILLATORS = """
par k=.6
h(u)=sin(u)
theta[0..4]'=1+[j]/10+k/5*sum(0,4)of(h(shift(theta0,i')-theta[j]))
init theta[1..4]=[j]
%[0..4]
aux c[j]=cos(theta[j])
%
done
"""


def oscillators_plain():
    lines = ["h(u) = sin(u); k = 0.6"]
    for j in range(5):
        terms = " + ".join(f"h(theta{i} - theta{j})" for i in range(5))
        lines.append(f"theta{j}' = 1 + {j}/10 + k/5*({terms}); theta{j}(0) = {j}")
        lines.append(f"c{j} = cos(theta{j})")
    return "\n".join(lines)


PAIRS = {
    "lorenz": (LORENZ, LORENZ_PLAIN, "rk4", 0.01),
    "morris_lecar": (MORRIS_LECAR, MORRIS_LECAR_PLAIN, "dopri5", 0.1),
    "hodgkin_huxley": (HODGKIN_HUXLEY, HODGKIN_HUXLEY_TOML, "rk4", 0.02),
    "fitzhugh": (FITZHUGH, FITZHUGH_PLAIN, "euler", 0.05),
    "henon": (HENON, HENON_PLAIN, "map", 1.0),
    "oscillators": (OSCILLATORS, oscillators_plain(), "rk4", 0.05),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_classic_model_has_the_orbit_of_its_model_file(name):
    ode, other, stepper, dt = PAIRS[name]
    a, b = engine.load_model(ode), engine.load_model(other)
    assert (a.kind, a.state_names, a.aux_names) == (b.kind, b.state_names, b.aux_names)
    assert dict(zip(a.param_names, a.param_values, strict=True)) == dict(
        zip(b.param_names, b.param_values, strict=True)
    )
    orbits = [
        engine.Sim(model, stepper=stepper, dt=dt, jit=False, record=True).run(n_steps=300)
        for model in (a, b)
    ]
    assert np.array_equal(orbits[0].t, orbits[1].t)
    assert np.array_equal(orbits[0].y, orbits[1].y)
    assert np.isfinite(orbits[0].y).all()


def test_events_reset_with_the_values_of_before():
    # `v` reads `u`, which is set before it in the file: XPPAUT evaluates all, then sets all.
    a, b = engine.load_model(RESET), engine.load_model(RESET_PLAIN)
    runs = [engine.Sim(m, stepper="rk4", dt=0.05, jit=False).run(t_end=20.0) for m in (a, b)]
    assert np.array_equal(runs[0].events["global_1"]["t"], runs[1].events["when_1"]["t"])
    assert len(runs[0].events["global_1"]["t"]) > 5
    assert np.array_equal(runs[0].y, runs[1].y)


def test_an_event_may_exchange_values(loaded):
    model, notes = loaded(COLLISION)
    run = engine.Sim(model, stepper="rk4", dt=0.05, jit=False).run(t_end=3.0)
    assert run.events["global_1"]["t"] == pytest.approx([2.0 / 3.0])
    assert (run["v"][-1], run["w"][-1]) == (0.25, 1.0)
    assert notes == ["line 7: the parameter 'v_before' keeps 'v' while the event sets values"]


def test_a_file_loads_by_its_path(tmp_path):
    path = tmp_path / "Lorenz63.ODE"
    path.write_text(LORENZ, encoding="utf-8")
    model = engine.load_model(path)
    assert model.name == "Lorenz63"
    assert model.spec.sim.t_end == 50.0
    assert model.spec.meta.axes == ("x", "z")
    assert engine.load_model(str(path)).digest == model.digest


def test_what_a_model_file_says_is_what_the_ode_file_says():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ModelWarning)
        for ode, *_ in PAIRS.values():
            model = engine.load_model(ode)
            assert engine.load_model(model.text).spec == model.spec
