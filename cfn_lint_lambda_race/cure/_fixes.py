"""What cures a finding: edits of the template's text, or why there are none.

A rule hands over what it found; nothing is computed before somebody asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cfn_lint_lambda_race._words import say_cases
from cfn_lint_lambda_race.cure._edits import Document, Edit, Node
from cfn_lint_lambda_race.cure._rewriting import Published, Rewriting
from cfn_lint_lambda_race.cure._urls import permitted_too
from cfn_lint_lambda_race.cure._workshop import (
    Choices,
    NoFixError,
    Workshop,
    short_hash,
    stem_of_version,
    workshop,
)
from cfn_lint_lambda_race.template import (
    LATEST,
    Cases,
    Exit,
    Kind,
    Misfit,
    Target,
    UnqualifiedUse,
    intrinsic,
    read,
)
from cfn_lint_lambda_race.template._cfnlint import Template
from cfn_lint_lambda_race.template._grants import ANYBODY
from cfn_lint_lambda_race.template._holders import Form
from cfn_lint_lambda_race.template._nodes import Path
from cfn_lint_lambda_race.template._sam import SERVERLESS_FUNCTION
from cfn_lint_lambda_race.template._settings import Refused
from cfn_lint_lambda_race.template._source import as_written
from cfn_lint_lambda_race.update import UnpublishedInput, fingerprint, versions_of

# What `short_hash` gives.
HASH = re.compile(r"[0-9a-f]{10}")
_FUNCTION_TYPE = "AWS::Lambda::Function"
# The name alone, not the ARN, is what these take of a function.
_TAKES_NAMES = frozenset({"AWS::CodePipeline::Pipeline"})
# https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
_OTHER_URL = (
    "the alias gets a function URL of its own; whoever calls the old one has to be told"
)
_OTHER_POLICIES = (
    "; callers need lambda:InvokeFunctionUrl and lambda:InvokeFunction on the alias"
)
_OTHER_SKILL = (
    "SAM permits Alexa the alias instead of the function; give the skill its ARN"
)


@dataclass(frozen=True)
class Fix:
    """The cure of one finding, computed when its edits are asked for.

    ``function`` is the logical ID of the function that it is about; ``is_safe`` says
    that nobody who is served today can be refused by it, ``warning`` what who deploys
    it has to know, ``is_first`` that other fixes build on what it makes.
    """

    function: str
    _cfn: Template = field(repr=False, compare=False)
    _make: Callable[[Workshop], list[Edit]] = field(repr=False, compare=False)
    is_safe: bool = True
    warning: str = ""
    is_first: bool = False

    @property
    def template(self) -> Any:
        """The template in which the finding was made, as it is written."""
        return as_written(self._cfn).template

    def edits(
        self,
        document: Document,
        choices: Choices = Choices(),  # noqa: B008
    ) -> list[Edit]:
        """The edits of the text in which the finding was made.

        Raises `NoFixError` where there is no fix, `EditError` where the text is
        written so that it cannot be edited.
        """
        return self._make(workshop(self._cfn, document, choices))


def invoke_published(cfn: Template, target: Target, use: UnqualifiedUse) -> Fix:
    """Lets a target that invokes `$LATEST` invoke an alias."""

    def make(shop: Workshop) -> list[Edit]:
        if use.alias:
            return _moved_alias(shop, use.alias)
        if target.row.note or not target.row.accepts:
            raise NoFixError("the service takes no qualifier")
        if use.when:
            raise NoFixError(f"it does so only when {say_cases(use.when)}")
        return _let_invoke(shop, target, use.function)

    warning = "" if use.alias else _warning(cfn, target, use.function)
    return Fix(use.function, cfn, make, warning=warning, is_first=bool(use.alias))


def _warning(cfn: Template, target: Target, name: str) -> str:
    """Who has to be told of the alias that a target is to invoke."""
    if target.row.authorised_by == ANYBODY:
        is_for_all = read(cfn).attachments.auth_of_url(target) == "NONE"
        return _OTHER_URL if is_for_all else f"{_OTHER_URL}{_OTHER_POLICIES}"
    function = read(cfn).references.functions.get(name)
    events = function.properties.get("Events") if function is not None else None
    for event in events.values() if isinstance(events, Mapping) else ():
        if isinstance(event, Mapping) and event.get("Type") == "AlexaSkill":
            return _OTHER_SKILL
    return ""


def point_to_version(cfn: Template, alias: str, path: Path, when: Cases) -> Fix:
    """Points an alias of `$LATEST` to the version of its function."""
    function = read(cfn).references.aliases[alias].function or ""

    def make(shop: Workshop) -> list[Edit]:
        if when:
            raise NoFixError(f"it points there only when {say_cases(when)}")
        return _pointed(shop, function, path)

    return Fix(function, cfn, make, is_first=True)


def _moved_alias(shop: Workshop, alias: str) -> list[Edit]:
    branches = shop.reading.references.latest_branches(alias)
    function = shop.reading.references.aliases[alias].function or ""
    if len(branches) != 1:
        raise NoFixError(f"alias {alias} points to $LATEST in some cases")
    return _pointed(shop, function, branches[0].path)


def _pointed(shop: Workshop, function: str, path: Path) -> list[Edit]:
    if "Fn::If" in path:
        raise NoFixError("it points there in one branch of Fn::If only")
    version, edits = shop.version(function)
    shop.node(path)
    return [*edits, shop.document.replace(path, {"Fn::GetAtt": [version, "Version"]})]


def _let_invoke(shop: Workshop, target: Target, function: str) -> list[Edit]:
    """Lets a target invoke what a function publishes."""
    if target.row.form == "self":
        edits = shop.published(function)[1]
    else:
        edits = _requalified(shop, target)
    return [*edits, *permitted_too(shop, target, function)]


def _requalified(shop: Workshop, target: Target) -> list[Edit]:
    """Lets all that stands at the target's place invoke what is published.

    Several functions can be named there, in one text.
    """
    if target.row.is_file:
        raise NoFixError("a file of its own names the function")
    node = shop.node(target.path)
    if intrinsic(node)[0] == "Fn::Transform":
        raise NoFixError("a file of its own names the function")
    published, edits = _published_at(shop, target)
    takes_arn = target.row.type not in _TAKES_NAMES
    rewriting = Rewriting(published, takes_arn)
    new = rewriting.of(node)
    is_whole = target.inner is None and target.row.form in ("arn", "name")
    if is_whole and takes_arn and len(published) == 1:
        new = _replaced(node, new, *published.values())
    if new == node:
        raise NoFixError(_why_not(shop, node))
    edits += shop.rewrite(target.path, node, new, rewriting)
    edits += shop.made_after(target.path, new, published.values())
    return [*edits, *_without_latest(shop, target)]


def _published_at(
    shop: Workshop, target: Target
) -> tuple[dict[str, Published], list[Edit]]:
    """What the functions publish that stand at a target's place, and what makes it."""
    edits: list[Edit] = []
    published: dict[str, Published] = {}
    for one in shop.reading.targets:
        if one.path != target.path or not one.row.accepts:
            continue
        for use in shop.reading.unqualified_uses(one):
            if use.alias or use.function in published:
                continue
            if shop.choices.functions and use.function not in shop.choices.functions:
                continue
            published[use.function], made = shop.published(
                use.function, target.row.accepts
            )
            edits += made
    return published, edits


