"""The steps of an update, and what callers meet in every order of them.

Tests `update/_order.py`, `update/_side.py`, `update/_steps.py` and
`update/_world.py` too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_lint_lambda_race.update import (
    Kind,
    gaps,
    redundant_versions,
    timeline_of,
    update_of,
)
from cfn_lint_lambda_race.update._world import Action
from tests.attached import to_anybody, uri_of, via_url
from tests.building import (
    ARN,
    CHOICE,
    FN,
    LIVE,
    Template_,
    new_code,
    parameter,
    permission_on,
    resource,
    rule_for,
    sam,
)
from tests.fuzzing import fuzzed
from tests.moving import (
    OF_RULE,
    authorized,
    event_of_sam,
    published_as,
    rest_api,
    rule_that_moves,
    stack_with,
    timeline_from,
    url_that_moves,
    waited_for,
)
from tests.updates import configured

STAGE = {"Ref": "Prod"}


# -- the timeline as a table ---------------------------------------------------------


def _table(before: Template_, after: Template_) -> list[tuple[str, ...]]:
    """The steps in words, and what each caller meets after each."""
    return [
        (
            moment.step.words if moment.step else "",
            *(
                "denied" if met.is_denied else str(met.state.value)
                for met in moment.met
            ),
        )
        for moment in timeline_from(before, after).moments
    ]


def _changed(side: Template_, version: str = "OrdersVersion1") -> Template_:
    """The same with other code, another timeout and a version of this name."""
    text = json.dumps(new_code(side)).replace("OrdersVersion1", version)
    changed: Template_ = json.loads(text)
    changed["Resources"]["Orders"]["Properties"]["Timeout"] = 9
    return changed


def test_race_and_denial_in_one_update() -> None:
    before, after = rule_that_moves()
    assert _table(before, _changed(after, "V2")) == [
        ("", "old"),
        ("UpdateFunctionCode of Orders", "mixed"),
        ("UpdateFunctionConfiguration of Orders", "new"),
        ("create V2", "new"),
        ("change Live", "new"),
        ("change Hourly", "denied"),
        ("replace Permission", "new"),
        ("delete OrdersVersion1", "new"),
        ("delete Permission", "new"),
    ]
    timeline = timeline_from(before, _changed(after, "V2"))
    assert [one.kind for one in timeline.hazards] == [Kind.RACE, Kind.DENIED]
    assert timeline.possible == ()


def test_alias_that_moves_shields() -> None:
    side = rule_that_moves(LIVE)[0]
    assert _table(side, _changed(side, "V2")) == [
        ("", "old"),
        ("UpdateFunctionCode of Orders", "old"),
        ("UpdateFunctionConfiguration of Orders", "old"),
        ("create V2", "old"),
        ("change Live", "new"),
        ("delete OrdersVersion1", "new"),
    ]
    assert timeline_from(side, _changed(side, "V2")).hazards == ()


def test_alias_that_stays_is_stale() -> None:
    side = rule_that_moves(LIVE)[0]
    assert {row[1] for row in _table(side, _changed(side))} == {"old"}
    (hazard,) = timeline_from(side, _changed(side)).hazards
    assert (hazard.kind, hazard.is_lasting) == (Kind.STALE, True)


def test_stage_serves_the_old_method_until_it_is_deployed() -> None:
    sides = rest_api(ARN, "One", STAGE), rest_api(LIVE, "Two", STAGE)
    table = _table(*sides)
    assert [row[0] for row in table[1:]] == [
        "change Get",
        "create Two",
        "change Prod",
        "replace Permission",
        "delete Permission",
    ]
    assert [row[1] for row in table] == [*["old"] * 3, "denied", "old", "old"]
    table = _table(rest_api(ARN, "One"), rest_api(LIVE, "One"))
    assert [row[1] for row in table] == [*["old"] * 3, "denied"]


def test_what_some_orders_avoid_is_kept_apart() -> None:
    timeline = timeline_from(*rule_that_moves(SourceAccount="123456789012"))
    assert timeline.hazards == ()
    assert [one.kind for one in timeline.possible] == [Kind.DENIED]
    # The table shows an order without it.
    assert not any(met.is_denied for one in timeline.moments for met in one.met)


def test_sam_s_own_resources_are_steps() -> None:
    table = _table(
        event_of_sam("Schedule"), event_of_sam("Schedule", AutoPublishAlias="live")
    )
    assert table == [
        ("", "old"),
        ("create Orders.Version", "old"),
        ("create Orders.Alias", "old"),
        ("change Orders.Events.It", "denied"),
        ("replace Orders.Events.It.Permission", "old"),
        ("delete Orders.Events.It.Permission", "old"),
    ]


def test_a_permission_is_deleted_where_there_was_one() -> None:
    """In the clean-up, when a new one is in its place."""

    def steps(before: Template_, after: Template_) -> list[str]:
        found = timeline_from(before, after).steps
        return [step.words for step in found if step.name == "Permission"]

    old, new = rule_that_moves()
    without = deepcopy(new)
    del without["Resources"]["Permission"]
    assert steps(without, new) == ["create Permission"]
    assert steps(old, new) == ["replace Permission", "delete Permission"]
    assert steps(new, without) == ["delete Permission"]


def test_a_version_that_is_retained_is_not_deleted() -> None:
    def deleted(policy: str, *names: str) -> list[str]:
        sides = [
            {"Resources": {**published_as(name), "Hourly": rule_for(LIVE)}}
            for name in names
        ]
        for side in sides:
            for name in names:
                if name in side["Resources"]:
                    side["Resources"][name][policy] = "Retain"
        sides[1]["Resources"]["Orders"]["Properties"]["FunctionName"] = "other"
        found = timeline_from(sides[0], sides[1]).steps
        return [one.words for one in found if one.words.startswith("delete Version")]

    # What goes, and what is replaced since its function is.
    assert deleted("DeletionPolicy", "Version1", "Version2") == []
    assert deleted("UpdateReplacePolicy", "Version1", "Version2") == ["delete Version1"]
    assert deleted("DeletionPolicy", "Version1", "Version1") == ["delete Version1"]
    assert deleted("UpdateReplacePolicy", "Version1", "Version1") == []


def test_a_version_may_be_called_version() -> None:
    """SAM calls its own so, behind the function's name and a dot."""
    before = {"Resources": {**published_as("Version"), "Hourly": rule_for(LIVE)}}
    after = {"Resources": {**published_as("Version2"), "Hourly": rule_for(LIVE)}}
    assert _table(before, new_code(after)) == [
        ("", "old"),
        ("UpdateFunctionCode of Orders", "old"),
        ("create Version2", "old"),
        ("change Live", "new"),
        ("delete Version", "new"),
    ]


def test_same_template_has_no_steps() -> None:
    for side in (*rule_that_moves(), event_of_sam("Schedule", AutoPublishAlias="live")):
        assert timeline_from(side, side).steps == []
        assert len(timeline_from(side, side).callers) == 1


