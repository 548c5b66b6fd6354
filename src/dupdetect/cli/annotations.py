"""Answers of a check as other programs show them: GitHub's annotations, SARIF."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

__all__ = ["Answer", "github", "sarif"]

Json = dict[str, Any]
Answer = Json
"""A decision (`dupdetect.io.decision_json`) with its ``path``."""

_SHOWN = 10
"""GitHub shows so many annotations a step."""


def github(answers: Sequence[Answer]) -> Iterator[str]:
    """Yield a workflow command for every piece that blocks or warns.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    told = [answer for answer in answers if answer["decision"] in ("block", "warn")]
    for answer in told:
        level = "error" if answer["decision"] == "block" else "warning"
        match = answer["matches"][0]
        title = f"{match['relation']} {match['id']}"
        place = f"file={_property(answer['path'])},line={_line(answer, match)},title={_property(title)}"
        yield f"::{level} {place}::{_escaped(answer['message'])}"
    if len(told) > _SHOWN:
        yield f"::notice title=dupdetect::{len(told)} files have duplicates; GitHub shows the first {_SHOWN} of a step"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def sarif(answers: Sequence[Answer]) -> Json:
    """Return a SARIF 2.1.0 log: a result for every match that blocks or warns.

    https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
    """
    found = [
        (answer, match) for answer in answers for match in answer["matches"] if match["action"] in ("block", "warn")
    ]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "dupdetect",
                        "version": version("dupdetect"),
                        "rules": [
                            {"id": relation, "shortDescription": {"text": f"The text is out there: {relation}"}}
                            for relation in dict.fromkeys(match["relation"] for _, match in found)
                        ],
                    }
                },
                "results": [_result(answer, match) for answer, match in found],
            }
        ],
    }


def _result(answer: Answer, match: Json) -> Json:
    identity = hashlib.sha256(f"{answer['id']}\0{match['id']}".encode("utf-8", "surrogateescape")).hexdigest()
    reasons = " ".join(reason["text"] for reason in match["reasons"])
    return {
        "ruleId": match["relation"],
        "level": "error" if match["action"] == "block" else "warning",
        "message": {"text": f"{match['relation']} {match['id']}: {reasons}"},
        "locations": [_location(answer["path"], _line(answer, match))],
        "relatedLocations": [
            {**_location(match["id"], 1), "id": 1, "message": {"text": match["title"] or match["id"]}}
        ],
        "partialFingerprints": {"dupdetectPair/v1": identity},
    }


def _location(path: str, line: int) -> Json:
    return {"physicalLocation": {"artifactLocation": {"uri": Path(path).as_posix()}, "region": {"startLine": line}}}


def _line(answer: Answer, match: Json) -> int:
    """Return the line of the file where the longest passage begins; 1 where it cannot be told."""
    passages = sorted(match.get("passages") or [], key=lambda passage: -int(passage["tokens"]))
    if not passages or not answer.get("source"):
        return 1
    begin = " ".join(passages[0]["text_left"].split()[:4])
    return next((number for number, line in enumerate(answer["source"], 1) if begin in " ".join(line.split())), 1)
