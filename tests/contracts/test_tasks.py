"""Every bell that is rung has somebody who hears it."""

import ast
from pathlib import Path

import pytest
from celery import Celery

from workers.timetable import TIMETABLE

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Celery:
    """The worker's application with all its tasks."""
    from workers import (  # noqa: PLC0415 - reads the environment when imported
        app,
        delivery,  # noqa: F401
        mail,  # noqa: F401
        preflight,  # noqa: F401
        stories,  # noqa: F401
        timer,  # noqa: F401
    )

    return app.app


def rung_tasks() -> set[str]:
    """The names in every `enqueue("…")` of the code."""
    names = set()
    for path in [*ROOT.glob("service/**/*.py"), *ROOT.glob("workers/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "enqueue":
                assert isinstance(node.args[0], ast.Constant), f"{path}: a task is named by a literal"
                names.add(str(node.args[0].value))
    return names


def test_every_rung_task_exists(worker: Celery) -> None:
    """No bell rings in an empty house."""
    assert rung_tasks() - set(worker.tasks) == set()


def test_every_timed_task_exists(worker: Celery) -> None:
    """The timetable names real tasks."""
    assert {entry["task"] for entry in TIMETABLE.values()} - set(worker.tasks) == set()


def test_tasks_are_three_lines_at_most() -> None:
    """A task is a doorbell; rules live in the house."""
    for path in ROOT.glob("workers/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any("task" in ast.unparse(one) for one in node.decorator_list):
                assert len(node.body) <= 4, f"{path.name}:{node.name} does more than ring"
