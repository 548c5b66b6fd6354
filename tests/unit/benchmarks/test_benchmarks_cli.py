import json
import sys
import types

import benchmarks
import pytest
from benchmarks import cli
from benchmarks.frame import Benchmark, Options, Table

from dupdetect.errors import SettingsError

TABLE = Table(title="T", columns=("who", "µs"), rows=({"who": "a", "µs": 1.5},), notes=("not all",), bars="µs")


@pytest.fixture
def told(monkeypatch):
    """A package with one benchmark, `toy`; yields the options it was run with."""
    asked = []

    def measure(options):
        asked.append(options)
        return [TABLE]

    peers, parts = ("numpy", "no-such-distribution"), ("wall", "roof")
    toy = Benchmark(name="toy", summary="nothing much", measure=measure, peers=peers, parts=parts)
    monkeypatch.setattr(cli, "discover", lambda: {"toy": toy})
    return asked


def test_every_benchmark_module_of_the_package_is_discovered():
    found = cli.discover()
    assert "signature" in found
    for name, benchmark in found.items():
        assert benchmark.name == name
        assert benchmark.summary
        assert "\n" not in benchmark.summary


def package(monkeypatch, tmp_path, **modules):
    for name, source in modules.items():
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
        monkeypatch.delitem(sys.modules, f"benchmarks.{name}", raising=False)
    monkeypatch.setattr(benchmarks, "__path__", [str(tmp_path)])


TOY = "from benchmarks.frame import Benchmark\nBENCHMARK = Benchmark(name='twin', summary='s', measure=list)\n"


def test_a_module_without_a_benchmark_is_passed_over(monkeypatch, tmp_path):
    package(monkeypatch, tmp_path, toy_with=TOY, toy_without="answer = 42\n")
    assert list(cli.discover()) == ["twin"]


def test_two_benchmarks_of_one_name_are_refused(monkeypatch, tmp_path):
    package(monkeypatch, tmp_path, toy_one=TOY, toy_two=TOY)
    with pytest.raises(SettingsError, match=r"two benchmarks are named 'twin'; one is in benchmarks/toy_two\.py"):
        cli.discover()


@pytest.mark.parametrize("arguments", [[], ["list"]])
def test_the_list_names_each_benchmark_with_its_line(told, capsys, arguments):
    assert cli.main(arguments) == 0
    assert capsys.readouterr().out == "toy  nothing much\n"
    assert told == []


def test_a_run_prints_the_tables_and_writes_them_with_the_environment(told, capsys, tmp_path):
    out = tmp_path / "deep" / "run.json"
    assert cli.main(["run", "toy", "--quick", "--rounds", "5", "--data", str(tmp_path), "--json", str(out)]) == 0
    assert told == [Options(quick=True, rounds=5, data=(tmp_path,))]
    assert capsys.readouterr().out == f"{TABLE}\n\n"
    document = json.loads(out.read_text(encoding="utf-8"))
    assert set(document) == {"format", "environment", "options", "results"}
    assert document["options"] == {"quick": True, "rounds": 5, "data": [tmp_path.name], "only": []}
    assert document["results"] == [
        {
            "benchmark": "toy",
            "summary": "nothing much",
            "tables": [
                {
                    "title": "T",
                    "columns": ["who", "µs"],
                    "rows": [{"who": "a", "µs": 1.5}],
                    "notes": ["not all"],
                    "bars": "µs",
                    "against": None,
                }
            ],
        }
    ]
    where = document["environment"]
    assert {"date", "commit", "uncommitted_changes", "python", "system", "cpu", "cores", "load_before"} < set(where)
    assert set(where["versions"]) == {"dupdetect", "numpy", "no-such-distribution"}
    assert where["versions"]["numpy"]
    assert where["versions"]["no-such-distribution"] is None


def test_without_a_path_the_run_is_written_among_the_results(told, monkeypatch, tmp_path):
    monkeypatch.setattr(cli, "RESULTS", tmp_path)
    assert cli.main(["run", "all"]) == 0
    assert [path.name.startswith("toy-") for path in tmp_path.glob("*.json")] == [True]


def test_an_unknown_benchmark_is_refused_with_the_known_ones(told, capsys):
    assert cli.main(["run", "toy", "speed"]) == 2
    assert capsys.readouterr().err == "benchmarks: no benchmark named speed; there are toy\n"
    assert told == []


def test_parts_are_chosen_by_name_and_strange_ones_refused(told, capsys, tmp_path):
    assert cli.main(["run", "toy", "--only", "roof", "--json", str(tmp_path / "run.json")]) == 0
    assert told == [Options(only=("roof",))]
    assert cli.main(["run", "toy", "--only", "cellar"]) == 2
    assert capsys.readouterr().err.endswith("benchmarks: no part named cellar; the parts of toy: roof, wall\n")


def test_missing_data_are_refused_before_anything_runs(told, capsys, tmp_path):
    assert cli.main(["run", "toy", "--data", str(tmp_path / "gone")]) == 2
    assert "no such file or folder" in capsys.readouterr().err
    assert told == []


def test_a_plot_without_matplotlib_names_the_extra_before_anything_runs(told, capsys, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert cli.main(["run", "toy", "--plot", str(tmp_path / "toy.png")]) == 2
    assert "pip install 'dupdetect[bench]'" in capsys.readouterr().err
    assert told == []


def test_a_plot_draws_each_table_that_names_a_column(monkeypatch, tmp_path):
    pytest.importorskip("matplotlib", reason="the extra 'bench' is not installed")
    cli.plot(tmp_path / "toy.png", [TABLE, Table(title="dull", columns=("who",), rows=({"who": "b"},))])
    assert (tmp_path / "toy.png").read_bytes().startswith(b"\x89PNG")


def test_a_plot_draws_one_column_against_another(tmp_path):
    pytest.importorskip("matplotlib", reason="the extra 'bench' is not installed")
    rows = ({"who": "a", "ms": 1.5, "F1": 0.9}, {"who": "b", "ms": None, "F1": 0.8})
    table = Table(title="T", columns=("who", "ms", "F1"), rows=rows, bars="F1", against="ms")
    cli.plot(tmp_path / "toy.svg", [table])
    drawn = (tmp_path / "toy.svg").read_text(encoding="utf-8")
    assert "<!-- F1 -->" in drawn
    assert "<!-- ms -->" in drawn
    assert "<!--   a -->" in drawn
    assert "<!--   b -->" not in drawn


def test_a_plot_of_nothing_is_refused(monkeypatch, tmp_path):
    with pytest.raises(SettingsError, match="nothing to plot"):
        cli.plot(tmp_path / "toy.png", [Table(title="dull", columns=("who",), rows=({"who": "b"},))])


def test_outside_a_repository_the_commit_is_unknown(monkeypatch):
    def no_git(*_, **__):
        raise FileNotFoundError("git")

    monkeypatch.setattr(cli, "subprocess", types.SimpleNamespace(run=no_git, SubprocessError=OSError))
    where = cli.environment()
    assert where["commit"] is None
