"""Families: a published exercise and its variants, each of which says only what differs.

A variant is called by the family's name and a number, as in ``matching-loss@2027``, and the number alone says which one
it is: on every system, and for ever as long as the variants stay. Where the words differ, whole cells do: the notebook
marks them with ``"gdlab": {"told_by": slug}`` in their metadata, and ``variants/SLUG/NAME.md`` in the lesson's folder
has them for one variant (NAME is what it is about, in small letters, digits and hyphens), or ``variants/SLUG.md`` for all,
with ``{{start}}`` in place of the number that is given as ``start``. Several cells are parted by a line ``<!-- next cell -->``.
"""

import dataclasses
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gdlab.exercises.exercise import Exercise

_PARTED = "\n<!-- next cell -->\n"


@dataclass(frozen=True)
class Family:
    """An exercise and its variants.

    Attributes
    ----------
    published
        The exercise as the notebook has it.
    variants
        What it differs into, three or more, by a few words on each, for whoever puts a course together.
    name
        What variants are called by, where the published slug would tell the published one.
    folder
        Where the words of the variants are: as the lesson has it.
    """

    published: Exercise
    variants: Mapping[str, Exercise]
    name: str = ""
    folder: Path = Path()

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.published.slug)

    @property
    def slug(self) -> str:
        return self.published.slug

    def about_variant(self, seed: int) -> str:
        """Say what the variant of a number is about; the number alone decides."""
        digest = hashlib.sha256(f"{self.name}@{seed}".encode()).digest()
        return list(self.variants)[int.from_bytes(digest, "big") % len(self.variants)]

    def variant(self, seed: int) -> Exercise:
        return dataclasses.replace(self.variants[self.about_variant(seed)], slug=f"{self.name}@{seed}")

    def told(self, about: str) -> list[str]:
        """Return the cells that tell a variant."""
        own = self.folder / self.slug / f"{'-'.join(re.findall('[a-z0-9]+', about.lower()))}.md"
        text = (own if own.exists() else self.folder / f"{self.slug}.md").read_text(encoding="utf-8")
        given = self.variants[about].given
        filled = re.sub(r"\{\{(\w+)\}\}", lambda found: _text(given[found[1]]) if found[1] in given else found[0], text)
        return [cell.strip("\n") for cell in filled.split(_PARTED)]

    def retold(self, cells: list[dict[str, Any]], seed: int, about: str = "") -> list[str]:
        """Return the texts of a notebook's cells with this number's variant in place of the published exercise.

        With `about`, it is that variant, whatever the number says.

        Raises
        ------
        ValueError
            If the notebook has not as many cells that are told by this exercise as the variant.
        """
        about = about or self.about_variant(seed)
        theirs = [cell["metadata"].get("gdlab", {}).get("told_by") == self.slug for cell in cells]
        told = self.told(about)
        if sum(theirs) != len(told):
            raise ValueError(
                f"no variant of {self.slug} can be made: its notebook has {sum(theirs)} cells that are told by it; "
                f"wanted {len(told)}"
            )
        others = iter(told)
        sources = [next(others) if own else "".join(cell["source"]) for cell, own in zip(cells, theirs, strict=True)]
        asked = re.compile(rf'(gdlab\.(?:check|hint|solution)\("){self.slug}"')
        return [asked.sub(rf'\g<1>{self.name}@{seed}"', source) for source in sources]


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def variant(families: Mapping[str, Family], slug: Any) -> Exercise | None:
    """Return the variant of this slug; None if it is the slug of none."""
    found = re.fullmatch(r"([a-z0-9-]+)@(0|[1-9][0-9]{0,17})", slug) if isinstance(slug, str) else None
    return families[found[1]].variant(int(found[2])) if found and found[1] in families else None
