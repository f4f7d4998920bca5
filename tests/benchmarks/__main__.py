"""Measure: ``python -m tests.benchmarks [part ...] [--out FILE] [--quick]``."""

import argparse
import os
import sys
import time
from importlib import import_module

PARTS = {
    "training": "a step of training, against PyTorch, autograd and scikit-learn",
    "imports": "import, each notebook's Run All, and the kernel's memory after it",
    "memory": "an explorer made 200 times",
    "latency": "from the key to the picture, against the usual ways to draw one",
    "holding": "a key held down, and a run that plays",
    "prompt": "both again, with a server that does not wait for the browser to acknowledge",
    "room": "thirty learners on one server",
    "site": "Python in the reader's browser",
}
"""Each is a module beside this one with ``measure(quick)``, which returns tables. To add a part, add a line."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    described = "; ".join(f"{name}: {words}" for name, words in PARTS.items())
    parser.add_argument("part", nargs="*", help=f"all unless named. {described}")
    parser.add_argument("--out", help="file to write the tables to, instead of printing them")
    parser.add_argument("--quick", action="store_true", help="few repetitions: to see that it works, not to quote")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.part) - set(PARTS)):
        parser.error(f"no part is called {', '.join(unknown)}; there are {', '.join(PARTS)}")
    # Before anything imports numpy. Kernels and servers that are started from here inherit it.
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

    report = import_module("tests.benchmarks.report")
    pieces = [report.machine()]
    if arguments.quick:
        pieces.append("*Measured with few repetitions: not to be quoted.*")
    failed = False
    for name in arguments.part or PARTS:
        start = time.monotonic()
        try:
            tables = import_module(f"tests.benchmarks.{name}").measure(arguments.quick)
            pieces += [f"### {name}: {PARTS[name]}", *map(str, tables)]
        except Exception as error:
            failed = True
            pieces += [f"### {name}", f"Not measured: {type(error).__name__}: {error}"]
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    text = "\n\n".join(pieces) + "\n"
    if arguments.out:
        with open(arguments.out, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        print(text)
    raise SystemExit(int(failed))


if __name__ == "__main__":
    main()
