"""What the template asks, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from .rendering import REPOSITORY, answered, question_names, questions, render

SECRETS = {
    "tinybird_jwt_secret": "p.eyJ1IjogImExYjJjMyJ9.Q2hlY2tpbmcgdGhpcw",
    "tinybird_ingest_token": "p.eyJ1IjogImluZ2VzdCJ9.aW5nZXN0LXNlY3JldA",
    "tinybird_api_key": "p.eyJ1IjogInB1YmxpYyJ9.cHVibGljLXNlY3JldA",
    "clerk_secret_key": "sk_test_" + "Zm9vYmFyYmF6cXV4Zm9v",
    "clerk_webhook_signing_secret": "whsec_" + "Zm9vYmFyYmF6cXV4Zm9v",
}


def test_the_table_of_contents_lists_every_topic_in_order() -> None:
    included = [
        line.removeprefix("!include ")
        for line in (REPOSITORY / "copier.yml").read_text().splitlines()
        if line.startswith("!include ")
    ]

    assert included == [
        f"questions/{p.name}" for p in sorted((REPOSITORY / "questions").glob("*.yml"))
    ]


def test_every_question_has_a_default_and_a_sentence_that_asks() -> None:
    for name in question_names():
        question = questions()[name]

        assert "default" in question, name
        assert str(question["help"]).strip(), name


def test_the_secret_questions_are_the_five_that_the_design_names() -> None:
    secret = {name for name, body in questions().items() if body.get("secret")}

    assert secret == set(SECRETS)


@pytest.mark.parametrize(
    ("question", "answer", "mend"),
    [
        ("project_name", "  ", "Type a name"),
        ("project_name", "two\nlines", "on one line"),
        ("project_slug", "Acme", "lower-case letters"),
        ("project_slug", "acme--x", "single dashes"),
        ("package_name", "json", "type another name, such as json_app"),
        ("package_name", "class", "is taken by Python"),
        ("package_name", "fastapi", "is taken by Python or by a library"),
        ("package_name", "1acme", "a letter first"),
        ("author_email", "nobody", "Type an e-mail address"),
        ("tinybird_api_url", "http://api.tinybird.co", "Plain http is for this machine only"),
        ("tinybird_api_url", "api.tinybird.co", "Type the API's base URL"),
        ("tinybird_workspace_id", "acme", "8-4-4-4-12 hexadecimal digits"),
        ("tinybird_jwt_secret", "with blanks", "it begins with p."),
        ("clerk_publishable_key", "pk_test_Zm9v", "Paste the whole publishable key"),
        ("clerk_publishable_key", "pk_test_////", "Paste the whole publishable key"),
        ("clerk_publishable_key", "sk_test_Zm9v", "Paste the whole publishable key"),
        ("clerk_secret_key", "pk_test_Zm9vYmFy", "it begins with sk_test_ or sk_live_"),
        ("clerk_webhook_signing_secret", "secret", "it begins with whsec_"),
        ("token_ttl_minutes", 61, "from 1 to 60"),
        ("token_ttl_minutes", 0, "from 1 to 60"),
        ("rate_limit_rps", 0, "from 1 to 1000"),
    ],
)
def test_an_answer_that_cannot_be_right_is_refused_with_what_to_type(
    tmp_path: Path, question: str, answer: object, mend: str
) -> None:
    with pytest.raises(ValueError, match=mend):
        render(tmp_path / "project", **{question: answer})


def test_keys_of_different_clerk_instances_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="of different instances"):
        render(
            tmp_path / "project",
            clerk_publishable_key="pk_live_Zm9vLWJhci0xMy5jbGVyay5hY2NvdW50cy5kZXYk",
            clerk_secret_key=SECRETS["clerk_secret_key"],
        )


@pytest.mark.parametrize("key", ["pk_test_Zm9vLWJhci0xMy5jbGVyay5hY2NvdW50cy5kZXYk"])
@pytest.mark.parametrize("url", ["http://localhost:7181", "https://api.us-east.tinybird.co"])
def test_keys_and_hosts_that_can_be_right_are_taken(
    answering: Path, tmp_path: Path, key: str, url: str
) -> None:
    answers = {"clerk_publishable_key": key, "tinybird_api_url": url}
    project = answered(answering, tmp_path / "project", answers)

    assert f"CLERK_PUBLISHABLE_KEY={key}\n" in (project / ".env").read_text()
    assert f"TINYBIRD_API_URL={url}\n" in (project / ".env").read_text()


@pytest.mark.parametrize(
    ("name", "slug", "package"),
    [
        ("Acme Analytics", "acme-analytics", "acme_analytics"),
        ("日本", "analytics", "analytics"),
        ("JSON", "json", "json_app"),
        ('He said "hi" \\ $x', "he-said-hi-x", "he_said_hi_x"),
        ("42 Tables", "tables", "tables"),
        ("A <b>", "a-b", "a_b"),
    ],
)
def test_names_follow_from_the_products_name(
    answering: Path, tmp_path: Path, name: str, slug: str, package: str
) -> None:
    project = answered(answering, tmp_path / "project", {"project_name": name})

    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert (answers["project_slug"], answers["package_name"]) == (slug, package)
    assert (project / "src" / package / "product.json").is_file()
