"""The service keeps to its own OpenAPI description: schemathesis asks what nobody would."""

import os

import pytest

schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis: pip install 'dupdetect[test]'")

from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402
from hypothesis.errors import Unsatisfiable  # noqa: E402
from schemathesis.specs.openapi.checks import positive_data_acceptance  # noqa: E402

from dupdetect.server.guard import BATCH  # noqa: E402
from tests.server.serving import BREAD, TOKEN, post, served  # noqa: E402

EXAMPLES = int(os.environ.get("DUPDETECT_EXAMPLES", "15"))


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with served(tmp_path_factory.mktemp("service") / "site.db", token=TOKEN) as client:
        client.put("wp:1:5", post())
        client.put("a/b", post(content=BREAD, version=1))
        yield client


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_whatever_is_asked_the_answer_is_as_described(service, mode):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    description = schemathesis.openapi.from_url(f"{service.url}/openapi.json", headers=headers)
    asked = 0
    for found in description.get_all_operations():
        operation = found.ok()
        if operation.path == BATCH:  # answers line by line, whatever a line says: tested in test_http.py
            continue

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=EXAMPLES,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.generate),
        )
        def answered(case):
            nonlocal asked
            asked += 1
            case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

        try:
            answered()
        except Unsatisfiable:  # nothing can be wrong with a request that has no parameters
            assert mode is schemathesis.GenerationMode.NEGATIVE
    assert asked > 10 * EXAMPLES
