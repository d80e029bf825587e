"""The command's `plan`: timelines in print, and the phases of an update.

Tests `_pictures.py` too.
"""

from __future__ import annotations

import json
import re
import shlex
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode_str

from cfn_lint_lambda_race import _pictures
from cfn_lint_lambda_race.__main__ import main
from cfn_lint_lambda_race._plan import planned
from cfn_lint_lambda_race.template._cfnlint import has_property
from cfn_lint_lambda_race.update import Settings
from tests.building import ARN, CHOICE, LIVE, Template_, new_code, parameter
from tests.linting import CORPUS, TEMPLATES, lint
from tests.moving import authorized

# Each compares several templates, and lints them wholly.
pytestmark = pytest.mark.slow

STORY = TEMPLATES / "story"
ARTICLE = CORPUS / "article"
UPDATE_RULES = ("W9831", "W9832", "W9834", "W9835")

SAM = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      CodeUri: s3://artifacts/orders-1.zip
      MemorySize: 128
      Layers: ["arn:aws:lambda:eu-west-1:1:layer:tools:1"]
      Environment: {Variables: {TABLE: orders}}
      Events:
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
"""

PUBLISHED_TOO = """\
  Version:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref Orders}
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Orders
      FunctionVersion: !GetAtt Version.Version
      Name: live
