"""gdlab and the pure-Python packages that it needs, as wheels made from what is installed here.

So the site holds exactly the versions that were tried here, and making it asks no package index. What Pyodide has
itself (`distribution.PACKAGES`) is left to it.
"""

import base64
import hashlib
import re
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement

import gdlab
from gdlab.site.distribution import PACKAGES

_PAGE_CODE = {"jupyterlab-widgets", "widgetsnbextension"}
"""Python packages that only bring code for JupyterLab's pages, which the site has as an extension."""
_STAYS_HERE = ("course", "site", "command.py", "links.py", "notebooks.py")
"""What of gdlab has no use in a browser."""
_BROWSER = {"sys_platform": "emscripten", "platform_system": "Emscripten", "os_name": "posix", "extra": ""}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_BINARY = (".so", ".pyd", ".dylib")


def write_wheels(into: Path) -> list[str]:
    """Write the wheels into a new folder; return the names of the files.

    The same packages give the same bytes, so that a browser need not load them again.

    Raises
    ------
    ValueError
        If a package that gdlab needs is not pure Python.
    """
    into.mkdir(parents=True)
    written = [_write(distribution("gdlab"), _own_files(), into)]
    return written + [_write(package, _installed_files(package), into) for package in _dependencies()]


def _dependencies() -> list[Distribution]:
    """Return the packages that gdlab needs in the browser beside those that Pyodide has, by name."""
    found: dict[str, Distribution] = {}
    to_see = [distribution("gdlab")]
    while to_see:
        for requirement in map(Requirement, to_see.pop().requires or ()):
            name = re.sub(r"[-_.]+", "-", requirement.name).lower()
            applies = requirement.marker is None or requirement.marker.evaluate(_BROWSER)
            if applies and name not in {*found, *PACKAGES, *_PAGE_CODE}:
                found[name] = distribution(name)
                to_see.append(found[name])
    return [found[name] for name in sorted(found)]


def _own_files() -> dict[str, bytes]:
    top = Path(gdlab.__file__).parent
    files = {}
    for path in sorted(top.rglob("*")):
        place = path.relative_to(top)
        if path.is_file() and "__pycache__" not in place.parts and place.parts[0] not in _STAYS_HERE:
            files[f"gdlab/{place.as_posix()}"] = path.read_bytes()
    return files


def _installed_files(package: Distribution) -> dict[str, bytes]:
    """Return what a package has installed among the Python modules, without what was compiled for this machine.

    Packages that mypyc compiled keep their sources beside, and run from these, too.
    """
    files = {}
    for file in package.files or ():
        place = PurePosixPath(file.as_posix())
        if place.parts[0] == ".." or "__pycache__" in place.parts or place.parts[0].endswith(".dist-info"):
            continue
        if place.suffix in _BINARY:
            module = place.name.split(".")[0]
            if not module.endswith("__mypyc") and not Path(file.locate()).with_name(f"{module}.py").is_file():
                raise ValueError(f"{package.name} has {place} without its Python source; wanted pure Python")
            continue
        files[str(place)] = Path(file.locate()).read_bytes()
    return files


def _write(package: Distribution, files: dict[str, bytes], into: Path) -> str:
    """Write one wheel; return the name of its file."""
    stem = f"{re.sub(r'[-_.]+', '_', package.name).lower()}-{package.version}"
    files = {
        **files,
        f"{stem}.dist-info/METADATA": (package.read_text("METADATA") or package.read_text("PKG-INFO")).encode(),
        f"{stem}.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: gdlab\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={_digest(content)},{len(content)}\n" for name, content in files.items())
    files[f"{stem}.dist-info/RECORD"] = f"{record}{stem}.dist-info/RECORD,,\n".encode()
    wheel = into / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return wheel.name


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
