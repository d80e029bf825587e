"""The files for CI services: their syntax, and their shell steps in a local clone.

What only the service can do is stood in for: its checkout is a clone of a local
repository, its variables are set here, and the reports are looked at, not uploaded.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.recipes.cloud import Cloud
from tests.recipes.conftest import FUNCTION_LINE, STORY, TARGET_LINE, Shell, program
from tests.recipes.pages import FILES, document, named

# How GitHub's runners start a step that names no shell.
BASH = ("bash", "--noprofile", "--norc", "-e", "-c")

SCHEMAS = {
    "github-pull-request.yml": "vendor.github-workflows",
    "github-deploy.yml": "vendor.github-workflows",
    "gitlab-ci.yml": "vendor.gitlab-ci",
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_file_follows_the_service_schema(name: str, folder: Shell) -> None:
    check = f"{program('check-jsonschema')} --builtin-schema {SCHEMAS[name]}"
    folder.do(f"{check} {FILES / name}")
    # The check sees what is wrong.
    wrong = (FILES / name).read_text().replace("run: |", "runs: |")
    folder.write({name: wrong.replace("script:", "scripts:")})
    assert folder.run(f"{check} {name}").returncode == 1


def test_buildspec_has_what_codebuild_reads() -> None:
    # CodeBuild publishes no schema; these are the keys of its buildspec reference.
    buildspec = document("buildspec.yml")
    assert buildspec.keys() == {"version", "phases", "reports"}
    assert buildspec["version"] == 0.2
    assert buildspec["phases"].keys() == {"install", "build"}
    assert buildspec["phases"]["install"].keys() == {"runtime-versions", "commands"}
    for phase in buildspec["phases"].values():
        assert all(isinstance(line, str) for line in phase["commands"])
    assert buildspec["reports"]["cfn-lint"].keys() == {"file-format", "files"}


@pytest.fixture
def pull_request(project: Shell) -> Shell:
    """The project, with a branch that is to be merged into the main one."""
    project.commit("arm64")
    project.do("git push --quiet origin arm64")
    return project


def _clone(project: Shell, name: str, *options: str) -> Shell:
    """What a service checks out: the branch, from the repository's server."""
    origin = (project.folder.parent / "origin.git").as_uri()
    clone = Shell(project.folder.parent / name, project.environment)
    project.do(
        f"git clone --quiet --branch arm64 {' '.join(options)} {origin} {clone.folder}"
    )
    return clone


def _expanded(text: str, context: Mapping[str, str]) -> str:
    """A text with GitHub's expressions replaced."""
    return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda match: context[match[1]], text)


def _steps(name: str) -> list[Mapping[str, Any]]:
    (job,) = document(name)["jobs"].values()
    steps: list[Mapping[str, Any]] = job["steps"]
    return steps


def _lint_pull_request(clone: Shell) -> tuple[int, Path]:
    """Run the workflow's steps; the exit code of the last, and its report."""
    steps = _steps("github-pull-request.yml")
    clone.do(named(steps, "Install")["run"], shell=BASH)
    step = named(steps, "Compare with the target branch")
    context = {"github.base_ref": "main"}
    variables = {key: _expanded(value, context) for key, value in step["env"].items()}
    done = clone.run(step["run"], shell=BASH, variables=variables)
    upload = named(steps, "Show the findings in the pull request")
    # A step that fails keeps the next one from running, unless it says otherwise.
    assert upload["if"] == "always()"
    return done.returncode, clone.folder / upload["with"]["sarif_file"]


def _results(report: Path) -> dict[str, int]:
    (run,) = json.loads(report.read_text())["runs"]
    return {
        result["ruleId"]: result["locations"][0]["physicalLocation"]["region"][
            "startLine"
        ]
        for result in run["results"]
    }


def test_github_pull_request_shows_the_race(pull_request: Shell) -> None:
    checkout = _steps("github-pull-request.yml")[0]
    assert checkout["uses"].startswith("actions/checkout@")
    assert checkout["with"] == {"fetch-depth": 0}  # no --depth
    code, report = _lint_pull_request(_clone(pull_request, "runner"))
    assert code == 4
    assert _results(report) == {"W9831": FUNCTION_LINE, "W9810": TARGET_LINE}


def test_github_shallow_checkout_is_reported(pull_request: Shell) -> None:
    shallow = _clone(pull_request, "shallow", "--depth=1")
    code, report = _lint_pull_request(shallow)
    assert code == 4
    assert _results(report) == {"W9831": 1, "W9810": TARGET_LINE}


