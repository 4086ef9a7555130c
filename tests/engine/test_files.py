"""Results in files: every format there and back, and whatever is not such a file refused."""

import dataclasses
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from registered import make_sim
from stored import assert_same_record, varied_results

import engine
from engine.storage import FORMATS, file_format

ROOT = Path(engine.__file__).resolve().parent.parent
SUFFIXES = tuple(FORMATS)
VARIED = varied_results()


def odd_results():
    """Return results with every kind of float64 there is."""
    results = make_sim("lorenz", "rk4", observed=True).run(n_steps=20)
    y = results.y.copy()
    y[:8, 0] = [np.nan, -np.nan, np.inf, -np.inf, -0.0, 5e-324, sys.float_info.max, 0.1]
    y[0, 1] = np.array([0x7FF8DEAD00000001], np.uint64).view(np.float64)[0]
    outputs = {"mle": -np.nan, "matrix": np.array([[1.0, np.nan], [-0.0, np.inf]])}
    trace = {"t": np.array([0.5]), "vectors": np.arange(6.0).reshape(1, 2, 3)}
    observers = type(results.observers)(
        lyapunov_mle=engine.ObserverResult(outputs=outputs, trace=trace)
    )
    return dataclasses.replace(results, y=y, observers=observers)


@pytest.fixture(params=SUFFIXES)
def path(request, tmp_path):
    """Give the path of a file of each format."""
    return tmp_path / f"orbit{request.param}"


@pytest.mark.parametrize("what", VARIED)
def test_every_format_keeps_everything(path, what):
    VARIED[what].save(path)
    loaded = engine.Results.load(str(path))
    assert_same_record(loaded, VARIED[what])
    assert loaded.to_pandas().equals(VARIED[what].to_pandas())


def test_every_format_keeps_every_bit(path):
    odd = odd_results()
    odd.save(path)
    assert_same_record(engine.Results.load(path), odd)


def test_the_same_results_give_the_same_bytes(path):
    VARIED["observed"].save(path)
    first = path.read_bytes()
    VARIED["observed"].save(path)
    assert path.read_bytes() == first
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_other_programs_read_the_rows(tmp_path):
    results = VARIED["observed"]
    for suffix in SUFFIXES:
        results.save(tmp_path / f"orbit{suffix}")
    frames = (
        pd.read_csv(tmp_path / "orbit.csv", comment="#"),
        pd.read_parquet(tmp_path / "orbit.parquet"),
    )
    for frame in frames:
        assert list(frame.columns) == ["t", "x", "y", "z"]
        assert np.allclose(frame["z"], results["z"], rtol=1e-14)
    with xr.open_dataset(tmp_path / "orbit.nc", engine="h5netcdf") as data:
        assert data.sizes == {"t": len(results)}
        assert np.array_equal(data["z"], results["z"])
    with np.load(tmp_path / "orbit.npz", allow_pickle=False) as archive:
        assert np.array_equal(archive["rows/z"], results["z"])
        assert json.loads(archive["phasescope"].item())["columns"] == ["t", "x", "y", "z"]


