"""The lint over the corpus of leaking and safe data projects; `-s` prints what names each."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest
from devstack.lint.findings import Finding
from devstack.lint.linter import lint

from ...leaks.corpus import LEAKING, SAFE
from ...leaks.variant import Variant

STARTER = Path(__file__).parents[3] / "tinybird" / "product_analytics"


@pytest.mark.parametrize("kind", LEAKING)
def test_the_lint_names_each_leak_as_the_corpus_says(tmp_path: Path, kind: str) -> None:
    found = _linted(tmp_path, LEAKING[kind])

    for variant in LEAKING[kind]:
        rules = " ".join(sorted({finding.rule for finding in found[variant.name]}))
        print(f"{variant.name:42} {kind:22} {rules or 'the proof alone'}")
    missed = {
        variant.name: variant.rule
        for variant in LEAKING[kind]
        if variant.rule and variant.rule not in {f.rule for f in found[variant.name]}
    }
    assert missed == {}


def test_the_lint_lets_safe_variants_pass(tmp_path: Path) -> None:
    found = _linted(tmp_path, SAFE)

    for variant in SAFE:
        warned = "asked to filter first" if variant.is_late else "passes"
        print(f"{variant.name:42} {'safe':22} {warned}")
    wrongly = [str(f) for findings in found.values() for f in findings if not f.is_warning]
    late = {name for name, findings in found.items() if "TENANT15" in {f.rule for f in findings}}
    assert wrongly == []
    assert late == {variant.name for variant in SAFE if variant.is_late}


def test_names_and_files_of_the_corpus_do_not_clash() -> None:
    variants = [*SAFE, *(variant for kind in LEAKING.values() for variant in kind)]
    files = [path for variant in variants for path in variant.files]

    assert len({variant.name for variant in variants}) == len(variants)
    assert len(set(files)) == len(files)


def test_every_class_has_leaks_of_its_own() -> None:
    assert [kind for kind, variants in LEAKING.items() if len(variants) < 5] == []
    assert len(SAFE) >= 30


def _linted(root: Path, variants: Sequence[Variant]) -> dict[str, list[Finding]]:
    texts = {path: text for variant in variants for path, text in variant.files.items()}
    for source in (STARTER / "datasources").iterdir():
        texts[f"datasources/{source.name}"] = source.read_text()
    for path, text in texts.items():
        file = root / "tinybird" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    of = {f"tinybird/{path}": variant.name for variant in variants for path in variant.files}
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in lint(root, root / "tinybird", None):
        if finding.file in of:
            found[of[finding.file]].append(finding)
    return found
