"""A run that lives: the view-model between the controls, the engine and the viewers."""

import itertools
import math
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import param

import engine
from widgets.live import actions, sentences
from widgets.live.actions import ObserverChoice
from widgets.live.columns import observable, read_columns
from widgets.live.listener import Listener
from widgets.live.looking import Looking
from widgets.live.moment import Moment
from widgets.live.news import News
from widgets.live.observing import Observing
from widgets.live.parameter_commands import setting_news
from widgets.live.player import Player
from widgets.live.reversal import irreversible
from widgets.live.ring import Array, Ring
from widgets.live.run_control import RunControl
from widgets.live.sharing import SHARING, Allowance
from widgets.live.timeline import Mark
from widgets.live.worker import Worker

STATUS_S = 0.2
"""Seconds between two sentences of the status line while a run moves: people read slowly."""

STATUS_PICTURES = 6.0
"""Pictures between two sentences, where the server is so busy that there are few."""

TURNS = 60.0
"""Least slices a second: the model's pace and an edit's delay are apart from the pictures."""

EARLY = 0.8
"""Part of the time between two pictures after which the next turn makes one."""


class LiveRun(RunControl, Looking):
    """Run a model at a chosen pace on a thread of its own, and take edits while it runs.

    It needs neither a browser nor a server.  Methods return at once, from any thread; edits of
    the same thing replace one another until the next slice begins, so nothing ever queues.
    What the engine refuses is said in `messages` at the name of the control, and the run goes
    on as it was.

    Parameters
    ----------
    source : str
        Name of a bundled model, path of a model file, its text, or equations as plain text.
    params : mapping of str to float
        Parameters that differ from the model's own.
    observers : callable, optional
        From the model's kind to the observers; by default the largest Lyapunov exponent.
    player : Player, optional
        What computes; tests give one with their own clock.

    Examples
    --------
    >>> live = LiveRun("lorenz", params={"rho": 24.5})
    >>> live.play()
    >>> live.set_param("rho", 14.0)
    >>> live.close()
    """

    source = param.String(doc="What the model was loaded from.")
    model = param.Parameter(None, doc="The engine's model; None until it is loaded.")
    initial = param.Dict({}, doc="State from which Reset begins.")
    stepper = param.String("", doc="Name of the integration method.")
    adaptive = param.Boolean(False, doc="The method chooses its own steps.")
    dt = param.Number(0.01, doc="Step size, in time units of the model.")
    rtol = param.Number(1e-6, doc="Relative tolerance of an adaptive method.")
    atol = param.Number(1e-9, doc="Absolute tolerance of an adaptive method.")
    speed = param.Number(
        1.0,
        bounds=(0.0, None),
        inclusive_bounds=(False, True),
        doc="Model time, or iterations of a map, per second; inf: as fast as possible.",
    )
    fps = param.Number(60.0, bounds=(1.0, 120.0), doc="Pictures per second.")
    playing = param.Boolean(False, doc="The run moves.")
    status = param.String("Starting", doc="What the run does, in words.")
    failure = param.String("", doc="Why the run cannot go on, in words.")
    carried = param.String("", doc="What the orbit took along to the latest model, in words.")
    model_answers = param.Integer(-1, doc="Grows whenever the wish for a model is answered.")
    messages = param.Dict({}, doc="What was refused: name of the control to words.")

    def __init__(
        self,
        source: str = "lorenz",
        *,
        params: Mapping[str, float] = MappingProxyType({}),
        observers: ObserverChoice | None = None,
        player: Player | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(source=source, **settings)
        allowance = Allowance(SHARING.share)
        self._player = Player(allowance=allowance) if player is None else player
        self.observing = Observing(actions.lyapunov_exponent if observers is None else observers)
        self._observers = self.observing.observers
        self._news = News()
        self._steps = itertools.count()
        self._refused: dict[str, str] = {}
        self.deliver: Callable[[Callable[[], None]], object] = lambda news: news()
        self._said_at = self._drawn_at = -STATUS_S
        self._seen = Moment()
        self._screens: weakref.WeakKeyDictionary[Any, bool] = weakref.WeakKeyDictionary()
        self._announced: engine.Model | None = None
        self._speed_chosen = "speed" in settings
        self._player.pace.speed = self.speed
        self.observing.watch(self)
        turn = partial(_turn, self._player, weakref.WeakMethod(self._publish))
        self._worker = Worker(turn, rate=max(self.fps, TURNS))
        self._player.compiling.wake = self._worker.waker()
        self._load(source, dict(params))

    # What the viewers read

    @property
    def ring(self) -> Ring:
        """Return the latest rows; those to be seen end at `moment.rows`."""
        return self._player.ring

    @property
    def moment(self) -> Moment:
        """Return what is to be seen now."""
        return self._player.moment

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Return what was changed when since the orbit began."""
        return self._player.timeline.marks

    def read(self, texts: Sequence[str], first: int, stop: int) -> tuple[int, Array, Array]:
        """Read columns of the rows to be seen; see `widgets.live.columns.read_columns`."""
        player = self._player
        if player.sim is None:
            raise engine.RunError("no model is running yet")
        ring = self.moment.ring
        return read_columns(player.sim.model, ring, player.timeline, texts, first, stop)

    def check(self, text: str) -> None:
        """Check that a text is a recorded variable or an expression that `read` evaluates.

        Raises
        ------
        engine.ExpressionError
            It is neither, with its column and the nearest name.
        """
        if text not in self.ring.names:
            observable(self.model, text.removeprefix("aux."))

    def listen(self, listener: Listener, *, past: bool = False) -> None:
        """Let a listener hear of every row from now on, until `unlisten`.

        With `past` it hears first of the rows that are still kept.
        """
        action = partial(self._player.listen, listener, past=past)
        self._worker.post(f"listen {id(listener)}", action, start=False)

    def unlisten(self, listener: Listener) -> None:
        """Let a listener hear of no more rows."""
        self._worker.post(
            f"listen {id(listener)}", partial(self._player.unlisten, listener), start=False
        )

    @property
    def kind(self) -> str:
        """Return ``"ode"`` or ``"map"``."""
        return "ode" if self.model is None else self.model.kind

    @property
    def start_t(self) -> float:
        """Return the time at which the run began."""
        sim = self._player.sim
        return 0.0 if sim is None else sim.t0

    @property
    def row_dt(self) -> float:
        """Return the model time between two rows, or 1 of a map."""
        sim = self._player.sim
        if sim is None or sim.model.kind == "map":
            return 1.0
        return sim.sample_dt or sim.dt

    @property
    def steppers(self) -> list[engine.Stepper]:
        """Return the integration methods that suit the model."""
        return list(engine.list_steppers(self.kind, model=self.model))

    @property
    def closed(self) -> bool:
        """Return True after `close`."""
        return self._worker.closed

    def subscribe(self, viewer: Callable[[], None]) -> None:
        """Have a viewer's method called, on the worker's thread, whenever there is news.

        The viewer is not kept alive by this.
        """
        self._news.subscribe(viewer)

    def attend(self, screen: Any, watched: bool) -> None:
        """Note whether a screen is being looked at; the run rests while none of them is.

        A run without any screen never rests.  The screen is not kept alive by this.
        """
        self._screens[screen] = watched
        action = partial(self._player.attend, any(self._screens.values()))
        self._worker.post("attention", action, start=False)

    def settle(self, timeout: float = 5.0) -> bool:
        """Wait until everything asked for so far has happened; return False at the timeout."""
        return self._worker.settle(timeout)

    def join(self, timeout: float) -> bool:
        """Wait until the thread has ended after `close`; return False at the timeout."""
        return self._worker.join(timeout)

    def close(self) -> None:
        """Stop the thread and let go of the run; may be called again."""
        self._worker.close()
        self._player.compiling.close()
        self._news.clear()
        SHARING.attend(self, False)
        self.param.update(playing=False, status="Closed")

    # On the worker's thread

    def _load(self, source: str, params: dict[str, float]) -> None:
        for prefix in ("param:", "state:", "initial:", "reset"):
            self._worker.withdraw(prefix)
        told = weakref.WeakMethod(self._prepare), weakref.WeakMethod(self._applied)
        build = partial(actions.build_run, self._player, source, params, self._observers, *told)
        self._ask("model", "model", build, start=False)

    def _ask(
        self, key: str, control: str, action: Callable[[], None], *, start: bool = True
    ) -> None:
        answer = weakref.WeakMethod(self._answered)
        self._worker.post(key, partial(_act, action, control, answer), start=start)

    def _prepare(self, name: str) -> None:
        """Say what is being compiled, which can take seconds."""
        self.deliver(partial(self._take_over, {"status": f"Preparing {name} …"}))

    def _applied(self, text: str, words: str) -> None:
        """Say that the run has gone over to the model of a text, and what it took along."""
        self.deliver(partial(self._take_over, {"source": text, "carried": words}))

    def _answered(self, control: str, message: str) -> None:
        """Take over what an edit has led to, and what the engine had against it."""
        # What was asked for is said, and shown, as soon as it has been done.
        self._said_at = self._drawn_at = -math.inf
        self._refused.pop(control, None)
        if message:
            self._refused[control] = message
        news: dict[str, Any] = {}
        sim = self._player.sim
        if sim is not None:
            if sim.model is not self._announced:
                # Parameters that are no plain numbers count as changed whenever they are set.
                other_kind = self._announced is not None and self._announced.kind != sim.model.kind
                self._announced = sim.model
                self._refused = {control: message} if message else {}
                news["model"] = sim.model
                news["irreversible"] = irreversible(sim.model)
                news["event_names"] = [event.name for event in sim.model.events.events]
                if self._player.pause_refused:
                    self._refused["pause when"] = self._player.pause_refused
                if other_kind or not self._speed_chosen:
                    news["speed"] = actions.suggested_speed(sim)
            news |= setting_news(self._player)
        news |= self._control_news() | self._undoing_news()
        if control == "model":
            news["model_answers"] = next(self._steps)
        news["messages"] = dict(self._refused)
        self.deliver(partial(self._take_over, news))

    def _take_over(self, news: dict[str, Any]) -> None:
        if self.closed:
            return
        self.param.update(news)
        if "speed" in news:
            self._speed_chosen = False

    def _publish(self) -> None:
        """Tell the viewers and, at a reader's pace, the status line what is new."""
        player = self._player
        failure = sentences.failure(player)
        if player.playing != self.playing or failure != self.failure:
            self._said_at = -STATUS_S
        now = time.monotonic()
        pause = max(STATUS_S, STATUS_PICTURES / SHARING.pace)
        if now - self._said_at >= pause or not player.playing:
            self._said_at = now
            news = {
                "playing": player.playing,
                "failure": failure,
                "remedy": sentences.remedy(player),
                "paused_by": player.paused_by,
                "status": sentences.status(player, self._refused.get("model", "Starting")),
            }
            self.deliver(partial(self._take_over, news))
        self._follow(now, self._refused)
        # What stands still is seen at once; what moves, as often as pictures are wanted.
        fps = min(self.fps, SHARING.pace)
        if player.moment is not self._seen and (
            not player.playing or now - self._drawn_at >= EARLY / fps
        ):
            self._seen, self._drawn_at = player.moment, now
            self._news.send(self.deliver)
        SHARING.attend(self, player.playing and player.watched)
        self._change_rate()

    @param.depends("speed", watch=True)
    def _change_speed(self) -> None:
        self._player.pace.speed = self.speed
        self._speed_chosen = True

    @param.depends("fps", watch=True)
    def _change_rate(self) -> None:
        self._worker.rate = min(max(self.fps, TURNS), SHARING.pace)


def _turn(player: Player, publish: "weakref.WeakMethod[Callable[[], None]]") -> bool:
    busy = player.tick()
    method = publish()
    if method is not None:
        method()
    return busy


def _act(
    action: Callable[[], None],
    control: str,
    answered: "weakref.WeakMethod[Callable[[str, str], None]]",
) -> None:
    message = ""
    try:
        action()
    except engine.PhasescopeError as error:
        message = str(error)
    method = answered()
    if method is not None:
        method(control, message)


def bundled_models() -> tuple[str, ...]:
    """Return the names of the models that come with the engine."""
    return engine.list_models()
