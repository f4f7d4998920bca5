"""Which part of gdlab uses which: arrows point down, and no lesson leans on another."""

import ast
from pathlib import Path

import pytest

import gdlab
from gdlab.lessons import NAMES

PACKAGE = Path(gdlab.__file__).parent
COMMANDS = {"command", "links", "notebooks"}
MATHEMATICS = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"} - COMMANDS
ALLOWED = {
    "mathematics": {"mathematics"},
    "page": {"page"},
    "explorers": {"mathematics", "page", "explorers"},
    "exercises": {"mathematics", "page", "exercises"},
    "lessons": {"mathematics", "explorers", "exercises", "lessons"},
    "course": {"mathematics", "exercises", "lessons", "commands", "course"},
    "site": {"mathematics", "lessons", "commands", "site"},
    "commands": {"mathematics", "lessons", "course", "site", "commands"},
}


def imports(path):
    """The modules of gdlab that a file imports, by their full names, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("gdlab"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "gdlab":
            yield from (f"{node.module}.{name.name}" for name in node.names)


def part(name):
    """The part of the package that a module belongs to."""
    first = name.split(".")[1] if "." in name else "mathematics"
    if first in COMMANDS:
        return "commands"
    return first if (PACKAGE / first).is_dir() else "mathematics"


def modules(name):
    if name in ("mathematics", "commands"):
        return [PACKAGE / f"{module}.py" for module in sorted(MATHEMATICS if name == "mathematics" else COMMANDS)]
    return sorted((PACKAGE / name).rglob("*.py"))


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_arrows_point_down(name):
    assert modules(name)
    wrong = [(path.name, used) for path in modules(name) for used in imports(path) if part(used) not in ALLOWED[name]]
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_uses_no_other(name):
    others = tuple(f"gdlab.lessons.{other}" for other in NAMES if other != name)
    used = {one for path in (PACKAGE / "lessons" / name).rglob("*.py") for one in imports(path)}
    assert any(one.startswith("gdlab.lessons") for one in used)
    assert [one for one in used if one.startswith(others)] == []


def test_every_part_is_watched():
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders | {"mathematics", "commands"} == set(ALLOWED)
