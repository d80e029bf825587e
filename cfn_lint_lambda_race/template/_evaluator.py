"""The one place that decides what an intrinsic function means.

Every value of a template is evaluated to *alternatives*: what it can be, each
with the scenario under which it is so. Scalars become symbolic text; lists and
objects keep their shape. What cannot be known is a token, never a guess.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeGuard

from cfn_lint_lambda_race.template._identifier import function_arn, parse_identifier
from cfn_lint_lambda_race.template._intrinsics import (
    INTRINSICS,
    UNCLEAR,
    with_dynamic_references,
)
from cfn_lint_lambda_race.template._nodes import (
    ALIAS_TYPE,
    FUNCTION_TYPES,
    LAYER_TYPES,
    MAX_ALTERNATIVES,
    MAX_CHOICES,
    MAX_DEPTH,
    NO_VALUE,
    VERSION_TYPE,
    Alternative,
    Alternatives,
    Branch,
    Path,
    Resource,
    Value,
    intrinsic,
    is_text,
    mapping,
    scalar_text,
    unknown,
)
from cfn_lint_lambda_race.template._sam import (
    alias_logical_id,
    alias_written,
    parse_reference,
    published_alias_id,
    published_version_id,
)
from cfn_lint_lambda_race.template._scenario import (
    ALWAYS,
    CONDITION,
    PARAMETER,
    PARAMETER_SET,
    Choice,
    Scenario,
)
from cfn_lint_lambda_race.template._text import (
    ALIAS,
    ATTRIBUTE,
    FUNCTION,
    PSEUDO,
    VERSION,
    Text,
    equal,
    literal,
    token,
)
from cfn_lint_lambda_race.template._text import PARAMETER as PARAMETER_TOKEN

# A value that takes more steps is unknown too: nesting can multiply alternatives.
MAX_STEPS = 10_000
# CloudFormation refuses longer logical IDs:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_NAME = 255


class Evaluator:
    """Evaluates the values of one template.

    Args:
        template: the decoded template, intrinsic functions in long form.
        parameter_sets: the parameter values given to cfn-lint, a mapping for each
            deployment.
        defaults_first: whether a parameter's default goes before its allowed values:
            to compare two deployments rather than judge all that are possible.
        judged: values of parameters and pseudo parameters that are used to decide
            conditions and nowhere else.
    """

    def __init__(
        self,
        template: Mapping[Any, Any],
        parameter_sets: Sequence[Mapping[str, Any]] = (),
        defaults_first: bool = False,
        judged: Mapping[str, str] | None = None,
    ) -> None:
        self.resources = dict(_resources(template))
        self.conditions = mapping(template.get("Conditions"))
        self.parameters = mapping(template.get("Parameters"))
        self.mappings = mapping(template.get("Mappings"))
        self._judged = judged or {}
        self._parameter_sets = parameter_sets
        self._defaults_first = defaults_first
        self._decided: dict[tuple[str, Scenario], bool | None] = {}
        self._active: set[str] = set()
        self._depth = 0
        self._steps = 0
        self._deciding = 0
        self._judging = 0
        self._sam_ids: dict[str, tuple[str, str]] | None = None
        # The parameters that were looked up in what is given, and in what is judged.
        self._asked_given: set[str] = set()
        self._asked_judged: set[str] = set()

    # -- structure -------------------------------------------------------------

    def branches(self, branch: Branch) -> list[Branch]:
        """The nodes that ``Fn::If`` can choose at a place.

        Args:
            branch: the place, with the scenario in which it is looked at.

        Returns:
            A branch for each node, with its own path and scenario; the branch itself
            where there is no ``Fn::If``. Those with ``AWS::NoValue`` are left out.
            Empty where there are more than `MAX_ALTERNATIVES`.
        """
        if not isinstance(branch.node, Mapping):
            return [branch]
        reached: list[Branch] = []
        pending = [branch]
        while pending:
            branch = pending.pop()
            name, argument = intrinsic(branch.node)
            if name == "Fn::If" and _is_if(argument):
                pending.extend(reversed(self._if_branches(branch, argument)))
            elif not (name == "Ref" and argument == "AWS::NoValue"):
                reached.append(branch)
            if len(reached) + len(pending) > MAX_ALTERNATIVES:
                return []
        return reached

    def _if_branches(self, branch: Branch, argument: Sequence[Any]) -> list[Branch]:
        return [
            branch.below(argument[index], "Fn::If", index, when=scenario)
            for index, scenario in self._condition_choices(argument[0], branch.when)
        ]

    def _condition_choices(
        self, name: str, when: Scenario
    ) -> Iterator[tuple[int, Scenario]]:
        """The branches of a ``Fn::If`` that a scenario leaves open: 1 and 2."""
        decided = self.decide(name, when)
        for index, value in ((1, True), (2, False)):
            if decided is None or decided is value:
                scenario = when.given(CONDITION, name, value)
                if scenario is not None:
                    yield index, scenario

    def items(self, branch: Branch) -> list[Branch]:
        """The items of a list, with conditions on the list and on each item.

        A single value where a list belongs counts as its only item, as it does
        for CloudFormation.
        """
        reached: list[Branch] = []
        for whole in self.branches(branch):
            if isinstance(whole.node, list):
                for index, item in enumerate(whole.node):
                    reached.extend(self.branches(whole.below(item, index)))
            else:
                reached.append(whole)
        return reached

    def below(self, branch: Branch, step: str) -> list[Branch]:
        """The nodes one step below a node; ``*`` is every item or every key.

        A single value where a list belongs counts as its only item.
        """
        node = branch.node
        if isinstance(node, list):
            return self.items(branch) if step == "*" else []
        if not isinstance(node, Mapping) or intrinsic(node)[0] is not None:
            return [branch] if step == "*" else []
        keys = list(node) if step == "*" else [step] if step in node else []
        return [
            below
            for key in keys
            for below in self.branches(branch.below(node[key], key))
        ]

    def follow(
        self,
        node: Any,
        steps: Sequence[str],
        path: Path = (),
        when: Scenario = ALWAYS,
    ) -> list[Branch]:
        """The nodes that the steps lead to from a node.

        Args:
            node: where to begin, with `path` as its place in the template.
            steps: keys of mappings; `*` stands for every item or every key.
            when: the scenario in which the node is looked at.

        Returns:
            A branch for each node, with its path and its scenario; empty where the
            steps lead nowhere.
        """
        reached = self.branches(Branch(node, path, when))
        for step in steps:
            reached = [
                below for branch in reached for below in self.below(branch, step)
            ]
        return reached

    def property(
        self, resource: Resource, name: str, when: Scenario = ALWAYS
    ) -> list[Branch]:
        """The branches of one property of a resource; empty where it is absent."""
        if name not in resource.properties:
            return []
        node = resource.properties[name]
        return self.branches(Branch(node, (*resource.path, name), when))

    def existing(self, resource: Resource, when: Scenario = ALWAYS) -> Scenario:
        """The scenario in which a resource is there at all."""
        if resource.condition is None:
            return when
        return when.given(CONDITION, resource.condition, True) or when

    # -- values ----------------------------------------------------------------

    def evaluate(self, node: Any, when: Scenario = ALWAYS) -> Alternatives:
        """What a node can be, in each scenario.

        Args:
            node: a value of the template, intrinsics in long form.
            when: what is known already; only what can hold with it is returned.

        Returns:
            Alternatives of a value (a `Text`, a list, a mapping or `NO_VALUE`) and
            the scenario in which it holds, at least one. Unknown is a `Text` with an
            unknown token; it is the only alternative past `MAX_ALTERNATIVES`,
            `MAX_DEPTH` or `MAX_STEPS`.
        """
        self._steps = self._steps + 1 if self._depth else 0
        if self._depth >= MAX_DEPTH or self._steps > MAX_STEPS:
            return [Alternative(unknown("too much"), when)]
        self._depth += 1
        try:
            alternatives = self._evaluate(node, when)
        finally:
            self._depth -= 1
        if len(alternatives) > MAX_ALTERNATIVES:
            return [Alternative(unknown(node), when)]
        return alternatives

    def texts(self, node: Any, when: Scenario = ALWAYS) -> list[Alternative[Text]]:
        """What a scalar can be: the alternatives of `evaluate` that are texts."""
        return [
            alternative
            for alternative in self.evaluate(node, when)
            if is_text(alternative)
        ]

    def text(self, node: Any) -> Text | None:
        """What a scalar is, where it can be one text alone; else None."""
        texts = self.texts(node)
        return texts[0].value if len(texts) == 1 else None

    def _evaluate(self, node: Any, when: Scenario) -> Alternatives:
        if isinstance(node, Text):
            return [Alternative(node, when)]
        characters = scalar_text(node)
        if characters is not None:
            return [Alternative(with_dynamic_references(literal(characters)), when)]
        name, argument = intrinsic(node)
        if name is not None:
            evaluate = _INTRINSICS.get(name)
            alternatives = evaluate(self, argument, when) if evaluate else None
            return [
                replace(one, value=unknown(node)) if one.value is UNCLEAR else one
                for one in alternatives or [Alternative(UNCLEAR, when)]
            ]
        if isinstance(node, list):
            return self.evaluate_list(node, when)
        if isinstance(node, Mapping):
            return self._evaluate_object(node, when)
        return [Alternative(unknown(node), when)]

    def evaluate_list(self, node: list[Any], when: Scenario) -> Alternatives:
        """What a list of nodes can be; one unknown past the bounds of `evaluate`.

        Items that are ``AWS::NoValue`` are left out.
        """
        combined = self._combined(node, when)
        if combined is None:
            return [Alternative(unknown(node), when)]
        return [
            Alternative([item for item in items if item is not NO_VALUE], scenario)
            for items, scenario in combined
        ]

    def _evaluate_object(self, node: Mapping[Any, Any], when: Scenario) -> Alternatives:
        combined = self._combined(node.values(), when)
        if combined is None:
            return [Alternative(unknown(node), when)]
        keys = [str(key) for key in node]
        return [
            Alternative(
                {key: item for key, item in zip(keys, items) if item is not NO_VALUE},
                scenario,
            )
            for items, scenario in combined
        ]

    def _combined(
        self, nodes: Iterable[Any], when: Scenario
    ) -> list[tuple[list[Any], Scenario]] | None:
        """The values that nodes can have together, each with its scenario.

        None past `MAX_ALTERNATIVES` or `MAX_STEPS`.
        """
        # Each result is a chain from the last value back to the first: results that
        # begin alike share their beginning, and long lists are not copied.
        combined: list[tuple[Any, Scenario]] = [((), when)]
        for node in nodes:
            combined = [
                ((chain, alternative.value), alternative.when)
                for chain, scenario in combined
                for alternative in self.evaluate(node, scenario)
            ]
            if len(combined) > MAX_ALTERNATIVES or self._steps > MAX_STEPS:
                return None
        return [(_unchained(chain), scenario) for chain, scenario in combined]

    # -- intrinsic functions ---------------------------------------------------

    def _if(self, argument: Any, when: Scenario) -> Alternatives | None:
        if not _is_if(argument):
            return None
        return [
            Alternative(one.value, one.when, (*branch.path, *one.path))
            for branch in self._if_branches(Branch(None, (), when), argument)
            for one in self.evaluate(branch.node, branch.when)
        ]

    def _ref(self, argument: Any, when: Scenario) -> Alternatives | None:
        if not isinstance(argument, str):
            return None
        if argument == "AWS::NoValue":
            return [Alternative(NO_VALUE, when)]
        if argument.startswith("AWS::"):
            chosen = when.get(PARAMETER, argument)
            if chosen is None and self._judging:
                self._asked_judged.add(argument)
                chosen = self._judged.get(argument)
            text = token(PSEUDO, argument) if chosen is None else literal(str(chosen))
            return [Alternative(text, when)]
        if argument in self.parameters:
            return self._parameter(argument, when)
        return self._attribute(argument, "Ref", when)

    def _parameter(self, name: str, when: Scenario) -> Alternatives:
        parameter = mapping(self.parameters[name])
        kind = parameter.get("Type")
        unknown_value: Alternatives = [Alternative(token(PARAMETER_TOKEN, name), when)]
        if not isinstance(kind, str) or kind.startswith("AWS::SSM::Parameter::"):
            return unknown_value
        choices = list(self._parameter_choices(name, parameter, when))
        if not choices or len(choices) > MAX_CHOICES:
            return unknown_value
        is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
        return [
            Alternative(_comma_list(value) if is_list else literal(value), scenario)
            for value, scenario in choices
        ]

    def _parameter_choices(
        self, name: str, parameter: Mapping[Any, Any], when: Scenario
    ) -> Iterator[tuple[str, Scenario]]:
        chosen = when.get(PARAMETER, name)
        if chosen is not None:
            yield str(chosen), when
            return
        if self._judging:
            self._asked_judged.add(name)
            if name in self._judged:
                yield self._judged[name], when
                return
        given = list(self._given_choices(name, when))
        if given:
            yield from given
            return
        allowed = parameter.get("AllowedValues")
        default = scalar_text(parameter.get("Default"))
        values: list[str] = []
        if self._defaults_first and default is not None:
            # The value of one deployment; the next may have another default.
            yield default, when
            return
        if isinstance(allowed, list):
            few = allowed if len(allowed) <= MAX_CHOICES else []
            values = [text for text in map(scalar_text, few) if text is not None]
        elif default is not None and not self._judging:
            values = [default]
        for value in dict.fromkeys(values):
            scenario = when.given(PARAMETER, name, value)
            if scenario is not None:
                yield value, scenario

    def _given_choices(
        self, name: str, when: Scenario
    ) -> Iterator[tuple[str, Scenario]]:
        self._asked_given.add(name)
        for index, parameter_set in enumerate(self._parameter_sets):
            value = scalar_text(parameter_set.get(name))
            scenario = when.given(PARAMETER_SET, "", index)
            if value is not None and scenario is not None:
                known = scenario.given(PARAMETER, name, value)
                if known is not None:
                    yield value, known

    def is_same_with(
        self, parameter_sets: Sequence[Mapping[str, Any]], judged: Mapping[str, str]
    ) -> bool:
        """Whether all that was asked so far has the same answer with other values.

        Args:
            parameter_sets: as many as this evaluator has.
            judged: as for this evaluator.
        """
        return all(
            self._judged.get(name) == judged.get(name) for name in self._asked_judged
        ) and all(
            own.get(name) == other.get(name)
            for own, other in zip(self._parameter_sets, parameter_sets)
            for name in self._asked_given
        )

    def choices(self, kind: str, name: str, when: Scenario = ALWAYS) -> list[Choice]:
        """What a condition, parameter or parameter set can be; empty where unknown."""
        if kind == CONDITION:
            return [True, False]
        if kind == PARAMETER_SET:
            return list(range(len(self._parameter_sets)))
        parameter = mapping(self.parameters.get(name))
        return [value for value, _ in self._parameter_choices(name, parameter, when)]

    def _get_att(self, argument: Any, when: Scenario) -> Alternatives | None:
        if isinstance(argument, str):
            argument = argument.split(".", 1)
        if not isinstance(argument, list) or len(argument) < 2:
            return None
        resource, *rest = argument
        if not isinstance(resource, str):
            return None
        alternatives: Alternatives = []
        for names, scenario in self._combined(rest, when) or ():
            if not all(
                isinstance(name, Text) and name.literal is not None for name in names
            ):
                return None
            attribute = ".".join(str(name) for name in names)
            alternatives.extend(self._attribute(resource, attribute, scenario))
        return alternatives

    def _attribute(
        self, resource_id: str, attribute: str, when: Scenario
    ) -> Alternatives:
        """What ``Ref`` (attribute ``Ref``) or ``Fn::GetAtt`` of a resource says."""
        resource = self.resources.get(resource_id)
        opaque: Alternatives = [
            Alternative(token(ATTRIBUTE, resource_id, attribute), when)
        ]
        if resource is None:
            # The ARN that an alias or a version has as an attribute is its `Ref`.
            is_ref = attribute in ("Ref", "AliasArn", "FunctionArn")
            name = resource_id if is_ref else f"{resource_id}.{attribute}"
            return self._sam_reference(name, when) or opaque
        if resource.condition is not None:
            exists = when.given(CONDITION, resource.condition, True)
            if exists is None:
                return opaque
            when = exists
        if resource.type in FUNCTION_TYPES:
            return self._function_attribute(resource_id, attribute, when)
        if resource.type == ALIAS_TYPE and attribute in ("Ref", "AliasArn"):
            return self._qualified(resource, token(ALIAS, resource_id), when)
        if resource.type == VERSION_TYPE and attribute in ("Ref", "FunctionArn"):
            return self._qualified(resource, token(VERSION, resource_id), when)
        if resource.type == VERSION_TYPE and attribute == "Version":
            return [Alternative(token(VERSION, resource_id), when)]
        if resource.type in LAYER_TYPES:
            return [Alternative(token(ATTRIBUTE, resource_id, "Ref"), when)]
        return [Alternative(token(ATTRIBUTE, resource_id, attribute), when)]

    def _function_attribute(
        self, function: str, attribute: str, when: Scenario
    ) -> Alternatives:
        name = token(FUNCTION, function)
        if attribute == "Ref":
            return [Alternative(name, when)]
        if attribute == "Arn":
            return [Alternative(function_arn(name), when)]
        generated = self._sam_reference(f"{function}.{attribute}", when)
        return generated or [Alternative(token(ATTRIBUTE, function, attribute), when)]

    def _qualified(
        self, resource: Resource, qualifier: Text, when: Scenario
    ) -> Alternatives:
        """The ARN that an alias or a version resource refers to."""
        arns: Alternatives = []
        for name, scenario in self._function_names(resource, when):
            arns.append(Alternative(function_arn(name, qualifier), scenario))
        return arns

    def _function_names(
        self, resource: Resource, when: Scenario
    ) -> list[tuple[Text, Scenario]]:
        hidden = token(ATTRIBUTE, resource.id, "FunctionName")
        if resource.id in self._active:
            return [(hidden, when)]
        self._active.add(resource.id)
        try:
            named = self.texts(resource.properties.get("FunctionName"), when)
        finally:
            self._active.discard(resource.id)
        names = []
        for alternative in named:
            identifier = parse_identifier(alternative.value)
            names.append((identifier.name if identifier else hidden, alternative.when))
        return names or [(hidden, when)]

    def _sam_reference(self, name: str, when: Scenario) -> Alternatives:
        """What SAM makes of ``Fn.Alias``, ``Fn.Version`` and its generated IDs.

        https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources-function.html
        """
        match = parse_reference(name)
        function, what = "", ""
        if match:
            function, what = match["function"], match["what"]
        elif name in self._generated_ids():
            function, what = self._generated_ids()[name]
        resource = self.resources.get(function)
        if resource is None:
            return []
        alternatives: Alternatives = []
        for alias, scenario in self.published_aliases(resource, when):
            if alias is None:
                continue
            if what == "Alias":
                arn = function_arn(token(FUNCTION, function), alias)
                alternatives.append(Alternative(arn, scenario))
                continue
            number = token(VERSION, published_version_id(function))
            if name.endswith(".Version.Version"):
                alternatives.append(Alternative(number, scenario))
            else:
                arn = function_arn(token(FUNCTION, function), number)
                alternatives.append(Alternative(arn, scenario))
        return alternatives

    def published_aliases(
        self, function: Resource, when: Scenario = ALWAYS
    ) -> list[tuple[Text | None, Scenario]]:
        """The aliases that SAM publishes for a function, None where it does not.

        The alias is a token named ``<function>.Alias``.
        """
        node = alias_written(function)
        if node is None:
            return [(None, when)]
        alias = token(ALIAS, published_alias_id(function.id))
        return [
            (None if written.value in (NO_VALUE, Text()) else alias, written.when)
            for written in self.evaluate(node, when)
        ]

    def _generated_ids(self) -> dict[str, tuple[str, str]]:
        if self._sam_ids is None:
            self._sam_ids = {}
            for resource in self.resources.values():
                node = alias_written(resource)
                if node is None:
                    continue
                for alias in self.texts(node):
                    generated = alias_logical_id(resource.id, str(alias.value))
                    self._sam_ids[generated] = (resource.id, "Alias")
        return self._sam_ids

    # -- conditions ------------------------------------------------------------

    def decide(self, name: str, when: Scenario) -> bool | None:
        """A condition's value in a scenario; None if its choices do not decide it."""
        if not isinstance(name, str) or name not in self.conditions:
            return None
        chosen = when.get(CONDITION, name)
        if chosen is not None:
            return bool(chosen)
        key = (name, when)
        if key not in self._decided:
            if self._deciding >= MAX_DEPTH:
                return None
            # Guards against a condition that refers to itself.
            self._decided[key] = None
            self._decided[key] = self._decide(self.conditions[name], when)
        return self._decided[key]

    def _decide(self, node: Any, when: Scenario) -> bool | None:
        if self._deciding >= MAX_DEPTH:
            return None
        self._deciding += 1
        try:
            return self._decide_node(node, when)
        finally:
            self._deciding -= 1

    def _decide_node(self, node: Any, when: Scenario) -> bool | None:
        if isinstance(node, Mapping) and list(node) == ["Condition"]:
            return self.decide(node["Condition"], when)
        name, argument = intrinsic(node)
        if not isinstance(argument, list):
            return None
        if name == "Fn::Equals" and len(argument) == 2:
            return self._decide_equals(argument[0], argument[1], when)
        parts = [self._decide(part, when) for part in argument]
        if name == "Fn::Not" and len(parts) == 1:
            return None if parts[0] is None else not parts[0]
        if name == "Fn::And":
            return False if False in parts else None if None in parts else True
        if name == "Fn::Or":
            return True if True in parts else None if None in parts else False
        return None

    def _decide_equals(self, left: Any, right: Any, when: Scenario) -> bool | None:
        # Conditions exist for stacks that set parameters to other values than their
        # defaults, so a default does not decide a condition.
        self._judging += 1
        try:
            outcomes = {
                equal(one.value, other.value)
                if isinstance(one.value, Text) and isinstance(other.value, Text)
                else None
                for one in self.evaluate(left, when)
                for other in self.evaluate(right, one.when)
            }
        finally:
            self._judging -= 1
        return outcomes.pop() if len(outcomes) == 1 else None


