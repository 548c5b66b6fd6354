"""The interface itself: what each route answers, and how each error is told."""

import json
import subprocess
import sys

import pytest

from dupdetect.io import decision_json
from dupdetect.model import Document
from dupdetect.server.problems import TITLES
from tests.conftest import ROOT
from tests.server.serving import BREAD, FERRY, TOKEN, post, served

PROBLEM = "application/problem+json"


def test_every_problem_has_type_title_and_status(service):
    answer = service.get("/nowhere")
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json == {
        "type": "urn:dupdetect:problem:not-found",
        "title": TITLES["not-found"][1],
        "status": 404,
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "slug", "status"),
    [
        ("POST", "/v1/check", "{", "bad-json", 400),
        ("POST", "/v1/check", "", "invalid-document", 422),
        ("POST", "/v1/check", "[]", "invalid-document", 422),
        ("PATCH", "/v1/check", "{}", "method-not-allowed", 405),
        ("GET", "/v1/check", None, "method-not-allowed", 405),
        ("GET", "/v1/documents/none", None, "unknown-document", 404),
        ("GET", "/v1/documents?limit=0", None, "invalid-document", 422),
        ("GET", "/v1/documents?limit=9999999", None, "invalid-document", 422),
        ("GET", "/v1/documents?sit=main", None, "invalid-document", 422),
        ("GET", "/v1/documents?site=a&site=b", None, "invalid-document", 422),
        ("GET", "/v1/documents?cursor=abc", None, "invalid-document", 422),
        ("GET", "/v1/overrides?cursor=99999999999999999999", None, "invalid-document", 422),
        ("GET", "/v1/documents/", None, "invalid-document", 422),
        ("GET", "/checks/1", None, "not-found", 404),
        ("GET", "/checks/0", None, "invalid-document", 422),
        ("PUT", "/v1/documents/1", '{"document": {"id": "2", "content": "x"}}', "invalid-document", 422),
    ],
)
def test_what_cannot_be_done_is_told_as_a_problem(service, method, path, body, slug, status):
    answer = service.send(method, path, body, content_type="application/json")
    assert (answer.slug, answer.status) == (slug, status)
    if status == 405:
        assert answer.headers["allow"]


def test_a_problem_points_to_what_is_wrong_and_does_not_repeat_it(service):
    document = {"id": "1", "content": 7, "format": "pdf", "published": "yesterday-ish", "sectoins": ["secret"]}
    answer = service.check(document, limit=0)
    assert {error["pointer"] for error in answer.json["errors"]} >= {
        "/document/content",
        "/document/format",
        "/document/sectoins",
        "/limit",
    }
    assert "secret" not in answer.text
    assert service.check(post("1", published="no date")).json["errors"][0]["pointer"] == "/document/published"
    broken = {"id": "1", "format": "editorjs", "content": "no JSON"}
    assert service.check(broken).json["errors"][0]["pointer"] == "/document/content"
    compared = service.send("POST", "/v1/compare", {"left": post(), "right": broken})
    assert compared.json["errors"][0]["pointer"] == "/right/content"


@pytest.mark.parametrize("version", [2**63, -(2**63) - 1, 1.5, True, "x" * 101])
def test_versions_that_cannot_be_stored_are_refused(service, version):
    assert service.put("1", post(version=version)).slug == "invalid-document"


def test_versions_of_two_kinds_are_refused(service):
    service.put("1", post(version=1))
    assert service.put("1", post(version="2026-11-22T07:14:03Z")).slug == "invalid-document"


def test_half_a_surrogate_pair_is_refused(service):
    body = json.dumps({"document": post("1", "\ud800")})
    assert service.send("POST", "/v1/check", body, content_type="application/json").slug == "invalid-document"


def test_a_check_answers_as_the_library_decides(service):
    service.put("wp:1:5", post(title="Ferry", site="Main Blog", published="2026-11-22T07:14:03Z"))
    asked = post("wp:2:7", FERRY.replace("coffee", "tea"), title="Ferry")
    answer = service.decide(asked)
    elapsed = answer.pop("elapsed_ms")
    assert elapsed >= 0
    detector = service.app.service.detector
    decided = detector.decide(Document(id="wp:2:7", content=asked["content"], format="text", title="Ferry"))
    assert answer == decision_json(decided)
    assert answer["matches"][0]["published"] == "2026-11-22T07:14:03+00:00"


