"""``global`` statements of an ``.ode`` file as events.

XPPAUT evaluates all the formulas of an event before it sets anything; an action of a model file
is done in sequence. So the assignments are put into an order in which each formula still sees the
values of before; where there is none, parameters keep values.
"""

import re
from collections.abc import Mapping

from engine.errors import ExpressionError
from engine.model.dependence import sorted_by_use
from engine.model.nodes import Name, Node, rebuild
from engine.model.spec import Event, Formula
from engine.model.xpp.names import Names, fresh
from engine.model.xpp.noise import NoiseParts, is_random
from engine.model.xpp.report import Report
from engine.model.xpp.statements import Item
from engine.model.xpp.translation import Translation, names_in
from engine.model.xpp.writing import written

__all__ = ["event_of"]

_GLOBAL = re.compile(r"([-+]?\s*[0-9]+)\s*(.*?)\s*\{([^{}]*)\}\s*", re.DOTALL)
_ASSIGNMENT = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)\s*(.*)", re.DOTALL)
_CROSSINGS = {1: "cross_up", -1: "cross_down", 0: "cross_either"}
_WITHOUT_EFFECT = {
    "out_put": "an event keeps its instant and state without being told",
    "arret": "a run does not stop at an event here; give the sim a stop condition",
}


class _Action:
    """The assignments of one event."""

    def __init__(self, item: Item, translation: Translation, report: Report) -> None:
        self.item = item
        self.translation = translation
        self.report = report
        self.trees: dict[str, Node] = {}
        self.kept: list[str] = []

    def take(self, text: str, names: Names) -> None:
        line = self.item.line
        found = _ASSIGNMENT.fullmatch(text)
        if found is None:
            raise self.report.error(line, f"expected 'name=formula', found {text.strip()[:40]!r}")
        spelled = found[1]
        if spelled.lower() in _WITHOUT_EFFECT:
            why = _WITHOUT_EFFECT[spelled.lower()]
            self.report.note(line, f"{spelled!r} has no effect: {why}")
            return
        entry = names.find(spelled)
        if entry is None or entry.kind not in ("state", "param"):
            hint = names.hint(spelled, "state", "param")
            raise self.report.error(
                line, f"{spelled!r} is no variable or parameter that an event may set{hint}"
            )
        if entry.name in self.trees:
            raise self.report.error(line, f"the event sets {spelled!r} twice")
        tree = self.translation.tree(Item(spelled, found[2], line))
        if tree is not None:
            self.trees[entry.name] = tree


def event_of(
    item: Item,
    *,
    names: Names,
    translation: Translation,
    fixed: Mapping[str, Node],
    random: Mapping[str, NoiseParts],
    kept: list[str],
    report: Report,
) -> Event | None:
    """Return the event that a ``global`` statement stands for, None if it is refused.

    Parameters
    ----------
    item : Item
        What stands behind the word ``global``.
    fixed : mapping of str to Node
        The fixed and derived quantities: a formula that uses one uses what that one uses.
    random : mapping
        What is noise, which has no value between steps.
    kept : list of str
        Gets the names of parameters that the event needs besides those of the file.

    Raises
    ------
    ModelError
        If it is not well formed.
    """
    found = _GLOBAL.fullmatch(item.text)
    sign = int(found[1].replace(" ", "")) if found else 2
    if found is None or sign not in _CROSSINGS:
        raise report.error(
            item.line, f"expected 'global sign {{condition}} {{x=…;y=…}}', found {item.text[:40]!r}"
        )
    written_condition = found[2].strip()
    if written_condition.startswith("{") and written_condition.endswith("}"):
        written_condition = written_condition[1:-1]
    condition = translation.tree(Item(item.name, written_condition, item.line))
    action = _Action(item, translation, report)
    for text in found[3].split(";"):
        if text.strip():
            action.take(text, names)
    if condition is None:
        return None
    if any(is_random(tree, random) for tree in (condition, *action.trees.values())):
        report.refuse(item.line, "a Wiener variable in an event")
        return None
    sequence = _in_order(action, fixed, names)
    kept += action.kept
    where = report.place(item.line)
    return Event(
        name=item.name,
        condition=Formula(text=f"{_CROSSINGS[sign]}({written(condition)}, 0)", where=where),
        action=tuple(
            Formula(text=f"{name} = {written(tree)}", where=where) for name, tree in sequence
        ),
    )


def _in_order(action: _Action, fixed: Mapping[str, Node], names: Names) -> list[tuple[str, Node]]:
    """Return the assignments in sequence so that every formula sees the values of before.

    Where no order does it, as in an exchange of two values, a parameter keeps the one of before.
    """
    reads = {name: _reached(tree, fixed) for name, tree in action.trees.items()}
    readers = {
        name: {other for other, read in reads.items() if other != name and name in read}
        for name in action.trees
    }
    try:
        order = sorted_by_use(readers, lambda name: name)
        return [(name, action.trees[name]) for name in order]
    except ExpressionError:
        return _kept_before(action, readers, names)


def _kept_before(
    action: _Action, readers: Mapping[str, set[str]], names: Names
) -> list[tuple[str, Node]]:
    kept: dict[str, str] = {}
    sequence: list[tuple[str, Node]] = []
    for name, tree in action.trees.items():
        changed = _renamed(tree, {old: new for old, new in kept.items() if old != name})
        direct = set(names_in(tree))
        for old in kept:
            if old != name and name in readers[old] and old not in direct:
                action.report.refuse(
                    action.item.line,
                    f"the event needs {old!r} of before through another quantity; write it out",
                )
        later = list(action.trees)[len(sequence) - len(kept) + 1 :]
        if readers[name].intersection(later):
            kept[name] = fresh(f"{name}_before", names.taken)
            names.taken.add(kept[name])
            sequence.append((kept[name], Name(name)))
            action.report.note(
                action.item.line,
                f"the parameter {kept[name]!r} keeps {name!r} while the event sets values",
            )
        sequence.append((name, changed))
    action.kept = list(kept.values())
    return sequence


def _renamed(tree: Node, other: Mapping[str, str]) -> Node:
    if isinstance(tree, Name):
        return Name(other.get(tree.name, tree.name))
    return rebuild(tree, lambda child: _renamed(child, other))


def _reached(tree: Node, fixed: Mapping[str, Node]) -> set[str]:
    waiting, reached = names_in(tree), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            if name in fixed:
                waiting += names_in(fixed[name])
    return reached