@pytest.fixture
def deployment(project: Shell, cloudformation: Cloud) -> Shell:
    """The project's main branch, as it is to be deployed."""
    del cloudformation
    project.commit("arm64")
    return project


def _deploy(shell: Shell, cloud: Cloud) -> Mapping[str, tuple[int, str]]:
    """Run the workflow's steps up to one that fails; their exit codes and output."""
    workflow = document("github-deploy.yml")
    context = {"github.sha": "2f9c1b7"}
    variables = {
        key: _expanded(value, context) for key, value in workflow["env"].items()
    }
    done: dict[str, tuple[int, str]] = {}
    for step in _steps("github-deploy.yml"):
        if "run" not in step or any(code for code, _ in done.values()):
            continue
        run = shell.run(
            step["run"], shell=BASH, variables={**variables, **cloud.access}
        )
        done[step["name"]] = (run.returncode, run.stdout + run.stderr)
    return done


def test_github_deployment_stops_at_a_race(
    deployment: Shell, cloudformation: Cloud
) -> None:
    cloudformation.changes = ("Architectures", "Layers")
    done = _deploy(deployment, cloudformation)
    created = cloudformation.asked("CreateChangeSet")
    assert created["ChangeSetName"] == "commit-2f9c1b7"
    assert created["TemplateBody"] == (STORY / "race.yaml").read_text()
    described = cloudformation.asked("DescribeChangeSet")
    assert described["IncludePropertyValues"] == "true"
    code, said = done["Stop at a race"]
    assert code == 4
    assert "W9831 This update changes Architectures of Orders" in said
    assert "Execute" not in done


def test_github_deployment_without_a_race_goes_on(
    deployment: Shell, cloudformation: Cloud
) -> None:
    deployment.write({"templates/orders.yaml": STORY / "alias.yaml"})
    cloudformation.changes = ("Tags",)
    done = _deploy(deployment, cloudformation)
    assert [code for code, _ in done.values()] == [0, 0, 0, 0], done
    executed = cloudformation.asked("ExecuteChangeSet")
    assert executed["ChangeSetName"] == "commit-2f9c1b7"


def test_github_deployment_of_no_change_is_no_failure(
    deployment: Shell, cloudformation: Cloud
) -> None:
    deployment.write({"templates/orders.yaml": STORY / "alias.yaml"})
    done = _deploy(deployment, cloudformation)
    assert [code for code, _ in done.values()] == [0, 0, 0, 0], done
    asked = {question["Action"] for question in cloudformation.questions}
    assert "ExecuteChangeSet" not in asked


def _failures(report: Path) -> str:
    failures = ET.parse(report).iter("failure")
    return "\n".join(failure.attrib["message"] for failure in failures)


def test_gitlab_merge_request_shows_the_race(pull_request: Shell) -> None:
    (job,) = document("gitlab-ci.yml").values()
    assert job["variables"]["GIT_DEPTH"] == "0"  # no --depth
    # GitLab fetches the branch alone, and checks out a commit.
    runner = _clone(pull_request, "runner", "--single-branch")
    runner.do("git checkout --quiet --detach && git branch -D arm64")
    target = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    variables = {
        key: re.sub(r"\$(\w+)", lambda match: target[match[1]], value)
        for key, value in job["variables"].items()
    }
    script = "\n".join([*job["before_script"], *job["script"]])
    done = runner.run(script, variables={**target, **variables})
    assert done.returncode == 4, done.stderr
    found = _failures(runner.folder / job["artifacts"]["reports"]["junit"])
    assert "This update changes Architectures of Orders" in found
    assert f"templates/orders.yaml:{FUNCTION_LINE}:11" in found


def test_codebuild_pull_request_shows_the_race(pull_request: Shell) -> None:
    buildspec = document("buildspec.yml")
    runner = _clone(pull_request, "runner", "--single-branch", "--depth=1")
    lines = [
        line for phase in buildspec["phases"].values() for line in phase["commands"]
    ]
    done = runner.run(
        "\n".join(lines), variables={"CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main"}
    )
    assert done.returncode == 4, done.stderr
    (name,) = buildspec["reports"]["cfn-lint"]["files"]
    found = _failures(runner.folder / name)
    assert "This update changes Architectures of Orders" in found
    assert f"templates/orders.yaml:{FUNCTION_LINE}:11" in found
