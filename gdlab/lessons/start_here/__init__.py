"""Lesson 00: What is the question?"""

from gdlab.lessons.lesson import Lesson

LESSON = Lesson(
    name="start_here",
    question="What is the question?",
    minutes=20,
    students_know="what a derivative is",
    explorers={"RuleRace": "rule_race"},
)
