"""How far a live run goes and in which direction: what its transport calls."""

import weakref
from collections.abc import Mapping
from functools import partial
from typing import Any

import param

from widgets.live import actions
from widgets.live.breakpoints import UNTIL_EVENT, UNTIL_SECTION
from widgets.live.commands import Commands
from widgets.live.undoing import Undoing


class RunControl(Commands, Undoing):
    """The part of `LiveRun` that pauses by itself, goes to the next of something, and turns."""

    paused_by = param.String("", doc="What has paused the run by itself, in words.")
    pause_when = param.String("", doc="Expression that pauses the run; empty: none.")
    pause_armed = param.Boolean(True, doc="`pause_when` acts.")
    backward = param.Boolean(False, doc="The model's time runs down.")
    irreversible = param.String("", doc="Why the model cannot run backward, in words.")
    remedy = param.String("", doc="What may help after a blow-up, in words; empty: nothing known.")
    sections = param.List([], doc="Ids of the sections that views show.")
    event_names = param.List([], doc="The model's events.")

    @property
    def suggested_speed(self) -> float:
        """Return the speed that suits the model."""
        sim = self._player.sim
        return 1.0 if sim is None else actions.suggested_speed(sim)

    def advance_by(self, n_steps: int) -> None:
        """Advance by accepted steps or iterations, as fast as possible, and pause there."""
        self._ask("mode", "", self._player.pause)
        self._ask("advance", "advance", partial(self._player.step, n_steps))

    def run_to_event(self) -> None:
        """Go on as fast as possible to the next event of the model, and pause there."""
        self._ask("mode", "next event", partial(self._player.run_until, UNTIL_EVENT))

    def run_to_section(self) -> None:
        """Go on as fast as possible to the next crossing of a section that a view shows."""
        self._ask("mode", "next section", partial(self._player.run_until, UNTIL_SECTION))

    def set_section(
        self, name: str, expression: str, level: float = 0.0, direction: str = "up"
    ) -> None:
        """Let `run_to_section` know a section, in place of one of the same name.

        Parameters
        ----------
        name : str
            Id of the view that shows it.
        expression : str
            What crosses the level; a condition is crossed upward where it becomes true.
        level : float
            In the units of the expression.
        direction : {"up", "down", "both"}
            Which crossings count.
        """
        action = partial(self._player.set_section, name, expression, level, direction)
        self._ask(f"section:{name}", f"section {name}", action, start=False)

    def drop_section(self, name: str) -> None:
        """Forget a section, where there is one of this name."""
        action = partial(self._player.drop_section, name)
        self._ask(f"section:{name}", f"section {name}", action, start=False)

    def set_pause_when(self, text: str, *, armed: bool = True) -> None:
        """Choose the expression that pauses the run by itself.

        A condition does so where it becomes true, a number where it crosses zero; the run then
        stands at the first row where that is so.  An empty text stands for none.
        """
        action = partial(self._player.set_pause_when, text.strip(), armed)
        self._ask("pause when", "pause when", action)

    def set_backward(self, backward: bool) -> None:
        """Let the model's time run down, or up again, from the state that is to be seen.

        That is another run: it begins at this state with a journal of its own.
        """
        prepare = weakref.WeakMethod(self._prepare)
        self._ask("direction", "backward", partial(actions.turn, self._player, backward, prepare))

    def go_back_with_remedy(self) -> None:
        """Return to the last good state after a blow-up, and change there what `remedy` says."""
        action = partial(actions.go_back, self._player, with_remedy=True)
        self._ask("reset", "", action)

    def kick(self, values: Mapping[str, float]) -> None:
        """Put several state variables of the running orbit elsewhere, in one edit.

        Kicks that follow one another before the next slice are one, to where the last one puts
        them.
        """
        if values:
            key, control = f"state:{','.join(sorted(values))}", "state"
            if len(values) == 1:
                control = next(iter(values))
            self._ask(key, control, partial(self._player.kick, dict(values)))

    def jump_to_initial(self) -> None:
        """Kick the running orbit to the initial state; time goes on."""
        self._ask("state:jump", "state", partial(actions.jump_to_initial, self._player))

    def keep_as_initial(self) -> None:
        """Take the state that is to be seen for the initial one."""
        self._ask("initial:keep", "state", partial(actions.keep_as_initial, self._player))

    def reset_params(self) -> None:
        """Put every parameter back to the model's own value; the orbit goes on from where it is.

        Parameters that are locked are left alone.
        """
        action = partial(actions.reset_params, self._player, tuple(self.locked))
        self._ask("param:default", "parameters", self._told_of(self.parameters, action))

    def _control_news(self) -> dict[str, Any]:
        """Return what is to be told about control after an order."""
        player = self._player
        points = player.breakpoints
        return {
            "backward": player.backward,
            "pause_when": "" if points.auto is None else points.auto.text,
            "pause_armed": points.armed,
            "sections": [*points.sections],
        }
