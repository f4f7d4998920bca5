"""Only what nothing imports is put back of the assignment's imports."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from gdlab.course.lost_imports import lost_imports

TEXTS = ["# A lesson", "import numpy as np\n\nimport gdlab", "def f():\n    ...", "import gdlab.other"]


@pytest.mark.parametrize(
    ("cells", "lost"),
    [
        (["def f():\n    ..."], "import numpy as np\nimport gdlab"),
        (["def f():\n    import numpy as np\n    return np.pi"], "import gdlab"),
        (["x = 1\nimport gdlab", "import numpy as np"], ""),
        (["%matplotlib inline\nimport numpy as np\nimport gdlab"], ""),
        (["from numpy import pi as np, e\nimport gdlab.datasets"], ""),
        (["import gdlab\nimport numpy as np\n(", "f("], "import numpy as np\nimport gdlab"),  # it does not run
        ([], ""),
    ],
)
def test_what_nothing_imports_is_lost(cells, lost):
    assert lost_imports([new_markdown_cell("import gdlab"), *map(new_code_cell, cells)], TEXTS) == lost


def test_an_assignment_without_such_a_cell_has_nothing_to_lose():
    assert lost_imports([new_code_cell("1")], ["import gdlab\ngdlab.LineFit()", "def f(:"]) == ""
