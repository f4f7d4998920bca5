"""The families of lessons that have not been turned into differences yet: see `gdlab.exercises.family`.

A family makes each of its exercises, and the words that put it, from the same few facts: a member. The first member is
the published exercise. Any other is called by the family's name and a number, as in ``matching-loss@2027``, and the
number alone says which one it is: on every system, without a file, and for ever as long as the members stay.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gdlab.exercises.exercise import Exercise


@dataclass(frozen=True, kw_only=True)
class OldFamily:
    """An exercise and its variants.

    Attributes
    ----------
    name
        What variants are called by; it does not tell the published member.
    slug
        The published exercise's.
    members
        What the question may be asked of; the published one first.
    make
        Takes a slug and a member and returns the exercise.
    passages
        Takes a member and returns the passages of the notebook that tell it, each as it stands in one cell, once. All
        members have as many.
    about
        Takes a member and says what it is about, in a few words, for who puts a course together.
    """

    name: str
    slug: str
    members: tuple[Any, ...]
    make: Callable[[str, Any], Exercise]
    passages: Callable[[Any], tuple[str, ...]]
    about: Callable[[Any], str]

    @property
    def published(self) -> Exercise:
        return self.make(self.slug, self.members[0])

    def member(self, seed: int) -> Any:
        """Return the member that a number stands for; never the published one."""
        digest = hashlib.sha256(f"{self.name}@{seed}".encode()).digest()
        return self.members[1 + int.from_bytes(digest, "big") % (len(self.members) - 1)]

    def variant(self, seed: int) -> Exercise:
        return self.make(f"{self.name}@{seed}", self.member(seed))

    def about_variant(self, seed: int) -> str:
        return self.about(self.member(seed))

    def retold(self, cells: list[dict[str, Any]], seed: int) -> list[str]:
        """Return the texts of a notebook's cells with this number's variant in place of the published exercise.

        Raises
        ------
        ValueError
            If a passage of the published exercise is not there, or more than once.
        """
        sources = ["".join(cell["source"]) for cell in cells]
        for published, other in zip(self.passages(self.members[0]), self.passages(self.member(seed)), strict=True):
            if (count := sum(source.count(published) for source in sources)) != 1:
                raise ValueError(
                    f"no variant of {self.slug} can be made: its notebook has {count} passages that read "
                    f"{published!r}; wanted one"
                )
            sources = [source.replace(published, other) for source in sources]
        asked = re.compile(rf'(gdlab\.(?:check|hint|solution)\("){self.slug}"')
        return [asked.sub(rf'\g<1>{self.name}@{seed}"', source) for source in sources]