def test_a_data_set_holds_rows_samples_and_provenance(tmp_path):
    results = VARIED["observed"]
    data = results.to_xarray()
    assert np.array_equal(data["x"].sel(t=results.t[7]), results["x"][7])
    trace = results.observers["lyapunov_mle"].trace
    assert np.array_equal(data["lyapunov_mle.mle"], trace["mle"])
    assert json.loads(data.attrs["provenance"]) == results.provenance
    data.to_netcdf(tmp_path / "set.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "set.nc", engine="h5netcdf") as again:
        assert np.array_equal(again["x"], results["x"])


def test_an_unknown_suffix_is_answered_with_those_there_are(tmp_path):
    for name in ("orbit.mat", "orbit", "orbit.parqet"):
        with pytest.raises(engine.StorageError, match=r"\.npz, \.csv, \.parquet, \.nc"):
            VARIED["map"].save(tmp_path / name)
        with pytest.raises(engine.StorageError, match="unknown file format"):
            engine.Results.load(tmp_path / name)
    with pytest.raises(engine.StorageError, match="did you mean '.parquet'"):
        VARIED["map"].save(tmp_path / "orbit.parqet")
    with pytest.raises(engine.StorageError, match="not the path of a file"):
        VARIED["map"].save(5)


@pytest.mark.parametrize(("suffix", "package"), [(".parquet", "pyarrow"), (".nc", "h5netcdf")])
def test_a_missing_package_is_named(tmp_path, monkeypatch, suffix, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(engine.StorageError, match=r'pip install "phasescope\[files\]"'):
        VARIED["map"].save(tmp_path / f"orbit{suffix}")
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(engine.RunError, match=r'pip install "phasescope\[files\]"'):
        VARIED["map"].to_xarray()


def test_an_existing_file_survives_a_full_disk(path, monkeypatch):
    VARIED["map"].save(path)
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file_format.os, "fsync", full)
    with pytest.raises(engine.StorageError, match="No space left"):
        VARIED["observed"].save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


FILL_THE_DISK = """
import resource, signal, sys
from engine import Results, StorageError
results, target = Results.load(sys.argv[1]), sys.argv[2]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    results.save(target)
except StorageError as error:
    print(str(error).replace(target, "TARGET"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on files there")
def test_nothing_is_left_half_written(path, tmp_path_factory):
    source = tmp_path_factory.mktemp("source") / "orbit.npz"
    VARIED["observed"].save(source)
    path.write_bytes(b"what was there")
    done = subprocess.run(
        [sys.executable, "-c", FILL_THE_DISK, source, path],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.stdout.startswith("TARGET cannot be written"), done.stderr
    assert path.read_bytes() == b"what was there"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_link_leads_to_the_new_file(path):
    real = path.with_name(f"real{path.suffix}")
    real.write_bytes(b"old")
    path.symlink_to(real)
    VARIED["map"].save(path)
    assert path.is_symlink()
    assert_same_record(engine.Results.load(real), VARIED["map"])


def test_a_file_that_is_not_there_is_named(path):
    with pytest.raises(engine.StorageError, match=path.name):
        engine.Results.load(path)
    with pytest.raises(engine.StorageError, match="cannot be written"):
        VARIED["map"].save(path.parent / "nowhere" / path.name)


def test_damaged_files_are_refused_wherever_they_are_damaged(path):
    VARIED["map"].save(path)
    content = path.read_bytes()
    rng = np.random.default_rng(1)
    places = np.unique(np.r_[rng.integers(0, len(content), 60), 0, len(content) - 1])
    refused = 0
    for place in places.tolist():
        for damaged in (
            content[:place],
            content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :],
        ):
            path.write_bytes(damaged)
            try:
                loaded = engine.Results.load(path)
            except engine.StorageError as error:
                refused += path.name in str(error)
            else:
                # A byte that nothing depends on, such as padding.
                assert_same_record(loaded, VARIED["map"])
    assert refused > len(places)


def test_foreign_files_are_refused(path, tmp_path):
    for content in (
        b"",
        b"\0" * 1000,
        b"t,x\n0,1\n",
        b"# phasescope results\n# {}\n",
        b"PK\x05\x06",
    ):
        path.write_bytes(content)
        with pytest.raises(engine.StorageError, match=path.name):
            engine.Results.load(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(engine.StorageError, match=path.name):
        engine.Results.load(path)


def test_tables_of_other_programs_are_refused(tmp_path):
    frame = VARIED["map"].to_pandas()
    frame.to_csv(tmp_path / "a.csv")
    frame.to_parquet(tmp_path / "a.parquet")
    np.savez(tmp_path / "a.npz", x=frame["x"].to_numpy())
    VARIED["map"].to_xarray().to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    for suffix in SUFFIXES:
        with pytest.raises(engine.StorageError, match="phasescope"):
            engine.Results.load(tmp_path / f"a{suffix}")


def test_rows_changed_by_hand_are_not_taken_for_what_was_saved(tmp_path):
    path = tmp_path / "orbit.csv"
    VARIED["map"].save(path)
    lines = path.read_text().splitlines()
    lines[-1] = ",".join(["99", *lines[-1].split(",")[1:]])
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(engine.StorageError, match="changed since"):
        engine.Results.load(path)


def test_nothing_is_unpickled_and_no_archive_swells(tmp_path):
    class Bomb:
        def __reduce__(self):
            return exec, ("raise SystemExit('executed')",)

    path = tmp_path / "bomb.npz"
    np.savez(path, phasescope=np.array([Bomb()], dtype=object))
    with pytest.raises(engine.StorageError, match="never written"):
        engine.Results.load(path)
    np.savez_compressed(path, phasescope=np.zeros(10_000_000))
    with pytest.raises(engine.StorageError, match="packed"):
        engine.Results.load(path)
    with zipfile.ZipFile(path, "w") as archive:
        header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"
        start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
        archive.writestr("phasescope.npy", start)
    with pytest.raises(engine.StorageError, match="not whole"):
        engine.Results.load(path)


def test_a_hostile_header_is_refused(tmp_path):
    path = tmp_path / "orbit.csv"
    for header in (
        "[" * 100_000,
        "null",
        '{"kind": "phasescope"}',
        '{"kind": "phasescope", "sha256": "", "columns": [1], "arrays": {}, "description": {}}',
        '{"kind": "phasescope", "sha256": "", "columns": [], "arrays": {"a": [-1]},'
        ' "description": {}}',
    ):
        path.write_text(f"# phasescope results\n# {header}\n")
        with pytest.raises(engine.StorageError, match="header"):
            engine.Results.load(path)


def test_a_snapshot_is_not_taken_for_results(tmp_path):
    make_sim("henon", "map").start().snapshot().save(tmp_path / "snap.npz")
    with pytest.raises(engine.StorageError, match="holds 'snapshot', not results"):
        engine.Results.load(tmp_path / "snap.npz")
