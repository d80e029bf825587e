"""What `fix` makes of findings: the rules of each kind of fix.

Tests `cure/__init__.py`, `cure/_apply.py`, `cure/_difference.py`, `cure/_fixes.py`,
`cure/_gaps.py`, `cure/_rewriting.py` and `cure/_workshop.py` too.
"""

from __future__ import annotations

import json
import re
from difflib import ndiff
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode_str
from cfnlint.helpers import ensure_list
from cfnlint.version import __version__

from cfn_lint_lambda_race import _fix
from cfn_lint_lambda_race._linting import FailedRuleError, Linter, LintError
from cfn_lint_lambda_race.cure import Fix, NoFixError
from cfn_lint_lambda_race.cure._edits import Document
from tests.building import ARN, resource, rule_for, sam, statement_on
from tests.fixing import Heard, PackAlone, fixed, fixed_by, reasons
from tests.linting import (
    CORPUS,
    FUNCTION,
    ROOT,
    TEMPLATES,
    lint,
    lint_template,
)
from tests.translation import translated

# Each lints whole templates, several times.
pytestmark = pytest.mark.slow

WRONG = [
    path
    for path in sorted(TEMPLATES.glob("*/wrong*"))
    if path.suffix in (".json", ".yaml")
]

# What nobody but its author can cure, by the words that say why.
LEFT = {
    "W9810/wrong-conditions.yaml": "it does so only when IsProd is false",
    "W9811/wrong-conditions.yaml": "it points there only when IsProd is false",
    "W9811/wrong-parameter.yaml": "W2001",
}


def _diff(path: Path, *options: str) -> str:
    before = path.read_bytes().decode()
    return "".join(_fix.diff("template.yaml", before, fixed(path, *options).text))


def test_sam_publishes_an_alias() -> None:
    assert _diff(TEMPLATES / "W9810" / "wrong-sam.yaml").splitlines()[2:] == [
        "@@ -23,3 +23,5 @@",
        "           Type: Schedule",
        "           Properties:",
        "             Schedule: rate(1 day)",
        "+      AutoPublishAlias: live",
        "+      AutoPublishAliasAllProperties: true",
    ]


