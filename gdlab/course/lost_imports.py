"""What a submission has lost if its first cell was deleted after it had run: the imports."""

import ast
import warnings
from collections.abc import Iterable, Sequence

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

_Import = ast.Import | ast.ImportFrom


def lost_imports(cells: Sequence[NotebookNode], texts: Iterable[str]) -> str:
    """Return those imports of the assignment's cell of imports whose names no code of a submission imports.

    Parameters
    ----------
    cells
        The submission's.
    texts
        What the assignment's cells say.
    """
    bodies = map(_body, texts)
    assigned = next((body for body in bodies if body and all(isinstance(part, _Import) for part in body)), [])
    codes = [cell.source for cell in cells if cell.cell_type == "code"]
    own = {name for source in codes for part in _body(source) for node in ast.walk(part) for name in _names(node)}
    return "\n".join(ast.unparse(node) for node in assigned if codes and not _names(node) & own)


def _body(source: str) -> list[ast.stmt]:
    """Return the statements of a cell; none if it cannot be read, for then it imports nothing."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(TransformerManager().transform_cell(source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _names(node: ast.AST) -> set[str]:
    """Return the names that a statement imports."""
    if not isinstance(node, _Import):
        return set()
    return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
