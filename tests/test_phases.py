"""The phases that `plan` writes, by an independent walk of what waits for what."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.decode import decode_str
from cfnlint.template import Template

from cfn_lint_lambda_race.__main__ import main
from cfn_lint_lambda_race._plan import _WORDS
from cfn_lint_lambda_race.cure._phases import MOVE, PREPARE, configured_first, phases
from cfn_lint_lambda_race.update import Kind
from tests.building import Template_, resource
from tests.linting import CORPUS, FUNCTION, TEMPLATES, lint
from tests.moving import authorized
from tests.translation import translated

# Each compares several templates, and lints them wholly.
pytestmark = pytest.mark.slow

STORY = TEMPLATES / "story"
ARTICLE = CORPUS / "article"
UPDATE_RULES = ("W9831", "W9832", "W9834", "W9835")

needs_article = pytest.mark.skipif(
    not ARTICLE.is_dir(), reason="needs the templates of the article"
)


def _article(name: str) -> Path:
    return ARTICLE / f"cdk-datadog-{name}.template.json"


class _Planned:
    """What the command says of an update, and the phases that it wrote."""

    def __init__(
        self,
        capsys: pytest.CaptureFixture[str],
        folder: Path,
        before: Path,
        after: Path,
        *options: str,
    ) -> None:
        self.before, self.after = before, after
        self.folder = folder / "phases"
        self.code = main(
            [
                "plan",
                "--baseline-path",
                str(before),
                "--output-dir",
                str(self.folder),
                *options,
                str(after),
            ]
        )
        captured = capsys.readouterr()
        self.out, self.err = captured.out, captured.err

    @property
    def names(self) -> list[str]:
        return [path.stem for path in self.files]

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.is_dir() else []

    @property
    def steps(self) -> Iterator[tuple[Path, Path]]:
        return zip([self.before, *self.files], self.files)

    def check(self) -> None:
        """Each phase is silent after the one before, and safe by another walk."""
        assert self.files
        for old, new in self.steps:
            found = lint(new, "-x", f"W9831:baseline_path={old}")
            assert [one for one in found if one.rule.id in UPDATE_RULES] == [], new
            _walk(_decoded(old), _decoded(new))


def _decoded(path: Path) -> Template_:
    template, matches = decode_str(path.read_text())
    assert not matches
    plain: Template_ = json.loads(json.dumps(template))
    return plain


# -- another walk ----------------------------------------------------------------


def _refers(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "Ref":
                yield value
            elif key == "Fn::GetAtt":
                yield value[0]
            elif key == "Fn::Sub":
                text = value if isinstance(value, str) else value[0]
                yield from re.findall(r"\$\{([A-Za-z0-9]+)", text)
            yield from _refers(value)
    elif isinstance(node, list):
        for value in node:
            yield from _refers(value)


def _waits(resources: Template_, later: str) -> set[str]:
    seen: set[str] = set()
    pending = [later]
    while pending:
        found = resources.get(pending.pop(), {})
        depends = found.get("DependsOn", [])
        names = set(_refers(found.get("Properties")))
        names |= {depends} if isinstance(depends, str) else set(depends)
        pending += names - seen
        seen |= names
    return seen


def _sources(resources: Template_, invoked: str) -> dict[str, str]:
    """The permissions on what is invoked: by what they permit, their names."""
    return {
        json.dumps(
            [one["Properties"].get("SourceArn"), one["Properties"]["Principal"]]
        ): (name)
        for name, one in resources.items()
        if one["Type"] == "AWS::Lambda::Permission"
        and invoked in set(_refers(one["Properties"]["FunctionName"]))
    }


_INVOKES = {
    "AWS::ApiGateway::Method": lambda one: one.get("Integration", {}).get("Uri"),
    "AWS::ApiGatewayV2::Integration": lambda one: one.get("IntegrationUri"),
    "AWS::Events::Rule": lambda one: one["Targets"],
}


def _walk(before: Template_, after: Template_) -> None:
    """Asserts that no order of the steps lets a caller meet a half, or refuses it."""
    old, new = before["Resources"], after["Resources"]
    callable_ = {
        name
        for name, one in {**old, **new}.items()
        if one["Type"] in ("AWS::Lambda::Function", "AWS::Lambda::Alias")
    }
    for name, one in new.items():
        if one["Type"] not in _INVOKES or name not in old:
            continue
        sides = [
            set(_refers(_INVOKES[one["Type"]](side[name]["Properties"]))) & callable_
            for side in (old, new)
        ]
        for side in sides:
            for invoked in side:
                is_function = new[invoked]["Type"] == "AWS::Lambda::Function"
                if is_function and invoked in old:
                    assert old[invoked] == new[invoked], f"{name} meets {invoked}"
        (was,), (now,) = sides
        if was == now:
            continue
        held, made = _sources(old, now), _sources(new, now)
        for source in _sources(old, was):
            permission = made[source]
            in_time = source in held or permission in _waits(new, name)
            assert in_time, f"{permission} comes after {name}"
    names = [
        (str(one["Properties"]["FunctionName"]), str(one["Properties"]["Name"]), name)
        for side in (old, new)
        for name, one in side.items()
        if one["Type"] == "AWS::Lambda::Alias"
    ]
    assert len({one[:2] for one in names}) == len(set(names)), "two aliases of a name"


# -- the seed's update -----------------------------------------------------------


def _effect(path: Path) -> Any:
    """A template with its generated logical IDs alike, and what has no effect gone."""
    template = _decoded(path)
    names: dict[str, str] = {}
    for name, one in template["Resources"].items():
        kind = one["Type"].rpartition("::")[2]
        if kind in ("Version", "Alias", "Deployment"):
            names[name] = kind
        for attribute in ("Metadata", "DeletionPolicy", "UpdateReplacePolicy"):
            one.pop(attribute, None)
    text = json.dumps(template["Resources"], sort_keys=True)
    for name, kind in names.items():
        text = text.replace(f'"{name}"', f'"{kind}"')
    return json.loads(text)


@needs_article
def test_article_is_three_safe_updates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = _Planned(capsys, tmp_path, _article("x86"), _article("arm"))
    assert plan.code == 0
    assert plan.names == ["1-prepare", "2-move", "3-change"]
    plan.check()
    assert _effect(plan.files[-1]) == _effect(_article("arm-alias"))
    assert "Safe in 3 updates" in plan.out


@needs_article
@pytest.mark.parametrize("side", ["x86-alias", "arm-alias"])
def test_alias_that_the_template_has_is_made_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], side: str
) -> None:
    plan = _Planned(capsys, tmp_path, _article("x86"), _article(side))
    plan.check()
    assert plan.files[-1].read_text() == _article(side).read_text()


@needs_article
def test_alias_that_is_deployed_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = _Planned(capsys, tmp_path, _article("arm-alias"), _article("x86"))
    assert plan.names == ["1-change"]
    plan.check()


@needs_article
def test_article_behind_its_alias_is_safe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = _article("x86-alias"), _article("arm-alias")
    plan = _Planned(capsys, tmp_path, before, after, "--check")
    assert plan.code == 0
    assert len(plan.out.splitlines()) == 1
    assert ": safe" in plan.out
    assert not plan.folder.exists()


# -- the story -------------------------------------------------------------------


def test_story_is_three_safe_updates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = _Planned(capsys, tmp_path, STORY / "race.before.yaml", STORY / "race.yaml")
    assert plan.names == ["1-prepare", "2-move", "3-change"]
    plan.check()
    moved = plan.files[1].read_text()
    assert moved.startswith((STORY / "race.before.yaml").read_text()[:200])
    assert plan.files[2].read_text().startswith("# The story, part 2")
    for file in plan.files:
        assert f"--template-file {file.as_posix()} " in plan.out


# -- made up ---------------------------------------------------------------------


def _saved(folder: Path, name: str, template: Template_) -> Path:
    path = folder / name
    # Without the anchors of parts that Python shares.
    plain = json.loads(json.dumps(template))
    path.write_text(yaml.safe_dump(plain, sort_keys=False))
    return path


def _orders(key: str = "orders.zip", **properties: Any) -> Template_:
    function = deepcopy(FUNCTION)
    function["Properties"]["Code"]["S3Key"] = key
    function["Properties"].update(properties)
    return function


def _ruled(function: Template_) -> Template_:
    invoked = {"Fn::GetAtt": ["Orders", "Arn"]}
    return {
        "Resources": {
            "Orders": function,
            "Hourly": resource(
                "Events::Rule",
                ScheduleExpression="rate(1 hour)",
                Targets=[{"Id": "orders", "Arn": invoked}],
            ),
            "Permission": resource(
                "Lambda::Permission",
                Action="lambda:InvokeFunction",
                FunctionName=invoked,
                Principal="events.amazonaws.com",
                SourceArn={"Fn::GetAtt": ["Hourly", "Arn"]},
            ),
        }
    }


def _environment(**variables: str) -> Template_:
    return {"Variables": variables}


def _made(
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    before: Template_,
    after: Template_,
    *options: str,
) -> _Planned:
    old, new = _saved(folder, "old.yaml", before), _saved(folder, "new.yaml", after)
    return _Planned(capsys, folder, old, new, *options)


def _made_of_a_variable(
    wrap: Callable[[Any], Any], capsys: pytest.CaptureFixture[str], folder: Path
) -> _Planned:
    """The three phases of an update that changes a variable with the code."""
    changed = _orders("new.zip", Environment=_environment(MODE="new"))
    plan = _made(capsys, folder, wrap(_orders()), wrap(changed))
    assert plan.names == ["1-prepare", "2-move", "3-change"]
    plan.check()
    return plan


def test_variable_with_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _made_of_a_variable(_ruled, capsys, tmp_path)


def test_what_has_no_fix_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sides = []
    for name, key, variables in (("old", "a.zip", {}), ("new", "b.zip", {"A": "b"})):
        template = _rest(_orders(key, Environment=_environment(**variables)))
        path = tmp_path / f"{name}.yaml"
        # With an anchor for what stands in two places, so it is left alone.
        path.write_text(yaml.safe_dump(template, sort_keys=False))
        sides.append(path)
    plan = _Planned(capsys, tmp_path, sides[0], sides[1])
    assert "not every one is safe" in plan.out
    assert "has an anchor" in plan.out


def _of_api(operations: str) -> Template_:
    arn = "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}"
    return resource(
        "Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName={"Fn::GetAtt": ["Orders", "Arn"]},
        Principal="apigateway.amazonaws.com",
        SourceArn={"Fn::Sub": f"{arn}{operations}"},
    )


def _rest(function: Template_) -> Template_:
    template = _ruled(function)
    uri = {
        "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "${Orders.Arn}/invocations"
    }
    template["Resources"] |= {
        "Api": resource("ApiGateway::RestApi", Name="orders"),
        "Method": resource(
            "ApiGateway::Method",
            HttpMethod="ANY",
            AuthorizationType="NONE",
            RestApiId={"Ref": "Api"},
            ResourceId={"Fn::GetAtt": ["Api", "RootResourceId"]},
            Integration={
                "Type": "AWS_PROXY",
                "IntegrationHttpMethod": "POST",
                "Uri": uri,
            },
        ),
        "Deployment": {
            "DependsOn": "Method",
            **resource("ApiGateway::Deployment", RestApiId={"Ref": "Api"}),
        },
        "Stage": resource(
            "ApiGateway::Stage",
            RestApiId={"Ref": "Api"},
            StageName="prod",
            DeploymentId={"Ref": "Deployment"},
        ),
        "OfApi": _of_api("/*/*/*"),
    }
    return template


def _http(function: Template_) -> Template_:
    template = _ruled(function)
    template["Resources"] |= {
        "Api": resource("ApiGatewayV2::Api", Name="orders", ProtocolType="HTTP"),
        "Integration": resource(
            "ApiGatewayV2::Integration",
            ApiId={"Ref": "Api"},
            IntegrationType="AWS_PROXY",
            IntegrationUri={"Fn::GetAtt": ["Orders", "Arn"]},
            PayloadFormatVersion="2.0",
        ),
        "Route": resource(
            "ApiGatewayV2::Route",
            ApiId={"Ref": "Api"},
            RouteKey="GET /",
            Target={"Fn::Sub": "integrations/${Integration}"},
        ),
        "Deployment": {
            "DependsOn": "Route",
            **resource("ApiGatewayV2::Deployment", ApiId={"Ref": "Api"}),
        },
        "Stage": resource(
            "ApiGatewayV2::Stage",
            ApiId={"Ref": "Api"},
            StageName="live",
            DeploymentId={"Ref": "Deployment"},
        ),
        "OfApi": _of_api("/*/*"),
    }
    return template


def test_http_api_that_is_deployed_by_hand_is_deployed_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = _made_of_a_variable(_http, capsys, tmp_path)
    resources = _decoded(plan.files[1])["Resources"]
    (name,) = (
        name
        for name, one in resources.items()
        if one["Type"] == "AWS::ApiGatewayV2::Deployment"
    )
    assert name != "Deployment"
    assert resources["Stage"]["Properties"]["DeploymentId"] == {"Ref": name}
    assert set(resources[name]["DependsOn"]) == {"Route", "Integration"}


def test_rest_api_is_deployed_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = _made_of_a_variable(_rest, capsys, tmp_path)
    prepared, moved, changed = (
        {
            name
            for name, one in _decoded(file)["Resources"].items()
            if one["Type"] == "AWS::ApiGateway::Deployment"
        }
        for file in plan.files
    )
    assert prepared == {"Deployment"}
    assert moved == changed != prepared


# -- without an alias ------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "is_addition"),
    [
        ({}, {"Environment": _environment(MODE="new")}, True),
        ({"MemorySize": 128}, {"MemorySize": 512}, True),
        ({"Timeout": 30}, {"Timeout": 3}, False),
        (
            {"Environment": _environment(MODE="old")},
            {"Environment": _environment(MODE="new")},
            False,
        ),
        ({"Environment": _environment(MODE="old")}, {}, False),
        ({}, {"Handler": "other.handler"}, False),
        ({}, {"Environment": _environment(AWS_LAMBDA_EXEC_WRAPPER="/opt/run")}, False),
        ({}, {"Environment": _environment(NODE_OPTIONS="--require x")}, False),
        (
            {},
            {
                "Architectures": ["arm64"],
                "Layers": ["arn:aws:lambda:eu-west-1:123456789012:layer:a:1"],
            },
            False,
        ),
        ({}, {"MemorySize": 512}, True),
        (
            {"Layers": ["arn:aws:lambda:eu-west-1:123456789012:layer:a:1"]},
            {
                "Layers": [
                    "arn:aws:lambda:eu-west-1:123456789012:layer:a:1",
                    "arn:aws:lambda:eu-west-1:123456789012:layer:b:1",
                ]
            },
            True,
        ),
    ],
)
def test_without_an_alias_additions_go_first(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    old: Template_,
    new: Template_,
    is_addition: bool,
) -> None:
    before, after = _ruled(_orders(**old)), _ruled(_orders("new.zip", **new))
    plan = _made(capsys, tmp_path, before, after, "--without-alias")
    if not is_addition:
        assert plan.names == []
        assert "Only people know" in plan.out
        return
    assert plan.names == ["1-configuration", "2-code"]
    assert plan.files[-1].read_text() == plan.after.read_text()
    for one, other in plan.steps:
        found = lint(other, "-x", f"W9831:baseline_path={one}")
        assert [match for match in found if match.rule.id in UPDATE_RULES] == []


# -- what cannot be planned ------------------------------------------------------


@pytest.mark.parametrize("content", [None, "Resources: [", "- 1\n", "\xff\x00", ""])
def test_baseline_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    baseline = tmp_path / "deployed.yaml"
    if content is not None:
        baseline.write_bytes(content.encode("latin-1"))
    plan = _Planned(capsys, tmp_path, baseline, STORY / "race.yaml")
    assert plan.code == 2
    assert plan.out == ""
    assert len(plan.err.splitlines()) == 1
    assert not plan.folder.exists()


@pytest.mark.parametrize("content", [None, "Resources: [", "- 1\n", ""])
def test_template_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    template = tmp_path / "new.yaml"
    if content is not None:
        template.write_text(content)
    plan = _Planned(capsys, tmp_path, STORY / "race.yaml", template)
    assert plan.code == 2
    assert plan.out == ""
    assert len(plan.err.splitlines()) == 1


def test_nothing_to_compare_with(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plan", str(STORY / "race.yaml")]) == 2
    assert "--baseline-ref" in capsys.readouterr().err


def test_revision_is_a_baseline(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    template = tmp_path / "template.yaml"
    template.write_bytes((STORY / "race.before.yaml").read_bytes())
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "Deployed"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    template.write_bytes((STORY / "race.yaml").read_bytes())
    monkeypatch.chdir(tmp_path)
    assert main(["plan", "--baseline-ref", "HEAD", "--check", "template.yaml"]) == 1
    assert "Safe in 3 updates" in capsys.readouterr().out


# -- formats ---------------------------------------------------------------------


def _formatted(capsys: pytest.CaptureFixture[str], form: str, *sides: Path) -> str:
    before, after = sides or (STORY / "race.before.yaml", STORY / "race.yaml")
    code = main(["plan", "--baseline-path", str(before), "--format", form, str(after)])
    assert code == 0
    return capsys.readouterr().out


def test_svg_shows_a_function_half_new_only_between_two_calls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code_alone = deepcopy(_ruled(_orders("new.zip")))
    code_alone["Resources"]["Hourly"]["Properties"]["State"] = "ENABLED"
    text = _formatted(
        capsys,
        "svg",
        _saved(tmp_path, "old.yaml", _ruled(_orders())),
        _saved(tmp_path, "new.yaml", code_alone),
    )
    assert "MIXED" not in text
    assert "UpdateFunctionCode" in text


@pytest.mark.parametrize("name", ["orders", {"Fn::Sub": "${AWS::StackName}-orders"}])
@pytest.mark.parametrize("alias", ["live", "prod"])
def test_alias_by_the_function_s_name_is_the_same_in_all_phases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: Any, alias: str
) -> None:
    before = _ruled(_orders(FunctionName=name))
    change = _environment(MODE="new")
    after = _ruled(_orders("new.zip", FunctionName=name, Environment=change))
    live = {"Ref": "Mine"}
    after["Resources"] |= {
        "OrdersVersion2": resource("Lambda::Version", FunctionName={"Ref": "Orders"}),
        "Mine": resource(
            "Lambda::Alias",
            FunctionName=name,
            FunctionVersion={"Fn::GetAtt": ["OrdersVersion2", "Version"]},
            Name=alias,
        ),
    }
    after["Resources"]["Hourly"]["Properties"]["Targets"][0]["Arn"] = live
    after["Resources"]["Permission"]["Properties"]["FunctionName"] = live
    plan = _made(capsys, tmp_path, before, after)
    assert "Safe in 3 updates" in plan.out
    for file in plan.files:
        (found,) = (
            (key, one["Properties"]["Name"])
            for key, one in _decoded(file)["Resources"].items()
            if one["Type"] == "AWS::Lambda::Alias"
        )
        assert found == ("Mine", alias)


def test_function_that_nothing_invokes_is_for_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = (
        {"Resources": {"Orders": function}}
        for function in (
            _orders(),
            _orders("new.zip", Environment=_environment(MODE="new")),
        )
    )
    plan = _made(capsys, tmp_path, before, after)
    assert plan.code == 0
    assert plan.names == []
    assert "Nothing in the template invokes Orders" in plan.out


def test_api_is_deployed_after_its_methods_move(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _rest(_orders())
    after = _rest(_orders("new.zip", Environment=_environment(MODE="new")))
    for side in (before, after):
        del side["Resources"]["Deployment"]["DependsOn"]
    plan = _made(capsys, tmp_path, before, after)
    plan.check()
    resources = _decoded(plan.files[1])["Resources"]
    (deployment,) = (
        one
        for one in resources.values()
        if one["Type"] == "AWS::ApiGateway::Deployment"
    )
    assert deployment["DependsOn"] == ["Method"]


@pytest.mark.parametrize(
    "broken",
    [
        {"Odd": "a text"},
        {"Odd": {"Type": "AWS::Lambda::Alias", "Properties": []}},
        {"Odd": {"Type": "AWS::ApiGateway::Deployment"}},
        {"Odd": {"Type": ["AWS::Lambda::Version"], "Properties": "x"}},
        {"Odd": None},
        {
            "Fn::ForEach::Odd": [
                "Name",
                ["A", "B"],
                {"${Name}": {"Type": "AWS::SNS::Topic", "Properties": {}}},
            ]
        },
    ],
)
@pytest.mark.parametrize("options", [(), ("--without-alias",)])
def test_odd_resources_are_no_crash(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    broken: Template_,
    options: tuple[str, ...],
) -> None:
    before = _ruled(_orders())
    after = _ruled(_orders("new.zip", Environment=_environment(MODE="new")))
    for side in (before, after):
        side["Resources"] |= broken
    plan = _made(capsys, tmp_path, before, after, *options)
    assert plan.code in (0, 2)
    assert plan.out if plan.code == 0 else plan.err


def test_each_kind_of_hazard_has_words() -> None:
    assert set(_WORDS) == set(Kind)


# -- which kinds of resources go with which phase ----------------------------------


def _read(text: str) -> Template:
    return Template("template.yaml", yaml.safe_load(text), ["us-east-1"])


def _phases_of(
    before: Template_, cured: Template_
) -> dict[str, dict[str, dict[str, Any]]]:
    """By phase, the resources of an update that only moves."""
    texts = [yaml.safe_dump(one, sort_keys=False) for one in (before, cured)]
    found = phases(texts[0], texts[1], texts[1], _read)
    return {one.name: yaml.safe_load(one.text)["Resources"] for one in found}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("ApiGateway::Authorizer", "RestApiId"),
        ("ApiGateway::Method", "RestApiId"),
        ("ApiGateway::RestApi", ""),
        ("ApiGatewayV2::Api", ""),
        ("ApiGatewayV2::Authorizer", "ApiId"),
        ("ApiGatewayV2::Integration", "ApiId"),
    ],
)
def test_an_api_is_deployed_anew_for_each_part_that_moves(kind: str, name: str) -> None:
    family = kind.partition("::")[0]
    api = "RestApi" if family == "ApiGateway" else "Api"

    def template(target: str) -> Template_:
        of_api = {name: {"Ref": "Shop"}} if name else {}
        part = resource(kind, Uri=target, **of_api)
        deployment = resource(f"{family}::Deployment", **{f"{api}Id": {"Ref": "Shop"}})
        other = resource(f"{family}::Deployment", **{f"{api}Id": {"Ref": "Other"}})
        return {
            "Resources": {
                "Shop": resource(f"{family}::{api}", Name="shop"),
                "Part" if name else "Shop": part,
                "Deployment": deployment,
                "OfOther": other,
            }
        }

    moved = _phases_of(template("old"), template("new"))[MOVE]
    (made,) = set(moved) - {"Shop", "Part", "OfOther"}
    assert re.fullmatch("Deployment[0-9a-f]{8}", made)
    # It refers to its API already.
    assert moved[made].get("DependsOn", []) == (["Part"] if name else [])


@pytest.mark.parametrize("kind", ["ManagedPolicy", "Policy", "Role", "RolePolicy"])
def test_what_is_allowed_more_is_allowed_before_the_move(kind: str) -> None:
    def template(target: str, *allowed: str) -> Template_:
        rule = resource("Events::Rule", Targets=[{"Id": "a", "Arn": target}])
        policy = resource(f"IAM::{kind}", Allowed=list(allowed))
        return {"Resources": {"Rule": rule, "Policy": policy}}

    before, cured = template("old", "old"), template("new", "old", "new")
    found = _phases_of(before, cured)
    assert found[PREPARE] == template("old", "old", "new")["Resources"]
    assert found[MOVE] == cured["Resources"]


@pytest.mark.parametrize(
    ("name", "old", "new", "is_addition"),
    [
        *(
            ("Environment", None, _environment(**{variable: "a"}), is_addition)
            for variable, is_addition in (
                ("AWS_LAMBDA_EXEC_WRAPPER", False),
                ("_HANDLER", False),
                ("DOTNET_STARTUP_HOOKS", False),
                ("JAVA_TOOL_OPTIONS", False),
                ("LD_LIBRARY_PATH", False),
                ("NODE_OPTIONS", False),
                ("PATH", False),
                ("PYTHONPATH", False),
                ("GEM_PATH", False),
                ("RUBYLIB", False),
                ("TZ", False),
                ("LANG", False),
                ("MODE", True),
                ("PATHS", True),
                ("LANGUAGE", True),
                ("MY_AWS_REGION", True),
            )
        ),
        ("Environment", _environment(A="a"), _environment(A="a", B="b"), True),
        ("Environment", _environment(A="a"), _environment(B="b"), False),
        # What was there before says nothing new.
        ("Environment", _environment(TZ="a"), _environment(TZ="a", B="b"), True),
        ("Environment", {"Variables": {"Ref": "A"}}, {"Variables": ["a"]}, False),
        ("MemorySize", None, 128, True),
        ("MemorySize", None, 127, False),
        ("MemorySize", 512, 256, False),
        ("Timeout", None, 3, True),
        ("Timeout", None, 2, False),
        ("Timeout", 9, None, False),
        ("Timeout", 9, {"Ref": "A"}, False),
        ("Layers", None, ["a"], True),
        ("Layers", ["a"], ["a", "b"], True),
        ("Layers", ["a"], ["b", "a"], False),
        ("Layers", ["a"], None, False),
        ("Handler", None, "a.b", False),
    ],
)
def test_what_the_old_code_cannot_miss(
    name: str, old: Any, new: Any, is_addition: bool
) -> None:
    def template(key: str, value: Any) -> Template_:
        properties = {} if value is None else {name: value}
        return {"Resources": {"Orders": _orders(key, **properties)}}

    before, after = (
        yaml.safe_dump(template(key, value), sort_keys=False)
        for key, value in (("old", old), ("new", new))
    )
    found = configured_first(before, after, {"Orders": [name]}, _read)
    made = None if found is None else yaml.safe_load(found)
    assert made == (template("old", new) if is_addition else None)


def _permitted(template: Template_, invoked: Any) -> list[Template_]:
    """What permissions on something say, as SAM translates them, but for it."""
    said = []
    for one in translated(template)["Resources"].values():
        properties = one["Properties"]
        if one["Type"] == "AWS::Lambda::Permission" and (
            properties.pop("FunctionName") == invoked
        ):
            match properties["SourceArn"]["Fn::Sub"]:
                case [text, names]:
                    for name, value in names.items():
                        text = text.replace(f"${{{name}}}", f"${{{value['Ref']}}}")
                case text:
                    pass
            properties["SourceArn"] = text.replace("${AWS::Partition}", "aws")
            said.append(properties)
    return said


@pytest.mark.parametrize("kind", ["Api", "HttpApi"])
@pytest.mark.parametrize("place", ["own", "Globals", "implicit"])
def test_what_sam_permits_after_the_move_is_permitted_first(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    place: str,
) -> None:
    """The permission that SAM makes for an authorizer waits for the API."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    asked = {"EnableFunctionDefaultPermissions": True} if kind == "HttpApi" else {}
    before = authorized({"Fn::GetAtt": ["Orders", "Arn"]}, place, kind, **asked)
    for name in ("Live", "OrdersVersion1"):
        del before["Resources"][name]
    after = deepcopy(before)
    properties = after["Resources"]["Orders"]["Properties"]
    properties["Code"] = {"S3Bucket": "artifacts", "S3Key": "other.zip"}
    properties["Environment"] = {"Variables": {"TABLE": "other"}}
    old, new = _saved(tmp_path, "before", before), _saved(tmp_path, "after", after)
    plan = _Planned(capsys, tmp_path, old, new)
    assert "Safe in 3 updates:" in plan.out
    alias = {"Ref": "OrdersLive"}
    prepared, moved, changed = (
        _permitted(_decoded(path), alias) for path in plan.files
    )
    (sam,) = changed
    assert prepared == [sam]
    assert moved == [sam, sam]
    (late,) = (
        _decoded(plan.files[2])["Resources"].keys()
        - after["Resources"].keys()
        - {"OrdersLive"}
    )
    assert late.startswith("OrdersVersion")
    for old, new in plan.steps:
        found = lint(new, "-x", f"W9831:baseline_path={old}")
        assert [one for one in found if one.rule.id in UPDATE_RULES] == []
