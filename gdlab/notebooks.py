"""Where the notebooks are, which of them a name means, and what of them goes along into a course or a site."""

import re
import sysconfig
from collections.abc import Collection
from pathlib import Path

import gdlab

GLOSSARY = "glossary.md"
"""The file beside the notebooks to which they link."""
_NOTEBOOKS = "[0-9][0-9]_*.ipynb"
_LINK = re.compile(r"\[([^][]*)\]\((\d\d_\w+)\.ipynb\)")
_SEED = re.compile(r'(gdlab\.\w+\("[\w-]+@)\d+')


def notebook_folder() -> Path:
    """Return the folder of gdlab's notebooks: that of the checkout, or the one that was installed with the package.

    Raises
    ------
    FileNotFoundError
        If there is neither.
    """
    checkout = Path(gdlab.__file__).parents[1] / "notebooks"
    installed = Path(sysconfig.get_path("data"), "share", "gdlab", "notebooks")
    for folder in (checkout, installed):
        if any(folder.glob(_NOTEBOOKS)):
            return folder
    raise FileNotFoundError(f"gdlab's notebooks are neither in {checkout} nor in {installed}; wanted the .ipynb files")


def chosen_notebooks(names: list[str] | None = None, folder: Path | None = None) -> list[Path]:
    """Return the paths of the notebooks of these names, in their order; without names, of all.

    Parameters
    ----------
    names
        A name is a number (``"01"`` or ``"1"``) or the file's name, with or without its ending.
    folder
        Where they are; by default gdlab's own.

    Raises
    ------
    ValueError
        If there is no such notebook; the message lists those there are.
    """
    paths = sorted((folder or notebook_folder()).glob(_NOTEBOOKS))
    if names is None:
        return paths
    by_name: dict[str, Path] = {}
    for path in paths:
        number = path.stem[:2]
        by_name |= dict.fromkeys((path.name, path.stem, number, str(int(number))), path)
    if unknown := [name for name in names if name not in by_name]:
        there_are = ", ".join(path.stem for path in paths) or "none"
        raise ValueError(f"no notebook is called {', '.join(unknown)}; wanted one of {there_are}, or its number")
    chosen = {by_name[name] for name in names}
    return [path for path in paths if path in chosen]


def glossary(there: Collection[str]) -> bytes:
    """Return the glossary for a folder in which there are only the notebooks of these names, without ending."""
    return without_dead_links((notebook_folder() / GLOSSARY).read_bytes(), there)


def without_dead_links(content: bytes, there: Collection[str]) -> bytes:
    """Return a notebook's file, or the glossary's, with plain words for links to notebooks that are not there.

    Examples
    --------
    >>> without_dead_links(b"See [00](00_start_here.ipynb), [01](01_fit_a_line.ipynb).", ["01_fit_a_line"])
    b'See 00, [01](01_fit_a_line.ipynb).'
    """
    return _LINK.sub(lambda link: link[0] if link[2] in there else link[1], content.decode()).encode()


def as_anywhere(text: str) -> str:
    """Return a text without what each course and each site has its own of: links to notebooks, and numbers of variants.

    Examples
    --------
    >>> as_anywhere('See [01](01_fit_a_line.ipynb): gdlab.hint("line-gradient@2027")')
    'See 01: gdlab.hint("line-gradient@")'
    """
    return _SEED.sub(r"\1", _LINK.sub(r"\1", text))
