"""The files for CI services: their syntax, and their shell steps in a local clone.

What only the service can do is stood in for: its checkout is a clone of a local
repository, its variables are set here, and the reports are looked at, not uploaded.
"""

from __future__ import annotations

import json
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.linting import ROOT
from tests.recipes.cloud import Cloud
from tests.recipes.conftest import FUNCTION_LINE, STORY, TARGET_LINE, Shell, program
from tests.recipes.pages import FILES, document, named

# How GitHub's runners start a step that names no shell.
BASH = ("bash", "--noprofile", "--norc", "-e", "-c")

SCHEMAS = {
    "github-pull-request.yml": "vendor.github-workflows",
    "github-deploy.yml": "vendor.github-workflows",
    "github-plan.yml": "vendor.github-workflows",
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


def test_workflows_are_what_zizmor_is_content_with(folder: Shell) -> None:
    workflows = [*FILES.glob("github-*.yml"), ROOT / ".github" / "workflows"]
    check = f"{program('zizmor')} --offline --no-progress --pedantic"
    folder.do(f"{check} {' '.join(map(str, workflows))}")
    # It sees what is wrong.
    text = (FILES / "github-pull-request.yml").read_text()
    folder.write({"x.yml": text.replace("persist-credentials: false", "")})
    assert folder.run(f"{check} x.yml").returncode != 0


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
    """The project, with a branch that is to be merged into a main that went on."""
    project.commit("arm64")
    project.do("git push --quiet origin arm64")
    project.do("git switch --quiet main")
    text = (STORY / "race.before.yaml").read_text()
    variable = "DD_LAMBDA_HANDLER: index.handler"
    others = text.replace(variable, f"{variable}\n          STAGE: prod")
    assert others != text
    project.write({"templates/orders.yaml": others, "templates/others.yaml": text})
    project.commit("what others changed")
    project.do("git push --quiet origin main")
    # What GitHub makes of every pull request.
    project.do("git switch --quiet --create merge")
    project.do("git merge --quiet --no-ff --message merge arm64")
    project.do("git push --quiet origin merge && git switch --quiet arm64")
    return project


def _clone(project: Shell, name: str, branch: str, *options: str) -> Shell:
    """What a service checks out: the branch, from the repository's server."""
    origin = (project.folder.parent / "origin.git").as_uri()
    clone = Shell(project.folder.parent / name, project.environment)
    project.do(
        f"git clone --quiet --branch {branch} {' '.join(options)} {origin} "
        f"{clone.folder}"
    )
    return clone


def _expanded(text: str, context: Mapping[str, str]) -> str:
    """A text with GitHub's expressions replaced."""
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: context[match[1]], text)


def _steps(name: str) -> list[Mapping[str, Any]]:
    (job,) = document(name)["jobs"].values()
    steps: list[Mapping[str, Any]] = job["steps"]
    return steps


def _lint_pull_request(clone: Shell) -> tuple[int, str, Path]:
    """Run the workflow's steps; the last one's exit code and output, and the report."""
    steps = _steps("github-pull-request.yml")
    clone.do(named(steps, "Install")["run"], shell=BASH)
    step = named(steps, "Lint the templates that change")
    done = clone.run(step["run"], shell=BASH)
    upload = named(steps, "Show the findings in the pull request")
    # A step that fails keeps the next one from running, unless it says otherwise.
    assert upload["if"].startswith("always()")
    return done.returncode, done.stdout, clone.folder / upload["with"]["sarif_file"]


def _results(report: Path) -> dict[str, tuple[str, int]]:
    (run,) = json.loads(report.read_text())["runs"]
    results = {}
    for result in run["results"]:
        (location,) = result["locations"]
        place = location["physicalLocation"]
        at = place["artifactLocation"]["uri"], place["region"]["startLine"]
        results[result["ruleId"]] = at
    return results