def test_of_many_matches_as_many_come_as_asked_and_the_others_are_counted(service):
    service.batch(post(f"{number}") for number in range(8))
    decision = service.decide(post("new"), limit=3)
    assert (len(decision["matches"]), decision["matches_left_out"]) == (3, 5)


@pytest.mark.parametrize(
    ("format", "content"),
    [
        ("html", f"<html><body><article><h1>Ferry</h1><p>{FERRY}</p></article></body></html>"),
        ("fragment", f"<p>{FERRY}</p>"),
        ("markdown", f"# Ferry\n\n*{FERRY}*\n"),
        ("gutenberg", f"<!-- wp:paragraph --><p>{FERRY}</p><!-- /wp:paragraph -->"),
        ("editorjs", json.dumps({"blocks": [{"type": "paragraph", "data": {"text": FERRY}}]})),
    ],
)
def test_every_format_is_read(service, format, content):
    service.put("wp:1:5", post())
    assert service.decide({"id": "1", "format": format, "content": content})["decision"] == "block"


def test_put_says_whether_it_is_new_and_get_tells_what_is_there(service):
    document = post(title="Ferry", site="Main Blog", sections=["Politics"], version=3, published="2026-11-22")
    written = service.put("a/b:c d", document)
    assert (written.status, written.json["created"]) == (201, True)
    assert service.put("a/b:c d", document).status == 200
    told = service.get("/v1/documents/a%2Fb%3Ac%20d").json
    assert told == {
        "id": "a/b:c d",
        "version": 3,
        "digest": written.json["digest"],
        "title": "Ferry",
        "url": None,
        "site": "Main Blog",
        "sections": ["Politics"],
        "published": "2026-11-22",
        "characters": len(FERRY),
    }


def test_delete_answers_204_whether_it_was_there_or_not(service):
    service.put("1", post())
    assert [service.delete("1").status for _ in range(2)] == [204, 204]


def test_a_batch_answers_line_by_line_and_a_bad_line_spoils_no_other(service):
    service.put("old", post(version=5))
    lines = service.batch(
        [
            post("new"),
            "no JSON\n",
            {"document": post("wrapped", BREAD)},
            post("old", version=4),
            post(None),
            {"id": "broken", "format": "editorjs", "content": "x"},
            "\n",
            post("twice", BREAD),
            post("twice", FERRY),
            post("empty", ""),
            ["no object"],
        ]
    )
    assert [(line["id"], line["status"]) for line in lines] == [
        ("new", 201),
        (None, 400),
        ("wrapped", 201),
        ("old", 409),
        (None, 422),
        ("broken", 422),
        ("twice", 201),
        ("twice", 200),
        ("empty", 201),
        (None, 422),
    ]
    assert lines[3]["problem"]["type"] == "urn:dupdetect:problem:stale-version"
    assert service.get("/v1/documents/twice").json["digest"] == service.get("/v1/documents/old").json["digest"]


def test_two_pieces_are_compared_without_being_kept(service):
    verdict = service.send(
        "POST", "/v1/compare", {"left": post(), "right": post(content=FERRY.replace("band", "drum"))}
    )
    assert (verdict.json["relation"], verdict.json["is_duplicate"]) == ("NEAR", True)
    assert verdict.json["passages"][0]["text_right"]
    assert service.get("/v1/info").json["documents"] == 0


def test_the_trail_of_overrides_is_read_page_by_page_the_newest_first(service):
    service.put("wp:1:5", post())
    for number in range(5):
        service.decide(post(f"{number}"), override={"reason": f"reason {number}", "actor": "js"})
    first = service.get("/v1/overrides?limit=3").json
    rest = service.get(f"/v1/overrides?limit=3&cursor={first['cursor']}").json
    assert [one["reason"] for one in first["overrides"] + rest["overrides"]] == [f"reason {n}" for n in (4, 3, 2, 1, 0)]
    assert rest["cursor"] is None
    assert "signature" not in first["overrides"][0]["matches"][0]


