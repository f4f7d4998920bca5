"""The room of notebook 00."""

from gdlab.lessons.lesson import Lesson

LESSON = Lesson(
    name="start_here",
    question="What is the question, and what is the answer?",
    minutes=30,
    students_know="what a derivative is",
    explorers={"RuleRace": "rule_race"},
)
