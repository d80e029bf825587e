"""What a permission's `SourceArn` is for."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from tests.attached import (
    FIXED,
    NEXT,
    ROLE,
    GetAtt,
    Json,
    api_of_kind,
    misfits,
    role_with,
    two_aliases,
)
from tests.building import (
    ARN,
    CHOICE,
    FN,
    LIVE,
    PROD_OR_DEV,
    permission_on,
    resource,
    rule_for,
    statement_on,
)
from tests.linting import FUNCTION

# -- sources -----------------------------------------------------------------------


def _api(target: Json) -> Json:
    return resource(
        "ApiGatewayV2::Api", Name="orders", ProtocolType="HTTP", Target=target
    )


def _from_api(function: Json, api: str) -> Json:
    source = f"arn:${{AWS::Partition}}:execute-api:*:*:${{{api}}}/*"
    return permission_on(
        function, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": source}
    )


def test_a_wrong_grant_for_another_source_is_another_matter(tmp_path: Path) -> None:
    template = two_aliases(
        Shop=_api(LIVE), FromShop=_from_api(LIVE, "Shop"), Office=_api(ARN)
    )
    template["Resources"]["Permission"] = _from_api(FN, "Office")
    assert misfits(tmp_path, template) == []


def test_a_right_grant_for_another_source_does_not_help(tmp_path: Path) -> None:
    template = two_aliases(
        Shop=_api(LIVE),
        FromShop=_from_api(LIVE, "Shop"),
        Office=_api(LIVE),
        Permission=_from_api(FN, "Office"),
    )
    assert misfits(tmp_path, template) == [FIXED]


def test_a_grant_without_a_source_covers_each(tmp_path: Path) -> None:
    template = two_aliases(
        Shop=_api(LIVE), Permission=permission_on(FN, "apigateway.amazonaws.com")
    )
    assert misfits(tmp_path, template) == [FIXED]


@pytest.mark.parametrize(
    "kind",
    [
        *("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"),
        *("AWS::Serverless::Api", "AWS::Serverless::HttpApi"),
    ],
)
def test_a_permission_is_for_the_api_that_its_source_names(
    kind: str, tmp_path: Path
) -> None:
    apis = {"Shop": api_of_kind(kind, LIVE), "Office": api_of_kind(kind, ARN)}
    template = two_aliases(**apis, Permission=_from_api(FN, "Office"))
    template["Transform"] = "AWS::Serverless-2016-10-31"
    assert misfits(tmp_path, template) == []
    template["Resources"]["Permission"] = _from_api(FN, "Shop")
    assert misfits(tmp_path, template) == [FIXED]


def _from(function: Json, service: str, name: str) -> Json:
    source = f"arn:aws:{service}:us-east-1:123456789012:{name}"
    principal = {"execute-api": "apigateway"}.get(service, service)
    return permission_on(function, f"{principal}.amazonaws.com", SourceArn=source)


@pytest.mark.parametrize("own", [{}, {"Name": {"Ref": "Named"}}, {"Name": "nightly"}])
@pytest.mark.parametrize(
    "beside",
    [
        {"SourceAccount": {"Ref": "AWS::AccountId"}},
        {"SourceArn": "arn:aws:events:us-east-1:123456789012:rule/other-*"},
        {"SourceArn": {"Ref": "Named"}},
    ],
    ids=["account", "pattern", "parameter"],
)
def test_a_grant_for_a_caller_elsewhere_beside_the_right_one_is_silent(
    tmp_path: Path, own: Json, beside: Json
) -> None:
    rule = rule_for(LIVE)
    rule["Properties"].update(own)
    right = permission_on(LIVE, SourceArn={"Fn::GetAtt": ["Rule", "Arn"]})
    template = two_aliases(
        Rule=rule, Right=right, Permission=permission_on(FN, **beside)
    )
    template["Parameters"] = {"Named": {"Type": "String"}}
    assert misfits(tmp_path, template) == []


@pytest.mark.parametrize(
    ("own", "name", "expected"),
    [
        ({}, "rule/other", []),
        ({}, "rule/other-*", []),
        ({}, "rule/*", [FIXED]),
        ({"Name": "nightly"}, "rule/nightly", [FIXED]),
        ({"Name": "nightly"}, "rule/bus/nightly", [FIXED]),
        ({"Name": "nightly"}, "rule/night*", [FIXED]),
        ({"Name": "nightly"}, "rule/daily", []),
    ],
)
def test_a_source_that_is_written_out_is_compared_by_name(
    tmp_path: Path, own: Json, name: str, expected: list[str]
) -> None:
    rule = rule_for(LIVE)
    rule["Properties"].update(own)
    template = two_aliases(Rule=rule, Permission=_from(FN, "events", name))
    assert misfits(tmp_path, template) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("a1b2c3/*/*", []), ("orders/*", []), ("*/prod/*", [FIXED])]
)
def test_an_api_has_an_id_that_nobody_knows_before(
    tmp_path: Path, name: str, expected: list[str]
) -> None:
    template = two_aliases(Shop=_api(LIVE), Permission=_from(FN, "execute-api", name))
    assert misfits(tmp_path, template) == expected


def test_a_grant_that_may_be_for_an_unknown_qualifier_is_silent(
    tmp_path: Path,
) -> None:
    stage = {"Fn::Sub": "${Orders.Arn}:${!stageVariables.alias}"}
    integration = resource(
        "ApiGatewayV2::Integration",
        ApiId={"Ref": "Shop"},
        IntegrationType="AWS_PROXY",
        IntegrationUri=stage,
    )
    template = two_aliases(
        Shop=_api(LIVE),
        Other=integration,
        FromShop=_from_shop(LIVE, "prod"),
        Permission=_from_shop(FN, "test"),
    )
    assert misfits(tmp_path, template) == []
    del template["Resources"]["Other"]
    assert misfits(tmp_path, template) == [FIXED]


def _from_shop(function: Json, stage: str) -> Json:
    source = f"arn:${{AWS::Partition}}:execute-api:*:*:${{Shop}}/{stage}/*"
    return permission_on(
        function, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": source}
    )


# -- sources that are the same, and that may be ------------------------------------


def test_a_permission_for_every_source_makes_another_surplus(tmp_path: Path) -> None:
    source = {GetAtt: ["Rule", "Arn"]}
    template = two_aliases(
        Rule=rule_for(LIVE),
        Right=permission_on(LIVE),
        Permission=permission_on(FN, SourceArn=source),
    )
    assert misfits(tmp_path, template) == []


def test_a_source_that_is_one_of_several_covers_each(tmp_path: Path) -> None:
    sources = [{GetAtt: ["Rule", "Arn"]}, {GetAtt: ["Other", "Arn"]}]
    template = two_aliases(
        Rule=rule_for(LIVE),
        Other=rule_for(LIVE),
        Permission=permission_on(FN, SourceArn={"Fn::If": ["IsProd", *sources]}),
        Right=permission_on(LIVE, SourceArn=sources[0]),
    )
    assert misfits(tmp_path, {**template, **CHOICE}) == [FIXED]


def _here(name: str) -> Json:
    return {"Fn::Sub": f"arn:aws:sns:${{AWS::Region}}:${{AWS::AccountId}}:{name}"}


@pytest.mark.parametrize(("name", "expected"), [("orders", [FIXED]), ("carts", [])])
@pytest.mark.parametrize(
    "arn_of", ["arn:aws:sns:us-east-1:123456789012:{}".format, _here]
)
def test_a_source_is_compared_by_its_name_where_both_are_written_out(
    tmp_path: Path, arn_of: Callable[[str], Json], name: str, expected: list[str]
) -> None:
    subscription = resource(
        "SNS::Subscription", Endpoint=LIVE, Protocol="lambda", TopicArn=arn_of("orders")
    )
    permission = permission_on(FN, "sns.amazonaws.com", SourceArn=arn_of(name))
    template = two_aliases(Subscription=subscription, Permission=permission)
    assert misfits(tmp_path, template) == expected


@pytest.mark.parametrize(
    ("topic", "source"),
    [
        # What is written out may be the topic of the stack.
        ("arn:aws:sns:us-east-1:123456789012:orders", {"Ref": "Topic"}),
        ("arn:aws:sns:us-east-1:123456789012:orders", {"Ref": "Named"}),
        ({"Ref": "Named"}, "arn:aws:sns:us-east-1:123456789012:orders"),
        (
            {"Fn::Sub": "arn:aws:sns:us-east-1:123456789012:${Named}-orders"},
            "arn:aws:sns:us-east-1:123456789012:orders",
        ),
        # No ARN of a topic.
        ("arn:aws:sns:us-east-1:123456789012:orders", "arn:aws:sns"),
        (
            "arn:aws:sns:us-east-1:123456789012:orders",
            "arn:aws:sns:us-east-1:123456789012:carts:1",
        ),
    ],
    ids=str,
)
def test_a_permission_of_which_nobody_knows_the_source_may_be_the_one(
    topic: Json, source: Json, tmp_path: Path
) -> None:
    template = two_aliases(
        Topic=resource("SNS::Topic"),
        Subscription=resource(
            "SNS::Subscription", Endpoint=LIVE, Protocol="lambda", TopicArn=topic
        ),
        Permission=permission_on(FN, "sns.amazonaws.com", SourceArn=source),
    )
    template["Parameters"] = {"Named": {"Type": "String"}}
    assert misfits(tmp_path, template) == [FIXED]


@pytest.mark.parametrize(
    ("parent", "source", "expected"),
    [
        ({GetAtt: ["Shop", "RootResourceId"]}, "${Shop}/*/GET/", [FIXED]),
        ({GetAtt: ["Shop", "RootResourceId"]}, "${Shop}/*/POST/", []),
        ({"Ref": "Cart"}, "${Shop}/*/GET/cart", [FIXED]),
        ({"Ref": "Cart"}, "${Shop}/*/GET/shop", []),
        # Where its path is unknown, it may be any.
        ({"Ref": "Named"}, "${Shop}/*/POST/", [FIXED]),
        ({"Ref": "Missing"}, "${Shop}/*/POST/", [FIXED]),
        (
            {"Fn::If": ["IsProd", {"Ref": "Cart"}, {"Ref": "Named"}]},
            "${Shop}/*/POST/",
            [FIXED],
        ),
        # No ARN of a method.
        ({GetAtt: ["Shop", "RootResourceId"]}, "${Shop}", [FIXED]),
        ({GetAtt: ["Shop", "RootResourceId"]}, "", [FIXED]),
    ],
    ids=str,
)
def test_a_permission_may_name_another_method(
    parent: Json, source: str, expected: list[str], tmp_path: Path
) -> None:
    functions = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions"
    method = resource(
        "ApiGateway::Method",
        RestApiId={"Ref": "Shop"},
        ResourceId=parent,
        HttpMethod="GET",
        Integration={
            "Type": "AWS_PROXY",
            "Uri": {"Fn::Sub": f"{functions}/${{Live}}/invocations"},
        },
    )
    cart = resource(
        "ApiGateway::Resource",
        RestApiId={"Ref": "Shop"},
        ParentId={GetAtt: ["Shop", "RootResourceId"]},
        PathPart="cart",
    )
    account = f"${{AWS::AccountId}}:{source}" if source else "${Shop}"
    arn = {"Fn::Sub": f"arn:aws:execute-api:us-east-1:{account}"}
    template = two_aliases(
        Shop=resource("ApiGateway::RestApi", Name="shop"),
        Cart=cart,
        Method=method,
        Permission=permission_on(FN, "apigateway.amazonaws.com", SourceArn=arn),
    )
    template["Parameters"] = {"Named": {"Type": "String"}}
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Named"}, "prod"]}}
    assert misfits(tmp_path, template) == expected


def test_a_source_of_which_no_name_is_known_is_covered(tmp_path: Path) -> None:
    authorizer = resource(
        "IoT::Authorizer", AuthorizerFunctionArn=LIVE, AuthorizerName="orders"
    )
    template = two_aliases(
        It=authorizer, Permission=_from(FN, "iot", "authorizer/orders")
    )
    assert misfits(tmp_path, template) == [FIXED]


CARTS: Json = {GetAtt: ["Carts", "Arn"]}


def _of_api(api: str, target: Json) -> Json:
    return resource(
        "ApiGatewayV2::Integration",
        ApiId={"Ref": api},
        IntegrationType="AWS_PROXY",
        IntegrationUri=target,
    )


@pytest.mark.parametrize(("api", "expected"), [("1a2b3c", [FIXED]), ("4d5e6f", [])])
def test_an_api_of_another_stack_is_known_by_its_id(
    tmp_path: Path, api: str, expected: list[str]
) -> None:
    method = _of_api("Shop", LIVE)
    method["Properties"]["ApiId"] = "1a2b3c"
    template = two_aliases(
        Method=method, Permission=_from(FN, "execute-api", f"{api}/*")
    )
    assert misfits(tmp_path, template) == expected


@pytest.mark.parametrize(
    ("other", "is_reported"),
    [
        (_of_api("Shop", ARN), False),
        (_of_api("Shop", LIVE), True),
        (_of_api("Shop", CARTS), True),
        (_of_api("Office", ARN), True),
        (resource("Pipes::Pipe", RoleArn=ROLE, Target=ARN), True),
    ],
    ids=["it", "as the first", "another function", "another API", "by its role"],
)
def test_a_permission_beside_the_right_one_may_serve_another_target(
    tmp_path: Path, other: Json, is_reported: bool
) -> None:
    template = two_aliases(
        Shop=_api(LIVE),
        Office=_api("arn:aws:lambda:us-east-1:123456789012:function:office"),
        Other=other,
        Carts=deepcopy(FUNCTION),
        Role=role_with(statement_on(ARN)),
        FromShop=_from_shop(LIVE, "prod"),
        Permission=_from_shop(FN, "test"),
    )
    assert misfits(tmp_path, template) == [FIXED] * is_reported


@pytest.mark.parametrize(("stage", "expected"), [("prod", []), ("test", [FIXED])])
def test_a_permission_that_the_right_one_includes_is_surplus(
    tmp_path: Path, stage: str, expected: list[str]
) -> None:
    template = two_aliases(
        Shop=_api(LIVE),
        FromShop=_from_shop(LIVE, "prod"),
        Permission=_from_shop(FN, stage),
    )
    assert misfits(tmp_path, template) == expected


@pytest.mark.parametrize(
    "surplus",
    [
        _from_shop(FN, "prod"),
        permission_on(FN, "apigateway.amazonaws.com"),
        _from_shop(FN, "test"),
    ],
    ids=["included", "for every source", "serves another target"],
)
def test_a_surplus_permission_hides_no_wrong_one_behind_it(
    tmp_path: Path, surplus: Json
) -> None:
    template = two_aliases(
        Shop=_api(LIVE),
        Other=_of_api("Shop", ARN),
        FromShop=_from_shop(LIVE, "prod"),
        Surplus=surplus,
        Permission=_from_shop(NEXT, "test"),
    )
    assert misfits(tmp_path, template) == [FIXED]


def test_each_of_two_permissions_may_serve_one_case_of_a_target(tmp_path: Path) -> None:
    template = two_aliases(
        Shop=_api({"Fn::If": ["IsProd", LIVE, ARN]}),
        FromShop=_from_shop(LIVE, "prod"),
        Permission=_from_shop(FN, "test"),
    )
    assert misfits(tmp_path, {**template, **PROD_OR_DEV}) == []
