"""Look for texts that break the reading of models, by coverage: needs the package `atheris`.

``python tests/fuzz/fuzz_models.py -max_total_time=600 tests/fuzz/corpus`` writes what it finds as
``crash-…``; what is put into the corpus is tried in every run of the tests.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(ROOT.parents[1])]


def main():
    """Fuzz until told to stop; the arguments are those of libFuzzer."""
    import atheris

    with atheris.instrument_imports(include=["engine.model"]):
        import target

    def one_input(data):
        target.use(data.decode("utf-8", "surrogateescape"))

    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