def test_only_affected_callers_make_a_column() -> None:
    before, after = rule_that_moves()
    for side in (before, after):
        side["Resources"]["Daily"] = rule_for(LIVE)
    timeline = timeline_from(before, after)
    names = [timeline.callers[one].target.resource.id for one in timeline.affected]
    assert names == ["Hourly"]
    assert len(timeline.callers) == 2


@pytest.mark.parametrize(
    ("qualifier", "states"),
    [
        ("$LATEST", ["old", "old", "old"]),
        ("1", ["old", "denied", "unknown", "unknown"]),
        ("${Qualifier}", ["old", "unknown", "unknown", "unknown"]),
    ],
)
def test_what_a_move_from_the_unqualified_function_is(
    qualifier: str, states: list[str]
) -> None:
    before, after = rule_that_moves(ARN, {"Fn::Sub": f"${{Orders.Arn}}:{qualifier}"})
    for side in (before, after):
        side["Parameters"] = {"Qualifier": parameter()}
    assert [row[1] for row in _table(before, after)] == states


def test_a_stack_without_the_target_has_no_caller() -> None:
    before, after = rule_that_moves()
    for side in (before, after):
        side.update(CHOICE, Parameters={"Stage": parameter(Default="dev")})
        side["Resources"]["Hourly"]["Condition"] = "IsProd"
    assert timeline_from(before, after).callers == []
    for side in (before, after):
        side["Parameters"]["Stage"]["Default"] = "prod"
    assert len(timeline_from(before, after).callers) == 1


def test_new_and_removed_targets_are_met_while_they_are_there() -> None:
    with_rule = stack_with(Hourly=rule_for(ARN))
    states = [row[1] for row in _table(stack_with(), with_rule)]
    assert states == ["absent", "old"]
    states = [row[1] for row in _table(with_rule, stack_with())]
    assert states == ["old", "absent"]


def test_replaced_target_serves_until_the_clean_up() -> None:
    before, after = rule_that_moves()
    after["Resources"]["Hourly"]["Properties"]["Name"] = "hourly"
    table = _table(before, after)
    assert [row[0] for row in table[1:]] == [
        "replace Hourly",
        "replace Permission",
        "delete Permission",
        "delete Hourly",
    ]


def test_what_is_removed_is_served_until_the_clean_up() -> None:
    """So it certainly meets a function that changes in the same update."""
    before = stack_with(Hourly=rule_for(ARN))
    after = _changed(stack_with())
    timeline = timeline_from(before, after)
    assert [one.kind for one in timeline.hazards] == [Kind.RACE]
    assert timeline.possible == ()


# -- function URLs -----------------------------------------------------------------


def _denials(before: Template_, after: Template_) -> list[tuple[str, bool, str]]:
    timeline = timeline_from(before, after)
    assert timeline.possible == ()
    return [
        (one.name, one.is_lasting, one.lacks)
        for one in timeline.hazards
        if one.kind is Kind.DENIED
    ]


def test_old_url_serves_until_the_clean_up() -> None:
    table = _table(*url_that_moves())
    assert [row[0] for row in table[1:]] == [
        "replace First",
        "replace Second",
        "replace Url",
        "delete First",
        "delete Second",
        "delete Url",
    ]
    assert {row[1] for row in table} == {"old"}


@pytest.mark.parametrize("old", [ARN, None])
@pytest.mark.parametrize(
    ("first", "second", "denied"),
    [
        (LIVE, LIVE, []),
        # Another permission than the URL needs, which W9812 tells.
        (LIVE, ARN, [("Url", True, "")]),
        (ARN, LIVE, [("Url", True, "")]),
        (LIVE, None, [("Url", True, "lambda:InvokeFunction")]),
        (None, LIVE, [("Url", True, "lambda:InvokeFunctionUrl")]),
        (None, None, [("Url", True, "")]),
    ],
)
def test_url_that_moves_needs_both_permissions(
    old: Any, first: Any, second: Any, denied: list[Any]
) -> None:
    """Also where the one before, which may be older than October 2025, has one."""
    sides = url_that_moves((ARN, ARN, old), (LIVE, first, second))
    assert _denials(*sides) == denied


@pytest.mark.parametrize(
    ("on", "denied"), [(LIVE, []), (FN, [("Url", True, "lambda:InvokeFunction")])]
)
def test_what_is_not_limited_to_a_url_permits_it_where_it_is(
    on: Any, denied: list[Any]
) -> None:
    """Elsewhere it may be for something else, so that W9812 does not tell."""
    sides = url_that_moves((ARN, ARN, ARN), (LIVE, LIVE, None))
    sides[1]["Resources"]["Other"] = permission_on(on, "*")
    assert _denials(*sides) == denied


@pytest.mark.parametrize("old", [ARN, FN, {"Fn::Sub": "${Orders.Arn}"}])
@pytest.mark.parametrize(
    "new", [{"Fn::Sub": "${Orders.Arn}:live"}, {"Fn::Sub": "${Orders}:live"}]
)
def test_url_of_another_qualifier_is_another_one(old: Any, new: Any) -> None:
    """However its function is named."""
    before, after = url_that_moves((old, ARN, ARN), (new, LIVE, ARN))
    assert "replace Url" in [row[0] for row in _table(before, after)]
    assert _denials(before, after) == [("Url", True, "")]


@pytest.mark.parametrize("second", [ARN, LIVE, None])
@pytest.mark.parametrize("then", [ARN, LIVE, None])
def test_url_that_stays_is_not_judged(second: Any, then: Any) -> None:
    """It may be older than October 2025, and do with one permission."""
    sides = url_that_moves((LIVE, LIVE, second), (LIVE, LIVE, then))
    assert _denials(*sides) == []
    assert {row[1] for row in _table(*sides)} == {"old"}


@pytest.mark.parametrize("auth", ["AWS_IAM", {"Ref": "Auth"}])
def test_url_whose_callers_may_have_policies_is_not_judged(auth: Any) -> None:
    sides = url_that_moves((ARN, ARN, ARN), (LIVE, LIVE, None))
    for side in sides:
        side["Resources"]["Url"]["Properties"]["AuthType"] = auth
        side["Parameters"] = {"Auth": parameter()}
    assert _denials(*sides) == []


def test_url_that_was_denied_before_is_not_judged() -> None:
    assert _denials(*url_that_moves((ARN, LIVE, LIVE), (LIVE, ARN, None))) == []


def test_url_of_sam_s_moves_with_the_permissions_that_sam_makes() -> None:
    """What is written beside them is surplus, and may stay where it is."""
    url = {"FunctionUrlConfig": {"AuthType": "NONE"}, "Events": None}
    sides = [
        sam({**url, **published}, Resources={"First": to_anybody(FN)})
        for published in ({}, {"AutoPublishAlias": "live"})
    ]
    assert _denials(sides[0], sides[1]) == []


