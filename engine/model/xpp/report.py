"""What the reading of one ``.ode`` file has to say: what is refused, and what has no effect."""

from dataclasses import dataclass, field

from engine.errors import ModelError

__all__ = ["Report", "Unsupported"]

# A warning of a thousand lines helps nobody.
MAX_LISTED = 40


class Unsupported(ModelError):  # noqa: N818
    """Something an ``.ode`` file asks for that changes the dynamics and cannot be had."""


@dataclass
class Report:
    """Remarks on the lines of one file.

    Attributes
    ----------
    origin : str
        The file's name.
    refused : list of (int, str)
        Lines that change the dynamics and cannot be had, and why.
    notes : list of (int, str)
        Lines that have no effect, or one that a reader should know of.
    """

    origin: str
    refused: list[tuple[int, str]] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)

    def place(self, line: int) -> str:
        """Return where a line stands, for error messages."""
        return f"{self.origin}, line {line}" if self.origin else f"line {line}"

    def error(self, line: int, message: str) -> ModelError:
        """Return an error about a line."""
        return ModelError(f"{self.place(line)}: {message}")

    def refuse(self, line: int, message: str) -> None:
        """Remember that a line cannot be had."""
        if (line, message) not in self.refused:
            self.refused.append((line, message))

    def note(self, line: int, message: str) -> None:
        """Remember something to be said about a line."""
        if (line, message) not in self.notes:
            self.notes.append((line, message))

    def check(self) -> None:
        """Raise one error that lists what was refused, if anything was."""
        if self.refused:
            name = self.origin or "the .ode text"
            raise Unsupported(f"{name} needs what is not available:{_listed(self.refused)}")

    def warning(self) -> str:
        """Return the text of the one warning; empty if there is nothing to say."""
        return f"{self.origin or 'the .ode text'}:{_listed(self.notes)}" if self.notes else ""


def _listed(remarks: list[tuple[int, str]]) -> str:
    ordered = sorted(remarks, key=lambda remark: remark[0])
    shown = "".join(f"\n  line {line}: {text}" for line, text in ordered[:MAX_LISTED])
    left = len(ordered) - MAX_LISTED
    return shown + (f"\n  and {left} more" if left > 0 else "")
