"""The catalogue of targets, held against the schemas of the installed cfn-lint.

Tests `data/__init__.py` too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from cfn_lint_lambda_race.data import load, targets
from cfn_lint_lambda_race.template import _targets
from tests.schemas import (
    FORMAT,
    OWNERS,
    exists,
    is_current,
    knows_sam,
    lambda_properties,
    properties,
    schemas,
)

# Reads all of cfn-lint's schemas.
pytestmark = pytest.mark.slow

Row = Mapping[str, Any]

TARGETS: list[Row] = load("targets.json")
DOCUMENTS: Mapping[str, list[Row]] = load("documents.json")
EXCLUSIONS: list[Row] = load("exclusions.json")
# What every type says in the same words; excuses no property that speaks of Lambda.
EVERY_TYPE = "AWS::*"
# What shows that the property takes a function's ARN. A row for everything below a
# path excuses none of these, so that a function that is named there later stands out.
STRONG = {"its format", "its pattern"}
# A SAM function's events that no service sends: their caller is configured elsewhere.
NO_TARGETS = {"AlexaSkill"}
KEYS = {
    *("type", "path", "form", "source", "authorised_by", "accepts", "when", "note"),
    *("inside", "file", "qualifier", "substitutions", "source_arn", "deployment"),
    *("attribute", "role", "actions", "actions_source"),
}
# The type of the resource that a property refers to, whose role is meant.
OTHERS = {
    "ApplicationName": "AWS::KinesisAnalyticsV2::Application",
    "FunctionName": "AWS::Lambda::Function",
    "GatewayIdentifier": "AWS::BedrockAgentCore::Gateway",
    "KnowledgeBaseId": "AWS::Bedrock::KnowledgeBase",
}
# Roles of resources with targets that have nothing to do with the invocation.
OTHER_ROLES = {
    # Lambda needs a permission, or the group's service-linked role.
    "AWS::AutoScaling::AutoScalingGroup": {"ServiceLinkedRoleARN"},
    "AWS::AutoScaling::LifecycleHook": {"RoleARN"},
    # For what the portal's users may do.
    "AWS::IoTSiteWise::Portal": {"RoleArn"},
    "AWS::Kendra::DataSource": {"RoleArn"},
    "AWS::QBusiness::DataSource": {"RoleArn"},
    # The role with which Lambda polls, and the code runs.
    "AWS::Serverless::Function": {"Role"},
    "AWS::DataZone::Connection": {"EnvironmentUserRole"},
}
# Whose leave to invoke no property of the resource names.
BY_ANOTHER_ROLE = {
    **dict.fromkeys(
        (
            *("AWS::AppSync::FunctionConfiguration", "AWS::AppSync::Resolver"),
            "AWS::Serverless::GraphQLApi",
        ),
        "the role of the data source",
    ),
    **dict.fromkeys(
        (
            *("AWS::Athena::DataCatalog", "AWS::CloudWatch::Dashboard"),
            *("AWS::DataZone::Connection", "AWS::Glue::Connection"),
            *("AWS::S3ObjectLambda::AccessPoint", "AWS::SSM::Document"),
        ),
        "whoever asks: runs the query, looks at the widget, reads the object",
    ),
    **dict.fromkeys(
        (
            "AWS::AutoScaling::AutoScalingGroup",
            "AWS::AutoScaling::LifecycleHook",
            "AWS::EC2::ClientVpnEndpoint",
        ),
        "the service-linked role",
    ),
    **dict.fromkeys(
        (
            "AWS::Greengrass::FunctionDefinition",
            "AWS::Greengrass::FunctionDefinitionVersion",
            "AWS::Greengrass::SubscriptionDefinition",
            "AWS::Greengrass::SubscriptionDefinitionVersion",
            "AWS::GreengrassV2::ComponentVersion",
            "AWS::CloudFront::Distribution",
        ),
        "nobody's: a copy of the version runs on the device, or at the edge",
    ),
    "AWS::BedrockAgentCore::Evaluator": "the role of the evaluation that uses it",
    "AWS::IoTSiteWise::Portal": "the role of the alarm model",
    "AWS::IoTTwinMaker::ComponentType": "the role of the workspace",
    "AWS::KinesisFirehose::DeliveryStream": "Splunk's destination names none; "
    "that of its backup does",
    "AWS::Lambda::EventSourceMapping": "Lambda itself polls and invokes",
    "AWS::RefactorSpaces::Service": "the API that the environment makes",
    "AWS::SecurityAgent::AgentSpace": "the role of the penetration test",
    "AWS::Serverless::Function": "an event of a queue or stream: Lambda polls",
    "AWS::Transfer::Workflow": "the execution role of the server",
}
# Services that need a permission of which the template does not tell for whom: what
# its `SourceArn` names is no resource of a template, or not the one of the target.
WITHOUT_SOURCE = {
    "AWS::AppConfig::ConfigurationProfile",
    "AWS::AppFlow::Connector",
    "AWS::Chime::ChannelFlow",
    "AWS::Chime::SipMediaApplication",
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::UserPoolRegionalConfigurationAttachment",
    "AWS::Config::ConformancePack",
    "AWS::Config::OrganizationConfigRule",
    "AWS::Config::OrganizationConformancePack",
    "AWS::HealthLake::FHIRDatastore",
    "AWS::IoT::ProvisioningTemplate",
    "AWS::IoTAnalytics::Pipeline",
    "AWS::IoTManagedIntegrations::CloudConnector",
    "AWS::Lex::Bot",
    "AWS::Logs::AccountPolicy",
    "AWS::Logs::SubscriptionFilter",
    "AWS::Pinpoint::ApplicationSettings",
    "AWS::Pinpoint::Campaign",
    "AWS::SES::ReceiptRule",
    # SAM makes the permission, for an API or another source that it makes as well.
    "AWS::Serverless::Function",
    "AWS::Serverless::GraphQLApi",
    "AWS::Serverless::WebSocketApi",
}
# Resources whose ID, which `Ref` gives, stands in the ARN of what invokes.
IDS_IN_ARNS = {
    "AWS::ApiGateway::RestApi": "arn:aws:execute-api:REGION:ACCOUNT:ID/STAGE/...",
    "AWS::ApiGatewayV2::Api": "arn:aws:execute-api:REGION:ACCOUNT:ID/STAGE/...",
    "AWS::Serverless::Api": "arn:aws:execute-api:REGION:ACCOUNT:ID/STAGE/...",
    "AWS::Serverless::HttpApi": "arn:aws:execute-api:REGION:ACCOUNT:ID/STAGE/...",
    "Alexa::ASK::Skill": "the permission's EventSourceToken",
}
# Principals that are not called as the service is in the names of its types.
PRINCIPALS = {
    "Alexa": "alexa-appkit",
    "ApiGatewayV2": "apigateway",
    "Chime::ChannelFlow": "messaging.chime",
    "Chime::SipMediaApplication": "voiceconnector.chime",
    "CloudWatch": "lambda.alarms.cloudwatch",
    "Cognito::IdentityPool": "cognito-sync",
    "Cognito::UserPool": "cognito-idp",
    "Cognito::UserPoolRegionalConfigurationAttachment": "cognito-idp",
    "ElasticLoadBalancingV2": "elasticloadbalancing",
    "Lex": "lexv2",
    "VpcLattice": "vpc-lattice",
}


def _name(row: Row) -> str:
    return f"{row['type']} {row['path']}"


def _paths(row: Row) -> Iterator[str]:
    """The paths in a row that begin at the resource's properties."""
    yield row["path"]
    if "inside" not in row:
        yield from row.get("when", ())
    if "qualifier" in row:
        yield row["qualifier"]


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    """``**`` at either end stands for any steps or none, ``*`` for part of a step.

    A whole step ``*`` is the step of a list or a map.
    """
    expression = ""
    for step in pattern.split("/"):
        words = (
            re.escape("*") if step == "*" else re.escape(step).replace(r"\*", "[^/]*")
        )
        expression += "(?:/[^/]+)*" if step == "**" else f"/{words}"
    return re.compile(expression)