def test_permission_of_an_unknown_function_may_be_for_a_url() -> None:
    sides = url_that_moves((ARN, ARN, ARN), (LIVE, LIVE, None))
    sides[1]["Parameters"] = {"Name": parameter()}
    sides[1]["Resources"]["Other"] = via_url({"Ref": "Name"})
    assert _denials(*sides) == []


# -- all orders ----------------------------------------------------------------------

#
# The second answer: what is made here is walked here, over every order, from what the
# template says. It shares nothing with the timeline but the question.
OTHERS_ARN = "arn:aws:events:us-east-1:123456789012:rule/others"
EXECUTE = "arn:aws:execute-api:us-east-1:123456789012:${Api}/${S}/GET/"


@st.composite
def _updates(draw: st.DrawFn) -> tuple[Template_, Template_]:
    """Two deployments of a function behind a rule, or behind a method of a REST API."""
    is_api = draw(st.booleans())
    chosen = st.sampled_from
    keeps = draw(chosen(["nothing", "function", "version"]))
    code, version = draw(st.booleans()), draw(st.booleans())
    sides = []
    for number in range(2):
        is_new = [bool(number and flag) for flag in (code, draw(st.booleans()))]
        side = _publishing(draw, number if version else 0)
        if keeps != "function":
            side["Orders"]["Properties"]["Code"]["S3Key"] = f"{is_new[0]}.zip"
            side["Orders"]["Properties"]["Timeout"] = 9 if is_new[1] else 5
        names = ["", "live"] if "Live" in side else [""]
        names += ["version"] if "Version" in str(side.keys()) else []
        invoked = draw(st.sampled_from(names))
        side.update(_invoking(draw, side, invoked, is_api))
        others = [_arn(side, name) for name in names]
        for name in ["P1", *draw(st.lists(chosen(["P2", "P3", "P4"]), unique=True))]:
            on = draw(chosen([invoked, invoked, *names]))
            side[name] = _permitting(draw, side, on, is_api)
            if name == "P4":
                side[name]["Properties"]["SourceArn"] = OTHERS_ARN
        sides.append(_conditional(draw, side, others))
    return sides[0], sides[1]


def _publishing(draw: st.DrawFn, number: int) -> Template_:
    """The function, and mostly a version and an alias of it."""
    side = published_as(f"Version{number + 1}")
    if draw(st.integers(0, 3)) == 0:
        del side["Live"]
    elif draw(st.integers(0, 7)) == 0:
        side["Live"]["Properties"]["FunctionVersion"] = "$LATEST"
    if "Live" not in side and draw(st.booleans()):
        del side[f"Version{number + 1}"]
    return side


def _arn(side: Template_, qualifier: str) -> Any:
    version = next((name for name in side if name.startswith("Version")), None)
    return {"": ARN, "live": LIVE, "version": {"Ref": version}}[qualifier]


def _invoking(
    draw: st.DrawFn, side: Template_, invoked: str, is_api: bool
) -> Template_:
    arn = _arn(side, invoked)
    if not is_api:
        return {"Hourly": rule_for(arn)}
    deployment = draw(st.sampled_from(["One", "Two"]))
    resources: Template_ = rest_api(arn, deployment)["Resources"]
    if draw(st.integers(0, 3)) == 0:
        del resources[deployment]["DependsOn"]
    return {name: resources[name] for name in ("Api", "Get", deployment, "Prod")}


def _permitting(draw: st.DrawFn, side: Template_, on: str, is_api: bool) -> Template_:
    """A permission, for a source that orders it or not, or for another source."""
    if is_api:
        stage = draw(st.sampled_from([STAGE, "*", "prod"]))
        source = {"Fn::Sub": [EXECUTE, {"S": stage}]}
        made = permission_on(
            _arn(side, on), "apigateway.amazonaws.com", SourceArn=source
        )
    else:
        source = draw(st.sampled_from([OF_RULE["SourceArn"], None]))
        more: Template_ = {} if source is None else {"SourceArn": source}
        made = permission_on(_arn(side, on), **more)
    waits = draw(st.sampled_from(["none", "none", "later", "earlier"]))
    mover = "Prod" if is_api else "Hourly"
    if waits == "later":
        made["DependsOn"] = mover
    if waits == "earlier":
        side[mover].setdefault("DependsOn", []).append("P1")
    return made


def _conditional(draw: st.DrawFn, side: Template_, invoked: list[Any]) -> Template_:
    """The side, perhaps with permissions that stages have, or have on something else.

    The stage is prod by default.
    """
    for name in ("P1", "P2", "P3"):
        if name in side and draw(st.integers(0, 5)) == 0:
            side[name]["Condition"] = draw(st.sampled_from(["IsProd", "IsDev"]))
        if name in side and draw(st.integers(0, 5)) == 0:
            properties = side[name]["Properties"]
            branches = [properties["FunctionName"], draw(st.sampled_from(invoked))]
            properties["FunctionName"] = {"Fn::If": ["IsProd", *branches]}
    stages = {"IsProd": "prod", "IsDev": "dev"}
    return {
        "Parameters": {"Stage": parameter(Default="prod")},
        "Conditions": {
            name: {"Fn::Equals": [{"Ref": "Stage"}, value]}
            for name, value in stages.items()
        },
        "Resources": side,
    }


def _chosen(node: Any, stage: str) -> Any:
    """What a stage makes of a template's resources."""
    if isinstance(node, list):
        return [_chosen(one, stage) for one in node]
    if not isinstance(node, dict):
        return node
    if "Fn::If" in node:
        name, yes, no = node["Fn::If"]
        return _chosen(yes if name == f"Is{stage.title()}" else no, stage)
    below = {key: _chosen(value, stage) for key, value in node.items()}
    return {
        key: value
        for key, value in below.items()
        if value != {"Ref": "AWS::NoValue"}
        and not (
            isinstance(value, dict)
            and value.get("Condition") not in (None, f"Is{stage.title()}")
        )
    }


