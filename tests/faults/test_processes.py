"""Many processes, and processes that die: what was acknowledged is there, and the index is in order."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from dupdetect.index import create_index, open_index
from tests.conftest import ROOT
from tests.faults.writer import FINGERPRINTER, forked, piece, write

KILLS = int(os.environ.get("DUPDETECT_KILLS", "20"))
CLAIM_ROUNDS = int(os.environ.get("DUPDETECT_CLAIM_ROUNDS", "10"))
PROCESSES = 8


@pytest.fixture
def path(tmp_path):
    create_index(tmp_path / "site.db").close()
    return tmp_path / "site.db"


def start(verb, path, *arguments):
    command = [sys.executable, "-m", "tests.faults.writer", verb, str(path), *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process):
    answer, complaint = process.communicate(timeout=240)
    assert process.returncode == 0, complaint
    return [line.split() for line in answer.splitlines()]


def expect(there, lines):
    """Return what each id may be after these lines: id → allowed versions, None for absent."""
    allowed = {id: {version} for id, version in there.items()}
    for state, kind, mark, *ids in lines:
        for id in ids:
            version = mark if kind == "put" else None
            before = allowed.get(id, {None})
            allowed[id] = {version} if state == "done" else before | {version}
    return allowed


def check(path, allowed):
    """Hold the index to what it may be; return what it is."""
    with open_index(path) as index:
        assert index.verify() == ()
        found = {article.id: article for article, _ in index.iterate()}
        there = {}
        assert found.keys() <= allowed.keys()
        for id, versions in allowed.items():
            matching = [v for v in versions if (found.get(id) == piece(id, v) if v is not None else id not in found)]
            assert matching, f"{id}: none of {versions}"
            if matching[0] is not None:
                there[id] = matching[0]
        return there


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_of_a_killed_writer_every_acknowledged_write_is_there_and_the_index_in_order(tmp_path):
    draw = random.Random(20141103)
    there, path, acknowledged = {}, tmp_path / "0.db", 0
    create_index(path).close()
    for seed in range(KILLS):
        child, output = forked(write, str(path), seed)
        first = output.readline()  # it is at work
        time.sleep(draw.uniform(0, 0.3))
        os.kill(child, signal.SIGKILL)
        lines = [line.split() for line in (first + output.read()).splitlines()]
        output.close()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        acknowledged += sum(line[0] == "done" for line in lines)
        there = check(path, expect(there, lines))
        if len(there) > 800:
            there, path = {}, tmp_path / f"{seed + 1}.db"
            create_index(path).close()
    print(f"{KILLS} writers killed, {acknowledged} acknowledged writes all there")
    assert acknowledged > KILLS


def test_eight_processes_write_and_check_at_once_and_nothing_is_lost(path):
    processes = [start("share", path, seed, 25) for seed in range(PROCESSES)]
    written = {id: version for process in processes for _, id, version in finished(process)}
    assert len(written) == PROCESSES * 25
    with open_index(path) as index:
        assert index.verify() == ()
        assert {article.id: article for article, _ in index.iterate()} == {
            id: piece(id, version) for id, version in written.items()
        }


def test_of_simultaneous_claims_of_one_text_exactly_one_wins(path):
    begin = time.time() + 3
    processes = [start("claim", path, seed, CLAIM_ROUNDS, begin) for seed in range(PROCESSES)]
    won = Counter(number for process in processes for number, outcome in finished(process) if outcome == "won")
    assert won == {str(number): 1 for number in range(CLAIM_ROUNDS)}


def test_a_bulk_load_lets_others_write_in_between(path):
    articles = [piece(f"{number}", 1) for number in range(3000)]
    prints = FINGERPRINTER.fingerprint_batch([article.text for article in articles])
    process = start("share", path, "other", 20)
    with open_index(path, busy_timeout=30) as index:
        index.bulk_load([(articles, prints)])
    assert len(finished(process)) == 20
    with open_index(path) as index:
        assert len(index) == 3020
        assert index.verify() == ()


def test_an_index_opened_twice_by_one_process_keeps_its_log_when_another_comes_and_goes(path):
    visit = "import sys; from dupdetect.index import open_index; open_index(sys.argv[1]).close()"
    with open_index(path) as one, open_index(path) as two:
        for number, index in enumerate((one, two, one)):
            first = piece(f"{number}", 1)
            index.add([first], FINGERPRINTER.fingerprint_batch([first.text]))
            open_index(path).close()
            subprocess.run([sys.executable, "-c", visit, str(path)], check=True, cwd=ROOT)
    with open_index(path) as index:
        assert index.verify() == ()
        assert list(index.ids()) == ["0", "1", "2"]
