"""How nodes are rewritten towards what a function publishes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cfn_lint_lambda_race.cure._rewriting import Published, Rewriting

LIVE = Published("Orders", "OrdersLive", "OrdersLive", "live", ("orders",))
# What SAM publishes below a name that a parameter has.
OF_SAM = Published("Orders", "Orders.Alias", None, None, ("orders",))
NAME = "arn:aws:lambda:us-east-1:123456789012:function:orders"
FN: Any = {"Ref": "Orders"}
ARN: Any = {"Fn::GetAtt": ["Orders", "Arn"]}
NEW: Any = {"Ref": "OrdersLive"}
PUT_TOGETHER = (
    "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Orders}"
)


def _sub(text: str, **variables: Any) -> Any:
    return {"Fn::Sub": [text, variables] if variables else text}


def _join(delimiter: str, *items: Any) -> Any:
    return {"Fn::Join": [delimiter, list(items)]}


REWRITTEN: list[tuple[Any, Any]] = [
    (FN, NEW),
    (ARN, NEW),
    ({"Fn::GetAtt": "Orders.Arn"}, NEW),
    (_sub("${Orders.Arn}"), _sub("${OrdersLive}")),
    (_sub("${Orders.Arn}:$LATEST"), _sub("${OrdersLive}")),
    (_sub("${Orders}"), _sub("${Orders}:live")),
    (_sub("${Orders}:$LATEST"), _sub("${Orders}:live")),
    (_sub(PUT_TOGETHER), _sub("${OrdersLive}")),
    (_sub(f"{PUT_TOGETHER}:$LATEST"), _sub("${OrdersLive}")),
    (_sub("123:function:${Orders}"), _sub("123:function:${Orders}:live")),
    (_sub("${A}:$LATEST", A=ARN), _sub("${A}", A=NEW)),
    # Beside an ARN a name may be there for people, if nothing says what it is.
    (
        _sub('{"a": "${Orders.Arn}", "Comment": "${Orders}"}'),
        _sub('{"a": "${OrdersLive}", "Comment": "${Orders}"}'),
    ),
    (
        _sub('{"a": "${Orders.Arn}", "FunctionName": "${Orders}"}'),
        _sub('{"a": "${OrdersLive}", "FunctionName": "${Orders}:live"}'),
    ),
    (_join("", ARN, ":$LATEST"), _join("", NEW, "")),
    (_join("", "a", ARN, "b"), _join("", "a", NEW, "b")),
    (_join(":", ARN, "$LATEST"), _join(":", NEW)),
    (
        _join(":", "arn:aws:lambda:a:1:function", FN),
        _join(":", "arn:aws:lambda:a:1:function", _sub("${Orders}:live")),
    ),
    ({"Fn::If": ["Orders", FN, "x"]}, {"Fn::If": ["Orders", NEW, "x"]}),
    ({"a": [FN, {"b": ARN}]}, {"a": [NEW, {"b": NEW}]}),
    ("orders", NEW),
    (NAME, f"{NAME}:live"),
    (f"{NAME}:$LATEST", f"{NAME}:live"),
]
# What says already what it invokes, or means something else.
LEFT: list[Any] = [
    *({"Ref": name} for name in ("Others", "OrdersLive", "AWS::Region")),
    *({"Fn::GetAtt": one} for one in (["Others", "Arn"], ["Orders", "Version"], [])),
    *({"Fn::GetAtt": one} for one in ("Orders", "Orders.Version", 7)),
    *(_sub(f"${{Orders.Arn}}:{one}") for one in ("live", "7", "${A}", "*")),
    _sub("${Orders.Arn}:$LATEST.PUBLISHED"),
    *(_sub(one) for one in ("${Orders}-dlq", "a-${Orders}", "${OrdersTable}")),
    *(_sub(one) for one in ("${!Orders}", "${Orders}:live", "Orders", "orders")),
    _sub(f"{PUT_TOGETHER}:7"),
    _sub("${Orders}", Orders="x"),
    _sub("${A}:live", A=ARN),
    *({"Fn::Sub": one} for one in (7, [], ["a"], [7, {}], ["${Orders}", 7])),
    *(_join("", one, ":live") for one in (FN, ARN)),
    _join("", ARN, ":", {"Ref": "Alias"}),
    *(_join(":", one, "live") for one in (FN, ARN)),
    _join(":", ARN, {"Ref": "Alias"}),
    *(f"{NAME}{one}" for one in (":live", ":7", "-dlq", ":$LATEST.PUBLISHED")),
    *("others", "my-orders", "orders:live", 7, None, True),
]


@pytest.mark.parametrize(("node", "new"), REWRITTEN, ids=json.dumps)
def test_what_invokes_the_function(node: Any, new: Any) -> None:
    assert Rewriting({"Orders": LIVE}).of(node) == new


@pytest.mark.parametrize("takes_arn", [True, False])
@pytest.mark.parametrize("published", [LIVE, OF_SAM])
def test_what_invokes_something_else_stays(published: Any, takes_arn: bool) -> None:
    for node in LEFT:
        assert Rewriting({"Orders": published}, takes_arn).of(node) == node


@pytest.mark.parametrize(
    ("node", "new"),
    [
        (FN, _sub("${Orders}:live")),
        (_sub("${Orders}"), _sub("${Orders}:live")),
        ("orders", "orders:live"),
        ({"Fn::If": ["A", FN, "x"]}, {"Fn::If": ["A", _sub("${Orders}:live"), "x"]}),
    ],
    ids=json.dumps,
)
def test_what_takes_names_alone(node: Any, new: Any) -> None:
    assert Rewriting({"Orders": LIVE}, takes_arn=False).of(node) == new


@pytest.mark.parametrize(
    ("node", "new"),
    [
        (FN, {"Ref": "Orders.Alias"}),
        (ARN, {"Ref": "Orders.Alias"}),
        (
            _sub("${Orders.Arn}"),
            _sub("${OrdersAlias}", OrdersAlias={"Ref": "Orders.Alias"}),
        ),
        (_sub("${Orders}"), _sub("${Orders}")),
        ("orders", "orders"),
    ],
    ids=json.dumps,
)
def test_an_alias_whose_name_is_not_written_out(node: Any, new: Any) -> None:
    assert Rewriting({"Orders": OF_SAM}).of(node) == new


def test_each_function_has_its_own() -> None:
    ship = Published("Ship", "ShipLive", "ShipLive", "live")
    rewriting = Rewriting({"Orders": LIVE, "Ship": ship})
    assert rewriting.of([FN, {"Ref": "Ship"}]) == [NEW, {"Ref": "ShipLive"}]
    text = "${Orders.Arn} ${Ship.Arn} ${Orders.Arn}:7"
    assert rewriting.of(_sub(text)) == _sub("${OrdersLive} ${ShipLive} ${Orders.Arn}:7")
