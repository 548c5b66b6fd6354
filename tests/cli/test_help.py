import pytest
from click.testing import CliRunner

from dupdetect.cli import cli


def commands(group, path=()):
    yield path, group
    for name in getattr(group, "list_commands", lambda _: ())(None):
        yield from commands(group.get_command(None, name), (*path, name))


@pytest.mark.parametrize("path", [path for path, _ in commands(cli)], ids=lambda path: " ".join(path) or "dupdetect")
def test_every_verb_explains_itself_and_each_of_its_options(path):
    for flag in ("-h", "--help"):
        result = CliRunner().invoke(cli, [*path, flag])
        assert result.exit_code == 0
    command = dict(commands(cli))[path]
    assert command.help
    for option in command.params:
        if option.param_type_name == "option":
            assert option.help, f"{' '.join(path)} {option.name} has no help"


def test_the_commands_of_the_first_help_page_exist():
    page = CliRunner().invoke(cli, ["--help"]).output
    shown = [line.split()[1] for line in page.splitlines() if line.strip().startswith("dupdetect ")]
    assert len(shown) >= 4
    assert set(shown) <= set(cli.list_commands(None))