def _excuses(row: Row, kind: str, path: str, why: str) -> bool:
    if row["type"] == EVERY_TYPE and why != "its pattern":
        return False
    if row["path"].endswith("**") and why in STRONG:
        return False
    types = re.escape(row["type"]).replace(r"\*", ".*")
    return bool(re.fullmatch(types, kind) and _glob(row["path"]).fullmatch(f"/{path}"))


@cache
def _scanned() -> Mapping[tuple[str, str], str]:
    """The properties of all resource types that may name a function, and why.

    SAM's are not: in its schemas each name stands for what the property becomes.
    """
    return {
        (kind, path): why
        for kind, versions in schemas().items()
        if not kind.startswith("AWS::Serverless::")
        for schema in versions
        for path, why in lambda_properties(schema).items()
    }


# What older schemas say and current ones no longer do: services that AWS has retired,
# patterns and values that it has corrected.
OUTDATED = {
    ("AWS::BCMDataExports::Export", "Export/ExportArn"),
    ("AWS::CodeBuild::Project", "Environment/ComputeType"),
    ("AWS::CodeBuild::Project", "Environment/Type"),
    ("AWS::LookoutMetrics::Alert", "Action/LambdaConfiguration/LambdaArn"),
    ("AWS::LookoutMetrics::Alert", "AnomalyDetectorArn"),
    ("AWS::RoboMaker::Robot", "Fleet"),
    ("AWS::SecurityLake::Subscriber", "Sources/*/AwsLogSource/SourceName"),
}


