"""`dupdetect check --url`: the command line asks a service."""

import json

import pytest

from dupdetect.cli import run
from tests.server.serving import BREAD, FERRY, TOKEN, post, served


@pytest.fixture
def draft(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in (("ferry.txt", FERRY), ("bread.txt", BREAD)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_service_decides_and_the_answer_reads_as_that_of_an_index(service, draft, capfd):
    service.put("wp:1:5", post(title="Ferry", sections=["Main Blog"]))
    assert run(["check", "ferry.txt", "--url", service.url]) == 1
    told = capfd.readouterr().out
    assert "ferry.txt: IDENTICAL wp:1:5  “Ferry”, Main Blog" in told
    assert run(["check", "bread.txt", "--url", service.url]) == 0
    capfd.readouterr()
    assert run(["check", "ferry.txt", "--url", service.url, "--id", "wp:1:5", "--output", "json"]) == 0
    (result,) = json.loads(capfd.readouterr().out)["results"]
    assert (result["id"], result["decision"], result["matches"]) == ("wp:1:5", "pass", [])


def test_a_token_comes_from_a_file_and_without_one_the_service_refuses(draft, tmp_path, capfd):
    (tmp_path / "token").write_text(f"{TOKEN}\n", encoding="utf-8")
    with served(tmp_path / "site.db", token=TOKEN) as client:
        assert run(["check", "bread.txt", "--url", client.url, "--token-file", "token"]) == 0
        assert run(["check", "bread.txt", "--url", client.url]) == 5
        assert run(["check", "bread.txt", "--url", client.url, "--fail-mode", "open"]) == 0
    assert "refuses (401)" in capfd.readouterr().err


def test_what_the_service_cannot_read_is_unreadable_and_not_the_services_fault(service, draft, capfd):
    assert run(["check", "ferry.txt", "--format", "editorjs", "--url", service.url]) == 3
    assert "ferry.txt: not readable: the service cannot read it" in capfd.readouterr().err
