"""The edits that a player takes at the next step of its run."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

import engine
from widgets.live.compiling import Compiling
from widgets.live.measuring import Measuring, fitting, measured
from widgets.live.motions import Motions
from widgets.live.rows import with_stepper
from widgets.live.words import number


class PlayerEdits(ABC):
    """The part of `Player` that changes the run while it runs."""

    initial: Mapping[str, float]
    measuring: Measuring
    motions: Motions
    compiling: Compiling
    _kicked: bool
    _initial_t: float
    _owed: tuple[engine.ObserverModule, ...]

    @abstractmethod
    def _present(self) -> engine.Run:
        """Return the run; raise RunError where there is none yet."""

    @property
    @abstractmethod
    def backward(self) -> bool:
        """Tell whether the model's time runs down."""

    @abstractmethod
    def _look_from_here(self) -> None:
        """Let what pauses the run begin at the present state."""

    @abstractmethod
    def _keep(self, words: str, *, gesture: str = "") -> None:
        """Keep the orbit before it is disturbed; many disturbances of one gesture are one."""

    @abstractmethod
    def _note_edit(self, control: str, words: str, *, same: bool | None = None) -> None:
        """Put a change on the timeline; `same`: it goes on with the control's latest mark."""

    @abstractmethod
    def _observe(self, *, generation: int | None = None) -> None:
        """Take down what is to be seen now."""

    @property
    def initial_t(self) -> float:
        """Return the time to which `reset` goes back."""
        return self._initial_t

    def start_from(self, initial: Mapping[str, float], t: float) -> None:
        """Let the next `reset` go back to this state and time, of a run that began elsewhere."""
        self.initial, self._initial_t = initial, t

    def set_params(self, values: Mapping[str, float]) -> None:
        """Change parameters at the next step, all of them or, where one is refused, none.

        Those that move by themselves move no more.

        Raises
        ------
        engine.PhasescopeError
            There is no such parameter, or the value is not a number.
        """
        self._present().set_params(**values)
        self.motions.end(values)
        for name, value in values.items():
            self._note_edit(name, f"{name} = {number(value)}")

    def set_state(self, name: str, value: float) -> None:
        """Kick one state variable of the running orbit at the next step.

        Raises
        ------
        engine.PhasescopeError
            There is no such variable, or the value is not a number.
        """
        self.kick({name: value})

    def kick(self, values: Mapping[str, float]) -> None:
        """Put state variables of the running orbit elsewhere at the next step, in one edit.

        Raises
        ------
        engine.PhasescopeError
            There is no such variable, or a value is not a number; none is changed then.
        """
        if not values:
            return
        run = self._present()
        run.sim.replace(y0=values)
        put = [f"{name} put at {number(value)}" for name, value in values.items()]
        self._keep(", ".join(put), gesture="kick")
        run.set_state(**values)
        self._kicked = True
        self._note_edit(next(iter(values)) if len(values) == 1 else "state", ", ".join(put))
        self._look_from_here()
        self._observe()

    def set_initial(self, name: str, value: float) -> None:
        """Change the state from which the next `reset` begins.

        Raises
        ------
        engine.PhasescopeError
            There is no such variable, or the value is not a number.
        """
        self.initial = self._present().sim.replace(y0={**self.initial, name: value}).y0

    def set_stepper(self, name: str) -> None:
        """Go on with another stepper at the next step, measuring wherever it allows that.

        Raises
        ------
        engine.PhasescopeError
            There is no such stepper, or it does not suit the model.
        """
        run = self._present()
        bare, observers = self._stepped_by(name)
        self._owed = ()
        if not observers:
            run.set_observers(())
        run.set_stepper(name, sample_dt=bare.sample_dt)
        if run.sim.observers != observers:
            run.set_observers(observers)
        self.measuring.follow(run.sim, run.t)
        self._note_edit("stepper", f"stepper {name}")

    def ready_for(self, name: str, again: Callable[[], None]) -> bool:
        """Tell whether `set_stepper` takes no time; `again` is called when it will take none.

        Raises
        ------
        engine.PhasescopeError
            There is no such stepper, or it does not suit the model.
        """
        bare, observers = self._stepped_by(name)
        return self.compiling.ready(bare.replace(observers=observers), name, again)

    def put_on_owed(self) -> None:
        """Put on the observers that would have held up the beginning."""
        run, owed = self._present(), self._owed
        self._owed = ()
        run.set_observers(owed)
        self.measuring.follow(run.sim, run.t)

    def _stepped_by(self, name: str) -> tuple[engine.Sim, tuple[engine.ObserverModule, ...]]:
        bare = with_stepper(self._present().sim.replace(observers=()), name)
        wanted = () if self.backward else self.measuring.wanted
        return bare, measured(bare, wanted)[0].observers

    def set_dt(self, dt: float) -> None:
        """Change the step size at the next step.

        Raises
        ------
        engine.PhasescopeError
            The step is not a positive number.
        """
        self._present().set_dt(dt)
        self._note_edit("dt", f"dt = {number(dt)}")

    def set_tolerances(self, rtol: float, atol: float) -> None:
        """Change the tolerances of an adaptive stepper at the next step.

        Raises
        ------
        engine.PhasescopeError
            A tolerance is not a positive number.
        """
        self._present().set_tolerances(rtol=rtol, atol=atol)
        self._note_edit("tolerances", f"rtol = {number(rtol)}, atol = {number(atol)}")

    def set_seed(self, seed: int) -> None:
        """Draw the noise from other random numbers from the next step on.

        Raises
        ------
        engine.PhasescopeError
            The seed is no integer from 0 to before 2**64.
        """
        self._present().set_seed(seed)
        self._note_edit("seed", f"seed = {seed}")

    def restart_observers(self) -> None:
        """Let the observers measure afresh from the next step on.

        Raises
        ------
        engine.PhasescopeError
            An observer does not suit the model.
        """
        run = self._present()
        observers = run.sim.observers
        self._keep("measure anew")
        # An observer that stays keeps its memory, so it is taken off and put on again.
        run.set_observers(())
        run.set_observers(observers)
        self.measuring.clear(run.t)
        self._note_edit("observers", "observers begin anew")

    def set_observers(self, observers: tuple[engine.ObserverModule, ...]) -> None:
        """Measure by these observers from the next step on, wherever the run suits them.

        Those that stay keep their memory.

        Raises
        ------
        engine.PhasescopeError
            They cannot be measured together.
        """
        run = self._present()
        bare = run.sim.replace(observers=())
        fitted = fitting(bare, () if self.backward else observers)[0].observers
        before = run.sim.observers
        if fitted != before:
            run.set_observers(fitted)
        self._owed = ()
        self.measuring.wanted = observers
        if self.backward:
            return
        self.measuring.follow(run.sim, run.t)
        if fitted != before:
            kept = {observer.key for observer in before if observer in fitted}
            added = [observer.title for observer in fitted if observer.key not in kept]
            gone = [o.title for o in before if o.key not in {o.key for o in fitted}]
            words = [f"measured from here: {', '.join(added)}"] if added else []
            words += [f"no longer measured: {', '.join(gone)}"] if gone else []
            self._note_edit("observers", "; ".join(words), same=False)
