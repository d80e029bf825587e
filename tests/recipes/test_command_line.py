"""The command line, as docs/recipes/command-line.md tells it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import pytest

from tests.change_sets import change, described, detail
from tests.linting import ROOT, TEMPLATES
from tests.recipes import pages
from tests.recipes.cloud import Cloud
from tests.recipes.conftest import (
    FUNCTION_LINE,
    STORY,
    TARGET_LINE,
    Shell,
    given,
    program,
)
from tests.recipes.pages import blocks, command, commands, table

PAGE = "command-line.md"
FORMATS = [re.sub("`", "", row[0]) for row in table(PAGE, "Formats")]
LINT = commands(PAGE)[0]
# Where the story's integration names the function: the key, not the value.
REGION = {
    "startLine": TARGET_LINE,
    "startColumn": 7,
    "endLine": TARGET_LINE,
    "endColumn": 21,
}


@pytest.fixture
def template(folder: Shell) -> Shell:
    """A folder with the story's template, under the name that the page uses."""
    folder.write({"template.yaml": STORY / "race.yaml"})
    return folder


def test_first_command_finds_the_race(template: Shell) -> None:
    done = template.run(LINT)
    assert done.returncode == 4
    assert "W9810 Integration (AWS::ApiGatewayV2::Integration) invokes" in done.stdout
    assert f"template.yaml:{TARGET_LINE}:7" in done.stdout


def test_pattern_is_expanded_and_hints_are_included(template: Shell) -> None:
    template.write({"templates/a/b/orders.yaml": TEMPLATES / "I9814" / "wrong.yaml"})
    done = template.run(commands(PAGE)[1])
    assert "I9814 " in done.stdout
    assert "templates/a/b/orders.yaml:" in done.stdout
    assert done.returncode & 8


def test_rules_are_listed(template: Shell) -> None:
    listed = template.do(commands(PAGE)[2])
    for path in (ROOT / "docs" / "rules").glob("[IW]*.md"):
        assert f"\n{path.stem}: " in listed


def test_double_dash_is_needed(template: Shell) -> None:
    done = template.run(LINT.replace(" -- ", " "))
    assert done.returncode != 4
    assert "W9810" not in done.stdout


def test_page_names_all_formats(folder: Shell) -> None:
    offered = re.search(r"--format \{([a-z,]+)\}", folder.do("cfn-lint --help"))
    assert offered is not None
    assert sorted(offered[1].split(",")) == sorted(FORMATS)


def _formatted(shell: Shell, style: str) -> str:
    done = shell.run(LINT.replace(" -- ", f" --format {style} -- "))
    assert done.returncode == 4, done.stderr
    return done.stdout


def test_quiet_prints_what_the_rule_says(template: Shell) -> None:
    (line,) = _formatted(template, "quiet").splitlines()
    assert re.match(r"W9810: A service invokes .* template\.yaml:61$", line)


def test_parseable_prints_a_line_a_finding(template: Shell) -> None:
    (line,) = _formatted(template, "parseable").splitlines()
    assert re.match(
        rf"template\.yaml:{TARGET_LINE}:7:{TARGET_LINE}:21:W9810:Integration \(", line
    )


def test_pretty_groups_and_counts(template: Shell) -> None:
    text = _formatted(template, "pretty")
    assert text.startswith("template.yaml\n")
    assert re.search(rf"^{TARGET_LINE}:7:\s+W9810\s+Integration", text, re.M)
    assert "found 0 errors, 1 warnings, " in text


def test_json_has_the_path_and_the_page(template: Shell) -> None:
    (found,) = json.loads(_formatted(template, "json"))
    assert found["Rule"]["Id"] == "W9810"
    assert found["Rule"]["Source"].startswith("https://docs.aws.amazon.com/")
    assert found["Location"]["Path"] == [
        *("Resources", "Integration", "Properties", "IntegrationUri"),
    ]
    assert found["Location"]["Start"] == {"LineNumber": TARGET_LINE, "ColumnNumber": 7}


def test_junit_fails_the_case_of_the_rule(template: Shell) -> None:
    cases = ET.fromstring(_formatted(template, "junit")).iter("testcase")
    failures = {case.attrib["name"]: case.find("failure") for case in cases}
    assert (
        failures["W9820 A layer cannot run on the architecture of its Lambda function"]
        is None
    )
    ((name, failure),) = [pair for pair in failures.items() if pair[1] is not None]
    assert name == "W9810 A service invokes $LATEST of a Lambda function"
    assert failure is not None
    assert failure.attrib["message"].endswith(f"template.yaml:{TARGET_LINE}:7")


def test_sarif_helps_and_points(template: Shell) -> None:
    report = json.loads(_formatted(template, "sarif"))
    (run,) = report["runs"]
    (result,) = run["results"]
    # The level of a result that states none is "warning".
    assert (result["ruleId"], result.get("level", "warning")) == ("W9810", "warning")
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "template.yaml"
    assert location["region"] == REGION
    (rule,) = [rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "W9810"]
    assert rule["helpUri"].startswith("https://docs.aws.amazon.com/")
    assert rule["shortDescription"]["text"].startswith("A service invokes $LATEST")
    assert "half old and half new" in rule["fullDescription"]["text"]


def test_sarif_follows_its_schema(template: Shell) -> None:
    schema = given("RECIPES_SARIF_SCHEMA")
    (option,) = re.findall(r"`(--output-file [^`]+)` writes", pages.text(PAGE))
    done = template.run(LINT.replace(" -- ", f" --format sarif {option} -- "))
    assert done.returncode == 4
    # One of the schema's patterns is no regular expression of Unicode mode.
    check = f"{program('check-jsonschema')} --regex-variant nonunicode"
    template.do(f"{check} --schemafile {schema} report.sarif")
    # The check sees what is wrong.
    report = (template.folder / "report.sarif").read_text()
    template.write({"wrong.sarif": report.replace('"startLine": 61', '"startLine": 0')})
    assert template.run(f"{check} --schemafile {schema} wrong.sarif").returncode == 1


