"""XPPAUT's ``.ode`` files to `ModelSpec`.

The format is described by B. Ermentrout, *Simulating, Analyzing, and Animating Dynamical Systems*
(SIAM 2002), chapter 2 and appendix B, and by the manual that comes with XPPAUT. What changes the
dynamics and cannot be had here is one error that lists every such statement; what has no effect
here is one `ModelWarning` that does.
"""

from engine.model.xpp.reading import looks_like_ode, read_ode

__all__ = ["looks_like_ode", "read_ode"]
