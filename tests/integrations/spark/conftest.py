"""A Spark of the tests' own: two executors, each a process, on this machine."""

import os
import shutil
import sys
import warnings
from pathlib import Path

import pytest

import dupdetect

ROOT = Path(__file__).parents[3]
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""For Java processes that live for a minute: compile little."""


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    pytest.importorskip("pyspark", reason="needs pyspark: pip install 'dupdetect[spark]'")
    if shutil.which("java") is None:
        pytest.skip("needs Java 17: make test-system installs it")
    from pyspark.sql import SparkSession

    work = tmp_path_factory.mktemp("spark")
    os.environ["PYSPARK_PYTHON"] = sys.executable  # else the first python3 there is
    os.environ["SPARK_WORKER_DIR"] = str(work / "workers")  # else below the installed pyspark
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pyspark, while it starts
        session = (
            SparkSession.builder.master("local-cluster[2,1,1024]")
            .appName("dupdetect's tests")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config(
                "spark.executorEnv.PYTHONPATH", os.pathsep.join([str(Path(dupdetect.__file__).parents[1]), str(ROOT)])
            )
            .config("spark.executorEnv.PYTHONDONTWRITEBYTECODE", "1")
            .config("spark.local.dir", str(work / "local"))
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.warehouse.dir", str(work / "warehouse"))
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .getOrCreate()
        )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