@pytest.mark.parametrize(
    "path", WRONG, ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_documented_templates_are_cured_or_say_why_not(path: Path) -> None:
    name = f"{path.parent.name}/{path.name}"
    linter, result = fixed_by(Heard, path, "--generated")
    cured = {(one.rule, one.path) for one in result.fixed}
    after = {(one.rule, one.path) for one in linter.whole(str(path), result.text)}
    assert not cured & after
    if after:
        before = linter.whole(str(path), path.read_bytes().decode())
        assert after <= {(one.rule, one.path) for one in before}
    if name in LEFT:
        assert LEFT[name] in " ".join(reasons(result).values())
    elif path.parent.name in ("W9810", "W9811", "W9812", "W9833"):
        assert not reasons(result)


# -- real templates ------------------------------------------------------------


REAL = sorted(
    path
    for path in CORPUS.rglob("*")
    if path.suffix in (".yaml", ".yml", ".json", ".template")
)


# Whom a function URL lets in that is not for anybody is for people to say.
FOR_PEOPLE = {
    "cloudfront-lambdafunctionurl-oac-sam__template.yaml": "add one first",
}


@pytest.mark.skipif(not REAL, reason="no corpus beside us")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_templates_are_cured(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes().decode()
    name = str(path)
    try:
        linter, result = fixed_by(Heard, path, "--generated")
    except FailedRuleError:
        raise
    except LintError:
        with pytest.raises(LintError):
            Linter([name]).pack(name, before)
        pytest.skip("cfn-lint cannot read it")
    left = [one for one in result.left if one.finding.rule == "W9810"]
    if path.name in FOR_PEOPLE:
        assert [one for one in left if FOR_PEOPLE[path.name] in one.reason]
        left = []
    if _unknown_to_cfn_lint(before):
        left = [one for one in left if "the fix would bring E10" not in one.reason]
    assert not left
    if result.text == before:
        return
    copy = tmp_path / path.name
    copy.write_bytes(result.text.encode())
    assert fixed_by(PackAlone, copy, "--generated")[1].text == result.text
    brought = {one.rule for one in linter.whole(name, result.text)} - {"I9836"}
    # What the pack says of both is most of it, and soon asked.
    if brought and brought - {one.rule for one in linter.pack(name, before)}:
        assert brought <= {one.rule for one in linter.whole(name, before)}
    _only_publishes(before, result.text)


def _unknown_to_cfn_lint(text: str) -> bool:
    """Whether cfn-lint takes an alias of SAM's for a resource that is not there.

    Before 1.54 it knows what SAM makes of a template only where it may translate it:
    it refuses `!Ref Function.Alias` where `Transform` is missing, as in two templates
    of the corpus that CloudFormation refuses too.
    """
    is_old = tuple(map(int, __version__.split(".")[:2])) < (1, 54)
    return is_old and "Transform" not in decode_str(text)[0]


def _only_publishes(before: str, after: str) -> None:
    """What SAM makes of a template, or it is, gains aliases and versions alone."""
    old, new = (decode_str(text)[0] for text in (before, after))
    if "AWS::Serverless-2016-10-31" in ensure_list(old.get("Transform", [])):
        try:
            old = _translated(old)
        except Exception:
            # Not as it is: local files, parameters without values.
            return
        new = _translated(new)
    added = {
        name: resource["Type"]
        for name, resource in new["Resources"].items()
        if name not in old["Resources"]
    }
    assert set(added.values()) <= {"AWS::Lambda::Alias", "AWS::Lambda::Version"} | {
        # Named after a hash of the API.
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGatewayV2::Deployment",
    }
    gone = {
        resource["Type"]
        for name, resource in old["Resources"].items()
        if name not in new["Resources"]
    }
    assert gone <= {
        "AWS::Lambda::Version",
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGatewayV2::Deployment",
        # Named after what it permits.
        "AWS::Lambda::Permission",
    }


def _translated(template: Any) -> Any:
    template = json.loads(json.dumps(template))
    for name, one in template["Resources"].items():
        properties = one.get("Properties")
        if isinstance(properties, dict):
            for key in ("CodeUri", "ContentUri", "DefinitionUri"):
                if isinstance(properties.get(key), str):
                    properties[key] = f"s3://bucket/{name}"
    section = template.get("Globals", {}).get("Function", {})
    if isinstance(section.get("CodeUri"), str):
        section["CodeUri"] = "s3://bucket/global"
    return translated(template)


# -- what all of cfn-lint is asked ---------------------------------------------


@pytest.mark.parametrize(
    ("name", "more", "asked"),
    [
        ("right-sam.yaml", "", ""),
        ("wrong-sam.yaml", "", "after"),
        # What cfn-lint says of both, no fix brings.
        ("wrong-sam.yaml", "Mappings:\n  Unused: {a: {b: c}}\n", "after, before"),
    ],
)
def test_all_of_cfn_lint_is_asked_where_it_decides(
    name: str, more: str, asked: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text((TEMPLATES / "W9810" / name).read_text() + more)
    linter, result = fixed_by(Heard, path)
    assert (result.text != path.read_text()) is name.startswith("wrong")
    names = {path.read_text(): "before", result.text: "after"}
    assert ", ".join(names[text] for text in linter.said) == asked


# -- versions ------------------------------------------------------------------


def test_a_version_follows_its_function(tmp_path: Path) -> None:
    """As `AutoPublishAlias` does for SAM: before each deployment, no baseline."""
    path = tmp_path / "template.yaml"
    path.write_text(fixed(TEMPLATES / "W9810" / "wrong.yaml").text)
    assert fixed(path, "--rule", "W9832").text == path.read_text()
    changed = path.read_text().replace("Handler: index.handler", "Handler: a.b")
    path.write_text(changed)
    result = fixed(path, "--rule", "W9832")
    (old,) = re.findall(r"\w+(?=:\n    Type: AWS::Lambda::Version)", changed)
    (new,) = re.findall(r"\w+(?=:\n    Type: AWS::Lambda::Version)", result.text)
    assert old != new
    assert result.text == changed.replace(old, new)
    assert not result.notes
    path.write_text(result.text)
    assert fixed(path, "--rule", "W9832").text == result.text


@pytest.mark.parametrize("name", ["wrong", "wrong-sam"])
def test_an_update_publishes(name: str, tmp_path: Path) -> None:
    folder = TEMPLATES / "W9832"
    baseline = ["--baseline-path", str(folder / f"{name}.before.yaml")]
    result = fixed(folder / f"{name}.yaml", *baseline)
    assert [finding.rule for finding in result.fixed] == ["W9832"]
    assert not result.notes
    path = tmp_path / f"{name}.yaml"
    path.write_text(result.text)
    assert not fixed(path, *baseline).fixed


def test_everything_that_names_a_version_names_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    text = (TEMPLATES / "W9833" / "wrong.yaml").read_text()
    path.write_text(
        f"""{text}
  Other:
    Type: AWS::SNS::Topic
    DependsOn: [OrdersVersion, Orders]
    Metadata: {{Name: OrdersVersion}}
    Properties:
      DisplayName: !Sub ["${{OrdersVersion.Version}} ${{a}}", {{a: !Ref OrdersVersion}}]
Outputs:
  Version:
    Value: !Sub ${{OrdersVersion}} of ${{!OrdersVersion}}
"""
    )
    result = fixed(path, "--rule", "W9833")
    (new,) = re.findall(r"\w+(?=:\n    Type: AWS::Lambda::Version)", result.text)
    left = [
        line.strip()
        for line in result.text.splitlines()
        if re.search(r"\bOrdersVersion\b", line) and not line.startswith("#")
    ]
    assert left == [
        "Metadata: {Name: OrdersVersion}",
        f"Value: !Sub ${{{new}}} of ${{!OrdersVersion}}",
    ]
    assert [note.rule for note in result.notes] == ["W9835"]


# -- the same template otherwise -----------------------------------------------

TWINS = [
    path
    for path in WRONG
    if path.suffix == ".yaml" and path.parent.name in ("W9810", "W9811", "W9812")
]


@pytest.mark.parametrize(
    "path", TWINS, ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_twins_are_fixed_alike(path: Path, tmp_path: Path) -> None:
    def cured(path: Path) -> Any:
        return decode_str(fixed_by(PackAlone, path)[1].text)[0]

    expected = cured(path)
    template = decode_str(path.read_text())[0]
    twin = tmp_path / "template.json"
    twin.write_text(json.dumps(template, indent=2))
    assert cured(twin) == expected
    twin.write_text(json.dumps(template))
    assert cured(twin) == expected
    resources = dict(reversed(template["Resources"].items()))
    twin.write_text(json.dumps({**template, "Resources": resources}, indent=1))
    assert cured(twin) == expected


# -- editors -------------------------------------------------------------------


def test_an_editor_gets_the_edits_of_one_finding(tmp_path: Path) -> None:
    """Of a text that may not be saved."""
    text = (TEMPLATES / "W9810" / "wrong-sam.yaml").read_text()
    line = 1 + text.splitlines().index("        Nightly:")
    name = str(tmp_path / "template.yaml")
    (edit,) = _fix.edits_for(name, text, "W9810", line)
    assert edit["line"] == edit["end_line"] == len(text.splitlines()) + 1
    assert edit["text"].splitlines()[0] == "      AutoPublishAlias: live"
    assert _fix.edits_for(name, text, "W9810", 1) == []
    assert _fix.edits_for(name, "a: [", "W9810", 1) == []


def test_a_match_carries_its_fix() -> None:
    path = TEMPLATES / "W9810" / "wrong-sam.yaml"
    fixes = [match.fix for match in lint(path) if match.rule.id == "W9810"]
    document = Document(path.read_text())
    assert [fix.function for fix in fixes] == ["Orders", "Orders"]
    assert fixes[0].edits(document) == fixes[1].edits(document)
    path = TEMPLATES / "W9810" / "wrong-conditions.yaml"
    (fix,) = [match.fix for match in lint(path) if match.rule.id == "W9810"]
    with pytest.raises(NoFixError, match="only when IsProd is false"):
        fix.edits(Document(path.read_text()))


def test_a_summary_does_not_keep_targets_from_being_fixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "template.yaml"
    path.write_text((TEMPLATES / "W9810" / "wrong-event-sources.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    whole = fixed(path).text
    settings = "configure_rules: {W9810: {summary: true}}"
    (tmp_path / ".cfnlintrc").write_text(settings)
    assert fixed(path).text == whole
    assert whole.count("${Orders}:live") + whole.count("!Ref OrdersLive") >= 3


# -- how a template names a function --------------------------------------------


CODE = """\
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: python3.13
      Role: arn:aws:iam::123456789012:role/orders
      Code: {S3Bucket: artifacts, S3Key: orders.zip}
"""
RULE = """\
Resources:
  Orders:
{code}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 day)
      Targets:
        - Id: orders
          Arn: {arn}
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("!GetAtt Orders.Arn", "!Ref OrdersLive"),
        ("!GetAtt [Orders, Arn]", "!Ref OrdersLive"),
        ("{Fn::GetAtt: [Orders, Arn]}", "{Ref: OrdersLive}"),
        ("!Sub ${Orders.Arn}", "!Sub ${OrdersLive}"),
        ("!Sub '${Orders.Arn}:$LATEST'", "!Sub '${OrdersLive}'"),
        (
            "!Sub arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Orders}",
            "!Sub ${OrdersLive}",
        ),
        (
            '!Join [":", [arn:aws:lambda, !Ref "AWS::Region", !Ref "AWS::AccountId", '
            "function, !Ref Orders]]",
            "!Ref OrdersLive",
        ),
        ('!Join ["", [!GetAtt Orders.Arn, ":$LATEST"]]', "!Ref OrdersLive"),
        ("!Sub ['${A}', {A: !GetAtt Orders.Arn}]", "!Ref OrdersLive"),
        ("!Sub ['${A}:$LATEST', {A: !GetAtt Orders.Arn}]", "!Ref OrdersLive"),
    ],
)
def test_keeps_the_form_of_a_reference(before: str, after: str, tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(RULE.format(code=CODE, arn=before))
    text = fixed(path).text
    assert text.endswith(f"          Arn: {after}\n".replace(" \n", "\n"))
    # Whatever else stands there, stays.
    expected = RULE.format(code=CODE, arn=after).replace(" \n", "\n")
    old, new = expected.splitlines(), text.splitlines()
    assert not [line for line in ndiff(old, new) if line.startswith("-")]


@pytest.mark.parametrize(
    ("head", "arn", "reason"),
    [
        (
            "Parameters: {Target: {Type: String, Default: "
            "'arn:aws:lambda:us-east-1:123456789012:function:orders'}}",
            "!Ref Target",
            "parameter Target names the function",
        ),
        (
            "Mappings: {M: {a: {b: "
            "'arn:aws:lambda:us-east-1:123456789012:function:orders'}}}",
            "!FindInMap [M, a, b]",
            "Fn::FindInMap names the function",
        ),
        (
            "",
            "arn:aws:lambda:us-east-1:123456789012:function:other",
            "the function is not in this template",
        ),
    ],
)
def test_says_why_a_reference_cannot_be_written(
    head: str, arn: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "template.yaml"
    code = f"{CODE}      FunctionName: orders\n"
    path.write_text(f"{head}\n{RULE.format(code=code, arn=arn)}")
    result = fixed(path)
    assert list(reasons(result).values()) == [reason]
    assert result.text == path.read_text()


def test_a_loop_and_an_anchor_are_left(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    rule = RULE.format(code=CODE, arn="&a !GetAtt Orders.Arn")
    path.write_text(rule + "        - {Id: other, Arn: *a}\n")
    assert all("anchor" in reason for reason in reasons(fixed(path)).values())
    body = rule.partition("  Rule:\n")[2].replace("&a ", "").replace("\n", "\n    ")
    path.write_text(
        "Transform: AWS::LanguageExtensions\n"
        + rule.partition("  Rule:\n")[0]
        + "  Fn::ForEach::R:\n  - N\n  - [A, B]\n  - Rule${N}:\n    "
        + body
    )
    assert set(reasons(fixed(path)).values()) == {"a macro or a loop writes this place"}


def test_resources_exist_when_their_function_does(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    text = RULE.format(code=CODE, arn="!GetAtt Orders.Arn").replace(
        "    Type", "    Condition: IsProd\n    Type"
    )
    head = "Parameters: {S: {Type: String}}\nConditions: {IsProd: !Equals [!Ref S, a]}"
    path.write_text(f"{head}\n{text}")
    assert fixed(path).text.count("Condition: IsProd") == 4


def test_one_text_can_name_several_functions(tmp_path: Path) -> None:
    """And one of them twice; the role of the machine comes along."""
    path = tmp_path / "template.yaml"
    path.write_text(
        f"""\
Resources:
  Orders:
{CODE}
  Ship:
{CODE}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{Service: states.amazonaws.com}}
            Action: sts:AssumeRole
      Policies:
        - PolicyName: invoke
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: lambda:InvokeFunction
                Resource:
                  - !GetAtt Orders.Arn
                  - !GetAtt Ship.Arn
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      DefinitionString: !Sub
        - |
          {{"StartAt": "A", "States": {{
            "A": {{"Type": "Task", "Resource": "${{Orders.Arn}}", "Next": "B"}},
            "B": {{"Type": "Task", "Resource": "${{ship}}", "Next": "C"}},
            "C": {{"Type": "Task", "Resource": "${{ship}}", "End": true}}
          }}}}
        - ship: !GetAtt Ship.Arn
"""
    )
    result = fixed(path)
    assert not result.left
    assert '"Resource": "${OrdersLive}", "Next"' in result.text
    assert "        - ship: !Ref ShipLive\n" in result.text
    assert "- !Sub ${Orders.Arn}:*\n" in result.text
    assert "- !Sub ${Ship.Arn}:*\n" in result.text


def test_a_service_that_takes_versions_gets_one(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        f"""\
Resources:
  Orders:
{CODE}
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - Id: site
            DomainName: example.com
            CustomOriginConfig: {{OriginProtocolPolicy: https-only}}
        DefaultCacheBehavior:
          TargetOriginId: site
          ViewerProtocolPolicy: https-only
          ForwardedValues: {{QueryString: false}}
          LambdaFunctionAssociations:
            - EventType: viewer-request
              LambdaFunctionARN: !GetAtt Orders.Arn
"""
    )
    text = fixed(path).text
    assert re.search(r"LambdaFunctionARN: !Ref OrdersVersion[0-9a-f]{10}\n", text)
    assert "AWS::Lambda::Alias" not in text


def test_a_qualifier_beside_the_function_goes(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        f"""\
Resources:
  Orders:
{CODE}
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/machine
      Definition:
        StartAt: A
        States:
          A:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters:
              FunctionName: !Ref Orders
              Qualifier: $LATEST
            End: true
"""
    )
    assert fixed(path).text.endswith(
        """\
            Parameters:
              FunctionName: !Ref OrdersLive
            End: true
"""
    )


def test_an_alias_that_a_parameter_names_is_not_written_out(tmp_path: Path) -> None:
    """SAM generates its logical ID from the value that a deployment gives."""
    path = tmp_path / "template.yaml"
    sam = CODE.replace("Lambda", "Serverless").replace(
        "      Code: {S3Bucket: artifacts, S3Key: orders.zip}",
        "      CodeUri: s3://artifacts/orders.zip\n      AutoPublishAlias: !Ref Name",
    )
    path.write_text(
        "Transform: AWS::Serverless-2016-10-31\n"
        "Parameters: {Name: {Type: String, Default: live}}\n"
        + RULE.format(code=sam, arn="!Sub ${Orders.Arn}")
    )
    text = fixed(path).text
    assert "Ref Orders.Alias" in text
    assert "OrdersAliaslive" not in text


# -- pages ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "docs" / "rules").glob("*.md")),
    ids=lambda path: str(path.stem),
)
def test_what_a_page_calls_wrong_is_fixed_or_left_with_a_reason(
    path: Path, tmp_path: Path
) -> None:
    """Whatever a rule finds carries a fix, or a reason why there is none."""
    deployed: list[str] = []
    for found in re.finditer(
        r'^```yaml title="(\w+)[^"]*"\n(.*?)^```', path.read_text(), re.M | re.S
    ):
        if found[1] == "deployed":
            (tmp_path / "deployed.yaml").write_text(found[2])
            deployed = ["--baseline-path", str(tmp_path / "deployed.yaml")]
        if found[1] != "wrong":
            continue
        template = tmp_path / "template.yaml"
        template.write_text(found[2])
        result = fixed(template, "--generated", "--unsafe", *deployed)
        told = [*result.fixed, *(left.finding for left in result.left)]
        assert path.stem in {finding.rule for finding in told}
        if path.stem in ("W9810", "W9811", "W9812", "W9832", "W9833", "I9836"):
            assert not result.left


@pytest.mark.parametrize(
    ("depends", "expected"),
    [
        ("", ["DependsOn: OrdersLive"]),
        ("    DependsOn: Queue\n", ["DependsOn:", "- Queue", "- OrdersLive"]),
        ("    DependsOn: [Queue]\n", ["DependsOn: [Queue, OrdersLive]"]),
    ],
)
def test_what_names_an_alias_is_made_after_it(
    depends: str, expected: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        f"""\
Resources:
  Orders:
{CODE}
  Queue:
    Type: AWS::SQS::Queue
  Retries:
    Type: AWS::Lambda::EventInvokeConfig
{depends}    Properties:
      FunctionName: !Ref Orders
      Qualifier: $LATEST
      MaximumRetryAttempts: 1
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      Subscription:
        - Protocol: lambda
          Endpoint: !GetAtt Orders.Arn
"""
    )
    text = fixed(path).text
    assert "      Qualifier: live\n" in text
    start = text.index("AWS::Lambda::EventInvokeConfig")
    lines = [line.strip() for line in text[start:].splitlines()[1:]]
    assert lines[: len(expected)] == expected
    assert lines[len(expected)] == "Properties:"


# -- gaps ------------------------------------------------------------------------


def test_an_api_is_deployed_anew(tmp_path: Path) -> None:
    """Another deployment, wherever it is named, closes the gap."""
    folder = TEMPLATES / "W9834"
    path = tmp_path / "template.yaml"
    path.write_text((folder / "wrong-rest.yaml").read_text())
    baseline = ["--baseline-path", str(folder / "wrong-rest.before.yaml")]
    result = fixed(path, *baseline)
    (name,) = re.findall(r"Deployment[0-9a-f]{10}(?=:\n)", result.text)
    before = path.read_text()
    assert result.text == before.replace("  Deployment:", f"  {name}:").replace(
        "!Ref Deployment,", f"!Ref {name},"
    )
    assert [one.rule for one in result.fixed] == ["W9834"]
    assert not result.left
    assert not result.notes
    path.write_text(result.text)
    assert fixed(path, *baseline).text == result.text


def test_a_new_deployment_waits_for_all_that_moves(tmp_path: Path) -> None:
    folder = TEMPLATES / "W9834"
    path, baseline = tmp_path / "template.yaml", tmp_path / "deployed.yaml"
    for file, name in ((path, "wrong-rest.yaml"), (baseline, "wrong-rest.before.yaml")):
        text = (folder / name).read_text()
        method = text[text.index("  Any:") : text.index("  Deployment:")]
        other = method.replace("Any:", "Get:").replace("ANY", "GET")
        file.write_text(text.replace("  Deployment:", f"{other}  Deployment:"))
    options = ["--baseline-path", str(baseline)]
    result = fixed(path, *options)
    assert "    DependsOn:\n      - Any\n      - Get\n" in result.text
    assert not result.left
    path.write_text(result.text)
    assert not fixed(path, *options).fixed


def test_a_method_brings_a_new_deployment_with_it(tmp_path: Path) -> None:
    """Without one, the API would invoke what is permitted no more."""
    path = tmp_path / "template.yaml"
    before = (TEMPLATES / "W9834" / "wrong-rest.before.yaml").read_text()
    path.write_text(before)
    result = fixed(path)
    assert [one.rule for one in result.fixed] == ["W9810"]
    assert len(re.findall(r"\bDeployment[0-9a-f]{10}\b", result.text)) == 2
    assert not re.findall(r"\bDeployment\b(?!\n)", result.text.split("Resources:")[1])
    assert not result.notes
    path.write_text(result.text)
    assert fixed(path).text == result.text


def test_a_permission_that_waits_by_depends_on_goes_first(tmp_path: Path) -> None:
    folder = TEMPLATES / "W9834"
    path, baseline = tmp_path / "template.yaml", tmp_path / "deployed.yaml"
    for file, name in ((path, "wrong.yaml"), (baseline, "wrong.before.yaml")):
        text = (folder / name).read_text()
        named = text.replace(
            "  Permission:\n", "  Permission:\n    DependsOn: Hourly\n"
        )
        source = "arn:aws:events:eu-west-1:123456789012:rule/hourly"
        named = named.replace("!GetAtt Hourly.Arn", source)
        file.write_text(
            named.replace("      Schedule", "      Name: hourly\n      Schedule")
        )
    options = ["--baseline-path", str(baseline)]
    result = fixed(path, *options)
    assert [one.rule for one in result.fixed] == ["W9834"]
    assert "DependsOn: Hourly" not in result.text
    assert "  Hourly:\n    Type: AWS::Events::Rule\n    DependsOn: Permission\n" in (
        result.text
    )
    path.write_text(result.text)
    assert not fixed(path, *options).fixed


def test_what_no_edit_closes_names_the_plan() -> None:
    folder = TEMPLATES / "W9834"
    baseline = ["--baseline-path", str(folder / "wrong.before.yaml")]
    (left,) = fixed(folder / "wrong.yaml", *baseline).left
    assert "cfn-lint-lambda-race plan" in left.reason
    (note,) = fixed(folder / "wrong.before.yaml").notes
    assert note.rule == "W9834"
    assert "cfn-lint-lambda-race plan" in note.message
    baseline = ["--baseline-path", str(folder / "wrong-sam.before.yaml")]
    (left,) = fixed(folder / "wrong-sam.yaml", *baseline).left
    assert left.reason == (
        "SAM makes the permission together with the alias, after the move"
    )


def test_one_text_can_name_a_function_in_several_ways(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        """\
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/orders
      Code: {S3Bucket: artifacts, S3Key: orders/2f9c1b7.zip}
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/machine
      DefinitionString: !Sub |
        {
          "Comment": "Calls ${Orders}",
          "StartAt": "A",
          "States": {
            "A": {"Type": "Task", "Resource": "${Orders.Arn}", "Next": "B"},
            "B": {
              "Type": "Task",
              "Resource": "arn:aws:states:::lambda:invoke",
              "Parameters": {"FunctionName": "${Orders}"},
              "End": true
            }
          }
        }
"""
    )
    result = fixed(path)
    assert not result.left
    changed = [
        line[2:].strip()
        for line in ndiff(path.read_text().splitlines(), result.text.splitlines())
        if line[:2] == "+ " and "Orders" in line
    ]
    assert '"A": {"Type": "Task", "Resource": "${OrdersLive}", "Next": "B"},' in changed
    assert '"Parameters": {"FunctionName": "${Orders}:live"},' in changed
    assert '"Comment": "Calls ${Orders}",' not in changed


# -- connectors ------------------------------------------------------------------

CONNECTED = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Rule:
    Type: AWS::Events::Rule
{embedded}    Properties:
      ScheduleExpression: rate(1 hour)
      Targets:
        - {{Arn: !GetAtt Orders.Arn, Id: a}}
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      CodeUri: s3://artifacts/orders/2f9c1b7.zip
{beside}"""


@pytest.mark.parametrize(
    ("embedded", "beside", "after"),
    [
        (
            "",
            "  Connector:\n    Type: AWS::Serverless::Connector\n    Properties:\n"
            "      Source: {Id: Rule}\n      Destination:\n        Id: Orders # it\n"
            "      Permissions: [Write]\n",
            "      Destination:\n        Arn: !Ref Orders.Alias # it\n"
            "        Type: AWS::Lambda::Function\n",
        ),
        (
            "    Connectors:\n      Call:\n        Properties:\n"
            "          Destination: [{Id: Orders}]\n          Permissions: [Write]\n",
            "",
            "          Destination: [{Arn: !Ref Orders.Alias, "
            'Type: "AWS::Lambda::Function"}]\n',
        ),
    ],
    ids=["resource", "embedded"],
)
def test_a_connector_permits_the_alias(
    embedded: str, beside: str, after: str, tmp_path: Path
) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(CONNECTED.format(embedded=embedded, beside=beside))
    result = fixed(path)
    assert not result.left
    assert after in result.text
    path.write_text(result.text)
    assert fixed(path).text == result.text
    _only_publishes(CONNECTED.format(embedded=embedded, beside=beside), result.text)


def test_a_connector_lets_a_machine_invoke_the_alias(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      CodeUri: s3://artifacts/orders/2f9c1b7.zip
  Machine:
    Type: AWS::Serverless::StateMachine
    Connectors:
      Call:
        Properties: {Destination: {Id: Orders}, Permissions: [Write]}
    Properties:
      DefinitionSubstitutions: {Arn: !GetAtt Orders.Arn}
      Definition:
        StartAt: A
        States: {A: {Type: Task, Resource: "${Arn}", End: true}}
"""
    )
    result = fixed(path)
    assert not result.left
    assert "Destination: {Arn: !Ref Orders.Alias, Type: " in result.text


def test_unsafe_is_offered_only_where_it_cures(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        CONNECTED.format(embedded="", beside="Outputs: {A: {Value: !Ref Orders}}\n")
    )
    why = reasons(fixed(path, "--rule", "I9813"))
    assert why == {
        "I9813 Outputs/A/Value": "who invokes it from there is not in this template"
    }


def test_fixes_are_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = TEMPLATES / "W9810" / "wrong-sam.yaml"
    lines = [one.line for one in fixed(path).fixed]
    assert lines == sorted(lines)


@pytest.mark.parametrize("is_first", [True, False])
def test_an_alias_that_another_fix_moves_is_used(
    is_first: bool, tmp_path: Path
) -> None:
    """Whichever of the two stands first in the file."""
    rule = """\
  Rule:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 hour)
      Targets: [{Arn: !GetAtt Orders.Arn, Id: a}]
"""
    alias = """\
  Live:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Orders, FunctionVersion: $LATEST, Name: live}
"""
    path = tmp_path / "template.yaml"
    path.write_text(
        f"""\
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/orders
      Code: {{S3Bucket: artifacts, S3Key: orders/2f9c1b7.zip}}
{alias + rule if is_first else rule + alias}"""
    )
    result = fixed(path)
    assert "Targets: [{Arn: !Ref Live, Id: a}]" in result.text
    assert result.text.count("AWS::Lambda::Alias") == 1


def test_who_is_served_elsewhere_is_to_be_told(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      CodeUri: s3://artifacts/orders/2f9c1b7.zip
      Events:
        Skill: {Type: AlexaSkill}
        Queue:
          Type: SQS
          Properties: {Queue: "arn:aws:sqs:eu-west-1:123456789012:orders"}
"""
    )
    (note,) = fixed(path).notes
    assert "skill" in note.message


def test_a_parameter_that_names_the_function_itself_is_no_obstacle(
    tmp_path: Path,
) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        """\
Parameters:
  Name: {Type: String, Default: orders}
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Ref Name
      Runtime: python3.13
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/orders
      Code: {S3Bucket: artifacts, S3Key: orders/2f9c1b7.zip}
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      LambdaConfig:
        PreSignUp: !Sub arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Name}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: a1b2c3d4
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: "2.0"
      IntegrationUri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/\
functions/arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Name}/invocations"
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref Name
      Principal: cognito-idp.amazonaws.com
"""
    )
    result = fixed(path)
    assert not result.left
    assert "PreSignUp: !Ref OrdersLive\n" in result.text
    assert "function:${Name}:live/invocations" in result.text
    assert "      FunctionName: !Ref OrdersLive\n      Principal" in result.text


def test_what_was_known_of_a_resource_is_known_of_its_new_name(tmp_path: Path) -> None:
    """cfn-lint says W3005 of it before and after."""
    path = tmp_path / "template.yaml"
    text = (TEMPLATES / "W9833" / "wrong.yaml").read_text()
    kind = "    Type: AWS::Lambda::Version\n"
    path.write_text(text.replace(kind, f"{kind}    DependsOn: Orders\n"))
    result = fixed(path, "--rule", "W9833")
    assert [one.rule for one in result.fixed] == ["W9833"]
    assert not result.left


def test_a_permission_for_a_stage_needs_the_plan(tmp_path: Path) -> None:
    """The stage waits for the new deployment, and the permission for the stage."""
    path = tmp_path / "template.yaml"
    text = (TEMPLATES / "W9834" / "wrong-rest.before.yaml").read_text()
    path.write_text(text.replace("${Api}/*/*/*", "${Api}/${Prod}/*/*"))
    result = fixed(path)
    assert [one.rule for one in result.fixed] == ["W9810"]
    (note,) = result.notes
    assert "cfn-lint-lambda-race plan" in note.message


MACHINE = """\
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/orders
      Code: {{S3Bucket: artifacts, S3Key: orders/2f9c1b7.zip}}
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/machine
      DefinitionString: !Sub
        - |-
          {{"StartAt": "A", "States": {{
            "A": {{"Type": "Task", "Resource": "{first}", "Next": "B"}},
            "B": {{"Type": "Task", "Resource": "{second}", "End": true}}
          }}}}
        - {{A: {value}, B: {value}}}
"""


@pytest.mark.parametrize(
    ("first", "second", "after"),
    [
        ("${A}", "${B}:$LATEST", ('"${A}"', '"${B}"', "A: !Ref OrdersLive, B: !Ref")),
        ("${A}", "${B}:prod", ('"${A}"', '"${B}:prod"', "B: !GetAtt Orders.Arn")),
    ],
)
def test_what_stands_behind_a_variable_is_its_qualifier(
    first: str, second: str, after: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        MACHINE.format(first=first, second=second, value="!GetAtt Orders.Arn")
    )
    result = fixed(path)
    assert not result.left
    assert all(text in result.text for text in after)


def test_dates_and_nothing_are_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        """\
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/orders
      Code: {S3Bucket: artifacts, S3Key: orders/2f9c1b7.zip}
      Environment: {Variables: {SINCE: 2020-01-01}}
  OrdersVersion:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref Orders}
Outputs:
  Version:
    # What is not renamed stays as it is written.
    Value: !Sub ["${OrdersVersion.Version} of ${Day}", {Day: 2020-01-01}]
  Text:
    Value: !Sub >
      ${OrdersVersion}

      and ${!OrdersVersionOther}
"""
    )
    result = fixed(path)
    (new,) = re.findall(r"\w+(?=:\n    Type: AWS::Lambda::Version)", result.text)
    assert (
        f'!Sub ["${{{new}.Version}} of ${{Day}}", {{Day: 2020-01-01}}]' in result.text
    )


# -- what who deploys it has to know -------------------------------------------


def _offered(folder: Path, rule: str, template: dict[str, Any]) -> list[Fix]:
    matches = lint_template(folder, template)
    return [match.fix for match in matches if match.rule.id == rule]


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        ({"It": rule_for(ARN)}, ""),
        (
            {"It": resource("Lambda::Url", AuthType="NONE", TargetFunctionArn=ARN)},
            "URL",
        ),
    ],
)
def test_a_url_of_the_alias_is_another_one(
    resources: dict[str, Any], words: str, tmp_path: Path
) -> None:
    template = {"Resources": {"Orders": FUNCTION, **resources}}
    (fix,) = _offered(tmp_path, "W9810", template)
    assert bool(fix.warning) == bool(words)
    assert words in fix.warning
    assert fix.is_safe