_INTRINSICS: Mapping[str, Callable[[Evaluator, Any, Scenario], Alternatives | None]] = {
    **INTRINSICS,
    "Fn::GetAtt": Evaluator._get_att,
    "Fn::If": Evaluator._if,
    "Ref": Evaluator._ref,
}


def _resources(template: Mapping[Any, Any]) -> Iterator[tuple[str, Resource]]:
    for name, resource in mapping(template.get("Resources")).items():
        if not isinstance(name, str) or not isinstance(resource, Mapping):
            continue
        if len(name) > MAX_NAME:
            continue
        kind = resource.get("Type")
        if not isinstance(kind, str):
            continue
        condition = resource.get("Condition")
        yield (
            str(name),
            Resource(
                str(name),
                str(kind),
                mapping(resource.get("Properties")),
                str(condition) if isinstance(condition, str) else None,
                resource,
            ),
        )


def _is_if(argument: Any) -> TypeGuard[list[Any]]:
    return (
        isinstance(argument, list)
        and len(argument) == 3
        and isinstance(argument[0], str)
    )


def _unchained(chain: Any) -> list[Any]:
    values = []
    while chain:
        chain, value = chain
        values.append(value)
    return values[::-1]


def _comma_list(value: str) -> Value:
    return [literal(item.strip()) for item in value.split(",")] if value else []