def _unknown(scanned: Mapping[tuple[str, str], str]) -> list[str]:
    """The properties that are neither targets nor excluded."""
    chosen = {(row["type"], row["path"]) for row in TARGETS}
    return [
        f"{kind} {path} ({why})"
        for (kind, path), why in scanned.items()
        if (kind, path) not in chosen
        and not any(_excuses(row, kind, path, why) for row in EXCLUSIONS)
    ]


@pytest.mark.slow
def test_every_property_that_may_name_a_function_is_known() -> None:
    # The oldest cfn-lint that the pack takes has two thirds of the newest's schemas.
    assert len(_scanned()) > (600 if is_current() else 400)
    outdated = set() if is_current() else OUTDATED
    unknown = _unknown(
        {place: why for place, why in _scanned().items() if place not in outdated}
    )
    assert not unknown, (
        "These properties may name a Lambda function. For each, add one row: to "
        "data/targets.json if a service invokes the function there, else to "
        "data/exclusions.json with the reason:\n" + "\n".join(unknown)
    )


@pytest.mark.parametrize(
    ("kind", "node"),
    [
        ("AWS::New::Service", {"description": "The Lambda function that is called."}),
        ("AWS::New::Service", {"pattern": "^arn:aws:lambda:[^:]*:[^:]*:function:.*$"}),
        ("AWS::SNS::Topic", {"format": FORMAT}),
        ("AWS::ApplicationAutoScaling::ScalingPolicy", {"format": FORMAT}),
        ("AWS::Lambda::EventSourceMapping", {"format": FORMAT}),
        ("AWS::Lambda::Function", {"pattern": "^arn:(aws[a-zA-Z-]*):lambda:.*$"}),
        ("AWS::S3ObjectLambda::AccessPoint", {"format": FORMAT}),
    ],
)
def test_a_new_property_stands_out(kind: str, node: Row) -> None:
    schema = {"properties": {"Handlers": {"items": {"type": "string", **node}}}}
    found = lambda_properties(schema)
    assert _unknown({(kind, path): why for path, why in found.items()})


@pytest.mark.slow
@pytest.mark.skipif(not is_current(), reason="older schemas have fewer properties")
def test_every_exclusion_is_of_use() -> None:
    chosen = {(row["type"], row["path"]) for row in TARGETS}
    useless = [
        _name(row)
        for row in EXCLUSIONS
        if not any(
            _excuses(row, kind, path, why)
            for (kind, path), why in _scanned().items()
            if (kind, path) not in chosen
        )
    ]
    assert not useless, "Remove these rows of data/exclusions.json"


def test_the_paths_of_a_row_exist() -> None:
    wrong = []
    for row in TARGETS:
        kind = row["type"]
        # A custom resource has no schema, and the schemas tell of properties only.
        if not kind.startswith("Custom::") and not row.get("attribute"):
            wrong += [
                f"{kind} {path}"
                for path in _paths(row)
                if not any(exists(schema, path) for schema in schemas().get(kind, ()))
            ]
    if is_current():
        assert not wrong, "no such type or property: correct or remove these rows"
    # The oldest cfn-lint that the pack takes lacks two fifths of them.
    assert len(wrong) < len(TARGETS) / 2


