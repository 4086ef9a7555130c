"""Numbers and sentences as people read them."""

import math

import pytest

import engine
from widgets.live import words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1.0000"),
        (-14.57123, "-14.571"),
        (1234.5, "1,234.5"),
        (1.5e-7, "1.5e-07"),
        (2.5e12, "2.5e+12"),
        (math.inf, "inf"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert words.number(value) == text


def test_position_names_time_steps_and_state() -> None:
    assert words.position("ode", 12.3, 1230, {"x": 1.0}) == "t = 12.30 · 1,230 steps · x = 1.0000"
    assert words.position("map", 7.0, 7, {"x": 0.25}) == "iteration 7 · x = 0.2500"
    counted = words.position("map", 7.0, 7, {"n": 1_234_567.0}, whole=True)
    assert counted == "iteration 7 · n = 1,234,567"


def test_a_blow_up_names_the_variable_and_what_to_do() -> None:
    text = words.failure("ode", "x", math.inf, 1.5, 150, "overflow")
    assert text.startswith("x has grown beyond all numbers at t = 1.50 (step 150).")
    assert text.endswith("Go back, then change a parameter or take a smaller step.")


def test_a_map_has_iterations_and_no_step_size() -> None:
    text = words.failure("map", "x", math.inf, 12.0, 12, "overflow")
    assert text.startswith("x has grown beyond all numbers at iteration 12.")
    assert "t =" not in text
    assert "smaller step" not in text


def test_a_step_that_became_too_small_is_said_once_with_advice() -> None:
    message = "the step size fell below what t can resolve after t = 2 (step 20): the solution"
    text = words.failure("ode", None, None, 2.0, 20, message, adaptive=True)
    assert text.count("step 20") == 1
    assert "larger tolerances" in text


def test_another_failure_gives_the_reason() -> None:
    text = words.failure("ode", None, None, 2.0, 20, "the step could not be solved for")
    assert text.startswith("The run stopped at t = 2.00 (step 20): the step could not be")


@pytest.mark.parametrize("adaptive", [False, True])
def test_an_event_without_end_is_named_once_whatever_the_stepper(adaptive: bool) -> None:
    text = words.failure("ode", None, None, 2.0, 20, "its words", adaptive=adaptive, event="bounce")
    assert text.startswith("The event bounce fires without end at t = 2.00 (step 20): its action")
    assert text.count("t = ") == 1
    assert "tolerances" not in text
    assert "smaller step" not in text


def test_of_many_states_the_first_are_said_and_the_others_counted() -> None:
    states = {f"x{k}": float(k) for k in range(36)}
    text = words.position("ode", 1.0, 100, states)
    assert text.endswith("x0 = 0 · x1 = 1.0000 · x2 = 2.0000 · and 33 more")
    assert words.position("ode", 1.0, 100, dict(list(states.items())[:6])).count("x") == 6


def test_a_stiff_problem_is_named_with_the_methods_that_may_do() -> None:
    text = words.failure("ode", None, None, 2.0, 20, "…", adaptive=True, stiff="rodas4")
    assert text.startswith("The problem is stiff at t = 2.00 (step 20):")
    assert text.endswith("Go back, then choose rodas4 under Solver.")


def test_methods_are_told_in_words_and_grouped() -> None:
    told = {s.name: words.method(s) for s in engine.list_steppers()}
    assert told["rodas4"] == ("rodas4 · order 4, adaptive, stiff", "Implicit, for stiff problems")
    assert told["leapfrog"] == ("leapfrog · order 2, symplectic", "Symplectic, fixed step")
    assert told["dopri5"][1] == "Explicit, adaptive step"
    assert told["rk4"][1] == "Explicit, fixed step"
    assert told["map"][1] == "Iteration"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((True, False, "", ""), "Running"),
        ((True, True, "", ""), "Running backward"),
        ((True, False, "to the next section", ""), "Running to the next section"),
        ((False, True, "", ""), "Paused"),
        ((False, False, "", "x > 1 became true"), "Paused, because x > 1 became true"),
    ],
)
def test_what_a_run_does_and_why_it_stands_is_said(
    given: tuple[bool, bool, str, str], said: str
) -> None:
    assert words.mode(*given) == said
