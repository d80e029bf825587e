"""What CloudFormation's own change set says of an update."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.rules.UnpublishedUpdate import CURES
from cfn_lint_lambda_race.update import Cure, Update, update_of
from cfn_lint_lambda_race.update._change_set import ChangeSet, parse_change_set
from tests.building import Template_, parameter, resource, sam, stack
from tests.change_sets import change, described, detail
from tests.linting import lint_template, messages, paths
from tests.updates import changed, configured

Document = Any


def _read(
    folder: Path, document: Document, template: Template_ | None = None
) -> Update:
    (folder / "change-set.json").write_text(
        document if isinstance(document, str) else json.dumps(document)
    )
    (folder / "template.json").write_text(json.dumps(template or stack()))
    return update_of(
        configured(folder / "template.json", change_set=str(folder / "change-set.json"))
    )


BOTH = (detail("Code"), detail("Layers"))
RACE = ("Code", "Layers")


def _certain(found: Update) -> list[bool]:
    return [one.is_certain for one in found.concurrent]


# -- what changes ------------------------------------------------------------------


def test_both_sides(tmp_path: Path) -> None:
    found = _read(tmp_path, described(change(*BOTH)))
    assert changed(found) == RACE
    assert _certain(found) == [True]


@pytest.mark.parametrize("names", [["Code"], ["Layers", "Timeout"], ["Tags", "Code"]])
def test_one_side(names: list[str], tmp_path: Path) -> None:
    found = _read(tmp_path, described(change(*map(detail, names))))
    assert changed(found) == ()


@pytest.mark.parametrize(
    "name",
    ["Description", "Tags", "ReservedConcurrentExecutions", "CodeSigningConfigArn"],
)
def test_what_no_code_can_see(name: str, tmp_path: Path) -> None:
    found = _read(tmp_path, described(change(detail("Code"), detail(name))))
    assert changed(found) == ()


@pytest.mark.parametrize("attribute", ["Tags", "Metadata", "DeletionPolicy"])
def test_what_is_no_property(attribute: str, tmp_path: Path) -> None:
    details = (detail("Code"), detail("Layers", attribute=attribute))
    assert changed(_read(tmp_path, described(change(*details)))) == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "Add"},
        {"action": "Remove"},
        {"action": "Import"},
        {"replacement": "True"},
        {"kind": "AWS::SQS::Queue"},
        {"name": "Another"},
    ],
)
def test_no_update_of_the_function(fields: Template_, tmp_path: Path) -> None:
    found = _read(tmp_path, described(change(*BOTH, **fields)))
    assert (found.problem, found.concurrent) == ("", ())


def test_property_values(tmp_path: Path) -> None:
    details = (
        detail("Code", Path="/Properties/Code", BeforeValue="a", AfterValue="b"),
        detail("Layers", Path="/Properties/Layers/0", BeforeValue="1", AfterValue="2"),
    )
    assert changed(_read(tmp_path, described(change(*details)))) == RACE


def test_equal_property_values_are_no_change(tmp_path: Path) -> None:
    details = (
        detail("Code", BeforeValue="a", AfterValue="b"),
        detail("Layers", "Dynamic", "Deps", BeforeValue="1", AfterValue="1"),
    )
    replaced = change(
        detail("Content", recreation="Always"),
        name="Deps",
        kind="AWS::Lambda::LayerVersion",
        replacement="True",
    )
    assert changed(_read(tmp_path, described(change(*details), replaced))) == ()


def test_many_details_of_one_property(tmp_path: Path) -> None:
    details = (
        detail("Environment", BeforeValue="a", AfterValue="a"),
        detail("Environment", BeforeValue="a", AfterValue="b"),
        detail("Code"),
    )
    found = _read(tmp_path, described(change(*details)))
    assert changed(found) == ("Code", "Environment")


def test_details_on_sam_s_function(tmp_path: Path) -> None:
    found = _read(tmp_path, described(change(*BOTH)), sam())
    assert changed(found) == RACE


# -- what is not sure --------------------------------------------------------------


def _cause(replacement: str, *details: Template_, **fields: Any) -> Template_:
    return change(
        *details,
        name="Deps",
        kind="AWS::Lambda::LayerVersion",
        replacement=replacement,
        **fields,
    )


DYNAMIC = change(detail("Code"), detail("Layers", "Dynamic", "Deps.Arn"))


@pytest.mark.parametrize(
    "cause",
    [
        _cause("True", detail("Content", recreation="Always")),
        _cause("", action="Add"),
    ],
)
def test_what_depends_on_a_replaced_resource_changes(
    cause: Template_, tmp_path: Path
) -> None:
    found = _read(tmp_path, described(DYNAMIC, cause))
    assert changed(found) == RACE
    assert _certain(found) == [True]


@pytest.mark.parametrize(
    "causes",
    [
        [],
        [_cause("False", detail("Description"))],
        [_cause("Conditional", detail("Description"))],
        [_cause("", action="Remove")],
    ],
)
def test_what_depends_on_a_resource_that_stays_does_not(
    causes: list[Template_], tmp_path: Path
) -> None:
    assert changed(_read(tmp_path, described(DYNAMIC, *causes))) == ()


def test_what_depends_on_a_resource_that_may_be_replaced_may(tmp_path: Path) -> None:
    cause = _cause("Conditional", detail("Content", recreation="Conditionally"))
    found = _read(tmp_path, described(DYNAMIC, cause))
    assert changed(found) == RACE
    assert _certain(found) == [False]


def test_a_parameter_is_static(tmp_path: Path) -> None:
    details = (detail("Code"), detail("Layers", "Static", "LayerVersion"))
    assert _certain(_read(tmp_path, described(change(*details)))) == [True]


def test_the_template_itself_may_change_a_property(tmp_path: Path) -> None:
    details = (detail("Code"), detail("Layers", "Dynamic"))
    found = _read(tmp_path, described(change(*details)))
    assert (changed(found), _certain(found)) == (RACE, [False])


def test_a_function_that_may_be_replaced_may_race(tmp_path: Path) -> None:
    details = (*BOTH, detail("FunctionName", "Dynamic", "Name", recreation="Always"))
    found = _read(tmp_path, described(change(*details, replacement="Conditional")))
    assert (changed(found), _certain(found)) == (RACE, [False])


def test_a_role_whose_policies_change_is_the_same(tmp_path: Path) -> None:
    role = change(detail("Policies"), name="Role", kind="AWS::IAM::Role")
    details = (detail("Code"), detail("Role", "Dynamic", "Role.Arn"))
    assert changed(_read(tmp_path, described(change(*details), role))) == ()


def test_a_chain_of_causes(tmp_path: Path) -> None:
    changes = [
        change(
            detail("Name", "Dynamic", f"R{n + 1}", recreation="Always"),
            name=f"R{n}",
            kind="AWS::SQS::Queue",
            replacement="Conditional",
        )
        for n in range(200)
    ]
    first = change(detail("Code"), detail("Environment", "Dynamic", "R0"))
    assert changed(_read(tmp_path, described(first, *changes))) == ()
    ring = change(
        detail("Name", "Dynamic", "R0", recreation="Always"),
        name="R0",
        kind="AWS::SQS::Queue",
        replacement="Conditional",
    )
    assert changed(_read(tmp_path, described(first, ring))) == ()


def test_many_causes_take_no_time(tmp_path: Path) -> None:
    changes = [
        change(
            *(
                detail("Name", "Dynamic", f"R{n + 1}", recreation="Always")
                for _ in range(4)
            ),
            name=f"R{n}",
            kind="AWS::SQS::Queue",
            replacement="Conditional",
        )
        for n in range(40)
    ]
    first = change(detail("Code"), detail("Environment", "Dynamic", "R0"))
    assert changed(_read(tmp_path, described(first, *changes))) == ()


# -- shields -----------------------------------------------------------------------


def _aliased(**resources: Any) -> Template_:
    return stack(
        invoked={"Ref": "Live"},
        Resources={
            "OrdersVersion": resource(
                "Lambda::Version", FunctionName={"Ref": "Orders"}
            ),
            "Live": resource(
                "Lambda::Alias",
                FunctionName={"Ref": "Orders"},
                FunctionVersion={"Fn::GetAtt": "OrdersVersion.Version"},
                Name="live",
            ),
            **resources,
        },
    )


def _of_version(action: str = "Add", replacement: str = "", **fields: Any) -> Template_:
    return change(
        name="OrdersVersion",
        kind="AWS::Lambda::Version",
        action=action,
        replacement=replacement,
        **fields,
    )


def _of_alias(action: str = "Modify", name: str = "Live") -> Template_:
    return change(
        detail("FunctionVersion", "Dynamic", "OrdersVersion.Version"),
        name=name,
        kind="AWS::Lambda::Alias",
        action=action,
    )


def test_behind_an_alias(tmp_path: Path) -> None:
    document = described(change(*BOTH), _of_version("Modify", "True"), _of_alias())
    found = _read(tmp_path, document, _aliased())
    assert (found.concurrent, found.unpublished) == ((), ())


@pytest.mark.parametrize(
    ("timeout", "cure"),
    [
        (9, "set AutoPublishAliasAllProperties on {}"),
        ({"Ref": "Time"}, "set another VersionDescription on {}"),
        (
            {"Fn::FindInMap": ["Times", "Long", "Is"]},
            "set another VersionDescription on {}",
        ),
    ],
)
def test_a_value_by_parameter_publishes_nothing(
    timeout: Any, cure: str, tmp_path: Path
) -> None:
    template = sam(
        {"AutoPublishAlias": "live", "Timeout": timeout},
        Parameters={"Time": {"Type": "String", "Default": "9"}},
        Mappings={"Times": {"Long": {"Is": "9"}}},
    )
    document = described(change(detail("Timeout")))
    (found,) = _read(tmp_path, document, template).unpublished
    assert CURES[found.cure] == cure


def test_behind_an_alias_without_a_new_version(tmp_path: Path) -> None:
    found = _read(tmp_path, described(change(*BOTH)), _aliased())
    assert found.concurrent == ()
    assert [(one.update.function, one.name) for one in found.unpublished] == [
        ("Orders", "Live")
    ]
    inert = described(change(detail("Description")))
    assert _read(tmp_path, inert, _aliased()).unpublished == ()


@pytest.mark.parametrize(("replacement", "is_frozen"), [("True", False), ("", True)])
def test_a_version_that_is_replaced_is_not_frozen(
    replacement: str, is_frozen: bool, tmp_path: Path
) -> None:
    path = tmp_path / "change-set.json"
    path.write_text(json.dumps(described(_of_version("Modify", replacement))))
    setting = f"W9831:change_set={path}"
    matches = lint_template(tmp_path, _aliased(), "-x", setting)
    assert bool(paths(matches, "W9833")) is is_frozen


def test_the_change_set_that_introduces_the_alias_races(tmp_path: Path) -> None:
    document = described(change(*BOTH), _of_version(), _of_alias("Add"))
    found = _read(tmp_path, document, _aliased())
    assert changed(found) == RACE
    assert found.unpublished == ()
    # Where another one goes, it is a new name of what was there.
    gone = change(
        name="OrdersAlias", kind="AWS::Lambda::Alias", action="Remove", replacement=""
    )
    document = described(change(*BOTH), _of_version(), _of_alias("Add"), gone)
    assert changed(_read(tmp_path, document, _aliased())) == ()


@pytest.mark.parametrize("alias", ["OrdersAliaslive", "OrdersAliasprod"])
def test_sam_s_alias(alias: str, tmp_path: Path) -> None:
    template = sam({"AutoPublishAlias": alias.removeprefix("OrdersAlias")})
    version = change(
        name="OrdersVersion0123456789", kind="AWS::Lambda::Version", action="Add"
    )
    document = described(change(*BOTH), version, _of_alias("Modify", alias))
    found = _read(tmp_path, document, template)
    assert (found.concurrent, found.unpublished) == ((), ())
    document = described(change(*BOTH), version, _of_alias("Add", alias))
    assert changed(_read(tmp_path, document, template)) == RACE
    found = _read(tmp_path, described(change(*BOTH)), template)
    assert [one.update.function for one in found.unpublished] == ["Orders"]


def _dependent(cause: str, name: str) -> Template_:
    """A version as a change set lists it where something that it names changes."""
    return change(
        detail("FunctionName", "Dynamic", "Orders", recreation="Always"),
        detail(name, "Dynamic", cause, recreation="Always"),
        name="OrdersVersion",
        kind="AWS::Lambda::Version",
        replacement="Conditional",
    )


def test_a_version_that_is_listed_since_the_function_changes(tmp_path: Path) -> None:
    version = _dependent("Orders.Arn", "FunctionName")
    document = described(change(*BOTH), version, _of_alias())
    found = _read(tmp_path, document, _aliased())
    assert [one.name for one in found.unpublished] == ["Live"]


def test_a_version_that_may_be_replaced_may_publish(tmp_path: Path) -> None:
    for cause in (
        _cause("Conditional", detail("Content", recreation="Conditionally")),
        _cause("True"),
    ):
        version = _dependent("Deps", "Description")
        document = described(change(*BOTH), version, cause)
        assert _read(tmp_path, document, _aliased()).unpublished == ()


def test_an_alias_that_gets_another_number(tmp_path: Path) -> None:
    template = _aliased()
    template["Resources"]["Live"]["Properties"]["FunctionVersion"] = "7"
    del template["Resources"]["OrdersVersion"]
    document = described(change(*BOTH))
    assert len(_read(tmp_path, document, template).unpublished) == 1
    moved = change(detail("FunctionVersion"), name="Live", kind="AWS::Lambda::Alias")
    document = described(change(*BOTH), moved)
    assert _read(tmp_path, document, template).unpublished == ()


# -- documents ---------------------------------------------------------------------


def test_pages(tmp_path: Path) -> None:
    pages = [
        described(_of_version(), NextToken="next"),
        described(change(*BOTH)),
    ]
    assert changed(_read(tmp_path, pages)) == RACE


def test_a_byte_order_mark(tmp_path: Path) -> None:
    document = "\ufeff" + json.dumps(described(change(*BOTH)))
    assert changed(_read(tmp_path, document)) == RACE


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_what_a_windows_shell_writes(encoding: str, tmp_path: Path) -> None:
    document = json.dumps(described(change(*BOTH)))
    (tmp_path / "set.json").write_bytes(document.encode(encoding))
    (tmp_path / "template.json").write_text(json.dumps(stack()))
    setting = str(tmp_path / "set.json")
    found = update_of(configured(tmp_path / "template.json", change_set=setting))
    assert changed(found) == RACE


def test_a_change_set_of_a_hundred_megabytes_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "set.json").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    (tmp_path / "template.json").write_text(json.dumps(stack()))
    setting = str(tmp_path / "set.json")
    tracemalloc.start()
    try:
        found = update_of(configured(tmp_path / "template.json", change_set=setting))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "larger than" in found.problem
    assert peak < 50 * 1024 * 1024


@pytest.mark.parametrize("name", [".", "missing/x", "a\0b", "x" * 5000])
def test_a_change_set_that_is_no_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "template.json").write_text(json.dumps(stack()))
    setting = name if "\0" in name else str(tmp_path / name)
    found = update_of(configured(tmp_path / "template.json", change_set=setting))
    assert found.problem.startswith("change_set ")


@pytest.mark.parametrize(
    "reason",
    [
        "The submitted information didn't contain changes. Submit different "
        "information to create a change set.",
        "No updates are to be performed.",
    ],
)
def test_a_change_set_without_changes_is_silent(reason: str, tmp_path: Path) -> None:
    document = described(Status="FAILED", StatusReason=reason)
    assert _read(tmp_path, document)[:3] == ("", (), ())
    del document["Changes"]
    assert _read(tmp_path, document)[:3] == ("", (), ())


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (described(Status="FAILED", StatusReason="secret"), "failed to create it"),
        (described(Status="FAILED"), "failed to create it"),
        (described(Status="CREATE_IN_PROGRESS"), "not complete yet"),
        (described(Status="CREATE_PENDING"), "not complete yet"),
        (described(Status="DELETE_COMPLETE"), "is deleted"),
        (described(change(*BOTH), NextToken="next"), "one of several pages"),
        ("", "not JSON"),
        ("secret", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("\xff", "not JSON"),
        ({"Resources": {}}, "not what `aws cloudformation describe-change-set`"),
        ([], "not what `aws cloudformation describe-change-set`"),
        ({}, "not what `aws cloudformation describe-change-set`"),
        ([5], "not what `aws cloudformation describe-change-set`"),
        ({"Changes": 5, "Status": "x"}, "not what `aws cloudformation"),
        (" " * (5 * 1024 * 1024), "larger than"),
    ],
)
def test_a_change_set_that_cannot_be_used(
    document: Any, said: str, tmp_path: Path
) -> None:
    found = _read(tmp_path, document)
    assert said in found.problem
    assert "secret" not in found.problem
    assert found.concurrent == ()


def test_no_such_file(tmp_path: Path) -> None:
    (tmp_path / "template.json").write_text(json.dumps(stack()))
    found = update_of(configured(tmp_path / "template.json", change_set="nowhere"))
    assert "change_set nowhere" in found.problem


@pytest.mark.parametrize("node", [None, 5, "x", [], {}, [None], {"Target": 5}])
def test_nothing_malformed_crashes(node: Any, tmp_path: Path) -> None:
    whole = change(*BOTH)
    for place in ("Details", "Scope", "LogicalResourceId", "Action", "Replacement"):
        broken = json.loads(json.dumps(whole))
        broken["ResourceChange"][place] = node
        assert _read(tmp_path, described(broken)).problem == ""
    for place in ("Target", "CausingEntity", "Evaluation"):
        broken = json.loads(json.dumps(whole))
        broken["ResourceChange"]["Details"][0][place] = node
        assert _read(tmp_path, described(broken)).problem == ""
    for place in ("Name", "Attribute", "BeforeValue", "AfterValue"):
        broken = json.loads(json.dumps(whole))
        broken["ResourceChange"]["Details"][0]["Target"][place] = node
        assert _read(tmp_path, described(broken)).problem == ""
    assert _read(tmp_path, described(node)).problem == ""
    assert _read(tmp_path, described({"ResourceChange": node})).problem == ""
    assert _read(tmp_path, described(Status=node, StatusReason=node)).problem == ""


# -- findings ----------------------------------------------------------------------


def test_the_finding_says_may(tmp_path: Path) -> None:
    cause = _cause("Conditional", detail("Content", recreation="Conditionally"))
    (tmp_path / "set.json").write_text(json.dumps(described(DYNAMIC, cause)))
    setting = f"W9831:change_set={tmp_path / 'set.json'}"
    matches = lint_template(tmp_path, stack(), "-x", setting)
    assert paths(matches, "W9831") == ["Resources/Orders"]
    (message,) = messages(matches, "W9831")
    assert message.startswith("This update may change Code of Orders")
    (tmp_path / "set.json").write_text(json.dumps(described(change(*BOTH))))
    (message,) = messages(lint_template(tmp_path, stack(), "-x", setting), "W9831")
    assert message.startswith("This update changes Code of Orders")


def test_what_is_sure_once_in_a_change_set_is_sure(tmp_path: Path) -> None:
    sure, unsure = detail("Layers"), detail("Layers", "Dynamic")
    for details in ((sure, unsure), (unsure, sure), (unsure,)):
        document = described(change(detail("Code"), *details))
        path = tmp_path / "change-set.json"
        path.write_text(json.dumps(document))
        (tmp_path / "template.json").write_text(json.dumps(stack()))
        cfn = configured(tmp_path / "template.json", change_set=str(path))
        (found,) = update_of(cfn).concurrent
        assert found.is_certain == (sure in details)


# -- one resource of it ----------------------------------------------------------------


def _parsed(*changes: Template_) -> ChangeSet:
    return parse_change_set(json.dumps(described(*changes)).encode())


_LIVE = {"name": "Live", "kind": "AWS::Lambda::Alias"}


@pytest.mark.parametrize(
    ("action", "replacement", "told"),
    [
        ("Add", "", ["adds", "makes", "may_replace"]),
        ("Modify", "True", ["is_replaced", "makes", "may_replace"]),
        ("Modify", "Conditional", ["may_replace"]),
        ("Modify", "False", []),
        ("Remove", "", []),
    ],
)
def test_what_becomes_of_a_resource(
    action: str, replacement: str, told: list[str]
) -> None:
    names = ["adds", "is_replaced", "makes", "may_replace"]
    found = _parsed(change(**_LIVE, action=action, replacement=replacement))
    assert [name for name in names if getattr(found, name)("Live")] == told
    assert not any(getattr(found, name)("Another") for name in names)


_NAME = detail("Name", recreation="Always")
_SURE = detail("FunctionVersion")
_UNSURE = detail("FunctionVersion", "Dynamic")


@pytest.mark.parametrize(
    ("details", "replacement", "action", "moves", "stays"),
    [
        ([_SURE], "False", "Modify", False, True),
        ([_SURE], "True", "Modify", True, False),
        ([_SURE], "Conditional", "Modify", False, False),
        ([_UNSURE], "False", "Modify", False, False),
        ([_UNSURE], "True", "Modify", False, False),
        ([_NAME], "True", "Modify", False, False),
        ([_NAME, _SURE], "True", "Modify", True, False),
        ([_NAME], "False", "Modify", False, False),
        ([_SURE], "True", "Import", False, False),
        ([_SURE], "False", "Remove", False, False),
    ],
)
def test_a_property_that_certainly_changes(
    details: list[Template_], replacement: str, action: str, moves: bool, stays: bool
) -> None:
    found = _parsed(change(*details, **_LIVE, action=action, replacement=replacement))
    assert found.moves("Live", "FunctionVersion") is moves
    assert found.changes_in_place("Live", "FunctionVersion") is stays
    assert not found.moves("Another", "FunctionVersion")
    assert not found.changes_in_place("Another", "FunctionVersion")


_TAGS = detail("", attribute="Tags")


@pytest.mark.parametrize(
    ("details", "fields", "expected"),
    [
        ([_SURE], {}, True),
        ([_SURE, _TAGS], {}, True),
        ([_TAGS], {}, True),
        ([_NAME], {}, False),
        ([_SURE, _NAME], {}, False),
        ([_NAME, _TAGS], {}, False),
        # Nothing is shown of what changes.
        ([], {}, False),
        ([_SURE], {"replacement": "True"}, False),
        ([_SURE], {"replacement": "Conditional"}, False),
        ([_SURE], {"action": "Import"}, False),
    ],
)
def test_what_alone_changes(
    details: list[Template_], fields: Template_, expected: bool
) -> None:
    found = _parsed(change(*details, **_LIVE, **fields))
    assert found.changes_only("Live", {"FunctionVersion"}) is expected
    assert found.changes_only("Another", set())


def test_the_first_of_two_entries_counts() -> None:
    entries = (change(**_LIVE, action=action) for action in ("Add", "Remove"))
    assert _parsed(*entries).adds("Live")


@pytest.mark.parametrize(
    ("details", "fields", "is_moved"),
    [
        ([_SURE], {}, True),
        ([_UNSURE], {}, True),
        ([_NAME], {}, False),
        ([], {"action": "Add"}, True),
        ([], {"action": "Remove"}, False),
        ([], {"action": "Add", "kind": "AWS::Lambda::Version"}, False),
        ([_SURE], {"kind": "AWS::Lambda::Version"}, False),
        (
            [
                {
                    **_SURE,
                    "Target": {
                        **_SURE["Target"],
                        "BeforeValue": "1",
                        "AfterValue": "1",
                    },
                }
            ],
            {},
            False,
        ),
    ],
)
def test_the_aliases_that_move(
    details: list[Template_], fields: Template_, is_moved: bool
) -> None:
    found = _parsed(change(*details, **{**_LIVE, **fields}))
    assert found.moved_aliases() == ({"Live"} if is_moved else set())


@pytest.mark.parametrize(
    ("length", "is_followed"), [(2, True), (50, True), (51, False)]
)
def test_fifty_causes_in_a_row_are_followed(
    length: int, is_followed: bool, tmp_path: Path
) -> None:
    causes = [
        change(
            detail("Name", "Dynamic", f"R{number + 1}", recreation="Always"),
            name=f"R{number}",
            kind="AWS::SQS::Queue",
            replacement="Conditional",
        )
        for number in range(length - 1)
    ]
    last = {"name": f"R{length - 1}", "kind": "AWS::SQS::Queue"}
    causes.append(change(**last, replacement="True"))
    function = change(detail("Code"), detail("Layers", "Dynamic", "R0"))
    expected = RACE if is_followed else ()
    assert changed(_read(tmp_path, described(function, *causes))) == expected
    version = change(
        detail("Description", "Dynamic", "R1", recreation="Always"),
        name="OrdersVersion",
        kind="AWS::Lambda::Version",
        replacement="Conditional",
    )
    document = described(change(*BOTH), version, *causes)
    found = _read(tmp_path, document, _aliased())
    assert (found.unpublished == ()) is is_followed


def _behind_version() -> Template_:
    """A function that is invoked by a version, and has no alias."""
    text = json.dumps(_aliased()).replace('"Ref": "Live"', '"Ref": "OrdersVersion"')
    template: Template_ = json.loads(text)
    del template["Resources"]["Live"]
    return template


def _alias_of(function: str, name: str) -> Template_:
    named = {"FunctionName": {"Ref": function}, "Name": name.lower()}
    return {name: resource("Lambda::Alias", FunctionVersion="1", **named)}


_SECOND = _aliased(**_alias_of("Orders", "Second"))
_OTHER = _aliased(
    Another=stack()["Resources"]["Orders"], **_alias_of("Another", "Other")
)
_TOPIC = change(name="OrdersAliasTopic", kind="AWS::SNS::Topic", action="Add")


@pytest.mark.parametrize(
    ("template", "entries", "is_race"),
    [
        (_aliased(), [], False),
        (_aliased(), [_of_alias("Modify"), _of_version()], False),
        # The update that introduces the alias, or the first version, comes too late.
        (_aliased(), [_of_alias("Add"), _of_version()], True),
        (_behind_version(), [_of_version()], True),
        (_behind_version(), [], False),
        (_behind_version(), [_of_version(), _of_version("Remove")], False),
        (_behind_version(), [_of_version(), _of_version("Modify", "True")], False),
        # Another alias of the function was there.
        (_SECOND, [_of_alias("Add")], False),
        (_SECOND, [_of_alias("Add"), _of_alias("Modify", "Second")], False),
        (_SECOND, [_of_alias("Add"), _of_alias("Add", "Second")], True),
        # What another function has, or is called alike, says nothing.
        (_OTHER, [_of_alias("Add")], True),
        (_OTHER, [_of_alias("Add"), _of_alias("Modify", "Other")], True),
        (_behind_version(), [_TOPIC], False),
    ],
)
def test_an_alias_that_is_there_shields(
    template: Template_, entries: list[Template_], is_race: bool, tmp_path: Path
) -> None:
    found = _read(tmp_path, described(change(*BOTH), *entries), template)
    assert changed(found) == (RACE if is_race else ())


@pytest.mark.parametrize(
    ("published", "properties", "cure"),
    [
        ({}, {"Timeout": 9}, Cure.ALL_PROPERTIES),
        # SAM hashes the name of the parameter, whatever else is hashed.
        ({}, {"Timeout": {"Ref": "Seconds"}}, Cure.DESCRIPTION),
        ({"AutoPublishAliasAllProperties": True}, {"Timeout": 9}, Cure.DESCRIPTION),
        ({"AutoPublishCodeSha256": "0" * 64}, {"Timeout": 9}, Cure.CODE_HASH),
        # What nobody sees needs no version.
        (
            {},
            {"Timeout": {"Ref": "Seconds"}, "Description": "more"},
            Cure.DESCRIPTION,
        ),
    ],
    ids=str,
)
def test_what_would_publish(
    published: Template_, properties: Template_, cure: Cure, tmp_path: Path
) -> None:
    template = sam(
        {"AutoPublishAlias": "live", **published, **properties},
        Parameters={"Seconds": parameter()},
    )
    document = described(change(*map(detail, properties)))
    (found,) = _read(tmp_path, document, template).unpublished
    assert found.cure is cure


@pytest.mark.parametrize(
    ("is_first", "cure"), [(True, Cure.ALL_PROPERTIES), (False, Cure.DESCRIPTION)]
)
def test_the_language_extensions_show_sam_what_changes(
    is_first: bool, cure: Cure, tmp_path: Path
) -> None:
    template = sam(
        {"AutoPublishAlias": "live", "Timeout": {"Ref": "Seconds"}},
        Parameters={"Seconds": parameter()},
    )
    transforms = ["AWS::LanguageExtensions", template["Transform"]]
    template["Transform"] = transforms if is_first else transforms[::-1]
    document = described(change(detail("Timeout")))
    (found,) = _read(tmp_path, document, template).unpublished
    assert found.cure is cure


def test_what_says_nothing_may_stand_before_what_does(tmp_path: Path) -> None:
    another = change(*BOTH, name="Another", replacement="True")
    queue = change(name="Queue", kind="AWS::SQS::Queue", replacement="False")
    mine = change(detail("", attribute="Tags"), *BOTH)
    assert changed(_read(tmp_path, described(another, queue, mine))) == RACE


def test_a_resource_that_stays_is_no_cause(tmp_path: Path) -> None:
    stays = _cause("False", detail("Content", recreation="Conditionally"))
    assert changed(_read(tmp_path, described(DYNAMIC, stays))) == ()


@pytest.mark.parametrize(
    ("document", "is_one"),
    [
        ({"Changes": []}, True),
        ({"Status": "CREATE_COMPLETE", "Changes": []}, True),
        ({"Status": "CREATE_COMPLETE", "StackName": "orders"}, True),
        ([{"Changes": []}, {"Changes": []}], True),
        ({"Status": "CREATE_COMPLETE"}, False),
        ({"Status": "CREATE_COMPLETE", "Changes": {}}, False),
        ({"Stacks": [], "NextToken": None}, False),
        ({}, False),
        ([], False),
        ([{"Changes": []}, 7], False),
        # The first page says how it is.
        ([{"Status": "DELETE_COMPLETE", "Changes": []}, {"Changes": []}], False),
    ],
    ids=str,
)
def test_what_is_a_change_set(document: Any, is_one: bool, tmp_path: Path) -> None:
    assert (_read(tmp_path, document).problem == "") is is_one