def test_paths_are_not_found_everywhere() -> None:
    (schema, *_) = schemas()["AWS::SNS::Subscription"]
    assert exists(schema, "Endpoint")
    assert exists(schema, "DeliveryPolicy/anything/below/a/free/object")
    assert not exists(schema, "EndPoint")
    assert not exists(schema, "Endpoint/*")
    (schema, *_) = schemas()["AWS::Events::Rule"]
    assert exists(schema, "Targets/*/Arn")
    assert not exists(schema, "Targets/Arn")
    assert not exists(schema, "Targets/*/ARN")


def test_rows_are_well_formed() -> None:
    for row in TARGETS:
        _check_form(row)


def _check_form(row: Row) -> None:
    assert set(row) <= KEYS
    assert row["source"].startswith("https://")
    authorised_by = row["authorised_by"]
    assert authorised_by in ("role", "*") or authorised_by.endswith(
        (".amazonaws.com", ".amazon.com")
    )
    assert set(row.get("accepts", ())) <= {"version", "alias"}
    # Where no qualifier is accepted, the message has to name the way round.
    assert ("note" in row) == (row.get("accepts") == [])
    assert row["form"] in {*_targets._PARSERS, *DOCUMENTS, "self"}
    assert not ("inside" in row and row["form"] in DOCUMENTS)
    if "source_arn" in row:
        assert authorised_by != "role"
    assert isinstance(row.get("role", []), list)
    assert ("actions" in row) == ("actions_source" in row)
    assert row.get("actions_source", "https://").startswith("https://")


# Properties called so of what is no function, or names the function that it belongs to.
OTHER_QUALIFIERS = {
    (
        "AWS::BedrockAgentCore::GatewayTarget",
        "TargetConfiguration/Http/AgentcoreRuntime/Qualifier",
    ),
    ("AWS::Lambda::EventInvokeConfig", "Qualifier"),
}


def test_each_qualifier_beside_a_function_is_known() -> None:
    kinds = {row["type"] for row in TARGETS}
    found = {
        (kind, path)
        for kind, versions in schemas().items()
        if kind in kinds
        for schema in versions
        for path in properties(schema)
        if path.rpartition("/")[2] == "Qualifier"
    }
    known = {(row["type"], row["qualifier"]) for row in TARGETS if "qualifier" in row}
    assert found - known - OTHER_QUALIFIERS == set(), "say it in data/targets.json"
    assert known


def _role_properties(kind: str) -> set[str]:
    return {
        path
        for schema in schemas()[kind]
        for path in properties(schema)
        if "/" not in path and re.search(r"role(_?arn)?$", path, re.IGNORECASE)
    }


def test_the_role_of_a_row_exists() -> None:
    roles = [(row["type"], path) for row in TARGETS for path in row.get("role", ())]
    assert roles
    for of, path in roles:
        named, _, other = path.partition(">")
        kinds = {of: named, **({OTHERS[named]: other} if other else {})}
        for kind, name in kinds.items():
            found = any(exists(schema, name) for schema in schemas().get(kind, ()))
            assert found or not is_current(), (of, path)
            leaf = (other or named).rpartition("/")[2]
            assert kind != of or other or _is_role(leaf), leaf


def _is_role(name: str) -> bool:
    return bool(re.search(r"role(arn)?$|credentials(arn)?$", name, re.IGNORECASE))


def test_a_target_without_a_role_has_no_property_for_one() -> None:
    without = {
        row["type"]
        for row in TARGETS
        if row["authorised_by"] == "role"
        and "role" not in row
        and not row.get("deployment")
        and not row["type"].startswith("Custom::")
    }
    known = without & schemas().keys()
    assert known if not is_current() else known == without
    for kind in known:
        others = OTHER_ROLES.get(kind, set())
        assert _role_properties(kind) <= others, f"data/targets.json: {kind}"


def test_each_target_without_a_role_of_its_own_is_known() -> None:
    without = {
        row["type"]
        for row in TARGETS
        if row["authorised_by"] == "role"
        and not row.get("role")
        and not row.get("deployment")
        and not row["type"].startswith("Custom::")
    }
    assert without == set(BY_ANOTHER_ROLE), (
        "say by which property the role is named, or in BY_ANOTHER_ROLE whose it is"
    )


def test_the_source_of_a_row_is_whose_arn_a_permission_names() -> None:
    sources = {
        (row["type"], row["source_arn"]) for row in TARGETS if "source_arn" in row
    }
    assert sources
    for kind, named in sources:
        if named.startswith("property:"):
            _check_owner(kind, named.removeprefix("property:"))
        else:
            _check_source(kind, named)


