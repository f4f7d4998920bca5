"""The program ``gdlab``: it makes an nbgrader course or a static site of the notebooks, and prints links to them."""

import argparse
import importlib.util
import shlex
import sys
from pathlib import Path

from gdlab import links
from gdlab.course import make


def main(arguments: list[str] | None = None) -> int:
    """Run the program with these arguments (by default the command line's); return its exit code."""
    parser = argparse.ArgumentParser(
        prog="gdlab", description="gdlab's notebooks as a course or a site, and links that open them."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_course(commands)
    _add_site(commands)
    _add_links(commands)
    chosen = parser.parse_args(arguments)
    try:
        print(chosen.run(chosen))
    except (ModuleNotFoundError, OSError, RuntimeError, ValueError) as error:
        print(f"gdlab: {error}", file=sys.stderr)
        return 1
    return 0


def _add_course(commands) -> None:
    course = commands.add_parser(
        "course",
        help="make an nbgrader course",
        description="Make an nbgrader course of the notebooks: its folder, configuration, roster and instructions.",
    )
    course.add_argument("folder", type=Path, metavar="DIR", help="a folder that does not exist yet, or is empty")
    course.add_argument(
        "--notebooks",
        nargs="+",
        metavar="NOTEBOOK",
        help="which notebooks, by number or name: 01 03, or 01_fit_a_line; all by default",
    )
    course.add_argument(
        "--strict",
        action="store_true",
        help="have submissions graded outside the student's kernel, where no trick changes a mark",
    )
    course.add_argument(
        "--seed",
        type=int,
        metavar="NUMBER",
        help="assign variants of the exercises, where there are some; the same number makes the same course",
    )
    course.set_defaults(run=_course)


def _course(chosen: argparse.Namespace) -> str:
    names = make.make_course(chosen.folder, chosen.notebooks, strict=chosen.strict, seed=chosen.seed)
    made = f"Made a course in {chosen.folder}: {', '.join(names)}.\nGo on with {chosen.folder / 'README.md'}."
    if importlib.util.find_spec("nbgrader") is None:
        made += "\nIts commands need nbgrader, which is not installed in this Python: pip install nbgrader"
    return made


def _add_site(commands) -> None:
    command = commands.add_parser(
        "site",
        help="make a static site on which the notebooks run in the reader's browser",
        description="Make a static site: files that any web server can serve, with Python in the reader's browser.",
    )
    command.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder, or one with an earlier site")
    command.add_argument(
        "--notebooks",
        nargs="+",
        metavar="NOTEBOOK",
        help="which notebooks, by number or name: 01 03, or 01_fit_a_line; or the folder of a course, for those "
        "that it has released; all lessons by default",
    )
    command.add_argument(
        "--pyodide",
        metavar="FOLDER|FILE|URL",
        help="put this distribution of Pyodide into the site, which then needs no network; by default the reader's "
        "browser loads Python from where Pyodide publishes it",
    )
    command.set_defaults(run=_site)


def _site(chosen: argparse.Namespace) -> str:
    from gdlab.site.make import make_site  # loads the explorers, for the first page's picture

    names = make_site(chosen.folder, chosen.notebooks, chosen.pyodide)
    return (
        f"Made a site in {chosen.folder}: {', '.join(names)}.\n"
        f"Look at it: python -m http.server --bind 127.0.0.1 --directory {shlex.quote(str(chosen.folder))}, "
        "then http://127.0.0.1:8000/"
    )


def _add_links(commands) -> None:
    command = commands.add_parser(
        "links",
        help="print links that open a notebook on its site, Binder, a JupyterHub or Colab",
        description="Print the links that open a notebook of the repository that this is run in: on its site, Binder, "
        "a JupyterHub (by nbgitpuller) and Colab.",
    )
    command.add_argument("notebook", nargs="?", default="00", metavar="NOTEBOOK", help="number or name; 00 by default")
    command.add_argument("--hub", default=links.HUB, metavar="URL", help="the JupyterHub's address")
    command.add_argument("--binder", default=links.BINDER, metavar="URL", help=f"{links.BINDER} by default")
    command.add_argument("--branch", help="by default the one that is checked out")
    command.set_defaults(run=_links)


def _links(chosen: argparse.Namespace) -> str:
    return links.links(Path.cwd(), chosen.notebook, chosen.hub, chosen.branch, chosen.binder)


if __name__ == "__main__":
    sys.exit(main())
