"""Rehearse what Binder does with this repository: ``python -m tests.binder [rehearse | lock | weigh] [--in FOLDER]``.

- ``rehearse`` (what it does unless told otherwise) clones the last commit, asks repo2docker for its plan, does the
  plan's steps in a fresh environment, starts the server as BinderHub does, follows the links of ``gdlab links`` to
  every notebook in Chromium, runs each and presses a key. It prints seconds and megabytes, and fails if anything is
  amiss.
- ``lock`` makes `binder/requirements.txt` anew, with the newest versions that go with Binder's image.
- ``weigh`` installs the requirements of other collections beside ours and prints what each weighs.

It needs a network, git, Chromium and ``pip install -e '.[test]'``; no Docker. Each takes some minutes.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.report import machine
from tests.binder import lock, weight, workshop
from tests.binder.rehearsal import Rehearsal


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.binder", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", choices=["rehearse", "lock", "weigh"], default="rehearse")
    parser.add_argument("--in", dest="folder", type=Path, help="a new folder to work in, and to leave for a look")
    arguments = parser.parse_args()
    if arguments.folder:
        arguments.folder.mkdir(parents=True)
        sys.exit(work(arguments.what, arguments.folder.resolve()))
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(work(arguments.what, Path(folder)))


def work(what: str, folder: Path) -> int:
    """Do one of the three in a folder; return the exit code."""
    repository = workshop.clone(folder / "gdlab")
    plan = workshop.plan_for(repository, folder / "repo2docker")
    if what == "lock":
        lock.write(repository, plan, folder / "tools")
        print(f"Wrote {lock.FILE} for Python {plan.python}.")
        return 0
    python = workshop.run([workshop.python_of(plan.python), "-V"]).strip()
    print(f"{machine()}\n\nThe plan is for Python {plan.python}; used here: {python}.\n")
    if what == "weigh":
        print(weight.compared(repository, plan, folder))
        return 0
    rehearsal = Rehearsal(repository, plan, folder)
    try:
        rehearsal.perform()
    except RuntimeError as error:
        rehearsal.complaints.append(str(error))
    print(rehearsal.table)
    for complaint in rehearsal.complaints:
        print(f"\nAMISS: {complaint}")
    print(f"\n{'Not as it should be' if rehearsal.complaints else 'All as it should be'}.")
    return int(bool(rehearsal.complaints))


if __name__ == "__main__":
    main()
