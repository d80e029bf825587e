"""Which functions, and which qualifiers of them, the roles of a template may invoke.

A statement on a function's ARN allows nobody to invoke its versions and aliases,
and the reverse:
https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from cfn_lint_lambda_race.template._connectors import connections
from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._holders import Form, Holder
from cfn_lint_lambda_race.template._nodes import (
    FUNCTION_TYPES,
    Branch,
    Path,
    Resource,
)
from cfn_lint_lambda_race.template._references import Reference, References
from cfn_lint_lambda_race.template._sam import SERVERLESS_STATE_MACHINE
from cfn_lint_lambda_race.template._scenario import Scenario
from cfn_lint_lambda_race.template._targets import Target
from cfn_lint_lambda_race.template._text import ATTRIBUTE, Text, Token, fits

ROLE_TYPE = "AWS::IAM::Role"
MANAGED_POLICY_TYPE = "AWS::IAM::ManagedPolicy"
# Policies that name the role that they extend, each with the property that does.
_ATTACHED = {
    "AWS::IAM::Policy": ("Roles", "*"),
    MANAGED_POLICY_TYPE: ("Roles", "*"),
    "AWS::IAM::RolePolicy": ("RoleName",),
}
_INVOKE = "lambda:invokefunction"
# The one SAM policy template for callers of functions; it allows every qualifier.
# https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html
_INVOKE_TEMPLATE = "LambdaInvokePolicy"


@dataclass(frozen=True)
class Allowance:
    """Permission to invoke a function, which a policy gives at ``path``.

    ``reference`` is None where the statement cannot be read, so that it may allow
    anything. ``is_certain`` is False where the policy may belong to another role.
    """

    path: Path
    holder: Holder
    reference: Reference | None
    when: Scenario
    is_certain: bool = True


class Roles:
    """Reads the policies of one template."""

    def __init__(self, evaluator: Evaluator, references: References) -> None:
        self._evaluator = evaluator
        self._references = references
        self._of_role: dict[str, list[Allowance]] = {}

    def of(
        self, target: Target, when: Scenario
    ) -> Iterator[tuple[list[Allowance], Scenario]]:
        """What the role that authorises a target may invoke.

        Args:
            target: a target that has a role.
            when: the scenario in which it is looked at.

        Returns:
            For each role of the template that it can have, the allowances of the role
            and the scenario. A role that is defined elsewhere is left out: what it may
            invoke is unknown.
        """
        connected = self._connected_to(target.resource)
        if target.resource.type == SERVERLESS_STATE_MACHINE and not target.roles:
            # SAM makes a role of the policies.
            allowances = self._of_serverless(target.resource, when)
            yield [*allowances, *connected], when
            return
        for branch in target.roles:
            merged = branch.when.merged(when)
            if merged is None:
                continue
            for named in self._evaluator.texts(branch.node, merged):
                role = self._role(named.value)
                if role is not None:
                    allowances = [*self._allowances(role), *connected]
                    yield allowances, named.when

    def name_of(self, target: Target) -> str:
        """The logical ID of the role that authorises a target.

        Empty where it is not certain: another template has the role, SAM makes it,
        or a parameter or condition decides between several.
        """
        roles = [
            self._role(named.value)
            for branch in target.roles
            for named in self._evaluator.texts(branch.node, branch.when)
        ]
        names = {role.id if role else "" for role in roles}
        return names.pop() if len(names) == 1 else ""

    def _role(self, value: object) -> Resource | None:
        """The role of the template whose ARN, or name, a text is."""
        return self._named(value, ROLE_TYPE)

    def _named(self, value: object, kind: str) -> Resource | None:
        """The one resource that a text refers to, if it is of that type."""
        match [one.name for one in _tokens(value) if one.kind == ATTRIBUTE]:
            case [name]:
                resource = self._evaluator.resources.get(name)
                return resource if resource and resource.type == kind else None
        return None

    def _allowances(self, role: Resource) -> list[Allowance]:
        if role.id not in self._of_role:
            self._of_role[role.id] = [
                *self._of_own(role),
                *self._attached.get(role.id, ()),
                *self._attached_to_unknown,
            ]
        return self._of_role[role.id]

    def _of_own(self, role: Resource) -> Iterator[Allowance]:
        when = self._evaluator.existing(role)
        holder = Holder(Form.ROLE, role.id)
        for policies in self._evaluator.property(role, "Policies", when):
            for policy in self._evaluator.items(policies):
                yield from self._in_property(policy, "PolicyDocument", holder)
        for names in self._evaluator.property(role, "ManagedPolicyArns", when):
            for name in self._evaluator.items(names):
                yield from self._managed(name, holder)

    def _managed(self, name: Branch, holder: Holder) -> Iterator[Allowance]:
        """What a managed policy allows to a role that names it."""
        for arn in self._evaluator.evaluate(name.node, name.when):
            policy = self._named(arn.value, MANAGED_POLICY_TYPE)
            if policy is None:
                yield Allowance(name.path, holder, None, arn.when)
            else:
                yield from self._of_policy(policy, arn.when)

    def _of_policy(self, policy: Resource, when: Scenario) -> Iterator[Allowance]:
        root = Branch(policy.properties, policy.path, when)
        yield from self._in_property(
            root, "PolicyDocument", Holder(Form.POLICY, policy.id)
        )

    @cached_property
    def _policies(self) -> list[tuple[str | None, Allowance]]:
        """What attached policies allow, each with the role, None for an unknown one."""
        attached: list[tuple[str | None, Allowance]] = []
        for policy in self._evaluator.resources.values():
            steps = _ATTACHED.get(policy.type)
            if steps is None:
                continue
            roles = {
                role.id if role else None
                for name in self._evaluator.follow(policy.properties, steps)
                for value in self._evaluator.evaluate(name.node)
                for role in [self._role(value.value)]
            }
            if roles:
                when = self._evaluator.existing(policy)
                allowances = list(self._of_policy(policy, when))
                attached.extend((role, one) for role in roles for one in allowances)
        return attached

    @cached_property
    def _attached(self) -> Mapping[str, list[Allowance]]:
        attached: dict[str, list[Allowance]] = {}
        for role, allowance in self._policies:
            if role is not None:
                attached.setdefault(role, []).append(allowance)
        return attached

    @cached_property
    def _attached_to_unknown(self) -> list[Allowance]:
        """What may extend each role: policies whose own role cannot be read."""
        return [
            replace(allowance, is_certain=False)
            for role, allowance in self._policies
            if role is None
        ]

    def _of_serverless(self, machine: Resource, when: Scenario) -> list[Allowance]:
        """What SAM allows a state machine for which it makes a role.

        https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html
        """
        allowances: list[Allowance] = list(self._attached_to_unknown)
        holder = Holder(Form.ROLE_OF, machine.id)
        for policies in self._evaluator.property(machine, "Policies", when):
            for policy in self._evaluator.items(policies):
                if not _is_harmless_template(policy.node):
                    allowances.extend(self._statements(policy, holder))
        return allowances

    # -- connectors ------------------------------------------------------------

    @cached_property
    def _connections(self) -> list[tuple[str, Allowance]]:
        """What connectors allow, each with the resource whose role they extend."""
        return [
            (
                connection.source.id,
                Allowance(
                    connection.path,
                    Holder(Form.CONNECTOR, connection.source.id),
                    None if connection.is_for_each else connection.reference,
                    connection.reference.when,
                ),
            )
            for connection in connections(self._evaluator, self._references)
            if connection.authorised_by == "role"
        ]

    def _connected_to(self, source: Resource) -> list[Allowance]:
        return [allowance for name, allowance in self._connections if name == source.id]

    # -- statements ------------------------------------------------------------

    def _in_property(
        self, branch: Branch, name: str, holder: Holder
    ) -> Iterator[Allowance]:
        if not isinstance(branch.node, Mapping) or name not in branch.node:
            yield Allowance(branch.path, holder, None, branch.when)
            return
        below = branch.below(branch.node[name], name)
        for document in self._evaluator.branches(below):
            yield from self._statements(document, holder)

    def _statements(self, document: Branch, holder: Holder) -> Iterator[Allowance]:
        node = document.node
        if not isinstance(node, Mapping) or "Statement" not in node:
            yield Allowance(document.path, holder, None, document.when)
            return
        below = document.below(node["Statement"], "Statement")
        for statement in self._evaluator.items(below):
            yield from self._statement(statement, holder)

    def _statement(self, statement: Branch, holder: Holder) -> Iterator[Allowance]:
        node = statement.node
        unread = Allowance(statement.path, holder, None, statement.when)
        if not isinstance(node, Mapping):
            yield unread
            return
        effect = self._literals(node.get("Effect"), statement.when)
        if effect == {"Deny"}:
            return
        allows = self._allows(node, statement.when)
        if allows is False:
            return
        if effect != {"Allow"} or allows is None or "Resource" not in node:
            yield unread
            return
        below = statement.below(node["Resource"], "Resource")
        for item in self._evaluator.items(below):
            for resource in self._evaluator.evaluate(item.node, item.when):
                # A parameter can stand for a whole list.
                values = (
                    resource.value
                    if isinstance(resource.value, list)
                    else [resource.value]
                )
                for value in values:
                    yield from self._resource(
                        value, resource.when, (*item.path, *resource.path), holder
                    )

    def _literals(self, node: object, when: Scenario) -> set[str | None]:
        """What the texts of a node can be, None for what is unknown."""
        literals: set[str | None] = set()
        for one in self._evaluator.evaluate(node, when):
            for value in one.value if isinstance(one.value, list) else [one.value]:
                literals.add(value.literal if isinstance(value, Text) else None)
        return literals

    def _allows(self, node: Mapping[object, object], when: Scenario) -> bool | None:
        """Whether a statement is about invoking functions; None where unknown."""
        if "Action" not in node:
            return None
        actions = self._literals(node["Action"], when)
        named = [one.lower() for one in actions if one is not None]
        if any(fits(_INVOKE, action) for action in named):
            return True
        return None if None in actions else False

    def _resource(
        self, value: object, when: Scenario, path: Path, holder: Holder
    ) -> Iterator[Allowance]:
        """What one resource of a statement allows; nothing if it is not a function."""
        if self._is_elsewhere(value):
            return
        references = (
            self._references.of_text(value, when) if isinstance(value, Text) else []
        )
        for reference in references:
            # IAM takes ARNs only.
            known = reference if reference.is_arn else None
            yield Allowance(path, holder, known, reference.when)
        if not references:
            yield Allowance(path, holder, None, when)

    def _is_elsewhere(self, value: object) -> bool:
        """Whether a text is certainly the ARN of something other than a function."""
        if not isinstance(value, Text):
            return False
        if value.token is not None:
            resource = self._evaluator.resources.get(value.token.name)
            return (
                resource is not None
                and resource.type not in FUNCTION_TYPES
                and resource.type.startswith("AWS::")
                and not resource.type.startswith(("AWS::CloudFormation::", "AWS::SSM"))
            )
        fields = value.fields(":")
        service = fields[2].literal if len(fields) > 2 else None
        return (
            fields[0].literal == "arn"
            and service is not None
            and not fits("lambda", service)
        )


def _is_harmless_template(node: object) -> bool:
    """Whether an item of SAM's ``Policies`` is a policy template of other services."""
    match [*node] if isinstance(node, Mapping) else []:
        case [str(name)]:
            return name.endswith("Policy") and name != _INVOKE_TEMPLATE
    return False


def _tokens(value: object) -> list[Token]:
    return value.tokens if isinstance(value, Text) else []
