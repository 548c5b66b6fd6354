"""What a stranger may try."""

import http.server
import json
import re
import threading
import time

import pytest

from dupdetect.errors import SettingsError
from dupdetect.server import Options
from dupdetect.server.guard import Door
from tests.server.serving import BREAD, FERRY, TOKEN, post, served

SCRIPT = '<script>alert("dupdetect")</script><img src=x onerror=alert(1)>'
MARKUP = re.compile(r"<script>alert|<img", re.IGNORECASE)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/checks/1"),
        ("GET", "/metrics"),
        ("GET", "/readyz"),
        ("GET", "/openapi.json"),
        ("GET", "/nowhere"),
        ("GET", "/v1/info"),
        ("GET", "/v1/documents"),
        ("GET", "/v1/overrides"),
        ("POST", "/v1/check"),
        ("POST", "/v1/documents:batch"),
        ("PUT", "/v1/documents/1"),
        ("DELETE", "/v1/documents/1"),
    ],
)
@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {TOKEN}"}])
def test_without_the_token_nothing_is_answered(locked, method, path, header):
    answer = locked.send(method, path, {} if method != "GET" else None, **header)
    assert (answer.status, answer.slug) == (401, "unauthorised")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_with_the_token_it_answers_and_livez_needs_none(locked):
    assert locked.get("/livez").status == 200
    assert locked.get("/v1/info", authorization=f"Bearer {TOKEN}").status == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "example.org"])
def test_an_address_that_others_can_reach_needs_a_token(host):
    with pytest.raises(SettingsError, match="token"):
        Options(index="site.db", host=host)
    assert Options(index="site.db", host=host, token=TOKEN).host == host


@pytest.mark.parametrize("token", ["", "short", "has a space in the middle", "ümlaute-sind-keine-ascii"])
def test_a_weak_token_is_refused(token):
    with pytest.raises(SettingsError, match="16"):
        Options(index="site.db", token=token)


def test_options_do_not_show_the_token():
    assert TOKEN not in repr(Options(index="site.db", token=TOKEN))


def test_without_a_token_it_answers_to_this_machines_names_only(service):
    for name in ("localhost:8321", "127.0.0.1", "[::1]:8321"):
        assert service.get("/v1/info", host=name).status == 200, name
    for name in ("evil.example:8321", "127.0.0.1.evil.example", ""):
        assert service.get("/v1/info", host=name).slug == "wrong-host", name


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_strangers_web_page_can_send_unasked_is_refused(service, media_type):
    body = json.dumps({"document": post("wp:1:5")})
    answer = service.send("POST", "/v1/check", body, content_type=media_type, origin="https://evil.example")
    assert answer.slug == "unsupported-media-type"
    assert "access-control-allow-origin" not in answer.headers


def test_an_oversized_body_is_refused_whether_announced_or_not(tmp_path):
    with served(tmp_path / "site.db", body_bytes=10_000) as service:
        body = json.dumps({"document": post("1", "x" * 20_000)})
        answer = service.send("POST", "/v1/check", body, content_type="application/json")
        assert (answer.status, answer.slug) == (413, "too-large")
        answer = service.send("POST", "/v1/check", iter([body.encode()]), content_type="application/json")
        assert (answer.status, answer.slug) == (413, "too-large")
        assert service.check(post("1")).status == 200


def test_an_announced_giant_is_refused_before_it_comes(service):
    answer = service.send("POST", "/v1/check", b"{", content_type="application/json", content_length=str(10**12))
    assert answer.slug == "too-large"


def test_compressed_bodies_are_refused(service):
    answer = service.send("POST", "/v1/check", b"x", content_type="application/json", content_encoding="gzip")
    assert answer.slug == "unsupported-media-type"


def test_deeply_nested_json_is_refused(service):
    body = '{"document":' + "[" * 100_000 + "]" * 100_000 + "}"
    assert service.send("POST", "/v1/check", body, content_type="application/json").status in (400, 422)


@pytest.mark.parametrize(
    "id",
    [
        "../../../etc/passwd",
        "..",
        "/etc/passwd",
        "a/../b",
        "a%2Fb",
        "'; DROP TABLE documents; --",
        '" OR 1=1 --',
        "%' OR id LIKE '%",
        "<script>alert(1)</script>",
        "wp:1:5?site=x#y",
        "ключ 鍵 🔑",
        "documents:batch",
        " ",
    ],
)
def test_an_id_is_an_id_whatever_it_looks_like(service, id):
    service.put("other", post(content=BREAD))
    assert service.put(id, post()).json["id"] == id
    assert {one["id"] for one in service.get("/v1/documents").json["documents"]} == {"other", id}
    assert service.decide(post("copy"))["matches"][0]["id"] == id
    assert service.delete(id).status == 204
    assert [one["id"] for one in service.get("/v1/documents").json["documents"]] == ["other"]


