"""Full disks, files that may not be written, file systems that cannot: clear errors, the original untouched."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import pytest

from dupdetect.errors import ForeignIndexError, IndexCorruptError, StoreError
from dupdetect.index import build_index, create_index, open_index, rebuild_index
from dupdetect.index.database import network_file_system
from dupdetect.index.keys import as_batch
from dupdetect.index.rows import fingerprint_rows
from dupdetect.settings import Settings
from dupdetect.testing import OTHER, STORY, add, article, fingerprint, fingerprints, found, put
from tests.conftest import ROOT

NOBODY = 65534
as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to mount a small disk"
)


@pytest.fixture
def path(tmp_path):
    with create_index(tmp_path / "site.db") as index:
        add(index, article("a"), article("b", OTHER))
    return tmp_path / "site.db"


TRY_TO_ADD = f"""
import os, sys
from dupdetect.errors import StoreError
from dupdetect.index import create_index, open_index
from dupdetect.testing import add, article
with create_index(":memory:") as index:
    add(index, article("all modules are loaded now"))
if os.geteuid() == 0:
    os.setuid({NOBODY})
try:
    with open_index(sys.argv[1]) as index:
        add(index, article("new"))
except StoreError as error:
    print(error)
"""


def try_to_add(path):
    """Add to an index as someone who is bound by permissions; return the error's text."""
    command = [sys.executable, "-c", TRY_TO_ADD, str(path)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.fixture
def reachable():
    """Give an index that anyone may write, in a folder that anyone can reach, as pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="dupdetect-"))
    with create_index(folder / "site.db") as index:
        add(index, article("a"), article("b", OTHER))
    folder.chmod(0o777)
    (folder / "site.db").chmod(0o666)
    yield folder / "site.db"
    folder.chmod(0o777)
    shutil.rmtree(folder)


def test_a_read_only_file_says_so_and_stays_as_it_is(reachable):
    reachable.chmod(0o444)
    before = reachable.read_bytes()
    assert "must be writable" in try_to_add(reachable)
    assert reachable.read_bytes() == before


def test_a_read_only_folder_says_so_and_the_file_stays_as_it_is(reachable):
    reachable.parent.chmod(0o555)
    before = reachable.read_bytes()
    assert "folder" in try_to_add(reachable)
    assert reachable.read_bytes() == before
    assert os.listdir(reachable.parent) == ["site.db"]


def test_an_unreadable_file_says_so(reachable):
    reachable.chmod(0o000)
    assert "cannot be read" in try_to_add(reachable)


@pytest.fixture
def small_disk(tmp_path):
    """Give a folder with room for 4 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("may not mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@as_root
def test_a_full_disk_says_so_and_keeps_what_was_acknowledged(small_disk):
    path = small_disk / "site.db"
    acknowledged = 0
    with create_index(path) as index:

        def fill():
            nonlocal acknowledged
            for number in range(10_000):
                add(index, *(article(f"{number}.{n}", f"{number} {n} {STORY}") for n in range(20)))
                acknowledged += 20

        with pytest.raises(StoreError, match="no room left"):
            fill()
        assert len(index) == acknowledged
    with open_index(path) as index:
        assert len(index) == acknowledged > 0
        assert index.verify() == ()


@as_root
def test_no_room_to_make_build_back_up_or_rebuild_leaves_nothing_behind(small_disk):
    articles = [article(f"{n}", f"{n} {STORY}") for n in range(4000)]
    with pytest.raises(StoreError, match="no room left"):
        build_index(small_disk / "new.db", [(articles, fingerprints(articles))])
    assert os.listdir(small_disk) == []
    build_index(small_disk / "site.db", [(articles[:1000], fingerprints(articles[:1000]))])
    (small_disk / "ballast").write_bytes(bytes(1_500_000))
    before = (small_disk / "site.db").read_bytes()
    with open_index(small_disk / "site.db") as index, pytest.raises(StoreError, match="no room left"):
        index.backup(small_disk / "copy.db")
    with pytest.raises(StoreError, match="no room left"):
        rebuild_index(small_disk / "site.db")
    assert sorted(os.listdir(small_disk)) == ["ballast", "site.db"]
    with open_index(small_disk / "site.db") as index:
        assert index.verify() == ()
        assert len(index) == 1000
    assert (small_disk / "site.db").read_bytes()[100:] == before[100:]  # the header counts changes of journal mode


@pytest.mark.parametrize("kept", [0, 1, 4096, 9000])
def test_a_truncated_file_is_damaged_or_foreign_and_not_made_worse(path, kept):
    whole = path.read_bytes()
    path.write_bytes(whole[:kept])

    def use():
        with open_index(path) as index:
            list(index.iterate())
            put(index, article("c"))

    with pytest.raises((IndexCorruptError, ForeignIndexError)):
        use()
    assert path.read_bytes() == whole[:kept]


def test_verify_finds_missing_foreign_and_changed_keys(path):
    for statement in (
        "DELETE FROM bands WHERE key = (SELECT max(key) FROM bands)",
        "INSERT INTO postings VALUES (7, 1)",
        "INSERT INTO bands VALUES (7, 99)",
        "UPDATE postings SET key = key + 1 WHERE key = (SELECT min(key) FROM postings)",
        "UPDATE documents SET signature = zeroblob(400) WHERE id = 'a'",
        "DELETE FROM documents WHERE id = 'a'",
    ):
        copy = path.with_name("copy.db")
        copy.write_bytes(path.read_bytes())
        connection = sqlite3.connect(copy)
        connection.execute(statement)
        connection.commit()
        connection.close()
        with open_index(copy) as index:
            assert index.verify() != (), statement
        rebuild_index(copy)
        with open_index(copy) as index:
            assert index.verify() == ()


@pytest.mark.parametrize("how", ["remove", "replace", "release"])
def test_what_was_removed_is_gone_from_all_files_after_compacting(path, how):
    secret = "Plutonium was delivered to the harbour master in eleven crates marked as dried figs and two as raisins."
    own = fingerprint(secret)
    *_, signature, sample = fingerprint_rows(as_batch([own], Settings()))[0]
    marks = [signature[:64], sample[:32], b"secret-id"]
    marks.append(zlib.compress(json.dumps([[secret, "paragraph", 0]]).encode(), 6)[10:60])
    with create_index(path.with_name("other.db")) as index:
        add(index, *(article(f"{n}", f"{n} {STORY}") for n in range(50)))
        if how == "release":
            own = fingerprint(secret)
            index.claim(article("secret-id", secret), own, "key", judged_up_to=0, judge=lambda newer: True)
        else:
            add(index, article("secret-id", secret))
        files = [file for file in path.parent.iterdir() if file.name.startswith("other.db")]
        assert all(any(mark in file.read_bytes() for file in files) for mark in marks)
        if how == "release":
            index.release("key")
        elif how == "remove":
            index.remove(["secret-id"])
        else:
            put(index, article("secret-id", OTHER))
        index.compact()
        assert found(index, secret) == []
        kept = marks if how != "replace" else [mark for mark in marks if mark != b"secret-id"]
        for file in path.parent.iterdir():
            assert not any(mark in file.read_bytes() for mark in kept), file.name


def test_a_network_file_system_is_known_by_its_mount(tmp_path, path, monkeypatch):
    number = path.stat().st_dev
    device = f"{os.major(number)}:{os.minor(number)}"
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"36 35 98:0 / /else rw - ext4 /dev/root rw\n29 1 {device} / / rw shared:1 - nfs4 host:/ rw\n")
    assert network_file_system(path, mounts) == "nfs4"
    mounts.write_text(f"29 1 {device} / / rw,nosuid shared:1 master:2 - ext4 /dev/vda rw\n")
    assert network_file_system(path, mounts) is None
    assert network_file_system(path, tmp_path / "no such list") is None
    monkeypatch.setattr("dupdetect.index.database.network_file_system", lambda path: "nfs4")
    with pytest.raises(StoreError, match=r"network file system \(nfs4\)"):
        open_index(path)
    with pytest.raises(StoreError, match="network file system"):
        create_index(tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()
