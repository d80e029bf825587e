"""What besides permissions belongs to one qualifier of a function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._holders import Form, Holder
from cfn_lint_lambda_race.template._nodes import (
    ALIAS_TYPE,
    VERSION_TYPE,
    Path,
    Resource,
)
from cfn_lint_lambda_race.template._references import Reference, References
from cfn_lint_lambda_race.template._sam import SERVERLESS_FUNCTION
from cfn_lint_lambda_race.template._satisfiable import Satisfiability
from cfn_lint_lambda_race.template._scenario import Scenario
from cfn_lint_lambda_race.template._text import ALIAS, FUNCTION, VERSION, Text, token

SCALABLE_TYPE = "AWS::ApplicationAutoScaling::ScalableTarget"


@dataclass(frozen=True)
class Setting:
    """Something other than a permission that is attached to one qualifier.

    ``is_capacity`` says that it is provisioned concurrency or its scaling, which on a
    version serves the version's aliases too, and which ``$LATEST`` cannot have.
    ``is_moveable`` is False for what SAM makes: it stays on SAM's alias.
    """

    path: Path
    holder: Holder
    reference: Reference
    is_capacity: bool = False
    is_moveable: bool = True


@dataclass(frozen=True)
class Refused:
    """A scalable target that names a function and no qualifier of it."""

    path: Path
    holder: Holder
    function: str


class Settings:
    """Reads the settings of one template."""

    def __init__(
        self, evaluator: Evaluator, references: References, possible: Satisfiability
    ) -> None:
        self._evaluator = evaluator
        self._references = references
        self._possible = possible

    def __iter__(self) -> Iterator[Setting]:
        for resource in self._evaluator.resources.values():
            when = self._evaluator.existing(resource)
            if resource.type == "AWS::Lambda::EventInvokeConfig":
                yield from self._event_invoke_config(resource, when)
            elif resource.type == SCALABLE_TYPE:
                yield from self._scalable_target(resource, when)
            elif resource.type == SERVERLESS_FUNCTION:
                yield from self._of_serverless(resource, when)
            elif resource.type in (ALIAS_TYPE, VERSION_TYPE):
                yield from self._provisioned(resource, when)

    def _event_invoke_config(
        self, resource: Resource, when: Scenario
    ) -> Iterator[Setting]:
        for branch in self._evaluator.property(resource, "Qualifier", when):
            for qualifier in self._evaluator.texts(branch.node, branch.when):
                named = resource.properties.get("FunctionName")
                for reference in self._references.of(named, qualifier.when):
                    yield Setting(
                        branch.path,
                        Holder(Form.EVENT_INVOKE_CONFIG, resource.id),
                        self._references.qualified_by(reference, qualifier.value),
                    )

    def _scalable_target(self, resource: Resource, when: Scenario) -> Iterator[Setting]:
        for path, fields, scenario in self._scaled(resource, when):
            if len(fields) == 2:
                for named in self._references.of_text(fields[0], scenario):
                    yield Setting(
                        path,
                        Holder(Form.SCALABLE_TARGET, resource.id),
                        self._references.qualified_by(named, fields[1]),
                        is_capacity=True,
                    )

    def _scaled(
        self, resource: Resource, when: Scenario
    ) -> Iterator[tuple[Path, list[Text], Scenario]]:
        """``function:NAME:QUALIFIER``.

        https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
        """
        for branch in self._evaluator.property(resource, "ResourceId", when):
            for resource_id in self._evaluator.texts(branch.node, branch.when):
                kind, *rest = resource_id.value.fields(":")
                if kind.literal == "function" and rest:
                    yield branch.path, rest, resource_id.when

    def _of_serverless(self, resource: Resource, when: Scenario) -> Iterator[Setting]:
        for name, form in (
            ("EventInvokeConfig", Form.EVENT_INVOKE_CONFIG_OF),
            ("ProvisionedConcurrencyConfig", Form.PROVISIONED_CONCURRENCY_OF),
        ):
            for branch in self._evaluator.property(resource, name, when):
                for alias, scenario in self._evaluator.published_aliases(
                    resource, branch.when
                ):
                    reference = Reference(
                        resource.id, token(FUNCTION, resource.id), alias, True, scenario
                    )
                    yield Setting(
                        branch.path,
                        Holder(form, resource.id),
                        reference,
                        is_capacity=name == "ProvisionedConcurrencyConfig",
                        is_moveable=False,
                    )

    def _provisioned(self, resource: Resource, when: Scenario) -> Iterator[Setting]:
        kind = ALIAS if resource.type == ALIAS_TYPE else VERSION
        name = "ProvisionedConcurrencyConfig"
        for branch in self._evaluator.property(resource, name, when):
            named = resource.properties.get("FunctionName")
            for reference in self._references.of(named, branch.when):
                yield Setting(
                    branch.path,
                    Holder(Form.PROVISIONED_CONCURRENCY_OF, resource.id),
                    replace(reference, qualifier=token(kind, resource.id)),
                    is_capacity=True,
                )

    @property
    def refused(self) -> Iterator[Refused]:
        """The scalable targets that AWS refuses because they name no qualifier.

        https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
        """
        for resource in self._evaluator.resources.values():
            if resource.type != SCALABLE_TYPE:
                continue
            when = self._evaluator.existing(resource)
            for path, fields, scenario in self._scaled(resource, when):
                if len(fields) > 1:
                    continue
                for named in self._references.of_text(fields[0], scenario):
                    if named.function is not None and self._possible(named.when):
                        holder = Holder(Form.SCALABLE_TARGET, resource.id)
                        yield Refused(path, holder, named.function)