def _check_source(kind: str, named: str) -> None:
    """The resource's own ARN; older schemas lack some types."""
    assert kind in schemas() or not is_current(), kind
    for schema in schemas().get(kind, ()):
        if named != "Ref":
            # An attribute that only the resource itself can tell, and an ARN.
            assert named.endswith("Arn")
            assert f"/properties/{named}" in schema.get("readOnlyProperties", ())
        else:
            (identifier,) = schema["primaryIdentifier"]
            assert identifier.endswith("Arn") or kind in IDS_IN_ARNS


def _check_owner(kind: str, name: str) -> None:
    """The property names another resource of the service, by its ID or its ARN."""
    owner = OWNERS[name]
    if not kind.startswith("Custom::"):
        assert owner.split("::")[1] == kind.split("::")[1]
        if kind in schemas():
            assert any(exists(schema, name) for schema in schemas()[kind])
    for schema in schemas()[owner]:
        known = {*schema["primaryIdentifier"], *schema["readOnlyProperties"]}
        short = name.removeprefix(owner.split("::")[2])
        assert {f"/properties/{name}", f"/properties/{short}"} & known


def test_each_permission_of_which_the_source_is_not_known() -> None:
    without = {
        row["type"]
        for row in TARGETS
        if row["authorised_by"] not in ("role", "*") and "source_arn" not in row
    }
    assert without == WITHOUT_SOURCE, "data/targets.json: say whose ARN it names"


def test_the_principal_of_a_row_is_its_service() -> None:
    permitted = {
        (row["type"], row["authorised_by"])
        for row in TARGETS
        if row["authorised_by"].endswith((".amazonaws.com", ".amazon.com"))
        and not row["type"].startswith(("AWS::Serverless::", "Custom::"))
    }
    assert permitted
    for of, principal in permitted:
        provider, service, *_ = kind = of.split("::")
        if provider != "AWS":
            service = provider
        name = principal.rpartition(".amazon")[0]
        known = PRINCIPALS.get(service, service.lower())
        assert name == PRINCIPALS.get("::".join(kind[1:]), known), of


@pytest.mark.parametrize("form", DOCUMENTS)
def test_a_document_s_places_are_well_formed(form: str) -> None:
    assert any(row["form"] == form for row in TARGETS)
    assert DOCUMENTS[form]
    for place in DOCUMENTS[form]:
        keys = {"inside", "form", "source", "when", "qualifier", "role"}
        assert set(place) <= keys
        assert place["source"].startswith("https://")
        assert place["form"] in _targets._PARSERS


def test_rows_are_sorted_and_unique() -> None:
    def key(row: Row) -> tuple[str, ...]:
        return (
            row["type"],
            row["path"],
            row.get("inside", ""),
            *(str(row.get("when", ""))[:200],),
        )

    keys = [key(row) for row in TARGETS]
    assert len(keys) > 200
    assert keys == sorted(set(keys))
    excluded = [(row["type"], row["path"]) for row in EXCLUSIONS]
    assert excluded == sorted(set(excluded))


def test_exclusions_have_a_reason() -> None:
    assert len(EXCLUSIONS) > 200
    for row in EXCLUSIONS:
        assert set(row) == {"type", "path", "reason"}
        assert len(row["reason"].split()) > 1


def test_the_rows_are_those_that_the_pack_reads() -> None:
    read = sum(len(rows) for rows in targets().values())
    assert read == sum(len(DOCUMENTS.get(row["form"], [row])) for row in TARGETS)


# How SAM names what invokes a function, apart from events.
SAM_NAMES = re.compile(
    r"/?\b(\w*(Function|Lambda\w*|Authorizer|Auth)(Arn|Uri)|Definition(Uri|Body)?"
    r"|FunctionUrlConfig|(Pre|Post)Traffic|On(Success|Failure)/Destination)$"
)
# Those that are none: where a stream's records go that nobody could handle.
NO_TARGETS_OF_SAM = re.compile(r"Events/.*")


@pytest.mark.skipif(not knows_sam(), reason="no schemas of SAM's resources")
def test_every_place_of_sam_is_known() -> None:
    known = {(row["type"], row["path"]) for row in TARGETS}
    named = {
        (kind, path)
        for kind, versions in schemas().items()
        if kind.startswith("AWS::Serverless::")
        for schema in versions
        for path in properties(schema)
        if SAM_NAMES.search(path) and not NO_TARGETS_OF_SAM.match(path)
    }
    assert named - known == set(), "add a row for each to data/targets.json"
    if is_current():
        of_sam = {one for one in known if one[0].startswith("AWS::Serverless::")}
        assert of_sam - named == {("AWS::Serverless::Function", "Events/*")}


