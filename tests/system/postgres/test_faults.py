"""Many processes, lost connections, killed servers: what was acknowledged is there once, and the index in order."""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from collections import Counter

import pytest
from benchmarks.postgres_server import Server
from tests.faults.writer import claim, forked, piece, share, write

from dupdetect.errors import IndexLockedError, IndexUnavailableError, StoreError
from dupdetect.index import create_index, open_index
from dupdetect.testing import OTHER, STORY, add, article, fingerprint, fingerprints, found, put

pytestmark = [pytest.mark.system, pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")]

ROUNDS = int(os.environ.get("DUPDETECT_CLAIM_ROUNDS", "5"))
KILLS = int(os.environ.get("DUPDETECT_SERVER_KILLS", "1"))
PROCESSES = 8


def lines_of(child, output, *, code=0):
    with output:
        lines = output.read().splitlines()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == code, lines
    return [line.split() for line in lines]


def cut_off_while_writing(server, index, until):
    """Begin to write as everyone does; be cut off by the server in the middle of it."""
    with index._database.writing() as connection:
        connection.execute("INSERT INTO templates (site, version, body) VALUES ('half', 1, '')")
        time.sleep(max(0.0, until - time.time()))
        server.execute(f"SELECT pg_terminate_backend({connection.raw.info.backend_pid})")


def test_of_simultaneous_claims_from_eight_processes_exactly_one_wins(server, schema):
    """Half of them come over TCP; one more holds the write lock and is cut off in the middle of its transaction."""
    url = server.url(schema)
    create_index(url).close()
    begin = time.time() + 2
    processes = [
        forked(claim, server.url(schema, tcp=number % 2 == 1), number, ROUNDS, begin) for number in range(PROCESSES)
    ]
    with open_index(url) as victim:
        with pytest.raises(IndexUnavailableError, match="nothing of"):
            cut_off_while_writing(server, victim, begin + 0.1)  # the others wait for the lock by then
        assert victim.template("half").version == 0
    won = Counter(number for process in processes for number, outcome in lines_of(*process) if outcome == "won")
    print(f"{ROUNDS} rounds of {PROCESSES} processes: {dict(won)}")
    assert won == {str(number): 1 for number in range(ROUNDS)}
    with open_index(url) as index:
        assert index.verify() == ()
        assert index.info().claims == ROUNDS


@pytest.fixture
def pooled(server, schema):
    """Give the URL of an index behind PgBouncer in session mode."""
    program = shutil.which("pgbouncer") or pytest.skip("needs PgBouncer: make test-system installs it")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = server.folder / "pgbouncer.ini"  # where the user that it runs as can read it
    settings.write_text(
        f"[databases]\npostgres = host={server.folder} port={server.port} user=chief\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\npool_mode = session\n"
        "unix_socket_dir =\nignore_startup_parameters = options\ndefault_pool_size = 20\nmax_client_conn = 200\n"
    )
    settings.chmod(0o644)
    user = "postgres" if os.geteuid() == 0 else None  # it refuses root
    pooler = subprocess.Popen([program, str(settings)], user=user, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert time.monotonic() < end
            time.sleep(0.05)
        yield f"postgresql://chief@127.0.0.1:{port}/postgres?schema={schema}"
    finally:
        pooler.terminate()
        pooler.wait(30)


def test_through_a_pooler_in_session_mode_exactly_one_of_simultaneous_claims_wins(pooled):
    create_index(pooled).close()
    begin = time.time() + 2
    processes = [forked(claim, pooled, number, ROUNDS, begin) for number in range(PROCESSES)]
    won = Counter(number for process in processes for number, outcome in lines_of(*process) if outcome == "won")
    assert won == {str(number): 1 for number in range(ROUNDS)}
    with open_index(pooled) as index:
        add(index, article("a"))
        assert found(index, STORY) == ["a"]
        assert index.verify() == ()


def test_eight_processes_write_and_check_at_once_and_nothing_is_lost(server, schema):
    url = server.url(schema)
    create_index(url).close()
    processes = [forked(share, server.url(schema, tcp=number % 2 == 1), number, 8) for number in range(PROCESSES)]
    written = {id: version for process in processes for _, id, version in lines_of(*process)}
    assert len(written) == PROCESSES * 8
    with open_index(url) as index:
        assert index.verify() == ()
        assert {one.id: one for one, _ in index.iterate()} == {id: piece(id, mark) for id, mark in written.items()}


def test_a_number_that_is_drawn_and_not_yet_committed_holds_up_later_ones(server, schema):
    """The trap of sequences: had a later number been committed and seen first, a claim would have missed this one."""
    url = server.url(schema)
    with create_index(url, busy_timeout=30) as slow, open_index(url, busy_timeout=30) as quick:
        inside, go_on = threading.Event(), threading.Event()

        def judge(newer):
            inside.set()
            assert go_on.wait(30)
            return True

        add(quick, article("newer"))
        thread = threading.Thread(
            target=slow.claim, args=(article("slow", OTHER + STORY), fingerprint(OTHER + STORY), "key"),
            kwargs={"judged_up_to": 0, "judge": judge},
        )  # fmt: skip
        thread.start()
        assert inside.wait(30)  # it holds the lock, and will draw the next number
        late = threading.Thread(target=add, args=(quick, article("late", "Something else altogether.")))
        late.start()
        time.sleep(0.3)
        with open_index(url) as third:
            seen = third.candidates(fingerprint(OTHER))
            assert seen.found == ()
            assert "late" not in third  # not before the one that waits
            go_on.set()
            thread.join(30)
            late.join(30)
            told = third.claim(
                article("mine", OTHER),
                fingerprint(OTHER),
                "mine",
                judged_up_to=seen.sequence,
                judge=lambda newer: False,
            )
            assert [candidate.id for candidate in told.newer.found] == ["slow"]


@pytest.mark.parametrize("round", range(KILLS))
def test_of_a_server_killed_under_load_every_acknowledged_write_is_there(schema, round):
    """And after its restart the same objects go on: connections are made anew."""
    server = Server().start()
    try:
        url = server.url(schema)
        with create_index(url) as index:
            processes = [
                forked(write, server.url(schema, tcp=number == 1), f"{round}{number}", False) for number in range(3)
            ]
            end = time.monotonic() + 60
            while len(index) < 300:
                assert time.monotonic() < end
                time.sleep(0.05)
            server.kill()
            told = [lines_of(*process, code=1) for process in processes]
            with pytest.raises(IndexUnavailableError):
                len(index)
            server.start()
            assert index.verify() == ()
            there = {one.id: one for one, _ in index.iterate()}
    finally:
        server.stop()
    check_acknowledged(told, there)


def check_acknowledged(told, there):
    """What writers were told is there, and what is there they wrote."""
    allowed: dict[str, set[str | None]] = {}
    for state, kind, mark, *ids in (line for lines in told for line in lines):
        for id in ids:
            version = mark if kind == "put" else None
            allowed[id] = {version} if state == "done" else allowed.get(id, {None}) | {version}
    acknowledged = sum(line[0] == "done" for lines in told for line in lines)
    print(f"{acknowledged} acknowledged writes, {len(there)} documents")
    assert acknowledged > 0
    assert there.keys() <= allowed.keys()
    for id, versions in allowed.items():
        assert any(there.get(id) == (piece(id, version) if version else None) for version in versions), (id, versions)


def test_a_standby_takes_over_with_every_acknowledged_write_and_claim():
    """Replication is synchronous, as whoever must not lose a claim has it; the URL names both servers."""
    with Server() as first, Server(standby_of=first) as second:
        first.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        first.execute("SELECT pg_reload_conf()")
        both = f"host={first.folder},{second.folder}&port={first.port},{second.port}"
        url = f"postgresql://chief@/postgres?{both}&target_session_attrs=read-write&schema=news"
        with create_index(url) as index:
            claimed = index.claim(
                article("mine", OTHER), fingerprint(OTHER), "mine", judged_up_to=0, judge=lambda newer: True, ttl=600
            )
            assert claimed.granted
            processes = [forked(write, url, f"{number}", False) for number in range(3)]
            end = time.monotonic() + 60
            while len(index) < 100:
                assert time.monotonic() < end
                time.sleep(0.05)
            first.kill()
            told = [lines_of(*process, code=1) for process in processes]
            with pytest.raises(IndexUnavailableError):
                len(index)  # the other does not write yet
            second.execute("SELECT pg_promote()")
            there = {one.id: one for one, _ in index.iterate()}
            theirs = index.claim(
                article("theirs", OTHER), fingerprint(OTHER), "theirs", judged_up_to=0, judge=lambda newer: False
            )
            assert not theirs.granted
            assert [candidate.id for candidate in theirs.newer.found] == ["mine"]
            add(index, article("after"))
            assert index.verify() == ()
    check_acknowledged(told, there)


class Wire:
    """Stands between client and server, and cuts the line when the client says a word."""

    def __init__(self, port, word, *, deliver):
        self.port, self.word, self.deliver, self.armed = port, word, deliver, threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self):
        return self.listener.getsockname()[1]

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port))
            threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, source, target, from_client):
        try:
            while data := source.recv(65536):
                if from_client and self.armed.is_set() and self.word in data:
                    self.armed.clear()
                    source.shutdown(socket.SHUT_RDWR)  # the client hears no answer
                    if self.deliver:
                        target.sendall(data)
                        target.recv(65536)
                    break
                target.sendall(data)
        except OSError:
            pass
        finally:
            with contextlib.suppress(OSError):
                target.shutdown(socket.SHUT_RDWR)  # closing alone would not wake who reads from it
            source.close()


