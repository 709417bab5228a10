"""The declaration of a project's endpoints, and what the lint says of an old one."""

from pathlib import Path

from devstack.typescript.written import declaration_findings, declared, write_declaration

from ..tinybird.tinybird_server import SAMPLE

DECLARED = """\
// What each endpoint of `tinybird/` takes and answers: written by `uv run poe endpoints`.

import "roost";

declare module "roost" {
  interface Endpoints {
    names: {
      params: Record<string, never>;
      row: {
        event: string;
      };
    };
    /** Hits of a tenant by event */
    top_events: {
      params: {
        limit?: number;
      };
      row: {
        event: string;
        hits: number;
      };
    };
  }
}
"""


def test_endpoints_are_declared_without_the_tenant() -> None:
    assert declared(SAMPLE) == DECLARED


def test_a_description_ends_no_comment(tmp_path: Path) -> None:
    (tmp_path / "top.pipe").write_text(
        "DESCRIPTION >\n    Of */ 3\n\nNODE n\nSQL >\n    SELECT 1 AS `a b`\n\nTYPE endpoint\n"
    )

    text = declared(tmp_path)

    assert "    /** Of * / 3 */\n" in text
    assert '        "a b": number;\n' in text


def test_rows_that_clickhouse_cannot_tell_are_any(tmp_path: Path) -> None:
    (tmp_path / "top.pipe").write_text("NODE n\nSQL >\n    SELECT x FROM gone\n\nTYPE endpoint\n")

    assert "row:" not in declared(tmp_path)


def test_the_lint_names_a_declaration_that_is_old(tmp_path: Path) -> None:
    file = tmp_path / "frontend" / "endpoints.d.ts"
    file.parent.mkdir()

    missing = [str(finding) for finding in declaration_findings(tmp_path, SAMPLE, file)]
    write_declaration(SAMPLE, file)
    fresh = [*declaration_findings(tmp_path, SAMPLE, file)]
    file.write_text(file.read_text().replace("hits", "hit"))
    old = [*declaration_findings(tmp_path, SAMPLE, file)]

    assert missing == [
        "frontend/endpoints.d.ts:1 LINT05 These are not the endpoints that tinybird/ has: "
        "run `uv run poe endpoints`."
    ]
    assert fresh == []
    assert len(old) == 1
