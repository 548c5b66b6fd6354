"""The git-based sites of `examples/sites`: their real generators, pre-commit, the GitHub Action's own script."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

SITES = {
    # name: folder of the posts, command that builds the site, where it puts it
    "hugo": ("content", ["hugo", "--quiet"], "public"),
    "jekyll": ("_posts", ["jekyll", "build", "--quiet"], "_site"),
    "pelican": ("content", [sys.executable, "-m", "pelican", "--quiet"], "output"),
    "mkdocs": ("docs", [sys.executable, "-m", "mkdocs", "build", "--quiet"], "site"),
}


@pytest.fixture(params=SITES)
def site(request, tmp_path):
    """A copy of an example site, in a repository of its own: everything but the copied post is committed."""
    there = shutil.copytree(Path(__file__).parents[3] / "examples" / "sites" / request.param, tmp_path / "site")
    posts, build, output = SITES[request.param]
    (copy,) = there.glob(f"{posts}/**/*winter-boats.md")
    text = copy.read_text(encoding="utf-8")
    copy.unlink()
    (there / ".pre-commit-config.yaml").unlink()
    git(there, "init", "-q")
    git(there, "add", "-A")
    git(there, "commit", "-q", "-m", "the site")
    copy.write_text(text, encoding="utf-8")
    git(there, "add", "-A")
    return Site(there, posts, copy.relative_to(there).as_posix(), build, there / output)


class Site:
    def __init__(self, folder, posts, copy, build, output):
        self.folder, self.posts, self.copy, self.build, self.output = folder, posts, copy, build, output


def git(folder, *arguments):
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")
    return run(["git", *identity, *arguments], folder, check=True).stdout


def run(command, folder, *, check=False, **environment):
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=check,
    )


def dupdetect(folder, *arguments):
    return run([sys.executable, "-m", "dupdetect", *arguments], folder)


def tool(command):
    if shutil.which(command[0]) is None:
        pytest.skip(f"needs {command[0]}; `make test-system` installs it")
    return command


def test_the_copied_post_is_found_among_the_sources(site):
    done = dupdetect(site.folder, "check", "--root", site.posts, site.copy)
    assert done.returncode == 1
    assert "NEAR" in done.stdout
    assert "“The ferry stays”" in done.stdout
    (bread,) = site.folder.glob(f"{site.posts}/**/*bread.md")
    assert dupdetect(site.folder, "check", "--root", site.posts, str(bread)).returncode == 0


def test_the_copied_post_is_found_in_the_built_site(site):
    run(tool(site.build), site.folder, check=True)
    done = dupdetect(site.folder, "scan", str(site.output), "--json")
    pairs = json.loads(done.stdout)["pairs"]
    posts = {
        (pair["relation"], *sorted("boats" in side for side in (pair["a"], pair["b"])))
        for pair in pairs
        if all("ferry" in side or "boats" in side for side in (pair["a"], pair["b"]))
    }
    assert done.returncode == 1
    assert posts == {("NEAR", False, True)}


@pytest.fixture(scope="session")
def hooks(tmp_path_factory):
    """Where pre-commit keeps the hook's environment, so that it is installed once."""
    return tmp_path_factory.mktemp("pre-commit")


def test_pre_commit_stops_the_commit_and_lets_it_pass_where_front_matter_allows(site, hooks):
    pre_commit = tool(["pre-commit"])
    project = Path(__file__).parents[3]
    config = {
        "repos": [
            {
                "repo": str(project),
                "rev": git(project, "rev-parse", "HEAD").strip(),
                "hooks": [{"id": "dupdetect", "args": ["--root", site.posts]}],
            }
        ]
    }
    (site.folder / ".pre-commit-config.yaml").write_text(json.dumps(config), encoding="utf-8")
    git(site.folder, "add", "-A")
    home = {"PRE_COMMIT_HOME": str(hooks)}
    stopped = run([*pre_commit, "run"], site.folder, **home)
    assert stopped.returncode == 1, stopped.stderr
    assert "NEAR" in stopped.stdout
    copy = site.folder / site.copy
    text = copy.read_text(encoding="utf-8")
    (ferry,) = site.folder.glob(f"{site.posts}/**/*ferry.md")
    allowed = ferry.relative_to(site.folder / site.posts).as_posix()
    if text.startswith("---"):
        text = text.replace("---", f"---\ndupdetect: {{allow: [{allowed}], reason: both sections want it}}", 1)
    elif text.startswith("+++"):
        said = f'\n[dupdetect]\nallow = ["{allowed}"]\nreason = "both sections want it"\n+++'
        text = "+++" + text.removeprefix("+++").replace("+++", said.lstrip("\n"), 1)
    else:
        text = f"Dupdetect-Allow: {allowed}\nDupdetect-Reason: both sections want it\n{text}"
    copy.write_text(text, encoding="utf-8")
    git(site.folder, "add", "-A")
    passed = run([*pre_commit, "run"], site.folder, **home)
    assert passed.returncode == 0, passed.stdout


@pytest.fixture(scope="session")
def runner_temp(tmp_path_factory):
    """The runner's scratch folder, where the action installs itself once."""
    return tmp_path_factory.mktemp("runner")


def test_the_actions_own_script_annotates_what_a_pull_request_adds(site, runner_temp):
    yaml = pytest.importorskip("yaml")
    project = Path(__file__).parents[3]
    action = yaml.safe_load((project / "action.yml").read_text(encoding="utf-8"))
    git(site.folder, "commit", "-q", "-m", "a copied post")
    values = {
        "github.action_path": str(project),
        "inputs.root": site.posts,
        "inputs.from-ref": "HEAD~1",
        "inputs.to-ref": action["inputs"]["to-ref"]["default"],
        "inputs.fail-on": action["inputs"]["fail-on"]["default"],
        "inputs.policy": "",
    }
    for step in action["runs"]["steps"]:
        if (runner_temp / "dupdetect").is_dir() and step["name"] == "Install":
            continue
        given = {name: values[value.strip("${} ")] for name, value in step["env"].items()}
        done = run(["bash", "-e", "-c", step["run"]], site.folder, RUNNER_TEMP=str(runner_temp), **given)
    assert done.returncode == 1, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith(f"::error file={site.copy},line=")
    assert "The ferry stays" in line