@pytest.mark.parametrize(
    ("word", "deliver"),
    [(b"COMMIT\0", True), (b"COMMIT\0", False), (b"BEGIN", True)],
    ids=["committed", "not committed", "not even begun"],
)
def test_what_became_of_a_write_whose_answer_was_lost_is_found_out(server, schema, word, deliver):
    """Committed: it is acknowledged all the same. Not committed: it says so. Before anything was written: once more."""
    create_index(server.url(schema)).close()
    wire = Wire(server.port, word, deliver=deliver)
    try:
        with open_index(server.url(schema, tcp=True, port=wire.address)) as index:
            wire.armed.set()
            if deliver:
                add(index, article("a"))
            else:
                with pytest.raises(IndexUnavailableError, match="nothing of this write was kept"):
                    add(index, article("a"))
            assert not wire.armed.is_set()
            assert list(index.ids()) == (["a"] if deliver else [])
            assert index.verify() == ()
    finally:
        wire.listener.close()


def test_a_connection_cut_off_while_idle_is_replaced_without_a_word(url, server):
    with create_index(url) as index:
        add(index, article("a"))
        for verb in (lambda: len(index), lambda: add(index, article("b", OTHER)), lambda: found(index, STORY)):
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dupdetect'"
            )
            time.sleep(0.2)
            verb()
        assert sorted(index.ids()) == ["a", "b"]