CLEAN = (STORY / "alias.yaml").read_text()
WRONG = (STORY / "race.yaml").read_text()
BROKEN = WRONG.replace("Name: orders\n", "Nmae: orders\n")


@pytest.mark.parametrize(
    ("text", "option", "code"),
    [
        pytest.param(CLEAN, "", 0, id="nothing"),
        pytest.param(WRONG, "", 4, id="a-warning"),
        pytest.param(BROKEN, "", 6, id="an-error-and-a-warning"),
        pytest.param(
            (TEMPLATES / "I9814" / "wrong.yaml").read_text(),
            "--include-checks I --ignore-checks W",
            8,
            id="a-hint",
        ),
    ],
)
def test_exit_code_is_a_sum(folder: Shell, text: str, option: str, code: int) -> None:
    folder.write({"template.yaml": text})
    assert folder.run(LINT.replace(" -- ", f" {option} -- ")).returncode == code


@pytest.mark.parametrize(("text", "code"), [(WRONG, 0), (BROKEN, 2)])
def test_warnings_may_pass(folder: Shell, text: str, code: int) -> None:
    folder.write({"template.yaml": text})
    done = folder.run(command(PAGE, "--non-zero-exit-code", "Exit codes"))
    assert done.returncode == code
    assert "W9810" in done.stdout


def test_settings_in_the_project(project: Shell) -> None:
    project.write({".cfnlintrc": blocks(PAGE, 'yaml title="settings"')[0]})
    done = project.run("cfn-lint")
    assert done.returncode == 4
    assert f"templates/orders.yaml:{FUNCTION_LINE}:11" in done.stdout
    assert f"templates/orders.yaml:{TARGET_LINE}:7" in done.stdout


def test_one_rule_is_silenced(template: Shell) -> None:
    assert template.run(LINT.replace(" -- ", " --ignore-checks W9810 -- ")).stdout == ""
    template.write(
        {".cfnlintrc": "{append_rules: [cfn_lint_lambda_race], ignore_checks: [W9810]}"}
    )
    assert template.do("cfn-lint template.yaml") == ""


def test_one_resource_is_silenced(template: Shell) -> None:
    page = (ROOT / "docs" / "rules" / "index.md").read_text()
    metadata = re.search(r"^    Metadata:\n      cfn-lint: .*\n", page, re.M)
    assert metadata is not None
    kind = "    Type: AWS::ApiGatewayV2::Integration\n"
    integration = WRONG[WRONG.index("  Integration:\n") : WRONG.index("  Route:\n")]
    other = integration.replace("  Integration:", "  Other:")
    template.write(
        {"template.yaml": WRONG.replace(kind, kind + metadata[0]) + "\n" + other}
    )
    done = template.run(LINT)
    assert "W9810 Integration" not in done.stdout
    assert "W9810 Other" in done.stdout


def test_one_folder_is_left_out(folder: Shell) -> None:
    settings = blocks(PAGE, 'yaml title="settings"', "Exceptions")
    story = STORY / "race.yaml"
    folder.write(
        {
            "templates/orders.yaml": story,
            "templates/examples/deep/orders.yaml": story,
            ".cfnlintrc": settings[0],
        }
    )
    done = folder.run("cfn-lint")
    assert done.stdout.count("W9810 ") == 1
    assert "templates/orders.yaml:" in done.stdout


def test_one_folder_has_settings_of_its_own(folder: Shell) -> None:
    settings = blocks(PAGE, 'yaml title="settings"', "Exceptions")
    folder.write(
        {
            "templates/examples/orders.yaml": BROKEN,
            "templates/examples/.cfnlintrc": settings[1],
        }
    )
    (line,) = re.findall(r"`(cfn-lint --config-file [^`]+)`", pages.text(PAGE))
    done = folder.run(line)
    assert done.returncode == 2
    assert "W9810" not in done.stdout


COMPARISONS = [re.sub("`", "", row[1]) for row in table(PAGE, "Comparing")]


@pytest.mark.parametrize("option", COMPARISONS)
def test_each_comparison_finds_the_race(project: Shell, option: str) -> None:
    deployed = STORY / "race.before.yaml"
    project.write(
        {
            "deployed.yaml": deployed,
            "deployed/templates/orders.yaml": deployed,
            "change-set.json": json.dumps(
                described(
                    change(detail("Architectures"), detail("Layers")),
                )
            ),
        }
    )
    lint = LINT.replace("template.yaml", "templates/orders.yaml")
    done = project.run(lint.replace(" -- ", f" {option} -- "))
    assert done.returncode == 4
    assert "W9831 This update changes Architectures of Orders" in done.stdout
    # A change set knows nothing of the text: the finding stands at the function.
    place = "13:3" if "change_set" in option else f"{FUNCTION_LINE}:11"
    assert f"templates/orders.yaml:{place}" in done.stdout


def test_deployed_template_comes_from_cloudformation(
    project: Shell, cloudformation: Cloud
) -> None:
    cloudformation.template = (STORY / "race.before.yaml").read_text()
    project.do(
        command(PAGE, "aws cloudformation get-template"),
        variables=cloudformation.access,
    )
    option = next(found for found in COMPARISONS if "deployed.yaml" in found)
    lint = LINT.replace("template.yaml", "templates/orders.yaml")
    done = project.run(lint.replace(" -- ", f" {option} -- "))
    assert "W9831 This update changes Architectures of Orders" in done.stdout
    assert cloudformation.asked("GetTemplate")["StackName"] == "orders"