class _Walk:
    """What callers meet in one order of the steps, at each moment of it."""

    def __init__(
        self, old: Template_, new: Template_, permits: Mapping[tuple[str, str], str]
    ) -> None:
        """``permits`` are the permissions of the new template."""
        self.old, self.new, self.permits = old, new, permits
        self.halves = {"code": "old", "configuration": "old"}
        self.versions = {name: ("old", "old") for name in old if "Version" in name}
        self.alias = _points(old)
        self.target = self.deployed = _invokes(old)
        self.deployments: Template_ = {
            name: self.target for name in ("One", "Two") if name in old
        }
        self.permissions = dict(_permits(old))
        self.mixed, self.denied = [self.met()[0]], [self.met()[1]]

    def take(self, step: str) -> None:
        if step in self.halves:
            self.halves[step] = "new"
        elif step.startswith("Version"):
            self.versions.setdefault(step, self.both())
        elif step == "Live":
            self.alias = _points(self.new)
        elif step in ("Hourly", "Get"):
            self.target = _invokes(self.new)
        elif step in ("One", "Two"):
            # One that is there already is not made again.
            self.deployments.setdefault(step, self.target)
        elif step == "Prod":
            deployment = self.new["Prod"]["Properties"]["DeploymentId"]["Ref"]
            self.deployed = self.deployments[deployment]
        elif step == "clean-up":
            self.permissions = dict(self.permits)
        else:
            self.permissions |= {
                one: on for one, on in self.permits.items() if one[0] == step
            }
        mixed, denied = self.met()
        self.mixed.append(mixed)
        self.denied.append(denied)

    def both(self) -> tuple[str, str]:
        return self.halves["code"], self.halves["configuration"]

    def invoked(self) -> str:
        return self.deployed if "Prod" in self.new else self.target

    def met(self) -> tuple[str, bool]:
        invoked = self.invoked()
        return self.state(invoked), invoked not in self.permissions.values()

    def state(self, invoked: str) -> str:
        behind = self.alias if invoked == "live" else invoked
        both = self.versions[behind] if behind else self.both()
        changed = {
            half
            for half, name in zip(both, self.halves)
            if _function(self.old, name) != _function(self.new, name)
        }
        return "mixed" if len(changed) > 1 else "".join(changed) or "old"


def _function(side: Template_, half: str) -> Any:
    properties = side["Orders"]["Properties"]
    return properties["Code"] if half == "code" else properties.get("Timeout")


def _points(side: Template_) -> str:
    """The version behind the alias, empty for ``$LATEST``."""
    node = side.get("Live", {}).get("Properties", {}).get("FunctionVersion")
    return node["Fn::GetAtt"][0] if isinstance(node, dict) else ""


def _qualifier(node: Any) -> str:
    """What stands behind the function: empty, live or the name of a version."""
    name = node.get("Ref", "")
    return "live" if name == "Live" else str(name)


def _invokes(side: Template_) -> str:
    if "Hourly" in side:
        return _qualifier(side["Hourly"]["Properties"]["Targets"][0]["Arn"])
    uri = side["Get"]["Properties"]["Integration"]["Uri"]
    return _qualifier(uri["Fn::Sub"][1]["I"])


def _permits(side: Template_) -> Iterator[tuple[tuple[str, str], str]]:
    """The permissions for the source that invokes; what for which qualifier."""
    for name in ("P1", "P2", "P3", "P4"):
        properties = side.get(name, {}).get("Properties", {})
        if properties and properties.get("SourceArn") != OTHERS_ARN:
            yield (name, json.dumps(side[name])), _qualifier(properties["FunctionName"])