"""


REST = """\
# The API is deployed once and for all.
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/orders
      Code: {S3Bucket: artifacts, S3Key: orders-1.zip}
      Timeout: 3

  Api: {Type: "AWS::ApiGateway::RestApi", Properties: {Name: orders}}

  Get:  # the only method
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Sub
          - "${Prefix}/functions/${Orders.Arn}/invocations"
          - {Prefix: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31"}

  Deployment:
    Type: AWS::ApiGateway::Deployment
    DependsOn: Get
    Properties: {RestApiId: !Ref Api}

  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: live}

  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref Orders
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/GET/
"""


def plan(*arguments: object) -> int:
    return main(["plan", *map(str, arguments)])


def described(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    """What the command says of an update, for programs."""
    assert plan("--format", "json", *arguments) == 0
    return json.loads(capsys.readouterr().out)


def written(folder: Path, **texts: str) -> list[Path]:
    """Some templates as files."""
    files = []
    for name, text in texts.items():
        files.append(folder / f"{name}.yaml")
        files[-1].write_text(text)
    return files


def ids(template: Path, baseline: Path) -> set[str]:
    """The update rules that speak of an update."""
    found = lint(template, "-x", f"W9831:baseline_path={baseline}")
    return {one.rule.id for one in found} & set(UPDATE_RULES)


def decoded(path: Path) -> Mapping[str, Any]:
    template, matches = decode_str(path.read_text())
    assert not matches
    found: Mapping[str, Any] = template
    return found


def test_the_seed_s_own_update_in_three_phases(tmp_path: Path) -> None:
    if not ARTICLE.exists():
        pytest.skip("there is no corpus")
    before = ARTICLE / "cdk-datadog-x86.template.json"
    after = ARTICLE / "cdk-datadog-arm.template.json"
    assert ids(after, before) == {"W9831"}
    folder = tmp_path / "phases"
    assert plan("--baseline-path", before, "--output-dir", folder, after) == 0
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == [
        "1-prepare.json",
        "2-move.json",
        "3-change.json",
    ]
    deployed = before
    for file in files:
        assert ids(file, deployed) == set()
        deployed = file
    # The last one is the alias template of the corpus, but for logical IDs.
    ours, right = (
        decoded(file)["Resources"]
        for file in (files[-1], ARTICLE / "cdk-datadog-arm-alias.template.json")
    )
    kinds = [sorted(one["Type"] for one in side.values()) for side in (ours, right)]
    assert kinds[0] == kinds[1]
    (alias,) = [k for k, one in ours.items() if one["Type"] == "AWS::Lambda::Alias"]
    for one in ours.values():
        if one["Type"] == "AWS::ApiGateway::Method":
            assert alias in json.dumps(one["Properties"]["Integration"]["Uri"])
        if one["Type"] == "AWS::Lambda::Permission":
            assert one["Properties"]["FunctionName"] == {"Ref": alias}
    assert not [one.rule.id for one in lint(files[-1]) if one.rule.id == "W9810"]


def test_the_story_in_three_phases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = STORY / "race.before.yaml", STORY / "race.yaml"
    folder = tmp_path / "phases"
    assert plan("--baseline-path", before, "--output-dir", folder, after) == 0
    said = capsys.readouterr().out
    assert "Safe in 3 updates" in said
    assert "MIXED" in said.partition("Safe in")[0]
    assert "MIXED" not in said.partition("Safe in")[2]
    files = sorted(folder.iterdir())
    for file in files:
        command = f"aws cloudformation deploy --template-file {file.as_posix()} "
        assert command in said
    deployed = before
    for file in files:
        assert ids(file, deployed) == set()
        # Small edits: the comments are still there.
        first = (before if file is not files[-1] else after).read_text().splitlines()
        assert file.read_text().splitlines()[0] == first[0]
        deployed = file


def test_a_file_that_is_not_there_is_named_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing.yaml"
    assert plan("--baseline-path", STORY / "race.yaml", missing) == 2
    assert capsys.readouterr().err == f"{missing}: there is no such file\n"


def test_commands_can_be_copied(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change = SAM.replace("orders-1", "orders-2").replace("128", "256")
    before, after = written(tmp_path, before=SAM, after=change)
    folder = tmp_path / "all phases"
    plan("--baseline-path", before, "--output-dir", folder, after)
    commands = [
        shlex.split(line)
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("  sam deploy ")
    ]
    # A function of SAM's has a role of its own.
    options = ["--stack-name", "STACK", "--capabilities", "CAPABILITY_IAM"]
    assert commands == [
        ["sam", "deploy", "--template-file", file.as_posix(), *options]
        for file in sorted(folder.iterdir())
    ]


def test_an_api_is_deployed_anew(tmp_path: Path) -> None:
    change = REST.replace("orders-1", "orders-2").replace("Timeout: 3", "Timeout: 9")
    before, after = written(tmp_path, before=REST, after=change)
    folder = tmp_path / "phases"
    assert plan("--baseline-path", before, "--output-dir", folder, after) == 0
    prepare, move, change_ = sorted(folder.iterdir())
    assert "Deployment" in decoded(prepare)["Resources"]
    renamed = [
        name
        for name, one in decoded(move)["Resources"].items()
        if one["Type"] == "AWS::ApiGateway::Deployment"
    ]
    assert renamed != ["Deployment"]
    for file in (move, change_):
        resources = decoded(file)["Resources"]
        assert renamed == [name for name in resources if name.startswith("Deployment")]
        stage = resources["Stage"]["Properties"]
        assert stage["DeploymentId"] == {"Ref": renamed[0]}
    deployed = before
    for file in (prepare, move, change_):
        assert ids(file, deployed) == set()
        deployed = file


@pytest.mark.parametrize("name", ["wrong", "wrong-rest"])
def test_an_alias_that_comes_with_the_move_is_prepared(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its logical ID stays through all phases: no two aliases can have its name."""
    before, after = (
        TEMPLATES / "W9834" / f"{name}{suffix}.yaml" for suffix in (".before", "")
    )
    found = described(capsys, "--baseline-path", before, after)
    assert [one["rule"] for one in found["hazards"]] == ["W9834"]
    assert len(found["phases"]) >= 2
    for phase in found["phases"]:
        assert phase["hazards"] == []
        (file,) = written(tmp_path, phase=phase["text"])
        resources = decoded(file)["Resources"]
        kinds = ("AWS::Lambda::Alias", "AWS::Lambda::Version")
        published = [key for key, one in resources.items() if one["Type"] in kinds]
        assert sorted(published) == ["OrdersLive", "OrdersVersion2f9c1b7"]


def test_sam_s_gap_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change = SAM.replace("orders-1", "orders-2").replace(
        "TABLE: orders", "TABLE: other"
    )
    before, after = written(tmp_path, before=SAM, after=change)
    found = described(capsys, "--baseline-path", before, after)
    assert [phase["name"] for phase in found["phases"]] == ["introduce", "change"]
    introduce, last = found["phases"]
    assert [one["rule"] for one in introduce["hazards"]] == ["W9834"]
    assert not introduce["safe"]
    assert last["safe"]
    assert "AutoPublishAlias: live" in introduce["text"]
    assert "orders-1" in introduce["text"]
    assert plan("--baseline-path", before, after) == 0
    said = capsys.readouterr().out
    assert "In 2 updates" in said
    assert "not safe" in said.partition("1. introduce")[2]