def test_github_pull_request_shows_the_race(pull_request: Shell) -> None:
    checkout = _steps("github-pull-request.yml")[0]
    assert checkout["uses"].startswith("actions/checkout@")
    assert checkout["with"] == {"fetch-depth": 2, "persist-credentials": False}
    runner = _clone(pull_request, "runner", "merge", "--depth=2")
    code, said, report = _lint_pull_request(runner)
    assert code != 0
    # In the job's log, and without what others changed on main.
    (race,) = re.findall("W9831 .*", said)
    assert "Architectures of Orders" in race
    assert "Environment" not in race
    # Only the template that changed, although another one has the same target.
    assert said.count("W9810 ") == 1
    template = "templates/orders.yaml"
    assert _results(report) == {
        "W9831": (template, FUNCTION_LINE + 1),
        "W9810": (template, TARGET_LINE + 1),
    }


def test_github_push_to_main_shows_the_race(pull_request: Shell) -> None:
    pull_request.do("git switch --quiet main && git merge --quiet --ff-only merge")
    pull_request.do("git push --quiet origin main")
    runner = _clone(pull_request, "runner", "main", "--depth=2")
    code, said, _ = _lint_pull_request(runner)
    assert code != 0
    assert "W9831 This update changes Architectures of Orders" in said


def test_github_change_of_no_template_is_no_failure(pull_request: Shell) -> None:
    pull_request.write({"README.md": "Nothing to lint."})
    pull_request.commit("a page")
    pull_request.do("git push --quiet origin arm64")
    runner = _clone(pull_request, "runner", "arm64", "--depth=2")
    code, said, report = _lint_pull_request(runner)
    assert (code, said) == (0, "")
    upload = named(
        _steps("github-pull-request.yml"), "Show the findings in the pull request"
    )
    assert "hashFiles('cfn-lint.sarif') != ''" in upload["if"]
    assert not report.exists()


def _plan(clone: Shell) -> str:
    """Run the first job of the workflow; what it hands to the one that comments."""
    jobs = document("github-plan.yml")["jobs"]
    steps = jobs["plan"]["steps"]
    assert steps[0]["with"] == {"fetch-depth": 2, "persist-credentials": False}
    assert jobs["plan"]["permissions"] == {"contents": "read"}
    assert jobs["comment"]["permissions"] == {"pull-requests": "write"}
    # Nothing of the pull request is there where the token can write.
    assert all("uses" not in step for step in jobs["comment"]["steps"])
    output = clone.folder.parent / "output"
    summary = clone.folder.parent / "summary"
    clone.do(named(steps, "Install")["run"], shell=BASH)
    step = named(steps, "Plan the templates that change")
    variables = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
    clone.do(step["run"], shell=BASH, variables=variables)
    first, *lines, last = output.read_text().splitlines()
    assert first == f"plan<<{last}"
    assert summary.read_text().strip() == "\n".join(lines).strip()
    return "\n".join(lines).strip()


def test_github_plan_is_commented(pull_request: Shell) -> None:
    plan = _plan(_clone(pull_request, "runner", "merge", "--depth=2"))
    # Only the template that changed.
    assert re.findall("^### .*", plan, re.MULTILINE) == [
        "### templates/orders.yaml: not safe: 1 hazard"
    ]
    assert "**Safe in 3 updates:**" in plan
    # In the other two phases nobody meets a difference.
    assert plan.count("```mermaid") == 2


def test_github_plan_of_no_template_is_empty(pull_request: Shell) -> None:
    pull_request.write({"README.md": "Nothing to plan."})
    pull_request.commit("a page")
    pull_request.do("git push --quiet origin arm64")
    assert _plan(_clone(pull_request, "runner", "arm64", "--depth=2")) == ""


def test_github_comment_is_made_once_and_changed_then(
    pull_request: Shell,
) -> None:
    (step,) = document("github-plan.yml")["jobs"]["comment"]["steps"]
    # Stands in for GitHub's program: it tells what it was called with.
    folder = pull_request.folder.parent / "bin"
    folder.mkdir()
    program = folder / "gh"
    program.write_text(
        '#!/bin/sh\ncase "$*" in *--paginate*) printf "%s" "$COMMENT";;\n'
        '*) echo "$*" >> "$CALLS"; cat plan.md >> "$CALLS";; esac\n'
    )
    program.chmod(0o755)
    for comment, call in (
        ("", "api --silent --field body=@plan.md repos/o/r/issues/7/comments"),
        (
            "42\n43\n",
            "api --silent --method PATCH --field body=@plan.md "
            "repos/o/r/issues/comments/42",
        ),
    ):
        calls = pull_request.folder.parent / f"calls{len(comment)}"
        variables = {
            "PATH": f"{folder}:/usr/bin:/bin",
            "COMMENT": comment,
            "CALLS": str(calls),
            "GITHUB_REPOSITORY": "o/r",
            "NUMBER": "7",
            "PLAN": "$(rm -rf x) `x`",
        }
        pull_request.do(step["run"], shell=BASH, variables=variables)
        said, mark, _, plan = calls.read_text().splitlines()
        assert said == call
        assert mark == "<!-- cfn-lint-lambda-race plan -->"
        assert plan == "$(rm -rf x) `x`"