def test_a_url_of_sam_s_alias_is_another_one(tmp_path: Path) -> None:
    template = sam({"FunctionUrlConfig": {"AuthType": "NONE"}, "Events": None})
    (fix,) = _offered(tmp_path, "W9810", template)
    assert "URL" in fix.warning


@pytest.mark.parametrize(
    ("resources", "is_safe"),
    [
        # More is allowed, to whoever has the role.
        (
            {
                "It": resource(
                    "IAM::ManagedPolicy",
                    PolicyDocument={"Statement": [statement_on(ARN)]},
                )
            },
            False,
        ),
        ({"It": resource("SSM::Parameter", Type="String", Value=ARN)}, True),
    ],
)
def test_what_allows_more_is_for_people_to_decide(
    resources: dict[str, Any], is_safe: bool, tmp_path: Path
) -> None:
    template = {"Resources": {"Orders": FUNCTION, **resources}}
    (fix,) = _offered(tmp_path, "I9813", template)
    assert fix.is_safe == is_safe


def test_a_pipeline_takes_names_alone(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        f"""\
Resources:
  Orders:
{CODE}
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/pipeline
      Stages:
        - Name: Invoke
          Actions:
            - Name: Orders
              ActionTypeId:
                {{Category: Invoke, Owner: AWS, Provider: Lambda, Version: "1"}}
              Configuration:
                FunctionName: !Ref Orders
"""
    )
    assert fixed(path).text.endswith("FunctionName: !Sub ${Orders}:live\n")
