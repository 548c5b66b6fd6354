"""A Spark of the tests' own, on this machine: in one process, and with two executors that are processes."""

import os
import shutil
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path

import pytest

import dupdetect

ROOT = Path(__file__).parents[3]
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""For Java processes that live for a minute: compile little."""


@contextmanager
def session(master, work):
    pytest.importorskip("pyspark", reason="needs pyspark: pip install 'dupdetect[spark]'")
    if shutil.which("java") is None:
        pytest.skip("needs Java 17: make test-system installs it")
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable  # else the first python3 there is
    os.environ["SPARK_WORKER_DIR"] = str(work / "workers")  # else below the installed pyspark
    path = os.pathsep.join([str(Path(dupdetect.__file__).parents[1]), str(ROOT)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pyspark, while it starts
        started = (
            SparkSession.builder.master(master)
            .appName("dupdetect's tests")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.extraJavaOptions", QUICK)
            .config("spark.executor.extraJavaOptions", QUICK)
            .config("spark.executorEnv.PYTHONPATH", path)
            .config("spark.executorEnv.PYTHONDONTWRITEBYTECODE", "1")
            .config("spark.local.dir", str(work / "local"))
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.warehouse.dir", str(work / "warehouse"))
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .getOrCreate()
        )
    started.sparkContext.setLogLevel("OFF")
    try:
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    with session("local[2]", tmp_path_factory.mktemp("spark")) as started:
        yield started


@pytest.fixture(scope="module")
def executors(tmp_path_factory):
    """Two of one core and one gigabyte. A process has one Spark at a time: for tests of a module that comes first."""
    with session("local-cluster[2,1,1024]", tmp_path_factory.mktemp("executors")) as started:
        assert started.sparkContext.master.startswith("local-cluster"), "another Spark runs already"
        yield started
