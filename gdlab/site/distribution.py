"""Python for the browser: the parts of a Pyodide distribution that gdlab needs, out of a folder, an archive or a URL.

A distribution lists in ``pyodide-lock.json`` its packages with what each depends on and the SHA-256 of its file.
"""

import hashlib
import json
import lzma
import shutil
import tarfile
import tempfile
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = ("micropip", "numpy", "matplotlib", "pillow", "ipython", "traitlets", "jedi", "sqlite3", "ssl")
"""What is loaded when Python starts: what gdlab computes and draws with, and what the kernel asks for by itself."""
VERSION = "0.27"
"""Pyodide's version that the kernel of JupyterLite is made for."""
_LOCK = "pyodide-lock.json"
_CORE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")


def copy_distribution(where: str, into: Path) -> None:
    """Copy what gdlab needs of a Pyodide distribution into a new folder.

    Parameters
    ----------
    where
        A folder, an archive (tar or zip, as Pyodide's own release or a wheel that holds one) or the URL of an archive.
    into
        Is made, with the folders above it.

    Raises
    ------
    FileNotFoundError
        If there is nothing there, or no distribution in it, or a file is missing from it.
    ValueError
        If it is for another version of the kernel, lacks a package, or a file is not what the distribution's list says.
    """
    with _unpacked(where) as folder:
        lock = json.loads((folder / _LOCK).read_text(encoding="utf-8"))
        version = lock["info"]["version"]
        if not version.startswith(f"{VERSION}."):
            raise ValueError(
                f"{where} holds Pyodide {version}; wanted {VERSION}, which JupyterLite's kernel is made for"
            )
        wanted = needed(lock["packages"])
        missing = [name for name in (*_CORE, *wanted) if not (folder / name).is_file()]
        if missing:
            raise FileNotFoundError(f"{where} lacks {', '.join(missing)}; wanted a whole Pyodide distribution")
        for name, digest in wanted.items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                raise ValueError(f"{name} in {where} is damaged: its SHA-256 is not the one in {_LOCK}")
        into.mkdir(parents=True)
        for name in (_LOCK, *_CORE, *wanted):
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, into / name)


def needed(packages: dict[str, dict]) -> dict[str, str]:
    """Return the files of `PACKAGES` and of all that they depend on, each with its SHA-256.

    Parameters
    ----------
    packages
        The packages of a distribution's list.
    """
    files, to_see, seen = {}, list(PACKAGES), set()
    while to_see:
        name = to_see.pop().replace("_", "-")
        if name in seen:
            continue
        if name not in packages:
            raise ValueError(f"the Pyodide distribution has no package {name}, which gdlab needs in the browser")
        seen.add(name)
        to_see += packages[name]["depends"]
        files[packages[name]["file_name"]] = packages[name]["sha256"]
    return files


@contextmanager
def _unpacked(where: str) -> Iterator[Path]:
    """Yield the folder of the distribution."""
    if where.startswith(("https://", "http://")):
        with tempfile.TemporaryDirectory() as place:
            archive = Path(place, where.rsplit("/", 1)[-1] or "archive")
            with urllib.request.urlopen(where) as answer, archive.open("wb") as file:
                shutil.copyfileobj(answer, file)
            with _unpacked(str(archive)) as folder:
                yield folder
        return
    path = Path(where)
    if path.is_dir():
        locks = sorted(path.rglob(_LOCK), key=lambda lock: len(lock.parts))
        if not locks:
            raise FileNotFoundError(f"no {_LOCK} in {where}; wanted a Pyodide distribution")
        yield locks[0].parent
        return
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no {where}; wanted a folder, an archive or the URL of a Pyodide distribution"
        )
    with tempfile.TemporaryDirectory() as place:
        try:
            if zipfile.is_zipfile(path):
                zipfile.ZipFile(path).extractall(place)
            elif tarfile.is_tarfile(path):
                with tarfile.open(path) as archive:
                    archive.extractall(place, filter="data")
            else:
                raise ValueError(f"{where} is no archive; wanted a tar or zip file of a Pyodide distribution")
        except (EOFError, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile, zlib.error) as problem:
            raise ValueError(f"{where} is damaged ({problem}); was it downloaded to its end?") from None
        with _unpacked(place) as folder:
            yield folder
