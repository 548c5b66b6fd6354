"""`dupdetect check` against an index, among the files of a site, and for other programs."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from dupdetect.cli import cli, run
from dupdetect.testing import OTHER, STORY

POST = "---\ntitle: {title}\n{more}---\n\n{text}\n"


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A site of Markdown posts: `bullpen/copy.md` is `blog/ferry.md`, `blog/bread.md` is another story."""
    pytest.importorskip("markdown_it", reason="Markdown needs the extra markdown")
    monkeypatch.chdir(tmp_path)
    write("content/blog/ferry.md", title="Ferry", text=STORY)
    write("content/blog/bread.md", title="Bread", text=OTHER)
    write("content/bullpen/copy.md", title="A ferry", text=STORY)
    return tmp_path


def write(path, *, title="", text="", more=""):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(POST.format(title=title, text=text, more=more), encoding="utf-8")


def checked(*arguments):
    done = CliRunner().invoke(cli, ["check", *arguments], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return int(done.return_value), done.stdout


def git(*arguments):
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True, timeout=60)


def test_a_post_is_compared_with_all_others_of_the_site_and_not_with_itself(site):
    code, text = checked("--root", "content", "content/bullpen/copy.md")
    assert code == 1
    assert "content/bullpen/copy.md: IDENTICAL blog/ferry.md  “Ferry”" in text
    assert checked("--root", "content", "content/blog/bread.md")[0] == 0


def test_a_draft_is_nobodys_duplicate_and_is_warned_only(site):
    write("content/blog/ferry.md", title="Ferry", text=STORY, more="draft: true\n")
    assert checked("--root", "content", "content/bullpen/copy.md")[0] == 0
    assert checked("--root", "content", "content/blog/ferry.md")[0] == 0
    assert checked("--root", "content", "--fail-on", "warn", "content/blog/ferry.md")[0] == 1


def test_front_matter_allows_what_it_names_with_a_reason(site):
    allow = "dupdetect:\n  allow: [blog/ferry.md]\n  reason: syndicated\n"
    write("content/bullpen/copy.md", title="A ferry", text=STORY, more=allow)
    code, text = checked("--root", "content", "content/bullpen/copy.md")
    assert code == 0
    assert "override: it may stand beside it" in text
    write("content/blog/third.md", title="Third", text=STORY)
    assert checked("--root", "content", "content/bullpen/copy.md")[0] == 1


@pytest.mark.parametrize(
    "said", ["dupdetect: yes\n", "dupdetect: {allow: x}\n", "dupdetect: {allow: [x], reason: ''}\n"]
)
def test_front_matter_that_allows_without_a_reason_is_not_read_over(site, said):
    write("content/bullpen/copy.md", title="A ferry", text=STORY, more=f"dupdetect: {said}\n")
    code, _ = checked("--root", "content", "content/bullpen/copy.md")
    assert code == 3


def test_front_matter_may_name_the_original(site):
    # The folder knows no addresses; an index filled with them does.
    line = json.dumps({"id": "blog/ferry.md", "text": STORY, "url": "https://a.example/ferry/"})
    (site / "posts.jsonl").write_text(line, encoding="utf-8")
    assert run(["index", "add", "--index", "site.db", "posts.jsonl"]) == 0
    write("content/bullpen/copy.md", title="A ferry", text=STORY, more="canonical_url: https://a.example/ferry\n")
    code, text = checked("--index", "site.db", "--root", "content", "content/bullpen/copy.md")
    assert code == 0
    assert "canonical: it may stand beside it" in text


def test_files_that_git_ignores_are_not_of_the_site(site):
    git("init", "-q")
    (site / ".gitignore").write_text("public/\n", encoding="utf-8")
    write("public/ferry.md", title="Ferry", text=STORY)
    Path("content/bullpen/copy.md").unlink()
    git("add", "-A")
    assert checked("--root", ".", "content/blog/ferry.md")[0] == 0


def test_what_changed_between_two_commits_is_checked(site):
    git("init", "-q")
    Path("content/bullpen/copy.md").unlink()
    git("add", "-A")
    git("commit", "-q", "-m", "one")
    write("content/bullpen/copy ä.md", title="A ferry", text=STORY)
    git("add", "-A")
    git("commit", "-q", "-m", "two")
    code, text = checked("--root", "content", "--from-ref", "HEAD~1", "--output", "jsonl")
    assert code == 1
    assert [json.loads(line)["id"] for line in text.splitlines()] == ["bullpen/copy ä.md"]
    assert checked("--root", "content", "--from-ref", "HEAD")[0] == 0