def _without_latest(shop: Workshop, target: Target) -> list[Edit]:
    """Takes away a `$LATEST` that stands in a property beside the function."""
    name = (target.row.qualifier or "").rpartition("/")[2]
    beside = shop.node(target.path[:-1])
    if name and isinstance(beside, Mapping) and beside.get(name) == LATEST:
        return [shop.document.remove((*target.path[:-1], name))]
    return []


def _replaced(node: Any, new: Any, published: Published) -> Any:
    """What is to stand for a node that denotes a function and nothing else.

    The ARN of what is published, rather than a text put together; also for a text
    that is the function's own name, such as `!Sub ${AWS::StackName}-orders`. What
    stands elsewhere stays.
    """
    name, argument = intrinsic(node)
    if name == "Ref":
        # A parameter that names the function itself, too.
        return published.arn if f"${{{argument}}}" in published.sources else new
    is_put_together = name == "Fn::Join" or (
        name == "Fn::Sub"
        and (
            new == node
            or isinstance(argument, list)
            or any(source in str(argument) for source in published.sources)
        )
    )
    return published.arn if is_put_together else new


def _why_not(shop: Workshop, node: Any) -> str:
    """Why a place cannot be written otherwise, in words."""
    name, argument = intrinsic(node)
    if name == "Ref" and argument in shop.reading.evaluator.parameters:
        return f"parameter {argument} names the function"
    if name in ("Fn::ImportValue", "Fn::FindInMap", "Fn::Transform"):
        return f"{name} names the function"
    return "the function is named in a way that cannot be rewritten"


# -- attachments ---------------------------------------------------------------


