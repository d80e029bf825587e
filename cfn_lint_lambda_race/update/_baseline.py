"""What an update is compared with: a git revision, a template or a change set."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from cfn_lint_lambda_race.template._cfnlint import LOGGER, CfnLintError, Template
from cfn_lint_lambda_race.template._documents import (
    MAX_FILE_SIZE,
    ContentOf,
    content_of,
)
from cfn_lint_lambda_race.template._source import (
    MAX_SIZE,
    UnusableTemplateError,
    read_template,
)
from cfn_lint_lambda_race.update._builds import Build, Builds, paths_read
from cfn_lint_lambda_race.update._change_set import (
    ChangeSet,
    ChangeSetError,
    parse_change_set,
)
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._deployment import Deployment
from cfn_lint_lambda_race.update._git import GitError, Repository
from cfn_lint_lambda_race.update._local_code import LocalCode
from cfn_lint_lambda_race.update._renamed import renamed_from

_LOGGER = logging.getLogger(f"{LOGGER}.lambda_race")

MAX_FOLDERS = 1000
"""How many folders of a baseline are searched for templates."""


class Settings(NamedTuple):
    """What to compare with, each None where it is not set."""

    baseline_ref: str | None = None
    baseline_path: str | None = None
    change_set: str | None = None

    def without(self, refused: Mapping[str, Any]) -> Settings:
        """The settings without those that come from the template's `Metadata`.

        cfn-lint merges the two: a setting with the same value comes from there.

        Args:
            refused: what the template sets.
        """
        values = self._asdict()
        same = [name for name in refused if values[name] == str(refused[name])]
        return self._replace(**dict.fromkeys(same))

    def check(self) -> None:
        """Check that the settings name at most one baseline.

        Raises:
            BaselineError: where they name several, or a setting is empty.
        """
        given = [name for name, value in self._asdict().items() if value is not None]
        named = [name for name in given if getattr(self, name)]
        if given and not named:
            raise BaselineError(
                f"{' and '.join(given)} is empty (a variable without a value?); say "
                "what to compare with, or remove the setting"
            )
        if len(named) > 1:
            raise BaselineError(
                f"{' and '.join(named)} are set, but only one of them can be the "
                "baseline; remove the others"
            )


class BaselineError(Exception):
    """A setting cannot be honoured.

    The message is a sentence that says why and what to do. It is shown as it is; no
    code decides anything by its words.
    """


def settings_of_template(template: Any, rule: str) -> Mapping[str, Any]:
    """The settings of a rule that the template's own `Metadata` makes; to be refused.

    A template is not trusted, and these settings read files and run git: only the user
    may make them.
    """
    node = template
    for key in ("Metadata", "cfn-lint", "config", "configure_rules", rule):
        node = node.get(key) if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping):
        return {}
    return {name: node[name] for name in Settings._fields if name in node}


def read_change_set(setting: str) -> ChangeSet:
    """Read the change set in a file; raises `BaselineError`."""
    content = read_limited(Path(setting), "change_set")
    try:
        return parse_change_set(content)
    except ChangeSetError as error:
        raise BaselineError(f"change_set {setting} cannot be used: {error}") from None


def compare(settings: Settings, cfn: Template, after: Deployment) -> Comparison | None:
    """The update from the baseline to the template.

    Args:
        settings: the baseline.
        cfn: the template that is linted.
        after: what it deploys.

    Returns:
        None where no baseline is set, or it does not have the template: the stack is
        new.

    Raises:
        BaselineError: where the setting cannot be honoured.
    """
    if settings.baseline_ref:
        return _with_revision(settings.baseline_ref, cfn, after)
    if settings.baseline_path:
        return _with_file(settings.baseline_path, cfn, after)
    return None


def baseline_content(settings: Settings, cfn: Template) -> bytes | None:
    """The baseline's text of a template; None where it does not have the template.

    Raises:
        BaselineError: where the setting cannot be honoured.
    """
    if settings.baseline_ref:
        try:
            committed = _committed(settings.baseline_ref, cfn)
        except GitError as error:
            message = f"baseline_ref {settings.baseline_ref}: {error}"
            raise BaselineError(message) from None
        return None if committed is None else committed[3]
    path = _baseline_file(settings.baseline_path or "", cfn.filename)
    return None if path is None else read_limited(path, "baseline_path")


def _with_file(setting: str, cfn: Template, after: Deployment) -> Comparison | None:
    path = _baseline_file(setting, cfn.filename)
    if path is None:
        _LOGGER.info("Compared %s with nothing: %s lacks it", cfn.filename, setting)
        return None
    _LOGGER.info("Compared %s with %s", cfn.filename, path)
    before = _deployment(
        read_limited(path, "baseline_path"), cfn, f"baseline_path {path}"
    )
    return Comparison(before, after)


def _baseline_file(setting: str, filename: str | None) -> Path | None:
    """The deployed template; None for a folder that has other templates only."""
    path = Path(setting)
    try:
        if not path.exists():
            raise BaselineError(
                f"baseline_path {setting} does not exist; name the template that is "
                "deployed now, or a folder that holds it"
            )
        if not path.is_dir():
            return path
        if filename is None:
            raise BaselineError(
                f"baseline_path {setting} is a folder, but the template that is linted "
                "has no file name; name the file"
            )
        for below in _relative_names(Path(filename)):
            if (path / below).is_file():
                return path / below
        if _holds_templates(path):
            # The stack is new: its neighbours are deployed, it is not.
            return None
    except (OSError, ValueError):
        raise BaselineError(f"baseline_path {setting} cannot be read") from None
    raise BaselineError(
        f"the folder baseline_path {setting} holds no {Path(filename).name}; name a "
        "folder with the templates that are deployed now, or one file"
    )


def _relative_names(filename: Path) -> list[Path]:
    """The path of a template without its first folders, in turn, the longest first.

    `cdk synth` writes the stacks of a stage into `cdk.out/assembly-Stage/`. A copy of
    an earlier `cdk.out` has another name, but the same folders in it.
    """
    try:
        relative = filename.resolve().relative_to(Path.cwd())
    except (ValueError, OSError):
        parts = filename.parts[1:] if filename.is_absolute() else filename.parts
        relative = Path(*parts)
    names = [Path(*relative.parts[start:]) for start in range(len(relative.parts))]
    return [name for name in names if ".." not in name.parts]


def _holds_templates(folder: Path) -> bool:
    """Whether a folder holds any file that can be a template."""
    suffixes = (".json", ".template", ".yaml", ".yml")
    for _, _, files in islice(os.walk(folder), MAX_FOLDERS):
        if any(name.endswith(suffixes) for name in files):
            return True
    return False


def read_limited(path: Path, setting: str) -> bytes:
    """The content of a file that a setting names; raises `BaselineError`."""
    try:
        if not path.is_file():
            raise BaselineError(f"{setting} {path} is not a file")
        if path.stat().st_size > MAX_SIZE:
            raise BaselineError(f"{setting} {path} is larger than {MAX_SIZE} bytes")
        return path.read_bytes()
    except (OSError, ValueError):
        raise BaselineError(
            f"{setting} {path} cannot be read; check the name and its permissions"
        ) from None


def _deployment(
    content: bytes, cfn: Template, what: str, content_of: ContentOf = content_of
) -> Deployment:
    try:
        return Deployment(read_template(content, cfn), content_of=content_of)
    except CfnLintError as error:
        raise BaselineError(str(error)) from None
    except UnusableTemplateError as error:
        raise BaselineError(
            f"{what} cannot be compared: {error}; name the template that is deployed "
            "now"
        ) from None


def _with_revision(
    revision: str, cfn: Template, after: Deployment
) -> Comparison | None:
    """The update since a git revision; None where the template is new."""
    try:
        committed = _committed(revision, cfn)
        if committed is None:
            return None
        repository, commit, template, content, was = committed
        what = f"the template in baseline_ref {revision}"

        def content_of(path: Path) -> bytes | None:
            try:
                return repository.read(commit, path, MAX_FILE_SIZE)
            except GitError:
                return None

        before = _deployment(content, cfn, what, content_of)
    except GitError as error:
        raise BaselineError(
            f"baseline_ref {revision} cannot be read: {error}"
        ) from None

    folder = template.parent
    paths = paths_read(after.builds, folder, repository.root)
    builds = Builds(LocalCode(repository, commit, paths, [template, was]), folder)

    def code_differs(old: Build, build: Build) -> bool | None:
        if was.parent != folder:
            # The paths of each side begin elsewhere.
            return None
        is_alike = old.method is build.method and old.settings == build.settings
        try:
            if old.path != build.path:
                return None if builds.is_moved(old, build) else True
            differs = builds.differs(build)
        except ValueError:
            # A null character cannot be part of a path.
            return None
        except GitError as error:
            raise BaselineError(f"{build.path} cannot be compared: {error}") from None
        return differs if differs or is_alike else None

    return Comparison(before, after, code_differs)


def _committed(
    revision: str, cfn: Template
) -> tuple[Repository, str, Path, bytes, Path] | None:
    """The repository, the commit, the template's file and content there.

    The last is what the file was called there, mostly the same. None where the
    template is new: the revision does not have it, or is the `HEAD` of a repository
    without a commit. Raises `BaselineError` where no revision can have it, and
    GitError.
    """
    refused = f"baseline_ref {revision} cannot be used for"
    if cfn.filename is None:
        raise BaselineError(
            f"{refused} a template without a file name (from standard input, or handed "
            "over as text); use baseline_path"
        )
    # As the SAM CLI has it, local paths begin at the file that a link leads to.
    template = Path(os.path.realpath(cfn.filename))
    repository = Repository.find(template)
    if repository is None:
        raise BaselineError(
            f"{refused} {cfn.filename}, which is in no git work tree; use baseline_path"
        )
    try:
        commit = repository.resolve(revision)
    except GitError:
        if revision in ("HEAD", "@") and not repository.has_commit:
            return None
        raise
    content = repository.read(commit, template, MAX_SIZE)
    if content is None:
        if repository.ignores(template):
            raise BaselineError(
                f"{refused} {cfn.filename}, which git ignores, so that no revision has "
                "it; use baseline_path"
            )
        was = renamed_from(repository, commit, template, MAX_SIZE)
        content = repository.read(commit, was, MAX_SIZE) if was is not None else None
        if was is None or content is None:
            _LOGGER.info("%s has no %s: it is new", revision, cfn.filename)
            return None
        _LOGGER.info(
            "Compared %s with %s of %s, commit %s, which it was",
            cfn.filename,
            was,
            revision,
            commit,
        )
        return repository, commit, template, content, was
    _LOGGER.info(
        "Compared %s with that of %s, commit %s", cfn.filename, revision, commit
    )
    return repository, commit, template, content, template
