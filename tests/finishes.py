"""Simulated histories: how long mornings took, in several shapes; and how often the forecast's band held.

The full dose: ``python -m tests.finishes --trials 2000 --seed 1``.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from agent.core.deadline import Forecast, PastRun, PastTask, TaskLeft, Work, forecast

NAMES = ("download", "process", "enter")
START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
Factor = Callable[[random.Random, int, date], float]


def _steady(_chance: random.Random, _place: int, _day: date) -> float:
    return 1.0


def _skewed(chance: random.Random, _place: int, _day: date) -> float:
    return chance.lognormvariate(0, 0.5)


def _slow_monday(_chance: random.Random, _place: int, day: date) -> float:
    return 1.8 if day.weekday() == 0 else 1.0


def _trend(_chance: random.Random, place: int, _day: date) -> float:
    return float(1.02**place)  # 2 % a day: over forty mornings more than twice as long


def _thrice(chance: random.Random, _place: int, _day: date) -> float:
    return 3.0 if chance.random() < 0.05 else 1.0


SHAPES: dict[str, Factor] = {
    "steady": _steady,
    "skewed": _skewed,
    "slow weekday": _slow_monday,
    "trend": _trend,
    "three times slower now and then": _thrice,
}


def days(number: int, first: date = date(2026, 3, 2)) -> Iterator[date]:
    """Business days, Monday to Friday."""
    day = first
    for _ in range(number):
        while day.weekday() > 4:
            day += timedelta(days=1)
        yield day
        day += timedelta(days=1)


def morning(chance: random.Random, factor: float) -> dict[str, PastTask]:
    """One morning's tasks: a download, a preparation, and an upload of records that each take a while."""
    records = chance.randint(120, 240)
    per_record = chance.lognormvariate(0.7, 0.15) * factor
    moments, at = [], 20.0 * chance.uniform(0.8, 1.5)
    for _ in range(records):
        at += per_record * chance.expovariate(1)
        if chance.random() < 0.003:
            at += chance.uniform(15, 60)  # a retry with its pause
        moments.append(at)
    tenths = tuple(moments[max(0, round(records * part / 10) - 1)] for part in range(1, 11))
    read_back = 0.3 * per_record * records * chance.uniform(0.8, 1.2)
    return {
        "download": PastTask(chance.lognormvariate(4.5, 0.3) * factor),
        "process": PastTask(chance.uniform(3, 6)),
        "enter": PastTask(at + read_back, records, tenths),
    }


def history(shape: str, number: int, chance: random.Random) -> list[PastRun]:
    """So many past mornings and, last, the one to foretell."""
    factor = SHAPES[shape]
    first = START.date() + timedelta(days=chance.randrange(7))  # so that each weekday is foretold
    return [
        PastRun(day, morning(chance, factor(chance, place, day)))
        for place, day in enumerate(days(number + 1, first))
    ]


def left_at(run: PastRun, stage: str) -> tuple[tuple[TaskLeft, ...], float]:
    """What is left of a morning at a stage of it, and how many seconds that will take."""
    tasks = run.tasks
    enter = tasks["enter"]
    records = enter.records or 0
    match stage:
        case "before":
            return tuple(TaskLeft(name) for name in NAMES), sum(task.seconds for task in tasks.values())
        case "planned":  # the records are known now
            return (TaskLeft("enter", records=records),), enter.seconds
        case _:  # "30 %", "70 %"
            tenth = int(stage[0])
            spent = enter.tenths[tenth - 1]
            done = round(records * tenth / 10)
            return (TaskLeft("enter", spent, records, done),), enter.seconds - spent


def foretold(run: PastRun, past: list[PastRun], stage: str) -> tuple[Forecast, datetime]:
    """The forecast at a stage of a morning, and when it was really done."""
    left, seconds = left_at(run, stage)
    done_at = START + timedelta(seconds=seconds)
    return forecast(Work(run.day, left, past), now=START, deadline_at=START + timedelta(hours=3)), done_at


def held(shape: str, stage: str, trials: int, seed: int, runs: int = 40) -> float:
    """The share of finishes that fell into the band."""
    hits = 0
    for trial in range(trials):
        *past, run = history(shape, runs, random.Random(f"{seed}/{shape}/{runs}/{trial}"))
        told, done_at = foretold(run, past, stage)
        assert told.earliest_at is not None
        assert told.latest_at is not None
        hits += told.earliest_at <= done_at <= told.latest_at
    return hits / trials


def main() -> None:
    """Print the share of each shape at each stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, nargs="*", default=[10, 20, 40])
    wanted = parser.parse_args()
    stages = ("before", "planned", "30 %", "70 %")
    print(f"{'shape':34}{'runs':>5}" + "".join(f"{stage:>9}" for stage in stages))
    for shape in SHAPES:
        for runs in wanted.runs:
            shares = [held(shape, stage, wanted.trials, wanted.seed, runs) for stage in stages]
            print(f"{shape:34}{runs:5}" + "".join(f"{share:9.1%}" for share in shares))


if __name__ == "__main__":
    main()
