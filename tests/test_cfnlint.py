"""What the pack needs of cfn-lint, member by member.

A test that fails here on a new cfn-lint says what of `template/_cfnlint.py` it breaks.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import pytest
from cfnlint.config import ConfigMixIn
from cfnlint.context.parameters import ParameterSet
from cfnlint.decode import decode_str
from cfnlint.template import Template
from cfnlint.version import __version__

from cfn_lint_lambda_race.template import _cfnlint as door
from cfn_lint_lambda_race.template._documents import MAX_NODES
from cfn_lint_lambda_race.update import Settings, configure, update_of

YAML = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 3
Parameters:
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: !Equals [!Ref Stage, test]
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Metadata: {cfn-lint: {config: {ignore_checks: [W9831]}}}
    Properties:
      CodeUri: src/
"""


def _template(text: str = YAML) -> Any:
    return Template("template.yaml", decode_str(text)[0], ["us-east-1"])


def test_the_members_of_a_template() -> None:
    cfn = _template()
    assert cfn.filename == "template.yaml"
    assert cfn.template["Resources"]["Fn"]["Type"] == "AWS::Serverless::Function"
    assert cfn.regions == ["us-east-1"]
    assert {"Transform", "Globals"} <= set(cfn.transform_pre)
    assert hasattr(cfn, "context")


def test_what_a_loop_was_is_known_before_the_transform() -> None:
    """`transform_pre` names what the unrolling of loops looks for."""
    cfn = _template(YAML.replace("Fn:\n", "Fn::ForEach::All:\n", 1))
    assert "Fn::ForEach" in cfn.transform_pre
    assert "Fn::FindInMap" in cfn.transform_pre


def test_an_object_is_kept_with_its_template() -> None:
    cfn = _template()
    first = door.kept(cfn, dict, dict)
    assert door.kept(cfn, dict, dict) is first
    assert door.kept(_template(), dict, dict) is not first
    door.forget(cfn, dict)
    assert door.kept(cfn, dict, dict) is not first


def test_decoded_nodes_know_where_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(YAML)
    for document in (door.decoded_file(str(file)), door.decoded_text(YAML)):
        section = door.marked(document["Globals"])
        assert section is not None
        assert (section.start_mark.line, section.start_mark.column) == (2, 2)
        assert section.end_mark.line == 4
    assert door.marked("a text") is None