def _orders(steps: list[str], waits: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """Every order of the steps in which each comes after what it waits for."""
    if not steps:
        yield []
    for step in steps:
        rest = [one for one in steps if one != step]
        if not waits[step] & set(rest):
            for order in _orders(rest, waits):
                yield [step, *order]


def _walks(old: Template_, new: Template_) -> Iterator[_Walk]:
    calls = [
        half
        for half in ("code", "configuration")
        if _function(old, half) != _function(new, half)
    ]
    others = [name for name in new if name != "Orders" and new[name] != old.get(name)]
    waits = {name: waited_for(new, name, set()) for name in others}
    for step in waits:
        if "Orders" in waits[step]:
            waits[step] |= set(calls)
    waits |= {call: set() for call in calls}
    permits = dict(_permits(new))
    for order in _orders([*calls, *others], waits):
        walk = _Walk(old, new, permits)
        for step in [*order, "clean-up"]:
            walk.take(step)
        yield walk


def _hazards(old: Template_, new: Template_) -> set[str]:
    """The rules that must speak: of what every order of an update has."""
    walks = list(_walks(old, new))
    first = walks[0]
    is_old = [_function(old, half) == _function(new, half) for half in first.halves]
    found = set()
    is_moved = _invokes(old) != _invokes(new)
    if all("mixed" in walk.mixed for walk in walks):
        found.add("W9831")
    # Of what the template invokes: an API that is not deployed is another fault.
    invoked = _invokes(new)
    if not all(is_old) and all(walk.state(invoked) == "old" for walk in walks):
        found.add("W9832")
    if is_moved and not first.denied[0]:
        ends = [walk.denied[-1] for walk in walks]
        if not any(ends) and all(any(walk.denied) for walk in walks):
            found.add("W9834")
        if all(ends) and all(walk.invoked() == _invokes(old) for walk in walks):
            found.add("W9834")
    versions = [{name for name in side if "Version" in name} for side in (old, new)]
    if all(is_old) and versions[0] and versions[1] - versions[0]:
        found.add("W9835")
    return found


def _is_circular(side: Template_) -> bool:
    return any(name in waited_for(side, name, set()) for name in side)


@fuzzed(250, at_least=20_000)
@given(_updates())
def test_rules_say_what_every_order_has(sides: tuple[Template_, Template_]) -> None:
    defaults = [_chosen(side["Resources"], "prod") for side in sides]
    others = [
        [_chosen(side["Resources"], stage) for side in sides]
        for stage in ("dev", "another")
    ]
    if any(_is_circular(side) for stack in (defaults, *others) for side in stack):
        return
    with TemporaryDirectory() as folder:
        for name, side in zip(("before", "after"), sides):
            (Path(folder) / f"{name}.json").write_text(json.dumps(side))
        cfn = configured(
            Path(folder) / "after.json", baseline_path=f"{folder}/before.json"
        )
        said = {
            "W9831": update_of(cfn).concurrent,
            "W9832": update_of(cfn).unpublished,
            "W9834": list(gaps(cfn)),
            "W9835": list(redundant_versions(cfn)),
        }
        expected = _hazards(*defaults)
        timeline = timeline_of(cfn)
        assert timeline is not None
        kinds = {hazard.kind for hazard in timeline.hazards}
        assert (Kind.RACE in kinds) is ("W9831" in expected)
        assert (Kind.REFUSED in kinds) is ("W9835" in expected)
        if _is_deployed(*defaults):
            assert (Kind.STALE in kinds) is ("W9832" in expected)
        # What the defaults do not choose counts where they are silent.
        for stack in others:
            expected |= _hazards(*stack)
        # Decided: a function must be shielded after the update as well.
        if _meets_latest(defaults[1]) and _changes_both(*defaults):
            expected.add("W9831")
        assert {rule for rule, found in said.items() if found} == expected


def _is_deployed(old: Template_, new: Template_) -> bool:
    """Whether callers come to what the template says in the end."""
    return all(walk.invoked() == _invokes(new) for walk in _walks(old, new))


def _meets_latest(side: Template_) -> bool:
    invoked = _invokes(side)
    return not invoked or (invoked == "live" and not _points(side))


def _changes_both(*sides: Template_) -> bool:
    return all(
        _function(sides[0], half) != _function(sides[1], half)
        for half in ("code", "configuration")
    )


def _by_id(invoked: Any) -> Template_:
    """A method of an API that is in no template."""
    template = rest_api(invoked, "One")
    template["Resources"]["Get"]["Properties"]["RestApiId"] = "abc123"
    return template


def test_moves_that_nothing_judges() -> None:
    sides = _by_id(ARN), _by_id(LIVE)
    timeline = timeline_from(*sides)
    assert (timeline.hazards, timeline.possible) == ((), ())
    assert [one.target.resource.id for one in timeline.unjudged] == ["Get"]
    # What is permitted all the time is so whenever it moves.
    for side in sides:
        side["Resources"]["Beside"] = permission_on(LIVE, "apigateway.amazonaws.com")
    assert not list(timeline_from(*sides).unjudged)
    # A move that is judged is told as a hazard, or is none.
    sides = rest_api(ARN, "One"), rest_api(LIVE, "Two")
    assert not list(timeline_from(*sides).unjudged)


def test_moves_that_nothing_is_seen_to_permit() -> None:
    sides = [stack_with(Hourly=rule_for(one)) for one in (ARN, LIVE)]
    (caller,) = timeline_from(*sides).unjudged
    assert caller.target.resource.id == "Hourly"
    assert not list(timeline_from(sides[0], sides[0]).unjudged)
    # A rule that is switched off invokes nothing.
    for side in sides:
        side["Resources"]["Hourly"]["Properties"]["State"] = "DISABLED"
    assert not list(timeline_from(*sides).unjudged)
    before, after = rule_that_moves()
    assert not list(timeline_from(before, after).unjudged)
    # What stays denied is certain, and told as such.
    after["Resources"]["Permission"] = before["Resources"]["Permission"]
    timeline = timeline_from(before, after)
    assert [one.is_lasting for one in timeline.hazards] == [True]
    assert not list(timeline.unjudged)


def test_moves_of_an_api_that_sam_deploys() -> None:
    """The order of SAM's permission and its deployment is open."""
    sides = [authorized(one, kind="Api") for one in (ARN, LIVE)]
    timeline = timeline_from(*sides)
    assert timeline.hazards == ()
    (possible,) = timeline.possible
    assert possible.is_by_sam
    assert not list(timeline.unjudged)
    (late,) = timeline.permitted_anew
    assert late[1].id == "HttpCheckAuthorizerPermission"
    # Nothing is seen that permits it, so nothing is known.
    unpermitted: Template_ = {"DisableFunctionDefaultPermissions": True}
    sides = [authorized(one, kind="Api", **unpermitted) for one in (ARN, LIVE)]
    timeline = timeline_from(*sides)
    assert timeline.possible == ()
    assert [one.target.resource.id for one in timeline.unjudged] == ["Http"]
    assert not list(timeline.permitted_anew)
    # A permission on the old qualifier alone says nothing of the end.
    for side in sides:
        side["Resources"]["Old"] = permission_on(ARN, "apigateway.amazonaws.com")
    timeline = timeline_from(*sides)
    assert (timeline.hazards, timeline.possible) == ((), ())


def test_sam_ends_to_permit_what_moves() -> None:
    before = authorized(ARN, kind="Api")
    after = authorized(LIVE, kind="Api", DisableFunctionDefaultPermissions=True)
    timeline = timeline_from(before, after)
    assert (timeline.hazards, timeline.possible) == ((), ())
    assert [one.target.resource.id for one in timeline.unjudged] == ["Http"]


ASKED: Template_ = {"EnableFunctionDefaultPermissions": True}


def _renamed(side: Template_, name: str) -> Template_:
    """The API with its authorizer, which has another name."""
    auth = side["Resources"]["Http"]["Properties"]["Auth"]
    auth.update(
        DefaultAuthorizer=name, Authorizers={name: auth["Authorizers"]["Check"]}
    )
    return side


def _unjudged(before: Template_, after: Template_) -> list[str]:
    timeline = timeline_from(before, after)
    assert (timeline.hazards, timeline.possible) == ((), ())
    return [str(one.target.path[-1]) for one in timeline.unjudged]


@pytest.mark.parametrize("asked", ["true", [], {"Ref": "Asked"}])
def test_sam_may_permit_what_moves(asked: Any) -> None:
    """SAM takes no text for an answer, but what a value stands for is unknown."""
    said: Template_ = {"EnableFunctionDefaultPermissions": asked}
    sides = [authorized(one, **said) for one in (ARN, LIVE)]
    for side in sides:
        side["Parameters"] = {"Asked": parameter()}
        side["Resources"]["Own"] = permission_on(ARN, "apigateway.amazonaws.com")
    assert _unjudged(sides[0], sides[1]) == ["FunctionArn"]
    # One of its own, on what it invokes, is all that it takes.
    for side in sides:
        side["Resources"]["New"] = permission_on(LIVE, "apigateway.amazonaws.com")
    assert not _unjudged(sides[0], sides[1])
    # Where that comes too late, SAM may be earlier.
    del sides[0]["Resources"]["New"]
    sides[1]["Resources"]["New"]["DependsOn"] = "Http"
    assert _unjudged(sides[0], sides[1]) == ["FunctionArn"]


def test_sam_may_permit_the_routes_of_a_websocket_api() -> None:
    """It does, but when is not in the timeline."""
    sides = [
        stack_with(
            Socket=resource(
                "Serverless::WebSocketApi",
                RouteSelectionExpression="$request.body.action",
                Routes={"$connect": {"FunctionArn": one}},
            ),
            Own=permission_on(one, "apigateway.amazonaws.com"),
        )
        | {"Transform": "AWS::Serverless-2016-10-31"}
        for one in (ARN, LIVE)
    ]
    assert _unjudged(sides[0], sides[1]) == ["FunctionArn"]


@pytest.mark.parametrize("kind", ["Api", "HttpApi"])
def test_an_authorizer_that_moves_to_another_name(kind: str) -> None:
    """SAM's permission for it is new, and so may come after the API changes."""
    asked = ASKED if kind == "HttpApi" else {}
    before = authorized(ARN, kind=kind, **asked)
    after = _renamed(authorized(LIVE, kind=kind, **asked), "Other")
    assert _unjudged(before, after) == ["FunctionArn"]
    # The old permission is there until the clean-up, and it serves all authorizers.
    old, new = (authorized(LIVE, kind=kind, **asked) for _ in range(2))
    assert not _unjudged(old, _renamed(new, "Other"))
    # One of its own is there all the time.
    for side in (before, after):
        side["Resources"]["Own"] = permission_on(LIVE, "apigateway.amazonaws.com")
    assert not _unjudged(before, after)
    before["Resources"]["Own"] = permission_on(ARN, "apigateway.amazonaws.com")
    assert _unjudged(before, after) == ["FunctionArn"]
    after["Resources"]["Own"] = before["Resources"]["Own"]
    assert _unjudged(before, after) == ["FunctionArn"]


def test_an_authorizer_that_is_new_in_an_api_that_is_there() -> None:
    before, after = (authorized(LIVE, **ASKED) for _ in range(2))
    del before["Resources"]["Http"]["Properties"]["Auth"]
    assert _unjudged(before, after) == ["FunctionArn"]
    # Nobody calls an API that is new as well.
    del before["Resources"]["Http"]
    assert not _unjudged(before, after)
    # That of `Globals` and of events is there with the first event.
    before, after = (authorized(LIVE, "implicit", **ASKED) for _ in range(2))
    del before["Globals"]
    assert _unjudged(before, after) == ["FunctionArn"]
    before["Resources"]["Front"]["Properties"]["Events"] = {}
    assert not _unjudged(before, after)


def test_an_authorizer_of_cloudformation_that_is_new() -> None:
    def side(api: Any, **authorizer: Any) -> Template_:
        apis = {"Http": resource("ApiGatewayV2::Api", Name="orders")}
        template = stack_with(**apis)
        for name, invoked in authorizer.items():
            template["Resources"][name] = resource(
                "ApiGatewayV2::Authorizer",
                ApiId=api,
                AuthorizerType="REQUEST",
                Name=name,
                AuthorizerUri=uri_of(invoked),
            )
        return template

    for api in ({"Ref": "Http"}, "abc123"):
        assert _unjudged(side(api), side(api, Check=LIVE)) == ["AuthorizerUri"]
        # What goes and invokes another function is no part of it.
        assert _unjudged(side(api, Old=ARN), side(api, Check=LIVE)) == ["AuthorizerUri"]
    new = side({"Ref": "Http"}, Check=LIVE)
    old = side({"Ref": "Http"})
    del old["Resources"]["Http"]
    assert not _unjudged(old, new)


def test_a_target_that_moves_to_another_name() -> None:
    """As with authorizers; but what is new beside the others has no callers yet."""
    before, after = (
        stack_with(**{name: rule_for(one)}) for name, one in (("A", ARN), ("B", LIVE))
    )
    assert _unjudged(before, after) == ["Arn"]
    after["Resources"]["A"] = before["Resources"]["A"]
    assert not _unjudged(before, after)
    # A rule that is switched off invokes nothing.
    del after["Resources"]["A"]
    after["Resources"]["B"]["Properties"]["State"] = "DISABLED"
    assert not _unjudged(before, after)
    # What went was of another kind, or invoked another function.
    after["Resources"]["B"]["Properties"]["State"] = "ENABLED"
    url = resource("Lambda::Url", AuthType="AWS_IAM", TargetFunctionArn=ARN)
    assert not _unjudged(stack_with(A=url), after)
    other = deepcopy(before)
    other["Resources"]["Other"] = deepcopy(other["Resources"]["Orders"])
    other["Resources"]["A"] = rule_for({"Fn::GetAtt": ["Other", "Arn"]})
    assert not _unjudged(other, after)
    # Or nothing tells which.
    either = {"Fn::If": ["IsProd", ARN, LIVE]}
    other["Resources"]["A"] = rule_for({"Fn::Sub": ["${Arn}", {"Arn": either}]})
    for side in (other, after):
        side.update(CHOICE)
    assert not _unjudged(other, after)
    # The role of a function permits what polls for it.
    sides = [
        stack_with(
            **{name: resource("Lambda::EventSourceMapping", FunctionName=invoked)}
        )
        for name, invoked in (("A", ARN), ("B", LIVE))
    ]
    assert not _unjudged(sides[0], sides[1])
    # SAM's source and SAM's output name their places differently.
    sam_made = deepcopy(before) | {"Transform": "AWS::Serverless-2016-10-31"}
    assert not _unjudged(sam_made, after)


EITHER = {"Fn::Sub": ["${Arn}", {"Arn": {"Fn::If": ["IsProd", ARN, LIVE]}}]}


def test_what_certainly_moves_alone_is_judged() -> None:
    """Without a permission that is seen, so that a move would be one of unknown end."""
    for before, after in ((ARN, EITHER), (EITHER, LIVE)):
        sides = [stack_with(Hourly=rule_for(one)) | CHOICE for one in (before, after)]
        assert not list(timeline_from(*sides).gaps())
    # Two targets that change places invoke the same as before.
    sides = [stack_with(Hourly=rule_for(one)) for one in (ARN, ARN)]
    for side, order in zip(sides, ((ARN, LIVE), (LIVE, ARN))):
        side["Resources"]["Hourly"]["Properties"]["Targets"] = [
            {"Id": f"{number}", "Arn": one} for number, one in enumerate(order)
        ]
    assert not _unjudged(sides[0], sides[1])
    # SAM's source and SAM's output name their places differently.
    source, made = rule_that_moves()
    assert list(timeline_from(source, made).gaps())
    source["Transform"] = "AWS::Serverless-2016-10-31"
    assert not list(timeline_from(source, made).gaps())
    del made["Resources"]["Permission"]
    assert not _unjudged(source, made)


OPEN = {"Fn::Sub": "${Orders.Arn}:${Stage}"}


def test_what_may_move_is_not_judged() -> None:
    """Of a qualifier that is open, nothing tells whether a permission is for it."""

    def sides(*invoked: Any) -> list[Template_]:
        permission = permission_on(LIVE, "events.amazonaws.com")
        return [
            stack_with(Hourly=rule_for(one), Own=permission) | CHOICE for one in invoked
        ]

    for old in (ARN, {"Fn::Sub": "${Orders.Arn}:${Region}"}):
        assert _unjudged(*sides(old, OPEN)) == ["Arn"]
    # It is the same as before, or one that was permitted before.
    assert not _unjudged(*sides(OPEN, OPEN))
    (caller,) = timeline_from(*sides(OPEN, OPEN)).callers
    assert (caller.is_kept, caller.is_moved) == (False, False)
    assert not _unjudged(*sides(OPEN, LIVE))
    before, after = sides(OPEN, LIVE)
    del before["Resources"]["Own"]
    assert _unjudged(before, after) == ["Arn"]
    # What permits an open qualifier may permit another one.
    before, after = sides(ARN, OPEN)
    for side in (before, after):
        side["Resources"]["Own"]["Properties"]["FunctionName"] = {
            "Fn::Sub": "${Orders}:${Stage}"
        }
    assert _unjudged(before, after) == ["Arn"]
    # The places of SAM's source and SAM's output have other names.
    before["Transform"] = "AWS::Serverless-2016-10-31"
    assert not _unjudged(before, after)
    # A role permits what polls for the function.
    polls = [
        stack_with(It=resource("Lambda::EventSourceMapping", FunctionName=one))
        for one in (ARN, OPEN)
    ]
    assert not _unjudged(polls[0] | CHOICE, polls[1] | CHOICE)


def test_what_moves_to_another_function_is_not_judged() -> None:
    sides = [
        stack_with(Hourly=rule_for({"Fn::GetAtt": [name, "Arn"]}))
        for name in ("Orders", "Other")
    ]
    for side in sides:
        side["Resources"]["Other"] = deepcopy(side["Resources"]["Orders"])
        side["Resources"]["Own"] = permission_on(ARN, "events.amazonaws.com")
    assert _unjudged(sides[0], sides[1]) == ["Arn"]
    # It is permitted before.
    other = permission_on({"Ref": "Other"}, "events.amazonaws.com")
    sides[1]["Resources"]["Third"] = other
    assert _unjudged(sides[0], sides[1]) == ["Arn"]
    sides[0]["Resources"]["Third"] = other
    assert not _unjudged(sides[0], sides[1])
    # So it is where the rule waits for the permission.
    del sides[0]["Resources"]["Third"]
    sides[1]["Resources"]["Hourly"]["DependsOn"] = ["Own"]
    assert _unjudged(sides[0], sides[1]) == ["Arn"]
    sides[1]["Resources"]["Hourly"]["DependsOn"] = ["Own", "Third"]
    assert not _unjudged(sides[0], sides[1])


def test_what_moves_to_a_new_function_is_not_judged() -> None:
    """A function that is replaced is another one, and so is each permission on it."""
    sides = [
        stack_with(Hourly=rule_for(ARN), Own=permission_on(ARN, "events.amazonaws.com"))
        for _ in range(2)
    ]
    for side, name in zip(sides, ("one", "two")):
        side["Resources"]["Orders"]["Properties"]["FunctionName"] = name
    assert _unjudged(sides[0], sides[1]) == ["Arn"]
    # As it is where the target moves, too, to what was permitted of the old one.
    for side in sides:
        side["Resources"]["Beside"] = permission_on(LIVE, "events.amazonaws.com")
    sides[1]["Resources"]["Hourly"] = rule_for(LIVE)
    assert _unjudged(sides[0], sides[1]) == ["Arn"]
    # A rule that is switched off invokes nothing.
    sides[1]["Resources"]["Hourly"]["Properties"]["State"] = "DISABLED"
    assert not _unjudged(sides[0], sides[1])


@pytest.mark.parametrize(
    ("other", "is_open"),
    [
        ({"Ref": "Whose"}, True),
        ({"Fn::ImportValue": "elsewhere"}, True),
        ("arn:aws:lambda:eu-west-1:123456789012:function:elsewhere", True),
        (EITHER, True),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, False),
        ("arn:aws:sqs:eu-west-1:123456789012:queue", False),
        ({"Fn::Sub": "arn:aws:sqs:eu-west-1:${Whose}:queue"}, False),
    ],
)
def test_what_moves_to_or_from_the_unknown_is_not_judged(
    other: Any, is_open: bool
) -> None:
    """A value that may be the ARN of a function, of this stack or another one."""
    sides = [
        stack_with(Hourly=rule_for(one), Queue=resource("SQS::Queue")) | CHOICE
        for one in (ARN, other)
    ]
    for side in sides:
        side["Parameters"] = {**CHOICE["Parameters"], "Whose": {"Type": "String"}}
    found = ["Arn"] if is_open else []
    assert _unjudged(sides[0], sides[1]) == found
    assert _unjudged(sides[1], sides[0]) == found
    assert not _unjudged(sides[1], sides[1])
    # What it comes to invoke is permitted from the start, or then.
    own = permission_on(ARN, "events.amazonaws.com")
    sides[0]["Resources"]["Own"] = own
    assert _unjudged(sides[1], sides[0]) == found
    sides[1]["Resources"]["Own"] = own
    assert not _unjudged(sides[1], sides[0])
    # SAM's source and SAM's output name their places differently.
    sam = sides[1] | {"Transform": "AWS::Serverless-2016-10-31"}
    assert not _unjudged(sides[0], sam)
    # A rule that is switched off invokes nothing.
    for side in sides:
        side["Resources"]["Hourly"]["Properties"]["State"] = "DISABLED"
    assert not _unjudged(sides[0], sides[1])


