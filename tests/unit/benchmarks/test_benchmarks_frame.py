import gc

import pytest
from benchmarks.frame import Contestant, Table, quartiles, race, require, timing_table

from dupdetect.errors import MissingExtraError, SettingsError


class Clock:
    """Seconds that pass only when somebody works."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def workers(clock, seconds, log):
    def work(name, cost):
        def run():
            log.append(name)
            clock.now += cost

        return Contestant(name=name, work=run)

    return [work(name, cost) for name, cost in seconds.items()]


def test_contestants_take_turns_and_each_round_starts_with_another():
    clock, log = Clock(), []
    race(workers(clock, {"a": 1, "b": 1, "c": 1}, log), rounds=3, warmup=0, clock=clock, cpu_clock=clock)
    assert log == ["a", "b", "c", "b", "c", "a", "c", "a", "b"]


def test_warm_up_rounds_run_and_are_not_measured():
    clock, log = Clock(), []
    timings = race(workers(clock, {"a": 1, "b": 5}, log), rounds=4, warmup=2, clock=clock, cpu_clock=clock)
    assert len(log) == 2 * (4 + 2)
    assert [timing.wall for timing in timings] == [[1] * 4, [5] * 4]


def test_times_go_to_their_contestant_whatever_the_order():
    clock, log = Clock(), []
    timings = race(
        workers(clock, {"a": 1, "b": 2, "c": 4}, log), rounds=7, clock=clock, cpu_clock=lambda: 3 * clock.now
    )
    assert [(timing.contestant.name, set(timing.wall), set(timing.cpu)) for timing in timings] == [
        ("a", {1}, {3}),
        ("b", {2}, {6}),
        ("c", {4}, {12}),
    ]


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_rests_while_a_contestant_works_and_is_left_as_it_was(enabled):
    seen, before = [], gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        race([Contestant(name="a", work=lambda: seen.append(gc.isenabled()))], rounds=2)
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if before else gc.disable)()
    assert seen == [False] * 3


def test_a_contestant_that_fails_leaves_the_garbage_collector_on():
    def fail():
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        race([Contestant(name="a", work=fail)], rounds=1)
    assert gc.isenabled()


@pytest.mark.parametrize(("names", "rounds"), [([], 3), (["a"], 0)])
def test_a_race_without_contestants_or_rounds_is_refused(names, rounds):
    with pytest.raises(SettingsError, match=f"{len(names)} contestants, {rounds} rounds"):
        race([Contestant(name=name, work=dict) for name in names], rounds=rounds)


def test_ratios_are_paired_by_round_and_stay_within_their_stage():
    timings = race(
        [Contestant(name=name, work=dict, stage=stage) for name, stage in ["ax", "bx", "cy", "dy"]], rounds=1
    )
    # a machine that slows down tenfold in the last round: medians of paired ratios do not notice
    for timing, wall in zip(timings, [[1, 1, 10], [3, 3, 30], [5, 5, 50], [5, 10, 100]], strict=True):
        timing.wall[:] = wall
        timing.cpu[:] = wall
    rows = timing_table("t", timings, items=1_000_000, item="text").rows
    assert [(row["× q1"], row["× first"], row["× q3"]) for row in rows] == [
        (1, 1, 1),
        (3, 3, 3),
        (1, 1, 1),
        (1.5, 2, 2),
    ]
    assert [(row["q1"], row["µs/text"], row["q3"]) for row in rows[:2]] == [(1, 1, 5.5), (3, 3, 16.5)]


def test_quartiles_of_one_value_are_that_value():
    assert quartiles([4.0]) == (4.0, 4.0, 4.0)
    assert quartiles([1, 2, 3, 4, 5]) == (2, 3, 4)


def test_a_printed_table_has_every_cell_and_marks_what_was_not_measured():
    rows = ({"tool": "one", "F1": 0.98765, "pages": 1497}, {"tool": "another", "F1": None, "pages": 12345.6})
    printed = str(Table(title="Extraction", columns=("tool", "F1", "pages"), rows=rows, notes=("one site only",)))
    assert printed.splitlines() == [
        "Extraction",
        "",
        "tool        F1   pages",
        "-------  -----  ------",
        "one      0.988    1497",
        "another      –  12,346",
        "  one site only",
    ]


def test_a_missing_module_names_the_extra_and_the_pip_line():
    with pytest.raises(MissingExtraError, match=r"plotting needs the extra 'bench': pip install 'dupdetect\[bench\]'"):
        require("no_such_module_at_all", purpose="plotting")