@pytest.fixture
def deployment(project: Shell, cloudformation: Cloud) -> Shell:
    """The project's main branch, as it is to be deployed."""
    del cloudformation
    project.commit("arm64")
    return project


def _deploy(
    shell: Shell, cloud: Cloud, fail_on: str = "warning"
) -> Mapping[str, tuple[int, str]]:
    """Run the workflow's steps up to one that fails; their exit codes and output."""
    (job,) = document("github-deploy.yml")["jobs"].values()
    context = {"github.run_id": "17", "github.run_attempt": "2"}
    variables = {
        key: _expanded(value, context)
        for key, value in job["env"].items()
        if key != "FAIL_ON"
    }
    variables["FAIL_ON"] = fail_on
    variables["GITHUB_ENV"] = str(shell.folder.parent / "environment")
    done: dict[str, tuple[int, str]] = {}
    for step in _steps("github-deploy.yml"):
        if "run" not in step or any(code for code, _ in done.values()):
            continue
        run = shell.run(
            step["run"], shell=BASH, variables={**variables, **cloud.access}
        )
        done[step["name"]] = (run.returncode, run.stdout + run.stderr)
        written = Path(variables["GITHUB_ENV"])
        if written.exists():
            lines = written.read_text().splitlines()
            variables |= dict(line.split("=", 1) for line in lines)
    return done


def test_github_deployment_stops_at_a_race(
    deployment: Shell, cloudformation: Cloud
) -> None:
    cloudformation.changes = ("Architectures", "Layers")
    done = _deploy(deployment, cloudformation)
    created = cloudformation.asked("CreateChangeSet")
    assert created["ChangeSetName"] == "run-17-2"
    assert created["ChangeSetType"] == "UPDATE"
    assert created["TemplateBody"] == (STORY / "race.yaml").read_text()
    described = cloudformation.asked("DescribeChangeSet")
    assert described["IncludePropertyValues"] == "true"
    code, said = done["Stop at a race"]
    assert code == 4
    assert "W9831 This update changes Architectures of Orders" in said
    assert "Execute" not in done


def test_github_deployment_goes_on_where_somebody_accepts_the_race(
    deployment: Shell, cloudformation: Cloud
) -> None:
    (job,) = document("github-deploy.yml")["jobs"].values()
    accepted = job["env"]["FAIL_ON"]
    assert accepted == "${{ inputs.accept-warnings && 'error' || 'warning' }}"
    cloudformation.changes = ("Architectures", "Layers")
    done = _deploy(deployment, cloudformation, fail_on="error")
    code, said = done["Stop at a race"]
    assert code == 0
    assert "W9831 " in said
    assert "W9810 " in said
    cloudformation.asked("ExecuteChangeSet")


@pytest.mark.parametrize("status", [None, "REVIEW_IN_PROGRESS"])
def test_github_first_deployment(
    deployment: Shell, cloudformation: Cloud, status: str | None
) -> None:
    cloudformation.status = status
    cloudformation.action = "Add"
    deployment.write({"templates/orders.yaml": STORY / "alias.yaml"})
    cloudformation.changes = ("Architectures", "Layers")
    done = _deploy(deployment, cloudformation)
    assert [code for code, _ in done.values()] == [0, 0, 0, 0], done
    created = cloudformation.asked("CreateChangeSet")
    assert created["ChangeSetType"] == "CREATE"
    cloudformation.asked("ExecuteChangeSet")


