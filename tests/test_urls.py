"""What a function URL needs that moves to an alias, where it is another URL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.cure import _urls
from cfn_lint_lambda_race.cure._apply import Result
from cfn_lint_lambda_race.template._cfnlint import has_property
from tests.attached import (
    PUBLISHED,
    SAM_ALIAS,
    sam_with,
    snap_started,
    to_anybody,
    two_aliases,
    url_on,
    via_url,
)
from tests.building import (
    ARN,
    FN,
    LIVE,
    PROD_OR_DEV,
    Template_,
    permission_on,
    versioned,
)
from tests.fixing import fixed, reasons
from tests.linting import lint_template

# Each lints whole templates, several times.
pytestmark = pytest.mark.slow

KNOWN = has_property("AWS::Lambda::Permission", "InvokedViaFunctionUrl")
needs_property = pytest.mark.skipif(
    not KNOWN, reason="this cfn-lint does not know InvokedViaFunctionUrl"
)
YAML = """\
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/orders
      Code: {S3Bucket: artifacts, S3Key: orders.zip}

  Url:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !GetAtt Orders.Arn, AuthType: NONE}

  # Since 2022.
  First:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders
      Action: lambda:InvokeFunctionUrl
      Principal: "*"
      FunctionUrlAuthType: NONE
"""


def _cured(folder: Path, template: Template_, *options: str) -> Result:
    path = folder / "template.json"
    path.write_text(json.dumps(template, indent=2))
    result = fixed(path, "--rule", "W9810", *options)
    again = folder / "again.json"
    again.write_text(result.text)
    assert fixed(again, "--rule", "W9810", *options).text == result.text
    return result


def _permissions(result: Result) -> dict[str, Any]:
    """What each permission is on, by its logical ID."""
    return {
        name: one["Properties"]["FunctionName"]
        for name, one in json.loads(result.text)["Resources"].items()
        if one["Type"] == "AWS::Lambda::Permission"
    }


def test_both_permissions_move_with_the_url(tmp_path: Path) -> None:
    template = versioned(Url=url_on(None), First=to_anybody(FN), Second=via_url(ARN))
    result = _cured(tmp_path, template)
    assert _permissions(result) == {"First": LIVE, "Second": LIVE}
    assert not result.left


@needs_property
def test_a_permission_is_added_beside_the_one_that_is_alone(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(YAML)
    result = fixed(path)
    assert result.text.endswith(
        """
  # Since 2022.
  First:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref OrdersLive
      Action: lambda:InvokeFunctionUrl
      Principal: "*"
      FunctionUrlAuthType: NONE

  FirstInvoke:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref OrdersLive
      Action: lambda:InvokeFunction
      Principal: "*"
      InvokedViaFunctionUrl: true