def test_a_commit_that_git_does_not_know_is_a_wrong_use(site, capfd):
    git("init", "-q")
    assert run(["check", "--root", "content", "--from-ref", "--output=/tmp/x"]) == 2
    assert run(["check", "--root", "content", "--from-ref", "nowhere"]) == 2
    assert "nowhere" in capfd.readouterr().err


def test_a_name_for_standard_input_says_what_it_holds_and_its_id(site):
    text = POST.format(title="A ferry", text=STORY, more="")
    done = CliRunner().invoke(
        cli, ["check", "--root", "content", "--stdin-filename", "content/bullpen/copy.md", "-"], input=text
    )
    assert "content/bullpen/copy.md: IDENTICAL blog/ferry.md" in done.stdout
    done = CliRunner().invoke(
        cli, ["check", "--root", "content", "--stdin-filename", "content/blog/ferry.md", "-"], input=text
    )
    assert "IDENTICAL bullpen/copy.md" in done.stdout
    assert "IDENTICAL blog/ferry.md" not in done.stdout


def test_github_gets_one_escaped_annotation_a_file_and_a_notice_beyond_ten(site):
    for number in range(11):
        write(f"content/blog/a,b:{number}.md", title="50 %\n  x", text=STORY)
    files = map(str, sorted((site / "content/blog").glob("a*")))
    code, text = checked("--root", "content", "--output", "github", *files)
    lines = text.splitlines()
    assert code == 1
    assert len(lines) == 12
    assert lines[0].startswith("::error file=")
    assert "a%2Cb%3A0.md,line=6,title=IDENTICAL" in lines[0]
    assert lines[-1].startswith("::notice")


def test_sarif_names_the_file_the_line_the_match_and_a_stable_fingerprint(site):
    code, text = checked("--root", "content", "--output", "sarif", "content/bullpen/copy.md")
    (result,) = json.loads(text)["runs"][0]["results"]
    again = json.loads(checked("--root", "content", "--output", "sarif", "content/bullpen/copy.md")[1])
    place = result["locations"][0]["physicalLocation"]
    assert code == 1
    assert (result["ruleId"], result["level"]) == ("IDENTICAL", "error")
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("content/bullpen/copy.md", 5)
    assert result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "blog/ferry.md"
    assert again["runs"][0]["results"] == [result]


def test_a_policy_file_says_what_blocks(site):
    (site / "policy.toml").write_text('[actions]\nIDENTICAL = "warn"\n', encoding="utf-8")
    assert checked("--root", "content", "--policy", "policy.toml", "content/bullpen/copy.md")[0] == 0
    assert (
        checked("--root", "content", "--policy", "policy.toml", "--fail-on", "warn", "content/bullpen/copy.md")[0] == 1
    )


def test_accepted_pairs_stay_accepted_while_both_texts_stay(site):
    assert run(["scan", "content", "--pairs", "pairs.jsonl"]) == 1
    assert checked("--root", "content", "--baseline", "pairs.jsonl", "content/bullpen/copy.md")[0] == 0
    write("content/bullpen/copy.md", title="A ferry", text=f"{STORY} And more.")
    assert checked("--root", "content", "--baseline", "pairs.jsonl", "content/bullpen/copy.md")[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["x.md"],
        ["--root", "content"],
        ["--root", "content", "elsewhere.md"],
        ["--root", "content", "--from-ref", "HEAD", "x.md"],
        ["--index", "a.db", "--url", "http://127.0.0.1:1", "x.md"],
        ["--url", "http://127.0.0.1:1", "--policy", "policy.toml", "x.md"],
        ["--url", "ftp://127.0.0.1/", "x.md"],
    ],
)
def test_a_wrong_use_is_told(site, arguments, capfd):
    (site / "policy.toml").touch()
    assert run(["check", *arguments]) == 2
    assert capfd.readouterr().err


def test_no_service_is_5_and_0_with_a_warning_where_it_may_fail_open(site, capfd):
    arguments = ["check", "--url", "http://127.0.0.1:1", "content/bullpen/copy.md"]
    assert run(arguments) == 5
    assert run([*arguments, "--fail-mode", "open"]) == 0
    assert "not checked" in capfd.readouterr().err