def test_what_is_replaced_while_a_look_up_reads_it_is_found_all_the_same(url, monkeypatch):
    from dupdetect.index.postgres.tables import PostgresConnection

    look_up, meanwhile = PostgresConnection.look_up, []

    def slow(self, *arguments, **named):
        answer = look_up(self, *arguments, **named)
        if meanwhile:
            put(other, meanwhile.pop())
        return answer

    with create_index(url) as index, open_index(url) as other:
        add(index, article("a"))
        monkeypatch.setattr(PostgresConnection, "look_up", slow)
        meanwhile.append(article("a", f"{STORY} Edited."))
        assert found(index, STORY) == ["a"]


def test_a_writer_waits_for_another_no_longer_than_it_was_told(url):
    with create_index(url) as one, open_index(url, busy_timeout=0.2) as two, one._database.writing():
        begin = time.monotonic()
        with pytest.raises(IndexLockedError, match="over the busy time"):
            add(two, article("a"))
        assert time.monotonic() - begin < 20  # and not for ever
        assert len(two) == 0  # readers wait for nobody


def test_a_server_that_is_not_there_says_so(server):
    with pytest.raises(IndexUnavailableError, match="cannot be reached"):
        open_index(server.url("gone", port=1, tcp=True))


def test_a_forked_child_connects_anew_and_leaves_its_parents_connection_alone(url):
    with create_index(url) as index:
        add(index, article("parent"))
        child = os.fork()
        if not child:
            try:
                add(index, article("child", OTHER))
                index.close()
                os._exit(0 if index.location else 1)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert list(index.ids()) == ["parent", "child"]
        assert index.verify() == ()


def test_threads_share_an_index_and_each_sees_its_own_writes(url):
    with create_index(url, busy_timeout=30) as index:
        failures = []

        def work(number):
            try:
                for step in range(4):
                    add(index, article(f"{number}.{step}", f"{number} {step} {STORY}"))
                    assert f"{number}.{step}" in found(index, f"{number} {step} {STORY}", limit=100)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert len(index) == 48
        assert index.verify() == ()


def test_a_statement_over_the_servers_bound_is_an_error_that_says_so(server, schema):
    with create_index(server.url(schema)) as index:
        add(index, article("a"))
        with index._database.reading() as connection:
            connection.execute("SET statement_timeout = '50ms'")
        with pytest.raises(IndexLockedError, match="statement_timeout"), index._database.reading() as connection:
            connection.execute("SELECT pg_sleep(9)")


def test_a_client_that_stands_still_with_the_lock_does_not_hold_up_others_for_ever(server, schema):
    with create_index(server.url(schema)) as stalled, open_index(server.url(schema), busy_timeout=30) as other:

        def stand_still():
            with stalled._database.writing() as connection:
                connection.execute("SET LOCAL idle_in_transaction_session_timeout = '200ms'")
                add(other, article("a"))  # waits until the server has ended the other's transaction
                connection.execute("SELECT 1")

        with pytest.raises(StoreError, match="stood still|nothing of"):
            stand_still()
        assert list(stalled.ids()) == ["a"]


def test_batches_of_other_fingerprints_write_nothing(url):
    with create_index(url) as index:
        with pytest.raises(StoreError):
            index.add([article("a"), article("a")], fingerprints([article("a"), article("a")]))
        assert len(index) == 0