def test_callers_that_are_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody can move them but those who know them, and the plan says so."""
    alone = SAM[: SAM.index("      Events:")]
    change = alone.replace("orders-1", "orders-2").replace(
        "TABLE: orders", "TABLE: new"
    )
    before, after = written(tmp_path, before=alone, after=change)
    found = described(capsys, "--baseline-path", before, after)
    assert [one["rule"] for one in found["hazards"]] == ["W9831"]
    assert found["phases"] == []
    assert "callers elsewhere" in found["note"]


IGNORED = "Metadata: {cfn-lint: {config: {ignore_checks: [W9831, W9810]}}}"


@pytest.mark.parametrize("who", ["the resource", "the template", "the user"])
def test_a_rule_that_is_ignored_makes_no_update_safe(
    who: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new = _two_functions("a.zip", "old"), _two_functions("b.zip", "new")
    if who == "the resource":
        new = re.sub(r"(?m)^(  \w+:)$", rf"\1\n    {IGNORED}", new)
    elif who == "the template":
        new = f"{IGNORED}\n{new}"
    else:
        (tmp_path / ".cfnlintrc").write_text("ignore_checks: [W98]\n")
    before, after = written(tmp_path, before=old, after=new)
    monkeypatch.chdir(tmp_path)
    arguments = ("--baseline-path", before, after)
    assert plan("--check", *arguments) == 1
    said = capsys.readouterr().out
    assert "after.yaml: not safe: 2 hazards" in said
    assert said.count("W9831 is ignored") == 2
    assert "Safe in 3 updates" in said
    found = described(capsys, *arguments)
    assert [one["ignored"] for one in found["hazards"]] == [True, True]


def test_what_is_denied_for_good(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No rule that compares speaks of it, but callers meet it."""
    old = _two_functions("a.zip", "old")
    new = old.replace("Arn: !GetAtt Orders.Arn", "Arn: !Ref Live") + PUBLISHED_TOO
    before, after = written(tmp_path, before=old, after=new)
    assert ids(after, before) == set()
    assert plan("--check", "--baseline-path", before, after) == 1
    said = capsys.readouterr().out
    assert (
        "OrdersHourly (AWS::Events::Rule) is denied, from its move until an update "
        "permits it" in said
    )
    # The cure permits it, and the phases prepare that.
    assert "Safe in 3 updates" in said


def test_what_goes_wrong_in_some_orders_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not certain, so a check passes; the phases decide the order."""
    before, after = (
        TEMPLATES / "W9834" / f"right-rest{suffix}.yaml" for suffix in (".before", "")
    )
    assert plan("--check", "--baseline-path", before, after) == 0
    said = capsys.readouterr().out
    assert "safe, unless CloudFormation takes a bad order: 1 possible hazard" in said
    assert (
        "In some orders, for nothing in the template decides: "
        "Any (AWS::ApiGateway::Method) is denied, from its move until permission "
        "Permission exists" in said
    )
    assert "Safe in 3 updates" in said
    found = described(capsys, "--baseline-path", before, after)
    assert (found["safe"], found["hazards"], len(found["possible"])) == (True, [], 1)
    assert [phase["possible"] for phase in found["phases"]] == [[], [], []]


def test_what_sam_may_permit_too_late_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing orders SAM's permission and the stage that gets the new deployment."""
    sides = [authorized(one, kind="Api") for one in (ARN, LIVE)]
    before, after = written(
        tmp_path, before=json.dumps(sides[0]), after=json.dumps(sides[1])
    )
    assert plan("--check", "--baseline-path", before, after) == 0
    said = capsys.readouterr().out
    assert (
        "In some orders, for nothing in the template decides: Http "
        "(AWS::Serverless::Api) is denied, from its move until SAM's permission for it "
        "exists" in said
    )
    assert "Safe in 3 updates" in said