def test_what_is_unknown_before_and_after_moves_nothing() -> None:
    """Also where the resource comes to invoke something else beside it."""
    sides = [stack_with(Hourly=rule_for(EITHER)) | CHOICE for _ in range(2)]
    targets = sides[1]["Resources"]["Hourly"]["Properties"]["Targets"]
    targets.append({"Id": "more", "Arn": EITHER})
    assert not _unjudged(sides[0], sides[1])
    assert not _unjudged(sides[1], sides[0])


def test_what_changes_places_with_the_unknown_does_not_move() -> None:
    sides = [stack_with(Hourly=rule_for(ARN)) for _ in range(2)]
    whose = {"Ref": "Whose"}
    for side, order in zip(sides, ((ARN, whose), (whose, ARN))):
        side["Parameters"] = {"Whose": parameter()}
        side["Resources"]["Hourly"]["Properties"]["Targets"] = [
            {"Id": f"{number}", "Arn": one} for number, one in enumerate(order)
        ]
    assert not _unjudged(sides[0], sides[1])


def test_a_definition_that_comes_to_be_unknown_is_not_judged() -> None:
    integration = {
        "type": "aws_proxy",
        "uri": {
            "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/"
            "functions/${Orders.Arn}/invocations"
        },
    }
    method = {"get": {"x-amazon-apigateway-integration": integration}}
    elsewhere = {"x-amazon-apigateway-integration": {"uri": {"Ref": "Whole"}}}
    bodies: list[Any] = [{"paths": {"/": method}}, {"Ref": "Whole"}, elsewhere]
    known, unknown, other = (
        stack_with(Api=resource("ApiGateway::RestApi", Body=one)) for one in bodies
    )
    for side in (known, unknown, other):
        side["Parameters"] = {"Whole": parameter()}
    assert _unjudged(known, unknown) == ["uri"]
    assert _unjudged(unknown, known) == ["uri"]
    assert not _unjudged(known, other)