def test_a_broken_document_is_none(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text("a: [")
    with door.quiet():
        assert door.decoded_file(str(file)) is None
        assert door.decoded_text("a: [") is None


@pytest.mark.parametrize(
    ("text", "repeated"),
    [
        ("a: 1\nb: 2\n", None),
        ("a: 1\nb: [", None),
        ("a: 1\n\nb: 1\nb: 2\nc: 1\nc: 2\n", ("b", 3, 4)),
        # Both on one line, which is said once.
        ("a: {b: 1, b: 2}\nc: 1\nc: 2\n", ("b", 1, 1)),
    ],
    ids=["none", "broken", "two", "one line"],
)
def test_the_first_key_that_a_text_repeats(
    text: str, repeated: tuple[str, int, int] | None
) -> None:
    assert door.repeated_key(text) == repeated


def test_a_template_is_made_like_another() -> None:
    cfn = _template()
    made = door.made_of({"Resources": {}}, cfn)
    assert isinstance(made, Template)
    assert (made.filename, made.regions) == (cfn.filename, cfn.regions)


def test_the_names_of_transforms() -> None:
    assert door.transforms_of({}) == []
    for written in (door.TRANSFORM_SAM, [door.TRANSFORM_SAM]):
        assert door.transforms_of({"Transform": written}) == [door.TRANSFORM_SAM]
    assert door.TRANSFORM_LANGUAGE_EXTENSION == "AWS::LanguageExtensions"


def test_loops_are_unrolled_in_place() -> None:
    document = {
        "Transform": [door.TRANSFORM_LANGUAGE_EXTENSION],
        "Resources": {
            "Fn::ForEach::All": [
                "Name",
                ["A", "B"],
                {"${Name}": {"Type": "AWS::SNS::Topic"}},
            ]
        },
    }
    cfn = door.made_of(document, _template())
    assert cfn.transform() == []
    assert set(cfn.template["Resources"]) == {"A", "B"}


def test_the_values_that_a_user_gives() -> None:
    cfn = _template()
    assert door.parameter_sets(cfn) == []
    config = ConfigMixIn(["--parameters", "Stage=prod", "--", "template.yaml"])
    given = Template("template.yaml", cfn.template, ["us-east-1"], config.parameters)
    assert [dict(one) for one in door.parameter_sets(given)] == [{"Stage": "prod"}]
    # What is made of a template knows them too.
    made = door.made_of(cfn.template, given)
    assert [dict(one) for one in door.parameter_sets(made)] == [{"Stage": "prod"}]


def test_values_that_have_no_names_are_none() -> None:
    """A configuration file may hold anything."""
    for given, expected in (([], []), ({"Stage": "prod"}, [{"Stage": "prod"}])):
        cfn = _template()
        sets = [ParameterSet(source=None, parameters=given)]
        vars(cfn)["context"] = cfn.context.evolve(parameter_sets=sets)
        assert door.parameter_sets(cfn) == expected


def _asked_in_a_run(cfn: Any, config: Any, asked: Any) -> list[dict[str, Any]]:
    """What is asked in the midst of cfn-lint's run, which has these names."""
    assert cfn is not None
    assert config is not None
    return [dict(one) for one in door.parameter_sets(asked)]


def test_the_values_of_a_run_are_those_of_its_template_alone() -> None:
    config = ConfigMixIn(["--parameters", "Stage=prod", "--", "template.yaml"])
    mine, other = _template(), _template()
    assert _asked_in_a_run(mine, config, other) == []
    assert _asked_in_a_run(mine, config, mine) == [{"Stage": "prod"}]


def test_globals_are_merged_in_place() -> None:
    document = door.decoded_text(YAML)
    door.merge_globals(document)
    assert document["Resources"]["Fn"]["Properties"]["Timeout"] == 3
    assert document["Globals"] == {"Function": {"Timeout": 3}}


def test_globals_are_merged_as_the_translator_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where cfn-lint itself does not; what is written once for all keeps its place."""
    pytest.importorskip("samtranslator.plugins.globals.globals_plugin")
    monkeypatch.setitem(sys.modules, "cfnlint.template.transforms._sam_globals", None)
    document = door.decoded_text(YAML)
    door.merge_globals(document)
    assert document["Resources"]["Fn"]["Properties"]["Timeout"] == 3
    assert document["Globals"] == {"Function": {"Timeout": 3}}
    without = door.decoded_text(YAML.replace("Globals:", "Metadata:"))
    door.merge_globals(without)
    assert "Globals" not in without
    large = {**door.decoded_text(YAML), "Metadata": {"All": [0] * MAX_NODES}}
    door.merge_globals(large)
    assert "Timeout" not in large["Resources"]["Fn"]["Properties"]


def test_a_merge_of_globals_that_is_missing_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not that the baseline is the wrong template."""
    file = tmp_path / "deployed.yaml"
    file.write_text(YAML)
    for module in (
        "cfnlint.template.transforms._sam_globals",
        "samtranslator.plugins.globals.globals_plugin",
    ):
        monkeypatch.setitem(sys.modules, module, None)
    cfn = _template("Resources: {}")
    configure(cfn, Settings(baseline_path=str(file)))
    problem = update_of(cfn).problem
    assert f"cfn-lint {__version__} merges the Globals" in problem
    assert "update one of the two" in problem
    assert "name the template" not in problem


def test_cfn_lint_logs_where_it_is_kept_quiet() -> None:
    level = logging.getLogger(door.LOGGER).level
    with door.quiet():
        for name in ("cfnlint.decode.decode", "cfnlint.template.transforms"):
            assert logging.getLogger(name).getEffectiveLevel() == logging.CRITICAL
    assert logging.getLogger(door.LOGGER).level == level


def test_where_a_path_stands() -> None:
    cfn = _template()
    path = ("Resources", "Fn", "Properties", "CodeUri")
    assert door.location(cfn, cfn.template, path)[:2] == (14, 6)
    # Of what is not there, the nearest thing above.
    lost = door.location(cfn, cfn.template, ("Resources", "Fn", "Lost"))
    assert lost[:2] == door.location(cfn, cfn.template, ("Resources", "Fn"))[:2]


def test_a_key_stands_where_another_stood() -> None:
    old = next(iter(door.decoded_text("Old: 1")))
    new = door.key_at("New", old)
    assert new == "New"
    known, was = door.marked(new), door.marked(old)
    assert known is not None
    assert was is not None
    assert known.start_mark == was.start_mark
    assert door.marked(door.key_at("New", "Old")) is None


def test_the_resources_that_ignore_a_rule() -> None:
    assert list(door.ignoring(_template(), "W9831")) == ["Fn"]
    assert list(door.ignoring(_template(), "W9832")) == []
    broken = _template(
        YAML.replace("{cfn-lint: {config: {ignore_checks: [W9831]}}}", "[]")
    )
    assert list(door.ignoring(broken, "W9831")) == []


def test_which_conditions_can_be_at_once() -> None:
    conditions = _template().conditions
    assert conditions.get("IsProd") is not None
    assert conditions.get("Unheard") is None
    assert door.is_solvable(conditions, [("IsProd", True), ("IsTest", False)])
    assert not door.is_solvable(conditions, [("IsProd", True), ("IsTest", True)])


def test_which_properties_replace_a_resource() -> None:
    assert "/properties/FunctionName" in door.create_only_pointers(
        "AWS::Lambda::Function"
    )
    assert door.create_only_pointers("AWS::Unheard::Of") == ()


def test_known_properties() -> None:
    assert door.has_property("AWS::Lambda::Permission", "FunctionName")
    assert not door.has_property("AWS::Lambda::Permission", "UnheardOf")
    assert not door.has_property("AWS::Unheard::Of", "FunctionName")
