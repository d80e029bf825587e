"""Whether two evaluated values are certainly different."""

from __future__ import annotations

import re
from typing import Any

from cfn_lint_lambda_race.template import NO_VALUE, Part, Text, Token

# The legacy CDK names the parameters of an asset after the hash of its content.
ASSET_HASH = re.compile(r"AssetParameters([0-9a-f]{64})")


def pruned(value: Any, keeps_empty_texts: bool = True) -> Any:
    """The value without what is empty; None where nothing is left.

    To Lambda, an empty list or object is the same as an absent one. So is an empty
    text, but not as the value of an environment variable.
    """
    if value is NO_VALUE or value is None:
        return None
    if isinstance(value, Text):
        return value if value.parts or keeps_empty_texts else None
    if isinstance(value, dict):
        below = {key: pruned(item, keeps_empty_texts) for key, item in value.items()}
        return {key: item for key, item in below.items() if item is not None} or None
    return [pruned(item, keeps_empty_texts) for item in value] or None


def in_order(value: Any) -> Any:
    """The value sorted, if it is a list of known items; else as it is."""
    is_known = isinstance(value, list) and all(
        isinstance(item, Text) and all(token.is_resource for token in item.tokens)
        for item in value
    )
    return sorted(value, key=str) if is_known else value


def differ(before: Any, after: Any) -> bool:
    """Whether two pruned values certainly differ; unknown values do not."""
    if isinstance(before, Text) and isinstance(after, Text):
        return texts_differ(before, after)
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() != after.keys() or any(
            differ(before[key], after[key]) for key in before
        )
    if isinstance(before, list) and isinstance(after, list):
        return len(before) != len(after) or any(
            differ(one, other) for one, other in zip(before, after)
        )
    if before is None or after is None:
        return before is not after
    if isinstance(before, list) != isinstance(after, list):
        if any(map(_may_be_list, (before, after))):
            return False
        # CloudFormation takes a single value for a list of one item.
        return differ(*(v if isinstance(v, list) else [v] for v in (before, after)))
    # A text and a structure: unknown if the text is a token that may be a structure.
    return not any(isinstance(v, Text) and v.tokens for v in (before, after))


def _may_be_list(value: Any) -> bool:
    """Whether a value is a token that may be a list, such as a parameter."""
    token = value.token if isinstance(value, Text) else None
    return token is not None and not (
        token.is_resource and token.attribute in ("", "Ref", "Arn")
    )


def texts_differ(before: Text, after: Text) -> bool:
    """Whether two texts differ whatever their unknown parts are."""
    if before == after:
        return False
    hashes = [_asset_hashes(text) for text in (before, after)]
    if hashes[0] and hashes[1] and hashes[0] != hashes[1]:
        return True
    return _clash(before.parts, after.parts) or _clash(
        _mirrored(before.parts), _mirrored(after.parts)
    )


def _asset_hashes(text: Text) -> set[str]:
    return {
        digest for token in text.tokens for digest in ASSET_HASH.findall(token.name)
    }


def _mirrored(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(
        part[::-1] if isinstance(part, str) else part for part in reversed(parts)
    )


def _clash(before: tuple[Part, ...], after: tuple[Part, ...]) -> bool:
    """Whether two texts certainly differ, read up to their first unknown part."""
    one, other = list(reversed(before)), list(reversed(after))
    while one and other:
        left, right = one.pop(), other.pop()
        if isinstance(left, str) and isinstance(right, str):
            shared = min(len(left), len(right))
            if left[:shared] != right[:shared]:
                return True
            one += [left[shared:]] if left[shared:] else []
            other += [right[shared:]] if right[shared:] else []
        elif left != right:
            return all(
                isinstance(part, Token) and part.is_resource for part in (left, right)
            )
    return any(isinstance(part, str) for part in one or other)