def test_a_target_that_stays_loses_its_permission() -> None:
    own = permission_on(ARN, "events.amazonaws.com")
    before = stack_with(Hourly=rule_for(ARN), Own=own)
    after = stack_with(Hourly=rule_for(ARN))
    timeline = timeline_from(before, after)
    (hazard,) = timeline.hazards
    assert (hazard.kind, hazard.name, hazard.is_lasting) == (
        Kind.DENIED,
        "Hourly",
        True,
    )
    assert timeline.moments[-1].met[0].is_denied
    assert not timeline.possible
    assert not list(timeline.unjudged)
    # The new template itself tells no less than the update does.
    assert not list(timeline.gaps())
    # One goes while another one comes, and nothing is seen that permits it.
    assert not _unjudged(before, stack_with(Hourly=rule_for(ARN), Other=own))
    assert not _unjudged(after, before)
    assert not _unjudged(after, after)
    # One that is for a qualifier which nothing tells may be for this one.
    other = permission_on({"Fn::Sub": "${Orders}:${Unknown}"}, "events.amazonaws.com")
    assert _unjudged(before, stack_with(Hourly=rule_for(ARN), Other=other)) == ["Arn"]
    # A rule that is switched off invokes nothing.
    after["Resources"]["Hourly"]["Properties"]["State"] = "DISABLED"
    assert not _unjudged(before, after)