def test_metrics_count_decisions_requests_and_documents(service):
    service.put("wp:1:5", post())
    service.decide(post("1"))
    service.decide(post("2", BREAD), claim={"key": "one"})
    service.get("/nowhere")
    lines = service.get("/metrics").text.splitlines()
    for line in (
        'dupdetect_decisions_total{decision="block"} 1.0',
        'dupdetect_decisions_total{decision="pass"} 1.0',
        'dupdetect_claims_total{granted="true"} 1.0',
        'dupdetect_requests_total{method="GET",route="other",status="404"} 1.0',
        'dupdetect_request_seconds_count{route="/v1/check"} 2.0',
        "dupdetect_index_documents 1.0",
        "dupdetect_index_claims 1.0",
    ):
        assert line in lines


def test_a_version_and_a_time_stand_in_its_info(service):
    info = service.get("/v1/info").json
    assert info["version"]
    assert info["time"].endswith("Z")
    assert info["policy"] == {"name": "default", "version": 1, "fail": "open"}


def test_an_unforeseen_error_is_a_problem_and_its_words_are_not_logged(tmp_path, monkeypatch, capfd):
    with served(tmp_path / "site.db", token=TOKEN) as service:
        monkeypatch.setattr(type(service.app.service), "info", lambda self: 1 / len([]) and "words of a document")
        answer = service.get("/v1/info")
        assert (answer.status, answer.slug) == (500, "internal")
    logged = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    (bug,) = [line for line in logged if line["message"] == "unforeseen error"]
    assert bug["error"] == "ZeroDivisionError"
    assert "test_http.py" in bug["traceback"]


def test_the_description_is_there_with_problems_for_every_route(service):
    told = service.get("/openapi.json").json
    assert told["openapi"].startswith("3.1")
    for path, operations in told["paths"].items():
        for operation in operations.values():
            if path != "/livez":
                assert PROBLEM in operation["responses"]["503"]["content"], path
    assert "HTTPValidationError" not in told["components"]["schemas"]
    assert "/" not in told["paths"]


def test_the_reference_has_every_route_and_every_problem(service):
    page = (ROOT / "docs" / "reference" / "http.md").read_text(encoding="utf-8")
    for path, operations in service.get("/openapi.json").json["paths"].items():
        for method in operations:
            assert f"`{method.upper()} {path}" in page
    for slug, (status, _) in TITLES.items():
        assert any(line.startswith(f"| {status} |") and f"`{slug}`" in line for line in page.splitlines()), slug


def test_a_service_without_its_libraries_says_what_to_install(tmp_path):
    blocked = "import sys; sys.modules['fastapi'] = None; from dupdetect.cli import main; main()"
    command = [sys.executable, "-c", blocked, "serve", "--index", str(tmp_path / "site.db")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2
    assert "pip install 'dupdetect[server]'" in done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["serve", "--help"]])
def test_what_does_not_serve_does_not_import_the_service(arguments):
    program = f"import sys; from dupdetect.cli import run; run({arguments!r}); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    for module in ("fastapi", "uvicorn", "starlette", "prometheus_client", "pydantic"):
        assert f"'{module}'" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "needs a token"),
        (["--token-file", "missing"], "missing: cannot be read"),
        (["--policy", "missing"], "missing: cannot be read"),
        (["--index", "pyproject.toml"], "not a dupdetect index"),
    ],
)
def test_what_is_wrong_is_said_before_anything_listens(tmp_path, arguments, said):
    command = [sys.executable, "-m", "dupdetect", "serve", "--index", str(tmp_path / "site.db"), "--port", "0"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode in (2, 3, 4)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_said(service, tmp_path):
    command = [sys.executable, "-m", "dupdetect", "serve", "--index", str(tmp_path / "new.db")]
    done = subprocess.run([*command, "--port", str(service.port)], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 2
    assert "cannot listen there" in done.stderr
