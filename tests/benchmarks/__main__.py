"""Measure: ``python -m tests.benchmarks [part ...] [--write] [--quick]``."""

import argparse
import os
import sys
import time
from importlib import import_module
from pathlib import Path

PARTS = {
    "training": "a step of training, against PyTorch, autograd and scikit-learn",
    "imports": "import, each notebook's Run All, and the kernel's memory after it",
    "rerun": "an explorer made 200 times",
    "stage": "from the hand to the picture, on a short line and on a long one",
    "weight": "a page with every explorer of a lesson played through",
    "room": "thirty learners on one server",
    "site": "Python in the reader's browser",
}
"""Each is a module beside this one with ``measure(quick)``, which returns tables. To add a part, add a line."""
README = Path(__file__).with_name("README.md")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    described = "; ".join(f"{name}: {words}" for name, words in PARTS.items())
    parser.add_argument("part", nargs="*", help=f"all unless named. {described}")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    parser.add_argument("--quick", action="store_true", help="few repetitions: to see that it works, not to quote")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.part) - set(PARTS)):
        parser.error(f"no part is called {', '.join(unknown)}; there are {', '.join(PARTS)}")
    # Before anything imports numpy. Kernels and servers that are started from here inherit it.
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

    report = import_module("tests.benchmarks.report")
    failed = False
    for name in arguments.part or PARTS:
        began, load = time.monotonic(), os.getloadavg()[0]
        try:
            tables = import_module(f"tests.benchmarks.{name}").measure(arguments.quick)
            pieces = [f"### {name}: {PARTS[name]}", *map(str, tables)]
        except Exception as error:
            failed = True
            pieces = [f"### {name}", f"Not measured: {type(error).__name__}: {error}"]
        few = " Measured with few repetitions: not to be quoted." if arguments.quick else ""
        took = f"{time.monotonic() - began:.0f} s"
        pieces.append(f"*{report.machine()} Load average at the start {load:.1f}; took {took}.{few}*")
        print(f"{name}: {took}", file=sys.stderr)
        text = "\n\n".join(pieces)
        if arguments.write:
            README.write_text(put(README.read_text(encoding="utf-8"), name, text), encoding="utf-8")
        else:
            print(text, end="\n\n", flush=True)
    raise SystemExit(int(failed))


def put(readme: str, part: str, text: str) -> str:
    """Return the page with this text between the marks of the part."""
    before, rest = readme.split(f"<!-- {part} -->\n", 1)
    _, after = rest.split(f"<!-- end of {part} -->\n", 1)
    return f"{before}<!-- {part} -->\n\n{text}\n\n<!-- end of {part} -->\n{after}"


if __name__ == "__main__":
    main()