@pytest.mark.parametrize(
    ("said", "is_open"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": {"Ref": "Whose"}}, True),
        ({"Action": {"Ref": "Whose"}}, True),
        ({"Principal": {"Fn::Sub": "events.${AWS::URLSuffix}"}}, True),
        ({"FunctionName": {"Ref": "Whose"}}, True),
        (
            {
                "Principal": {
                    "Fn::If": ["IsProd", "s3.amazonaws.com", "events.amazonaws.com"]
                }
            },
            True,
        ),
        ({"Principal": "*", "Action": "lambda:InvokeFunctionUrl"}, False),
        ({"Principal": "*", "InvokedViaFunctionUrl": True}, False),
        ({"Principal": "*", "InvokedViaFunctionUrl": False}, True),
        ({"Principal": "*", "InvokedViaFunctionUrl": {"Ref": "Whose"}}, True),
        ({"Principal": {"Ref": "AWS::AccountId"}}, False),
        ({"Principal": {"Fn::Sub": "arn:aws:iam::${Whose}:root"}}, False),
        ({"Principal": "s3.amazonaws.com"}, False),
        ({"Action": "lambda:GetFunction"}, False),
    ],
)
def test_whom_a_permission_may_be_for(said: Template_, is_open: bool) -> None:
    """One that may be for what stays says that nothing is known."""
    own = permission_on(ARN, "events.amazonaws.com")
    other = deepcopy(own)
    other["Properties"].update(said)
    before, after = (
        stack_with(Hourly=rule_for(ARN), **one) | CHOICE
        for one in ({"Own": own}, {"Other": other})
    )
    for side in (before, after):
        side["Parameters"] = {**CHOICE["Parameters"], "Whose": {"Type": "String"}}
    timeline = timeline_from(before, after)
    assert len(timeline.hazards) == (not is_open)
    assert len(list(timeline.unjudged)) == is_open


def test_an_api_that_nothing_tells_of_may_lose_its_permission() -> None:
    before, after = _by_id(ARN), _by_id(ARN)
    assert not _unjudged(before, after)
    del after["Resources"]["Permission"]
    assert _unjudged(before, after) == ["Uri"]


@pytest.mark.parametrize("events", [(None, "SNS"), ("SNS", None)])
def test_an_event_that_sam_replaces_is_new_or_goes(events: tuple[Any, Any]) -> None:
    """A subscription cannot be changed; but one that is new or goes replaces none."""
    sides = [event_of_sam("SNS") for _ in events]
    for side, event in zip(sides, events):
        if event is None:
            side["Resources"]["Orders"]["Properties"]["Events"] = {}
    steps = timeline_from(sides[0], sides[1]).steps
    assert [one.action for one in steps if one.name == "Orders.Events.It"] == [
        Action.CHANGE
    ]


def test_the_table_shows_no_denial_that_another_order_avoids() -> None:
    sides = [authorized(one, kind="Api") for one in (ARN, LIVE)]
    moments = timeline_from(sides[0], sides[1]).moments
    assert len(moments) > 1
    assert not any(met.is_denied for one in moments for met in one.met)


def test_events_are_not_permitted_before_sam_does() -> None:
    sides = event_of_sam("Schedule"), event_of_sam("Schedule", AutoPublishAlias="live")
    timeline = timeline_from(sides[0], sides[1])
    assert [(one.kind, one.name) for one in timeline.hazards] == [(Kind.DENIED, "It")]
    assert not list(timeline.permitted_anew)


def test_a_role_needs_no_permission_of_sam() -> None:
    role = {"FunctionInvokeRole": "arn:aws:iam::123456789012:role/invoke"}
    sides = [authorized(one, kind="Api", **role) for one in (ARN, LIVE)]
    timeline = timeline_from(*sides)
    assert not list(timeline.permitted_anew)
    assert not list(timeline.unjudged)


def _made(before: Template_, after: Template_) -> list[Action]:
    """What becomes of the permission that SAM makes for the authorizer."""
    steps = timeline_from(before, after).steps
    return [one.action for one in steps if one.name == "Http.Check.Permission"]


def test_sam_begins_and_ends_to_permit_an_authorizer() -> None:
    without, asked = authorized(LIVE), authorized(LIVE, **ASKED)
    assert _made(without, asked) == [Action.CREATE]
    assert _made(asked, without) == [Action.DELETE]
    assert _made(asked, asked) == []
    assert _made(authorized(ARN, **ASKED), asked) == [Action.REPLACE, Action.DELETE]


def test_sam_s_permission_takes_the_place_of_another() -> None:
    before, after = authorized(LIVE), authorized(LIVE, **ASKED)
    before["Resources"]["Own"] = permission_on(LIVE, "apigateway.amazonaws.com")
    moments = timeline_from(before, after).moments
    assert len(moments) > 2
    assert not any(met.is_denied for one in moments for met in one.met)


def test_an_api_that_is_not_deployed_is_no_implicit_one() -> None:
    sides = [authorized(one, **ASKED) for one in (ARN, LIVE)]
    for side in sides:
        del side["Resources"]["Front"]["Properties"]["Events"]["Get"]["Properties"][
            "ApiId"
        ]
        side.update(CHOICE, Parameters={"Stage": parameter(Default="dev")})
    assert [one.name for one in timeline_from(*sides).hazards] == ["Check"]
    for side in sides:
        side["Resources"]["Http"]["Condition"] = "IsProd"
    assert timeline_from(*sides).hazards == ()


def test_what_is_denied_for_good_is_not_for_sam_to_permit() -> None:
    before, after = rule_that_moves()
    after["Resources"]["Permission"] = before["Resources"]["Permission"]
    (hazard,) = timeline_from(before, after).hazards
    assert hazard.is_lasting
    assert not hazard.is_by_sam
    again = stack_with()
    again["Resources"]["Again"] = again["Resources"]["OrdersVersion1"]
    (refused,) = timeline_from(stack_with(), again).hazards
    assert refused.kind is Kind.REFUSED
    assert not refused.is_by_sam