def attach_to_invoked(cfn: Template, misfit: Misfit) -> Fix:
    """Puts a permission, a statement or a setting on the qualifier that is invoked."""

    def make(shop: Workshop) -> list[Edit]:
        if misfit.kind is Kind.SNAP_START:
            return _shielded(shop, misfit)
        if misfit.invoked is None and misfit.has is not None:
            # Towards $LATEST would be a step back.
            raise NoFixError("what it is on is better than $LATEST, which is invoked")
        if not misfit.is_moveable:
            raise NoFixError("SAM writes it")
        if not misfit.is_always and shop.reading.cases(
            misfit.scenarios, misfit.base, misfit.is_always
        ):
            raise NoFixError("it is so in some scenarios only")
        shop.function(misfit.function)
        if misfit.holder.form is Form.CONNECTOR:
            return _connected(shop, misfit)
        if misfit.kind is Kind.POLICY:
            return [_allowed(shop, misfit)]
        return _attached(shop, misfit)

    return Fix(misfit.function, cfn, make)


def _shielded(shop: Workshop, misfit: Misfit) -> list[Edit]:
    """Lets the target invoke an alias, so that SnapStart has an effect."""
    if not misfit.target.row.accepts:
        raise NoFixError("the service takes no qualifier")
    return _let_invoke(shop, misfit.target, misfit.function)


def _allowed(shop: Workshop, misfit: Misfit) -> Edit:
    """Allows every qualifier beside the one that a statement names."""
    node = shop.node(misfit.path)
    more: Node = {"Fn::Sub": f"${{{misfit.function}.Arn}}:*"}
    *above, last = misfit.path
    if isinstance(last, int) and isinstance(shop.node(above), list):
        return shop.document.append(above, more)
    if last != "Resource":
        raise NoFixError("the statement names the function in one branch only")
    return shop.document.replace(misfit.path, [node, more])


def _connected(shop: Workshop, misfit: Misfit) -> list[Edit]:
    """Gives a connector the ARN of what is invoked, where it has a logical ID."""
    destination = shop.node(misfit.path)
    if not isinstance(destination, Mapping) or "Id" not in destination:
        raise NoFixError("the connector's destination is no Id that an Arn can replace")
    place = (*misfit.path, "Id")
    # SAM knows the type of an Id, and has to be told that of an ARN.
    kind: dict[str, Node] = {"Type": _FUNCTION_TYPE}
    return [
        shop.document.rename_key(place, "Arn"),
        shop.document.replace(place, _invoked(shop, misfit).arn),
        shop.document.add_keys(misfit.path, kind, "Id"),
    ]


def _attached(shop: Workshop, misfit: Misfit) -> list[Edit]:
    node = shop.node(misfit.path)
    published = _invoked(shop, misfit)
    last = misfit.path[-1]
    if last == "Qualifier":
        if published.name is None:
            raise NoFixError("the name of the alias is not written out")
        return [
            shop.document.replace(misfit.path, published.name),
            *shop.made_after(misfit.path, published.name, [published]),
        ]
    if last == "ResourceId":
        if published.name is None:
            raise NoFixError("the name of the alias is not written out")
        value = f"function:${{{misfit.function}}}:{published.name}"
        return [
            shop.document.replace(misfit.path, {"Fn::Sub": value}),
            *shop.made_after(misfit.path, None, [published]),
        ]
    if misfit.kind is Kind.SETTING:
        raise NoFixError("it belongs to the alias or version that has it")
    if misfit.has is not None:
        return [shop.document.replace(misfit.path, published.arn)]
    rewriting = Rewriting({misfit.function: published})
    new = rewriting.of(node)
    new = _replaced(node, new, published)
    if new == node:
        raise NoFixError(_why_not(shop, node))
    return shop.rewrite(misfit.path, node, new, rewriting)


def _invoked(shop: Workshop, misfit: Misfit) -> Published:
    """The qualifier that the target of a misfit invokes, as the template writes it."""
    assert misfit.invoked is not None
    token = misfit.invoked.token
    if token is None:
        name = misfit.invoked.literal
        if not name:
            raise NoFixError("the qualifier that is invoked is not written out")
        qualified = {"Fn::Sub": f"${{{misfit.function}.Arn}}:{name}"}
        return Published(misfit.function, "", None, name, written=qualified)
    return shop.qualifier(misfit.function, token.name)


