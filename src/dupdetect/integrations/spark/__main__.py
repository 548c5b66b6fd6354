"""``python -m dupdetect.integrations.spark``: find duplicates among the documents of large files, on Apache Spark."""

from __future__ import annotations

import sys

import click
from pyspark.sql import SparkSession

from dupdetect.errors import DupdetectError
from dupdetect.integrations.spark import Files, find_duplicates


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--input", "inputs", multiple=True, required=True, help="Files to read; give it again for more.")
@click.option(
    "--format",
    type=click.Choice(["parquet", "jsonl", "warc"]),
    help="What the files are; by default after the first one's name, Parquet where that says nothing.",
)
@click.option("--output", required=True, help="A new folder: articles, pairs, clusters and frequencies as Parquet.")
@click.option("--against", multiple=True, help="Folder of an earlier run to compare with; the first is a full run.")
@click.option("--frequencies", help="Folder of a run whose story frequencies weigh the words.")
@click.option("--passages/--no-passages", default=False, show_default=True, help="Work out passages for readers.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted run of the same documents in --output.")
@click.option("--keep-work", is_flag=True, help="Leave the tables between the stages in OUTPUT/_work.")
def main(
    *,
    inputs: tuple[str, ...],
    format: str | None,
    output: str,
    against: tuple[str, ...],
    frequencies: str | None,
    passages: bool,
    resume: bool,
    keep_work: bool,
) -> None:
    """Find the pairs and clusters of duplicates among the documents of large files.

    Paths are what Spark reads and writes: folders, patterns, hdfs://, s3a://, gs://. Web archives are read as files
    that every executor sees under this path. Spark's own settings come from spark-submit.
    """
    spark = SparkSession.builder.appName("dupdetect").getOrCreate()
    try:
        summary = find_duplicates(
            Files(spark=spark, paths=inputs, format=format or _format(inputs[0])),
            output,
            against=against,
            frequencies=frequencies,
            passages=passages,
            resume=resume,
            keep_work=keep_work,
        ).summary
    except DupdetectError as error:
        raise click.ClickException(str(error)) from error
    for name, value in summary.items():
        shown = ", ".join(f"{count} {key}" for key, count in value.items()) if isinstance(value, dict) else value
        click.echo(f"{name}: {shown if shown != '' else 'none'}")


def _format(path: str) -> str:
    name = path.lower().rstrip("/").rstrip("*")
    if name.endswith((".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")):
        return "jsonl"
    return "warc" if name.endswith((".warc", ".warc.gz")) else "parquet"


if __name__ == "__main__":
    sys.exit(main())
