"""Files of presets: TOML with a header and tables `[presets.NAME.params]` and `.states`."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from engine.errors import ModelError
from engine.model.entries import read_presets
from engine.model.names import Scope
from engine.model.spec import ModelSpec, Preset
from engine.model.tables import Table
from engine.model.to_toml import write_presets
from engine.model.toml_text import parse_toml

__all__ = ["read_presets_file", "write_presets_file"]

_HEADER = "__presets__"
_SCHEMA = "dynlib-presets-v1"


def read_presets_file(
    path: Path, spec: ModelSpec, *, model_files: bool = True
) -> tuple[Preset, ...]:
    """Return the presets of a file in its order; whether they fit a model is not looked at.

    Parameters
    ----------
    path : Path
        A file of presets, or a model file if `model_files`.
    spec : ModelSpec
        The model whose constants the values may name.

    Raises
    ------
    ModelError
        The file cannot be read, or has something else in it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot read the file of presets {str(path)!r}: {error}") from error
    root = Table(parse_toml(text, path.name), path.name, "")
    if "model" not in root or not model_files:
        header = root.only(_HEADER, "presets").table(_HEADER).only("schema")
        if header.text("schema", _SCHEMA) != _SCHEMA:
            raise header.fail("schema", f"{_SCHEMA!r} is expected, not {header.text('schema')!r}")
    scope = Scope.of_constants({constant.name: constant.value for constant in spec.constants})
    return tuple(read_presets(root.table("presets"), scope))


def write_presets_file(path: Path, presets: Iterable[Preset]) -> None:
    """Write presets; the file is put into place whole.

    Raises
    ------
    ModelError
        The file cannot be written.
    """
    text = "\n".join([f'[{_HEADER}]\nschema = "{_SCHEMA}"', *write_presets(presets)]) + "\n"
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            file.write(text)
        os.replace(file.name, path)
    except OSError as error:
        raise ModelError(f"cannot write the file of presets {str(path)!r}: {error}") from error
