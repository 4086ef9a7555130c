"""Results as a document for the file formats of `engine.storage`, and back."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import RunError, StorageError
from engine.event_log import EventLog, EventLogs
from engine.failure import Failure
from engine.journal import Edit
from engine.plain import from_plain, to_plain
from engine.results import ByKey, ObserverResult, Results
from engine.runner.abi import Status
from engine.segments import Segment
from engine.storage import FORMATS, Document, read_document, write_document
from engine.storage.document import Numbers
from engine.values import Values

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["load_results", "results_from_document", "save_results", "to_document", "to_xarray"]

CONTENT = "results"


def save_results(results: Results, path: str | os.PathLike[str]) -> None:
    """Write results to a file; see `Results.save`."""
    write_document(to_document(results), path, FORMATS)


def load_results(path: str | os.PathLike[str]) -> Results:
    """Return the results of a file; see `Results.load`."""
    document = read_document(path, FORMATS)
    try:
        return results_from_document(document)
    except StorageError as error:
        raise StorageError(f"{os.fspath(path)}: {error}") from error


def to_document(results: Results) -> Document:
    """Return results as rows, arrays and plain values."""
    arrays = {
        "params": _numbers(list(results.params.values())),
        "final_state": _numbers(list(results.final_state.values())),
    }
    for key, result in results.observers.items():
        arrays |= {f"outputs/{key}/{n}": _numbers(value) for n, value in result.outputs.items()}
        arrays |= {f"trace/{key}/{n}": _numbers(column) for n, column in result.trace.items()}
    for event, columns in results.events.items():
        arrays |= {f"events/{event}/{n}": _numbers(column) for n, column in columns.items()}
    failure = results.failure
    description = {
        "content": CONTENT,
        "title": f"orbit of {results.provenance.get('model', 'a model')}",
        "names": list(results.names),
        "status": results.status.name,
        "failure": None if failure is None else to_plain(asdict(failure), "failure"),
        "params": list(results.params),
        "final_state": list(results.final_state),
        "observers": {
            key: {"outputs": list(result.outputs), "trace": list(result.trace)}
            for key, result in results.observers.items()
        },
        "events": {
            event: {"columns": list(columns), "tags": list(columns.tags)}
            for event, columns in results.events.items()
        },
        "segments": [_plain_segment(segment) for segment in results.segments],
        "provenance": to_plain(results.provenance, "provenance"),
    }
    table = {"t": _numbers(results.t)}
    table |= {name: _numbers(results.y[:, i]) for i, name in enumerate(results.names)}
    return Document(description=description, table=table, arrays=arrays)


def _numbers(values: Any) -> Numbers:
    """Return numbers as they are stored: whole ones and rows of 32 bits as they are."""
    found = np.asarray(values)
    return found if found.dtype in (np.int64, np.float32) else found.astype(np.float64)


def _plain_segment(segment: Segment) -> dict[str, Any]:
    plain = {field.name: getattr(segment, field.name) for field in fields(segment)}
    plain["rows"] = [segment.rows.start, segment.rows.stop]
    plain["edits"] = [{"kind": e.kind, "values": dict(e.values)} for e in segment.edits]
    written: dict[str, Any] = to_plain(plain, "segment")
    return written


def results_from_document(document: Document) -> Results:
    """Return the results that `to_document` was given.

    Raises
    ------
    StorageError
        The document holds something else.
    """
    described = document.description
    if described.get("content") != CONTENT:
        raise StorageError(f"it holds {described.get('content')!r}, not results")
    try:
        return _results(document, described)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise StorageError(f"its description is not whole: {error!r}") from error


def _results(document: Document, described: Mapping[str, Any]) -> Results:
    names, arrays = tuple(described["names"]), document.arrays
    t = document.table["t"]
    columns = [document.table[name] for name in names]
    failure = described["failure"]
    return Results(
        t=t,
        y=np.stack(columns, axis=1) if columns else np.empty((len(t), 0)),
        names=names,
        status=Status[described["status"]],
        failure=None if failure is None else Failure(**from_plain(failure)),
        params=Values(_named(described["params"], arrays["params"])),
        observers=ByKey(
            {key: _observer(key, parts, arrays) for key, parts in described["observers"].items()}
        ),
        final_state=_named(described["final_state"], arrays["final_state"]),
        provenance=described["provenance"],
        events=EventLogs(
            {
                event: EventLog(
                    columns={n: arrays[f"events/{event}/{n}"] for n in parts["columns"]},
                    tags=tuple(parts["tags"]),
                )
                for event, parts in described["events"].items()
            }
        ),
        segments=tuple(_segment(plain) for plain in described["segments"]),
    )


def _named(names: list[str], values: Numbers) -> dict[str, float]:
    return dict(zip(names, values.tolist(), strict=True))


def _observer(key: str, parts: Mapping[str, Any], arrays: Mapping[str, Numbers]) -> ObserverResult:
    stored = {name: arrays[f"outputs/{key}/{name}"] for name in parts["outputs"]}
    outputs: dict[str, Any] = {n: v.item() if v.shape == () else v for n, v in stored.items()}
    return ObserverResult(
        outputs=outputs,
        trace={name: arrays[f"trace/{key}/{name}"] for name in parts["trace"]},
    )


def _segment(plain: Mapping[str, Any]) -> Segment:
    values = {name: from_plain(value) for name, value in plain.items()}
    values["rows"] = slice(*plain["rows"])
    values["params"] = Values(values["params"])
    values["edits"] = tuple(Edit(**edit) for edit in values["edits"])
    return Segment(**values)


def to_xarray(results: Results) -> "xr.Dataset":
    """Return results as a data set; see `Results.to_xarray`."""
    try:
        import xarray as xr
    except ImportError as error:
        raise RunError('to_xarray needs xarray: pip install "phasescope[files]"') from error
    document = to_document(results)
    variables = {name: ("t", document.table[name]) for name in results.names}
    coordinates = {"t": document.table["t"]}
    beside = [(key, result.trace) for key, result in results.observers.items()]
    for key, columns in (*beside, *results.events.items()):
        if "t" in columns:
            coordinates[f"{key}.t"] = _numbers(columns["t"])
            variables |= {
                f"{key}.{name}": (f"{key}.t", _numbers(column))
                for name, column in columns.items()
                if name != "t" and np.ndim(column) == 1
            }
    attributes: dict[str, Any] = {
        "title": document.description["title"],
        "status": results.status.name,
        "provenance": json.dumps(results.provenance),
    }
    attributes |= {f"params.{name}": value for name, value in results.params.items()}
    for key, result in results.observers.items():
        attributes |= {f"{key}.{n}": np.ravel(value) for n, value in result.outputs.items()}
    return xr.Dataset(variables, coords=coordinates, attrs=attributes)