@pytest.mark.skipif(not knows_sam(), reason="no schemas of SAM's resources")
def test_every_event_of_sam_is_known() -> None:
    known = {
        name
        for row in TARGETS
        if row["type"] == "AWS::Serverless::Function" and row["path"] == "Events/*"
        for name in row["when"]["Events/*/Type"]
    }
    versions = schemas().get("AWS::Serverless::Function", ())
    names = {
        str(name)
        for schema in versions
        for node in properties(schema)["Events/*/Type"]
        for name in node.get("enum", [node.get("const")])
        if name is not None
    }
    assert len(names) > 15
    assert names <= known | NO_TARGETS, "add a row for each other event"
    assert not known & NO_TARGETS


# -- the scan itself -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"format": "AWS::Lambda::Function.Arn", "type": "string"}, "its format"),
        (
            {"pattern": "^arn:aws:lambda:.*:function:.*$", "type": "string"},
            "its pattern",
        ),
        ({"pattern": "^arn:.*$", "type": "string"}, "its pattern"),
        (
            {"description": "The Lambda function to call", "type": "string"},
            "its description",
        ),
        ({"enum": ["LAMBDA"], "type": "string"}, "a value"),
        ({"$ref": "#/definitions/Arn"}, "its pattern"),
        ({"anyOf": [{"$ref": "#/definitions/Arn"}]}, "its pattern"),
        ({"pattern": "^arn:aws:sns:.*$", "type": "string"}, None),
        ({"pattern": ".*", "type": "string"}, None),
        ({"description": "The Lambda function", "type": "integer"}, None),
        ({"description": "A queue", "type": "string"}, None),
    ],
)
def test_the_scan_finds(schema: Row, why: str | None) -> None:
    definitions = {"Arn": {"type": "string", "pattern": "^arn:[^:]+:lambda:.*$"}}
    whole = {"properties": {"Handler": schema}, "definitions": definitions}
    assert lambda_properties(whole).get("Handler") == why


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        ("FunctionArn", True),
        ("FunctionNames", True),
        ("LambdaHandler", True),
        ("FunctionNameFilter", False),
        ("Arn", False),
    ],
)
def test_the_scan_knows_names(name: str, is_found: bool) -> None:
    items = {"items": {"type": "string"}}
    found = lambda_properties({"properties": {name: items}})
    assert found == ({f"{name}/*": "its name"} if is_found else {})


def test_the_scan_goes_deep_and_leaves_out_what_is_read_only() -> None:
    schema = {
        "properties": {
            "Hooks": {"type": "array", "items": {"$ref": "#/definitions/Hook"}},
            "Arn": {"type": "string", "format": "AWS::Lambda::Function.Arn"},
        },
        "definitions": {
            "Hook": {
                "type": "object",
                "properties": {
                    "LambdaArn": {"type": "string"},
                    "Next": {"$ref": "#/definitions/Hook"},
                },
            }
        },
        "readOnlyProperties": ["/properties/Arn"],
    }
    assert lambda_properties(schema) == {"Hooks/*/LambdaArn": "its name"}


def test_exclusions_excuse_no_more_than_they_say() -> None:
    row = {"type": "AWS::X::*", "path": "A/*/B/**"}
    assert _excuses(row, "AWS::X::Y", "A/*/B", "")
    assert _excuses(row, "AWS::X::Y", "A/*/B/C", "")
    assert not _excuses(row, "AWS::X::Y", "A/*/BC", "")
    assert not _excuses(row, "AWS::X::Y", "A/N/B", "")
    assert not _excuses(row, "AWS::Z::Y", "A/*/B", "")
    every = {"type": EVERY_TYPE, "path": "**/*Role"}
    assert _excuses(every, "AWS::X::Y", "A/TheRole", "its pattern")
    assert not _excuses(every, "AWS::X::Y", "A/LambdaRole", "its name")
    assert not _excuses(row, "AWS::X::Y", "A/*/B/C", "its format")
    assert not _excuses(row, "AWS::X::Y", "A/*/B/C", "its pattern")