def test_github_deployment_without_a_race_goes_on(
    deployment: Shell, cloudformation: Cloud
) -> None:
    deployment.write({"templates/orders.yaml": STORY / "alias.yaml"})
    cloudformation.changes = ("Tags",)
    done = _deploy(deployment, cloudformation)
    assert [code for code, _ in done.values()] == [0, 0, 0, 0], done
    executed = cloudformation.asked("ExecuteChangeSet")
    assert executed["ChangeSetName"] == "run-17-2"


def test_github_deployment_of_no_change_is_no_failure(
    deployment: Shell, cloudformation: Cloud
) -> None:
    deployment.write({"templates/orders.yaml": STORY / "alias.yaml"})
    done = _deploy(deployment, cloudformation)
    assert [code for code, _ in done.values()] == [0, 0, 0, 0], done
    asked = {question["Action"] for question in cloudformation.questions}
    assert "ExecuteChangeSet" not in asked


@pytest.mark.parametrize("fail_on", ["warning", "error"])
def test_github_deployment_fails_with_its_change_set(
    deployment: Shell, cloudformation: Cloud, fail_on: str
) -> None:
    deployment.write({"templates/orders.yaml": STORY / "alias.yaml"})
    cloudformation.reason = "User is not authorized to perform: lambda:GetFunction"
    done = _deploy(deployment, cloudformation, fail_on=fail_on)
    code, said = done["Ask CloudFormation what would change"]
    assert code == 1
    assert "not authorized to perform" in said
    asked = {question["Action"] for question in cloudformation.questions}
    assert "ExecuteChangeSet" not in asked


ACTION = ROOT / "action.yml"


def test_action_is_what_github_reads(folder: Shell) -> None:
    check = f"{program('check-jsonschema')} --builtin-schema vendor.github-actions"
    folder.do(f"{check} {ACTION}")
    folder.do(f"{program('zizmor')} --offline --no-progress --pedantic {ACTION}")
    folder.write({"action.yml": ACTION.read_text().replace("shell: bash", "")})
    assert folder.run(f"{check} action.yml").returncode == 1