def qualify_scaling(cfn: Template, refused: Refused) -> Fix:
    """Names the alias in a scalable target that names the function alone."""

    def make(shop: Workshop) -> list[Edit]:
        published, edits = shop.published(refused.function)
        shop.node(refused.path)
        if published.name is None:
            raise NoFixError("the name of the alias is not written out")
        value: Node = {"Fn::Sub": f"function:${{{refused.function}}}:{published.name}"}
        edits.append(shop.document.replace(refused.path, value))
        return [*edits, *shop.made_after(refused.path, None, [published])]

    return Fix(refused.function, cfn, make)


def allow_qualifiers(cfn: Template, place: Exit) -> Fix:
    """Lets the holder of a policy invoke every qualifier of a function too."""

    def make(shop: Workshop) -> list[Edit]:
        if not place.is_policy:
            raise NoFixError("who invokes it from there is not in this template")
        if place.when:
            raise NoFixError(f"it does so only when {say_cases(place.when)}")
        node = shop.node(place.path)
        more: Node = {"Fn::Sub": f"${{{place.function}.Arn}}:*"}
        *above, last = place.path
        if isinstance(last, int) and isinstance(shop.node(above), list):
            return [shop.document.append(above, more)]
        if last != "Resource":
            raise NoFixError("this statement does not list what it allows")
        return [shop.document.replace(place.path, [node, more])]

    # Of what has no fix at all, that is to be said.
    return Fix(place.function, cfn, make, is_safe=not place.is_policy)


# -- versions ------------------------------------------------------------------


def publish_changes(cfn: Template, functions: Sequence[str]) -> Fix:
    """Lets the update that changes some functions publish a version of each."""

    def make(shop: Workshop) -> list[Edit]:
        edits = [edit for name in functions for edit in _republished(shop, name)]
        return list(dict.fromkeys(edits))

    return Fix(functions[0], cfn, make)


def publish_inputs(cfn: Template, unpublished: UnpublishedInput) -> Fix:
    """Lets a new value of some parameters publish a version, by its description."""

    def make(shop: Workshop) -> list[Edit]:
        if unpublished.is_secret:
            raise NoFixError("one of the parameters is a secret, not to be shown")
        function = shop.function(unpublished.function)
        versions = versions_of(shop.cfn, function.id)
        path: Path = ("Resources", function.id, "Properties")
        name = "VersionDescription"
        if versions:
            path = ("Resources", versions[0].id, "Properties")
            name = "Description"
        said = [shop.said(parameter) for parameter in unpublished.parameters]
        properties = shop.node(path)
        if name in properties:
            text = properties[name]
            if not isinstance(text, str):
                raise NoFixError(f"{name} is not a text that they can be added to")
            node: Node = {"Fn::Join": [" ", [text, *said]]}
            return [shop.document.replace((*path, name), node)]
        node = said[0] if len(said) == 1 else {"Fn::Join": [" ", said]}
        return [shop.document.add_keys(path, {name: node})]

    return Fix(unpublished.function, cfn, make)


def _republished(shop: Workshop, name: str) -> list[Edit]:
    function = shop.function(name)
    versions = versions_of(shop.cfn, name)
    if function.type == SERVERLESS_FUNCTION and not versions:
        return shop.publishing_everything(function)
    if not versions:
        raise NoFixError("no AWS::Lambda::Version of it is in this template")
    if len(versions) > 1:
        raise NoFixError("it has several AWS::Lambda::Version; which follows it?")
    return shop.renamed(versions[0].id, shop.version_id(name))


def name_by_hash(cfn: Template, version: str) -> Fix:
    """Gives a version the logical ID of what its function is now."""
    functions = [
        function.id
        for function in read(cfn).functions
        if any(one.id == version for one in versions_of(cfn, function.id))
    ]
    function = functions[0] if len(functions) == 1 else ""

    def make(shop: Workshop) -> list[Edit]:
        shop.function(function)
        return shop.renamed(version, shop.version_id(function))

    return Fix(function, cfn, make)


def no_fix(cfn: Template, function: str, reason: str) -> Fix:
    """What a finding carries that no edit of the template cures."""

    def make(shop: Workshop) -> list[Edit]:
        raise NoFixError(reason)

    return Fix(function, cfn, make)


def stale_versions(cfn: Template) -> Iterator[tuple[str, str, Fix]]:
    """The versions that `fix` named, and whose functions are something else by now.

    Each with its function and what names it anew.
    """
    for function in read(cfn).functions:
        stem = stem_of_version(function.id)
        for version in versions_of(cfn, function.id):
            digits = version.id.removeprefix(stem)
            if digits == version.id or not HASH.fullmatch(digits):
                continue
            if digits != short_hash(fingerprint(cfn, function.id)):
                yield version.id, function.id, publish_changes(cfn, [function.id])