def test_moves_of_which_nothing_tells_whether_they_deny(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unpermitted: Template_ = {"DisableFunctionDefaultPermissions": True}
    sides = [authorized(one, kind="Api", **unpermitted) for one in (ARN, LIVE)]
    before, after = written(
        tmp_path, before=json.dumps(sides[0]), after=json.dumps(sides[1])
    )
    assert plan("--check", "--baseline-path", before, after) == 0
    verdict, reason = capsys.readouterr().out.splitlines()
    assert verdict.endswith(
        ": safe, as far as the template tells: no caller meets a half-updated function"
    )
    unknown = "Whether invocations through Http (AWS::Serverless::Api) are denied"
    assert reason.startswith(unknown)
    # Phases that move it say the same.
    changed = new_code(sides[0])
    changed["Resources"]["Orders"]["Properties"]["Timeout"] = 9
    after.write_text(json.dumps(changed))
    assert plan("--baseline-path", before, after) == 0
    said = capsys.readouterr().out
    assert "not safe: 1 hazard" in said
    assert unknown in said.partition("2. change")[2]


def test_a_permission_for_a_conditional_implicit_api_is_left_to_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: Template_ = {"EnableFunctionDefaultPermissions": True}
    sides = [authorized(one, "implicit", **asked) for one in (ARN, LIVE)]
    for side in sides:
        side["Resources"]["Front"]["Condition"] = "IsProd"
        side.update(CHOICE, Parameters={"Stage": parameter(Default="prod")})
    before, after = written(
        tmp_path, before=json.dumps(sides[0]), after=json.dumps(sides[1])
    )
    assert plan("--baseline-path", before, after) == 0
    said = capsys.readouterr().out
    assert "The phases cannot be written: ServerlessHttpApi is there under" in said


def test_sam_publishes_in_the_first_phase_what_it_publishes_in_the_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another name would be another move, another property a refused version."""
    alias = "      AutoPublishAlias: prod\n      MemorySize"
    change = SAM.replace("orders-1", "orders-2").replace("TABLE: o", "TABLE: p")
    change = change.replace("      MemorySize", alias)
    before, after = written(tmp_path, before=SAM, after=change)
    found = described(capsys, "--baseline-path", before, after)
    introduce, last = found["phases"]
    assert "AutoPublishAlias: prod" in introduce["text"]
    assert "AutoPublishAliasAllProperties" not in introduce["text"]
    assert last["text"] == change
    assert last["safe"]


def test_a_function_url_gets_another_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No order of updates spares its callers from being told."""
    url = """\
  Url:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !GetAtt Orders.Arn, AuthType: AWS_IAM}
"""
    before, after = written(
        tmp_path,
        before=_two_functions("a.zip", "old") + url,
        after=_two_functions("b.zip", "new") + url,
    )
    found = described(capsys, "--baseline-path", before, after)
    assert [phase["safe"] for phase in found["phases"]] == [True, False, True]
    (doubt,) = found["phases"][1]["possible"]
    assert doubt.startswith("Url: the alias gets a function URL of its own")


OPEN_URL = """\
  Url:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !GetAtt Orders.Arn, AuthType: NONE}
  First:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders
      Action: lambda:InvokeFunctionUrl
      Principal: "*"
      FunctionUrlAuthType: NONE
"""
SECOND = """\
  Second:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders
      Action: lambda:InvokeFunction
      Principal: "*"
      InvokedViaFunctionUrl: true
"""


@pytest.mark.parametrize(
    ("permissions", "prepared"),
    [
        pytest.param(
            "",
            {"FirstPrepared", "FirstInvoke"},
            marks=pytest.mark.skipif(
                not has_property("AWS::Lambda::Permission", "InvokedViaFunctionUrl"),
                reason="this cfn-lint does not know InvokedViaFunctionUrl",
            ),
        ),
        (SECOND, {"FirstPrepared", "SecondPrepared"}),
    ],
)
def test_a_function_url_finds_both_permissions_where_it_moves_to(
    permissions: str,
    prepared: set[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Also where the old one, of before October 2025, does with one of them."""
    url = OPEN_URL + permissions
    before, after = written(
        tmp_path,
        before=_two_functions("a.zip", "old") + url,
        after=_two_functions("b.zip", "new") + url,
    )
    phases = described(capsys, "--baseline-path", before, after)["phases"]
    assert [phase["name"] for phase in phases] == ["prepare", "move", "change"]
    assert [phase["hazards"] for phase in phases] == [[], [], []]
    # What to tell its callers is all that is left to say.
    assert [len(phase["possible"]) for phase in phases] == [0, 1, 0]
    for phase in phases[:2]:
        resources = decode_str(phase["text"])[0]["Resources"]
        assert {
            name
            for name, one in resources.items()
            if one["Type"] == "AWS::Lambda::Permission"
            and one["Properties"]["Principal"] == "*"
            and one["Properties"]["FunctionName"] == {"Ref": "OrdersLive"}
        } == prepared


def test_a_function_url_that_lacks_a_permission_is_denied(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = OPEN_URL.replace("Orders.Arn", "Live.Arn")
    moved = moved.replace("!GetAtt Live.Arn", "!Ref Live")
    code = _two_functions("a.zip", "old") + PUBLISHED_TOO
    before, after = written(
        tmp_path, before=code + OPEN_URL + SECOND, after=code + moved + SECOND
    )
    (hazard,) = described(capsys, "--baseline-path", before, after)["hazards"]
    assert hazard["message"] == (
        "Url (AWS::Lambda::Url) is denied, from its move until an update permits it"
    )


def test_a_target_that_stays_is_denied_without_its_permission(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without, permission, _ = REST.partition("\n  Permission:")
    assert permission
    before, after = written(tmp_path, before=REST, after=without)
    (hazard,) = described(capsys, "--baseline-path", before, after)["hazards"]
    assert hazard["message"] == (
        "Get (AWS::ApiGateway::Method) is denied, for the update takes "
        "its permission away and leaves none for it"
    )


SAM_WITH_A_RULE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      CodeUri: s3://artifacts/orders-1.zip
      Environment: {Variables: {TABLE: orders}}
  Nightly:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 day)
      Targets: [{Id: orders, Arn: !GetAtt Orders.Arn}]
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref Orders
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Nightly.Arn
"""


def test_what_sam_does_not_make_is_prepared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A permission of its own can stand beside the old one, also in SAM's templates."""
    change = SAM_WITH_A_RULE.replace("orders-1", "orders-2").replace("TABLE: o", "T: o")
    before, after = written(tmp_path, before=SAM_WITH_A_RULE, after=change)
    found = described(capsys, "--baseline-path", before, after)
    assert [phase["name"] for phase in found["phases"]] == ["prepare", "move", "change"]
    assert [phase["safe"] for phase in found["phases"]] == [True, True, True]
    prepare, move, _ = (
        decoded(one)["Resources"]
        for one in written(
            tmp_path, **{one["name"]: one["text"] for one in found["phases"]}
        )
    )
    live = {"Ref": "Orders.Alias"}
    assert prepare["Orders"]["Properties"]["AutoPublishAlias"] == "live"
    assert prepare["PermissionPrepared"]["Properties"]["FunctionName"] == live
    assert prepare["Nightly"]["Properties"]["Targets"][0]["Arn"] != live
    assert move["Nightly"]["Properties"]["Targets"][0]["Arn"] == live


ADDITIONS = {
    "variable": ("TABLE: orders", "TABLE: orders, NEXT: x", True),
    "layer": ('tools:1"]', 'tools:1", "arn:aws:lambda:eu-west-1:1:layer:l:1"]', True),
    "memory": ("MemorySize: 128", "MemorySize: 256", True),
    "less memory": ("MemorySize: 128", "MemorySize: 64", False),
    "other value": ("TABLE: orders", "TABLE: other", False),
    "other layer": ('tools:1"]', 'tools:2"]', False),
    "handler": ("index.handler", "main.handler", False),
}


@pytest.mark.parametrize("name", ADDITIONS)
def test_without_an_alias(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, is_addition = ADDITIONS[name]
    change = SAM.replace("orders-1", "orders-2").replace(old, new)
    before, after = written(tmp_path, before=SAM, after=change)
    found = described(capsys, "--without-alias", "--baseline-path", before, after)
    if not is_addition:
        assert found["phases"] == []
        assert "Only people know" in found["note"]
        return
    first, last = found["phases"]
    assert (first["safe"], last["safe"]) == (True, True)
    assert "orders-1" in first["text"]
    assert new in first["text"]
    assert last["text"] == change


def test_what_is_safe_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    updates = {
        "nothing that races": (STORY / "alias.before.yaml", STORY / "alias.yaml"),
        "itself": (STORY / "race.yaml", STORY / "race.yaml"),
    }
    for before, after in updates.values():
        folder = tmp_path / "phases"
        arguments = ("--baseline-path", before, "--output-dir", folder, after)
        assert plan(*arguments, "--check") == 0
        assert plan(*arguments) == 0
        said = capsys.readouterr().out.splitlines()
        assert len(said) == 2
        assert all(f"{after.name}: safe: " in line for line in said)
        assert not folder.exists()


def test_a_check_writes_nothing(tmp_path: Path) -> None:
    before, after = STORY / "race.before.yaml", STORY / "race.yaml"
    folder = tmp_path / "phases"
    arguments = ("--baseline-path", before, "--output-dir", folder, after)
    assert plan("--check", *arguments) == 1
    assert not folder.exists()


def test_a_folder_with_files_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    before, after = STORY / "race.before.yaml", STORY / "race.yaml"
    arguments = ("--baseline-path", before, "--output-dir", tmp_path, after)
    assert plan(*arguments) == 2
    assert "--force" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
    assert plan("--force", *arguments) == 0
    assert len(list(tmp_path.iterdir())) == 4


def test_what_cannot_be_planned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = written(tmp_path, good=SAM, bad="{")
    for arguments in (
        (good,),
        ("--baseline-path", tmp_path / "none.yaml", good),
        ("--baseline-path", bad, good),
        ("--baseline-path", good, bad),
        ("--baseline-path", good, tmp_path / "none.yaml"),
        ("--baseline-ref", "HEAD", good),
        ("--change-set", bad, good),
    ):
        folder = tmp_path / "phases"
        assert plan("--output-dir", folder, *arguments) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert len(said.err.splitlines()) == 1
        assert not folder.exists()


def test_formats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = STORY / "race.before.yaml", STORY / "race.yaml"
    arguments = ("--baseline-path", before, after)
    assert plan("--format", "svg", *arguments) == 0
    drawn = ET.fromstring(capsys.readouterr().out)
    texts = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "MIXED" in texts
    assert "3. change" in texts
    assert not list(drawn.iter("{http://www.w3.org/2000/svg}script"))
    assert plan("--format", "markdown", *arguments) == 0
    page = capsys.readouterr().out
    assert page.count("<details>") == page.count("</details>") == 3
    assert "```mermaid\nsequenceDiagram\n" in page
    assert "| UpdateFunctionCode of Orders | **MIXED** |" in page
    found = described(capsys, *arguments)
    met = [step["met"] for step in found["timeline"]["steps"]]
    assert met == [["old"], ["MIXED"], ["new"]]
    assert plan(*arguments) == 0
    said = capsys.readouterr().out
    tables = [line for line in said.splitlines() if not line.startswith("W98")]
    assert max(map(len, tables)) <= 80
    assert "\x1b" not in said


def _two_functions(key: str, mode: str) -> str:
    """Two functions that two rules invoke, and that change together."""
    parts = ["Resources:"]
    for name in ("Orders", "Bills"):
        parts.append(f"""\
  {name}:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/orders
      Code: {{S3Bucket: artifacts, S3Key: {key}}}
      Environment: {{Variables: {{MODE: {mode}}}}}
  {name}Hourly:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 hour)
      Targets: [{{Id: one, Arn: !GetAtt {name}.Arn}}]
  {name}Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref {name}
      Principal: events.amazonaws.com
      SourceArn: !GetAtt {name}Hourly.Arn""")
    return "\n".join([*parts, ""])


def test_lanes_of_a_drawing_keep_functions_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = written(
        tmp_path,
        before=_two_functions("a.zip", "old"),
        after=_two_functions("b.zip", "new"),
    )
    settings = Settings(baseline_path=str(before))
    drawn = planned(str(after), settings)
    assert drawn.picture is not None
    assert [row.lanes for row in drawn.picture.rows] == [
        ("", "", "old"),
        ("", "", "MIXED"),
        ("", "", "old, new"),
        ("", "", "MIXED"),
        ("", "", "new"),
    ]
    change = drawn.steps[-1].picture
    assert change is not None
    assert change.rows[0].lanes == ("old", "old", "old")
    assert change.rows[-1].lanes == ("new", "old, new", "new")


def test_colour_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    row = _pictures.Row("UpdateFunctionCode of Orders", "Orders", "", ("MIXED",))
    picture = _pictures.Picture((("Rule",),), (row,))
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31mMIXED" in _pictures.table(picture, Terminal())
    assert "\x1b" not in _pictures.table(picture, StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in _pictures.table(picture, Terminal())


def test_a_template_cannot_write_into_the_page() -> None:
    """Names come from a template, which anybody may have written."""
    name = "<img src=x onerror=y> | `x` ```\n%%{init: {}}%%"
    row = _pictures.Row(f"change {name}", name, "", ("old",))
    picture = _pictures.Picture(((name,),), (row, row))
    page = _pictures.markdown_table(picture)
    assert "<" not in page
    assert len(page.splitlines()) == 4
    assert "```" not in page
    diagram = _pictures.mermaid(picture)
    assert not re.search(r"[<%{`]", diagram.replace("```", ""))
    ET.fromstring(_pictures.svg([(name, picture)]))