def _act(clone: Shell, pack: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Run the action's own steps in a clone; the last one's result."""
    action = yaml.safe_load(ACTION.read_text())
    inputs = {name: row["default"] for name, row in action["inputs"].items()} | given
    context = {f"inputs.{name}": value for name, value in inputs.items()}
    runner = clone.folder.parent / "temp"
    runner.mkdir(exist_ok=True)
    steps = [step for step in action["runs"]["steps"] if "run" in step]
    for step in steps:
        variables = {key: _expanded(text, context) for key, text in step["env"].items()}
        variables["RUNNER_TEMP"] = str(runner)
        variables["GITHUB_ACTION_PATH"] = str(pack)
        done = clone.run(step["run"], shell=BASH, variables=variables)
        if step is not steps[-1]:
            assert done.returncode == 0, done.stderr
    return done


def test_action_shows_the_race(pull_request: Shell, unpacked: Path) -> None:
    clone = _clone(pull_request, "runner", "merge", "--depth=2")
    runner = Shell(clone.folder, Path("nowhere"))
    done = _act(runner, unpacked)
    assert done.returncode != 0, done.stderr
    _race_alone(done.stdout)
    assert _results(runner.folder / "cfn-lint.sarif").keys() == {"W9831", "W9810"}

    lenient = _act(runner, unpacked, **{"fail-on": "error"})
    assert lenient.returncode == 0
    _race_alone(lenient.stdout)
    every = _act(runner, unpacked, all="true")
    assert every.stdout.count("W9810 ") == 2
    assert _act(runner, unpacked, templates="none/*.yaml").returncode == 0


def test_gitlab_component_shows_the_race(pull_request: Shell, wheel: Path) -> None:
    text = (FILES / "gitlab-component.yml").read_text()
    header, body = yaml.safe_load_all(text)
    inputs = {name: row["default"] for name, row in header["spec"]["inputs"].items()}
    inputs["pack"] = str(wheel)
    filled = re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda m: inputs[m[1]], text)
    configuration = filled.partition("\n---\n")[2]
    assert "[[" not in configuration
    pull_request.write({"component.yml": configuration})
    schema = "--builtin-schema vendor.gitlab-ci"
    pull_request.do(f"{program('check-jsonschema')} {schema} component.yml")

    (job,) = yaml.safe_load(configuration).values()
    assert body.keys() == {"cfn-lint-lambda-race"}
    runner = _clone(pull_request, "runner", "arm64", "--single-branch")
    base = pull_request.do("git merge-base main arm64").strip()
    variables = _variables(job, 0, {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base})
    script = "\n".join([*job["before_script"], *job["script"]])
    done = runner.run(script, variables=variables)
    assert done.returncode != 0, done.stderr
    _race_alone(done.stdout)
    lenient = runner.run(script, variables={**variables, "FAIL_ON": "none"})
    assert lenient.returncode == 0, lenient.stderr
    assert "W9831 " in lenient.stdout


def _failures(report: Path) -> str:
    failures = ET.parse(report).iter("failure")
    return "\n".join(failure.attrib["message"] for failure in failures)


def _race_alone(said: str) -> None:
    """The log tells of the race, and of nothing that others changed on main."""
    (race,) = re.findall("W9831 .*", said)
    assert "Architectures of Orders" in race
    assert "Environment" not in race
    assert said.count("W9810 ") == 1


def _variables(job: Mapping[str, Any], rule: int, given: Mapping[str, str]) -> Any:
    """A job's variables under one of its rules."""
    merged = {**job["variables"], **job["rules"][rule]["variables"]}
    return {
        key: re.sub(r"\$(\w+)", lambda match: given[match[1]], value)
        for key, value in merged.items()
    }


def test_gitlab_merge_request_shows_the_race(pull_request: Shell) -> None:
    (job,) = document("gitlab-ci.yml").values()
    assert job["variables"]["GIT_DEPTH"] == "0"  # no --depth
    # GitLab fetches the branch alone, and checks out a commit.
    runner = _clone(pull_request, "runner", "arm64", "--single-branch")
    runner.do("git checkout --quiet --detach && git branch -D arm64")
    base = pull_request.do("git merge-base main arm64").strip()
    assert "merge_request_event" in job["rules"][0]["if"]
    variables = _variables(job, 0, {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base})
    script = "\n".join([*job["before_script"], *job["script"]])
    done = runner.run(script, variables=variables)
    assert done.returncode != 0, done.stderr
    _race_alone(done.stdout)
    found = _failures(runner.folder / job["artifacts"]["reports"]["junit"])
    assert "This update changes Architectures of Orders" in found
    assert f"templates/orders.yaml:{FUNCTION_LINE}:11" in found


def test_gitlab_main_is_compared_with_what_it_was(pull_request: Shell) -> None:
    (job,) = document("gitlab-ci.yml").values()
    runner = _clone(pull_request, "runner", "merge", "--single-branch")
    assert "CI_DEFAULT_BRANCH" in job["rules"][1]["if"]
    script = "\n".join([*job["before_script"], *job["script"]])
    done = runner.run(script, variables=_variables(job, 1, {}))
    assert done.returncode != 0, done.stderr
    _race_alone(done.stdout)


def test_codebuild_pull_request_shows_the_race(pull_request: Shell) -> None:
    buildspec = document("buildspec.yml")
    for depth in ("--depth=1", ""):
        runner = _clone(
            pull_request, f"runner{depth}", "arm64", "--single-branch", depth
        )
        phases = buildspec["phases"].values()
        lines = [line for phase in phases for line in phase["commands"]]
        reference = {"CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main"}
        done = runner.run("\n".join(lines), variables=reference)
        assert done.returncode != 0, done.stderr
        _race_alone(done.stdout)
        (name,) = buildspec["reports"]["cfn-lint"]["files"]
        found = _failures(runner.folder / name)
        assert "This update changes Architectures of Orders" in found
        assert f"templates/orders.yaml:{FUNCTION_LINE}:11" in found


def test_codebuild_push_is_compared_with_the_commit_before(pull_request: Shell) -> None:
    phases = document("buildspec.yml")["phases"].values()
    lines = [line for phase in phases for line in phase["commands"]]
    runner = _clone(pull_request, "runner", "merge", "--single-branch", "--depth=1")
    done = runner.run("\n".join(lines))
    assert done.returncode != 0, done.stderr
    _race_alone(done.stdout)
