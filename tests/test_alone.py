"""Without a network and in a folder that cannot be written: the notebooks' code asks for neither.

Python tells a hook of all that a program does to files, sockets and processes; this one refuses.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gdlab
from tests.notebooks.refresh import FOLDER

NAMES = ["01_fit_a_line", "05_stack_linear_layers", "08_keep_the_signal_alive"]
"""One with real data and two with long work; all notebooks pass, but they take half a minute."""
NETWORK = {
    "socket",
    "ssl",
    "http",
    "urllib",
    "ftplib",
    "smtplib",
    "requests",
    "httpx",
    "aiohttp",
    "urllib3",
    "asyncore",
}

PROGRAM = """
import ast, json, os, sys, warnings

ASKS = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.system",
        "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen", "os.posix_spawn"}
refused = []

def refuse(event, arguments):
    writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if (event in ASKS or writes) and not os.path.isdir(str(arguments[0])):  # libraries make folders that are there
        refused.append(f"{event} {arguments[0]}")
        raise PermissionError(refused[-1])

import gdlab, matplotlib.font_manager  # which keeps a cache of fonts in the home
sys.dont_write_bytecode = True
sys.addaudithook(refuse)
with open(sys.argv[1], encoding="utf-8") as file:
    cells = [cell["source"] for cell in json.load(file)["cells"] if cell["cell_type"] == "code"]
names, pictures = {}, 0
for source in cells:
    *lines, last = ast.parse("".join(source)).body
    shown = ast.Expression(last.value) if isinstance(last, ast.Expr) else None
    exec(compile(ast.Module(lines if shown else [*lines, last], []), sys.argv[1], "exec"), names)
    value = shown and eval(compile(shown, sys.argv[1], "eval"), names)
    bundle = value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else ()
    pictures += "image/png" in (bundle[0] if isinstance(bundle, tuple) and bundle else bundle)
EXTRA
print("refused:", refused, "pictures:", pictures)
"""


def test_no_module_imports_what_speaks_to_a_network():
    imported = set()
    for path in Path(gdlab.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {(alias.name, path.name) for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module, path.name))
    assert ("numpy", "network.py") in imported
    assert sorted((name, file) for name, file in imported if name.split(".")[0] in NETWORK) == [
        ("urllib.parse", "links.py"),  # which writes addresses, and opens none
        ("urllib.parse", "page.py"),  # so does a site's front page
        ("urllib.request", "distribution.py"),  # which fetches the Pyodide that `gdlab site --pyodide` names
    ]


def run(notebook, folder, extra=""):
    command = [sys.executable, "-c", PROGRAM.replace("EXTRA", extra), str(notebook)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_writes_nothing_and_asks_nobody(name, tmp_path):
    said = run(FOLDER / f"{name}.ipynb", tmp_path)
    assert said.startswith("refused: [] pictures: ")
    assert int(said.split()[-1]) >= 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "ask", ["open('notes.txt', 'w')", "import socket; socket.create_connection(('localhost', 9))", "os.mkdir('new')"]
)
def test_the_watch_would_see_it(ask, tmp_path):
    notebook = tmp_path / "blank.ipynb"
    notebook.write_text('{"cells": []}')
    extra = f"try:\n    {ask}\nexcept PermissionError:\n    pass"
    assert run(notebook, tmp_path).startswith("refused: []")
    assert not run(notebook, tmp_path, extra).startswith("refused: []")