@pytest.mark.parametrize("path", ["/v1/documents/%FF", "/v1/documents/a%00b", "/v1/documents/a%0Ab"])
def test_an_id_that_is_no_text_is_refused(service, path):
    assert service.get(path).slug == "bad-request"


@pytest.mark.parametrize("query", ["site=' OR '1'='1", "site=x' UNION SELECT 1 --"])
def test_a_site_is_a_value_and_no_sql(service, query):
    service.put("wp:1:5", post(site="Main Blog"))
    assert service.get("/v1/documents?" + query.replace(" ", "%20")).json["documents"] == []


def test_nothing_is_fetched_whatever_address_a_document_names(service):
    asked = []

    class Trap(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

    with http.server.HTTPServer(("127.0.0.1", 0), Trap) as trap:
        thread = threading.Thread(target=trap.serve_forever)
        thread.start()
        here = f"http://127.0.0.1:{trap.server_port}"
        page = (
            f'<html><head><base href="{here}/base"><link rel="canonical" href="{here}/canonical">'
            f'<link rel="stylesheet" href="{here}/css"><script src="{here}/js"></script></head>'
            f'<body><article><img src="{here}/img"><iframe src="{here}/frame"></iframe><p>{FERRY}</p></article></body>'
        )
        document = {"id": "1", "content": page, "url": f"{here}/url", "canonical_url": f"{here}/declared"}
        assert service.decide(document)["decision"] == "pass"
        assert service.put("1", document).status == 201
        service.decide({**document, "id": "2"})
        time.sleep(0.3)
        trap.shutdown()
        thread.join()
    assert asked == []


def test_markup_in_titles_texts_reasons_and_names_is_escaped_wherever_it_is_shown(service):
    strange = {"title": SCRIPT, "site": SCRIPT, "sections": [SCRIPT], "url": f"javascript:{SCRIPT}"}
    text = f"{SCRIPT} {FERRY} {SCRIPT}"
    service.put(SCRIPT, post(content=text, **strange))
    override = {"reason": SCRIPT, "actor": SCRIPT}
    service.decide(post(f"{SCRIPT}2", text, **strange), override=override)
    service.decide(post(f"{SCRIPT}3", text, **strange))
    time.sleep(1.3)  # until recent checks are written
    pages = [service.get(path) for path in ("/", "/overrides", "/checks/1", "/checks/2", "/checks/3")]
    shown = [page for page in pages if page.status == 200]
    assert len(shown) >= 4
    for page in shown:
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert not MARKUP.search(page.text)
        assert 'href="javascript' not in page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
    assert sum("&lt;script&gt;alert" in page.text for page in shown) >= 4


def test_every_answer_forbids_sniffing_framing_and_keeping(service):
    for path in ("/", "/livez", "/v1/info", "/nowhere", "/openapi.json", "/metrics", "/login"):
        headers = service.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["cache-control"] == "no-store", path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path


def test_a_login_gives_a_cookie_that_opens_the_pages_only_and_is_not_the_token(locked):
    assert locked.get("/", accept="text/html").headers["location"] == "/login"
    assert locked.log_in("wrong").status == 403
    answer = locked.log_in(TOKEN)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie
    value = cookie.partition(";")[0]
    assert locked.get("/", cookie=value).status == 200
    assert locked.get("/overrides", cookie=value).status == 200
    assert locked.get("/v1/info", cookie=value).status == 401
    assert locked.send("DELETE", "/v1/documents/1", cookie=value).status == 401
    assert locked.get("/", cookie=value[:-1] + ("0" if value[-1] != "0" else "1")).status == 401


def test_a_session_ends_and_cannot_be_prolonged_or_used_elsewhere():
    door, other = Door(TOKEN), Door(TOKEN + "2")
    session = door.session(now=1000.0)
    assert door.admits(session, now=1001.0)
    assert not door.admits(session, now=1000.0 + 13 * 3600)
    ends, seal = session.split(".")
    assert not door.admits(f"{int(ends) + 1}.{seal}", now=1001.0)
    assert not other.admits(session, now=1001.0)
    for broken in ("", ".", "9" * 30, f"{'9' * 30}.", "١٢٣.x", f"é.{seal}"):
        assert not door.admits(broken, now=1001.0), broken


def test_logs_name_neither_the_token_nor_what_documents_say(tmp_path, capfd):
    with served(tmp_path / "site.db", token=TOKEN) as service:
        service.check(post("wp:1:5", title="Secret title"))
        service.check({"id": "wp:1:5", "content": "unguessable", "nonsense": "unguessable"})
        service.get("/v1/overrides?id=unguessable")
        service.token = None
        service.log_in("unguessable")
        service.log_in(TOKEN)
    logged = capfd.readouterr().err
    lines = [json.loads(line) for line in logged.splitlines()]
    assert {line["path"] for line in lines if line["message"] == "request"} >= {"/v1/check", "/v1/overrides", "/login"}
    for secret in (TOKEN, "ferry", "Secret title", "unguessable"):
        assert secret not in logged
