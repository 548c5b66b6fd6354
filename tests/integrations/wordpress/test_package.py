"""The zip that users install."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile

import pytest
from tests.integrations.wordpress.site import ROOT, package

PLUGIN = ROOT / "integrations" / "wordpress" / "dupdetect"
STRINGS = re.compile(r"(?:__|esc_html__)\(\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"),\s*'(\w+)'")


def test_the_zip_holds_every_file_of_the_plugin_under_one_folder_and_is_the_same_each_time(tmp_path):
    one, two = package(tmp_path / "one"), package(tmp_path / "two")
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        names = set(archive.namelist())
    assert names == {f"dupdetect/{path.relative_to(PLUGIN)}" for path in PLUGIN.rglob("*") if path.is_file()}
    assert "dupdetect/dupdetect.php" in names


def test_the_version_is_the_same_wherever_it_is_said():
    head, readme = (PLUGIN / "dupdetect.php").read_text(), (PLUGIN / "readme.txt").read_text()
    said = [
        re.search(r"\* Version:\s+(\S+)", head)[1],
        re.search(r"const VERSION\s+= '([^']+)'", head)[1],
        re.search(r"Stable tag: (\S+)", readme)[1],
        re.search(r"^version = \"([^\"]+)\"", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[1],
    ]
    assert len(set(said)) == 1, said


def test_every_string_for_people_is_in_the_template_for_translators():
    template = (PLUGIN / "languages" / "dupdetect.pot").read_text(encoding="utf-8")
    found = 0
    for path in sorted([*PLUGIN.rglob("*.php"), *PLUGIN.rglob("*.js")]):
        for single, double, domain in STRINGS.findall(path.read_text(encoding="utf-8")):
            found += 1
            assert domain == "dupdetect", (path, single or double)
            said = single.replace("\\'", "'") or double.replace("\\$", "$")
            wanted = said.replace('"', '\\"') if single else said.replace("\\n", "\\n")
            assert wanted.split("\\n")[0] in template, f"{path.name}: {said!r}; run integrations/wordpress/messages"
    assert found > 50


def test_every_php_file_parses_and_refuses_to_be_called_by_itself():
    if shutil.which("php") is None:
        pytest.skip("needs PHP: make test-system installs it")
    for path in sorted(PLUGIN.rglob("*.php")):
        done = subprocess.run(["php", "-l", path], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        alone = subprocess.run(["php", "-d", "display_errors=stderr", path], capture_output=True, text=True)
        assert (alone.stdout, alone.stderr) == ("", ""), path


def test_only_syntax_of_php_7_4_is_used():
    newer = re.compile(
        r"\bmatch\s*\(|\?->|\benum\s|\breadonly\s|#\[|\bstr_(?:contains|starts_with|ends_with)\("
        r"|\b(?:public|private|protected)\s+\S+\s+\$\w+\s*[,)]|\)\s*:\s*(?:static|mixed|never)\b"
    )
    for path in sorted(PLUGIN.rglob("*.php")):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not newer.search(code), (path, newer.search(code)[0])