"""
    )
    path.write_text(result.text)
    assert fixed(path).text == result.text


@pytest.mark.skipif(KNOWN, reason="this cfn-lint knows InvokedViaFunctionUrl")
def test_nothing_is_added_that_an_older_cfn_lint_refuses(tmp_path: Path) -> None:
    template = versioned(Url=url_on(None), First=to_anybody(FN))
    result = _cured(tmp_path, template)
    assert json.loads(result.text) == template
    (reason,) = reasons(result).values()
    assert reason.startswith("the alias gets a new URL, for which a permission")


def test_nothing_is_added_that_cfn_lint_does_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_urls, "has_property", lambda *_: False)
    template = versioned(Url=url_on(None), First=to_anybody(FN))
    result = _cured(tmp_path, template)
    assert json.loads(result.text) == template
    (reason,) = reasons(result).values()
    assert reason.startswith("the alias gets a new URL, for which a permission")


@needs_property
@pytest.mark.parametrize(
    "second",
    [
        # Whoever may invoke the function itself is no caller of the URL.
        permission_on(FN, "*"),
        permission_on(FN, "events.amazonaws.com"),
        {**via_url(FN), "Condition": "IsProd"},
        via_url(FN, SourceAccount="123456789012"),
        via_url(FN, SourceArn="arn:aws:s3:::orders"),
    ],
)
def test_what_is_for_others_is_no_permission_for_the_url(
    second: Template_, tmp_path: Path
) -> None:
    first = to_anybody(FN)
    template = versioned(Url=url_on(None), First=first, Second=second)
    result = _cured(tmp_path, {**template, **PROD_OR_DEV})
    added = json.loads(result.text)["Resources"]["FirstInvoke"]
    assert added == via_url(LIVE)
    assert _permissions(result)["First"] == LIVE


@needs_property
def test_what_is_added_permits_no_more_than_what_is_there(tmp_path: Path) -> None:
    first = {**to_anybody(FN), "Condition": "IsProd", "DependsOn": ["Url"]}
    first["Properties"]["PrincipalOrgID"] = "o-a1b2c3d4e5"
    template = versioned(Url={**url_on(None), "Condition": "IsProd"}, First=first)
    result = _cured(tmp_path, {**template, **PROD_OR_DEV})
    assert json.loads(result.text)["Resources"]["FirstInvoke"] == {
        **via_url(LIVE, PrincipalOrgID="o-a1b2c3d4e5"),
        "Condition": "IsProd",
    }


@needs_property
def test_each_permission_that_is_alone_gets_another(tmp_path: Path) -> None:
    one, other = to_anybody(FN), to_anybody(FN)
    one["Properties"]["PrincipalOrgID"] = "o-a1b2c3d4e5"
    other["Properties"]["SourceAccount"] = "123456789012"
    template = versioned(Url=url_on(None), One=one, Other=other)
    assert set(_permissions(_cured(tmp_path, template))) == {
        *("One", "OneInvoke", "Other", "OtherInvoke")
    }


@pytest.mark.parametrize("action", ["lambda:*", "*"])
def test_what_permits_everything_is_enough(action: str, tmp_path: Path) -> None:
    permission = permission_on(FN, "*")
    permission["Properties"]["Action"] = action
    template = versioned(Url=url_on(None), Permission=permission)
    assert _permissions(_cured(tmp_path, template)) == {"Permission": LIVE}


def test_nothing_is_added_where_nothing_is_permitted(tmp_path: Path) -> None:
    """Who may use the URL is said elsewhere, if at all."""
    result = _cured(tmp_path, versioned(Url=url_on(None)))
    assert not result.left
    assert _permissions(result) == {}


def _for(principal: str, *, both: bool) -> Template_:
    first = to_anybody(FN)
    first["Properties"].update(Principal=principal, FunctionUrlAuthType="AWS_IAM")
    second = permission_on(FN, principal, InvokedViaFunctionUrl=True)
    return {"First": first, **({"Second": second} if both else {})}


def _url_for_some(is_sam: bool, **permissions: Template_) -> Any:
    if is_sam:
        url = {"FunctionUrlConfig": {"AuthType": "AWS_IAM"}}
        return sam_with(url, **permissions)
    template = versioned(Url=url_on(None), **permissions)
    template["Resources"]["Url"]["Properties"]["AuthType"] = "AWS_IAM"
    return template


@pytest.mark.parametrize("principal", ["123456789012", "cloudfront.amazonaws.com"])
@pytest.mark.parametrize("is_sam", [False, True])
def test_whom_else_a_url_lets_in_is_for_people(
    is_sam: bool, principal: str, tmp_path: Path
) -> None:
    template = _url_for_some(is_sam, **_for(principal, both=False))
    result = _cured(tmp_path, template)
    assert json.loads(result.text) == template
    (reason,) = reasons(result).values()
    assert "First does not let its principal use that without a permission" in reason
    assert "lambda:InvokeFunction too" in reason
    template = _url_for_some(is_sam, **_for(principal, both=True))
    result = _cured(tmp_path, template)
    alias = SAM_ALIAS if is_sam else LIVE
    assert _permissions(result) == {"First": alias, "Second": alias}


def test_nothing_is_added_for_what_sam_permits_itself(tmp_path: Path) -> None:
    url = {"FunctionUrlConfig": {"AuthType": "NONE"}}
    result = _cured(tmp_path, sam_with(url, First=to_anybody(FN)))
    assert not result.left
    assert set(_permissions(result)) == {"First"}


@needs_property
def test_snap_start_moves_a_url_with_both_permissions(tmp_path: Path) -> None:
    template = snap_started(Url=url_on(None), First=to_anybody(FN))
    path = tmp_path / "template.json"
    path.write_text(json.dumps(template, indent=2))
    result = fixed(path, "--rule", "W9812")
    assert _permissions(result) == {"First": LIVE, "FirstInvoke": LIVE}


@pytest.mark.parametrize(
    ("auth", "says_both"), [("NONE", False), ("AWS_IAM", True), ({"Ref": "Auth"}, True)]
)
def test_who_has_to_be_told_is_told_what_callers_need(
    auth: Any, says_both: bool, tmp_path: Path
) -> None:
    template = versioned(Url=url_on(None))
    template["Parameters"] = {"Auth": {"Type": "String"}}
    template["Resources"]["Url"]["Properties"]["AuthType"] = auth
    (fix,) = (m.fix for m in lint_template(tmp_path, template) if m.rule.id == "W9810")
    both = (
        "callers need lambda:InvokeFunctionUrl and lambda:InvokeFunction on the alias"
    )
    assert fix.warning.endswith(both) == says_both


# -- updates that move it by themselves ------------------------------------------------


def _update(folder: Path, after: Template_) -> Result:
    before, path = folder / "before.json", folder / "after.json"
    deployed = two_aliases(Url=url_on(None), First=to_anybody(FN))
    before.write_text(json.dumps(deployed, indent=2))
    path.write_text(json.dumps(after, indent=2))
    return fixed(path, "--rule", "W9834", "--baseline-path", str(before))


@needs_property
def test_what_a_url_lacks_that_moved_is_added(tmp_path: Path) -> None:
    result = _update(tmp_path, two_aliases(Url=url_on("live"), First=to_anybody(LIVE)))
    assert _permissions(result) == {"First": LIVE, "FirstInvoke": LIVE}


def test_whether_anybody_may_use_it_is_for_people(tmp_path: Path) -> None:
    after = two_aliases(Url=url_on("live"), Second=via_url(LIVE))
    result = _update(tmp_path, after)
    assert json.loads(result.text) == after
    assert list(reasons(result).values()) == [
        "only people know whether anybody may still use the URL"
    ]


def test_published_by_sam_already(tmp_path: Path) -> None:
    """What W9812 finds of a URL that is on the alias is put there, and no more."""
    url = {**PUBLISHED, "FunctionUrlConfig": {"AuthType": "AWS_IAM"}}
    template = sam_with(url, **_for("123456789012", both=False))
    path = tmp_path / "template.json"
    path.write_text(json.dumps(template, indent=2))
    assert _permissions(fixed(path, "--rule", "W9812")) == {"First": SAM_ALIAS}
