"""The hash of what a function is, held against what W9832 sees."""

from __future__ import annotations

import json
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode_str
from cfnlint.template import Template

from cfn_lint_lambda_race.update import _fingerprint, fingerprint
from cfn_lint_lambda_race.update._fingerprint import _digest, _stored
from tests.linting import FUNCTION, lint_template, paths
from tests.repositories import Work, _neutral  # noqa: F401

# Most write folders of code.
pytestmark = [
    pytest.mark.usefixtures("_neutral"),
    pytest.mark.slow,
]

BASE: dict[str, Any] = {
    "Parameters": {
        "Stage": {"Type": "String", "Default": "dev"},
        "Size": {"Type": "Number", "Default": 256, "AllowedValues": [256, 512]},
    },
    "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    "Mappings": {"Sizes": {"dev": {"Memory": 128}, "prod": {"Memory": 1024}}},
    "Resources": {
        "Orders": deepcopy(FUNCTION),
        "Layer": {
            "Type": "AWS::Lambda::LayerVersion",
            "Properties": {"Content": {"S3Bucket": "artifacts", "S3Key": "layer.zip"}},
        },
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            },
        },
        "Version": {
            "Type": "AWS::Lambda::Version",
            "Properties": {"FunctionName": {"Ref": "Orders"}},
        },
        "Live": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "FunctionName": {"Ref": "Orders"},
                "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
                "Name": "live",
            },
        },
    },
}
BASE["Resources"]["Orders"]["Properties"] |= {
    "Layers": [{"Ref": "Layer"}],
    "MemorySize": {"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Memory"]},
    "Timeout": {"Fn::If": ["IsProd", 30, 10]},
    "EphemeralStorage": {"Size": {"Ref": "Size"}},
    "Environment": {"Variables": {"TABLE": {"Ref": "Table"}, "A": "b"}},
}

# Where a change is made, and what stands there then; None takes it away.
FN = ("Resources", "Orders", "Properties")
CHANGES: list[tuple[tuple[str | int, ...], Any]] = [
    ((*FN, "Code", "S3Key"), "other.zip"),
    ((*FN, "Code", "S3ObjectVersion"), "2"),
    ((*FN, "Handler"), "index.other"),
    ((*FN, "Runtime"), "python3.12"),
    ((*FN, "Architectures"), ["arm64"]),
    ((*FN, "Architectures"), ["x86_64"]),
    ((*FN, "Description"), "other"),
    ((*FN, "Environment", "Variables", "A"), "c"),
    ((*FN, "Environment", "Variables", "B"), "c"),
    ((*FN, "Environment"), None),
    ((*FN, "Layers"), []),
    ((*FN, "Role"), "arn:aws:iam::123456789012:role/other"),
    ((*FN, "Timeout"), {"Fn::If": ["IsProd", 60, 10]}),
    ((*FN, "TracingConfig"), {"Mode": "PassThrough"}),
    ((*FN, "TracingConfig"), {"Mode": "Active"}),
    ((*FN, "VpcConfig"), {"SubnetIds": [], "SecurityGroupIds": []}),
    ((*FN, "VpcConfig"), {"SubnetIds": ["b", "a"], "SecurityGroupIds": ["c"]}),
    ((*FN, "Tags"), [{"Key": "a", "Value": "b"}]),
    ((*FN, "ReservedConcurrentExecutions"), 1),
    (("Mappings", "Sizes", "dev", "Memory"), 256),
    (("Mappings", "Sizes", "dev", "Disk"), 256),
    (("Parameters", "Stage", "Default"), "prod"),
    (("Parameters", "Size", "Default"), 512),
    (("Parameters", "Size", "Description"), "of the disk"),
    (("Conditions", "IsProd", "Fn::Equals", 1), "dev"),
    (("Resources", "Layer", "Properties", "Content", "S3Key"), "other.zip"),
    (("Resources", "Layer", "Properties", "Description"), "other"),
    (("Resources", "Table", "Properties", "TableName"), "orders"),
    (("Resources", "Table", "Properties", "BillingMode"), "PROVISIONED"),
    (("Resources", "Live", "Properties", "Description"), "other"),
]


def _changed(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    template = deepcopy(BASE)
    node: Any = template
    for step in path[:-1]:
        node = node.setdefault(step, {}) if isinstance(node, dict) else node[step]
    if value is None:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return template


def _hash(template: dict[str, Any], folder: Path) -> str:
    text = json.dumps(template)
    decoded, _ = decode_str(text)
    cfn = Template(str(folder / "template.json"), decoded, ["us-east-1"])
    return fingerprint(cfn, "Orders")


@pytest.mark.parametrize(
    ("path", "value"), CHANGES, ids=lambda one: json.dumps(one, default=str)[:60]
)
def test_changes_with_what_an_update_changes(
    path: tuple[str | int, ...], value: Any, tmp_path: Path
) -> None:
    baseline = tmp_path / "baseline.json"
    baseline.write_text(json.dumps(BASE))
    template = _changed(path, value)
    setting = f"W9831:baseline_path={baseline}"
    matches = lint_template(tmp_path, template, "-x", setting)
    is_other = _hash(template, tmp_path) != _hash(BASE, tmp_path)
    assert is_other is bool(paths(matches, "W9832"))


def test_counts_what_the_defaults_do_not_choose(tmp_path: Path) -> None:
    """Another stack of the template takes the other branch."""
    assert _hash(_changed((*FN, "Timeout"), 10), tmp_path) != _hash(BASE, tmp_path)
    # The same two values by another condition are another function.
    template = _changed((*FN, "Timeout"), {"Fn::If": ["IsTest", 30, 10]})
    is_test = {"Fn::Equals": [{"Ref": "Stage"}, "test"]}
    template["Conditions"]["IsTest"] = is_test
    assert _hash(template, tmp_path) != _hash(BASE, tmp_path)


def test_counts_the_type_of_what_the_function_names(tmp_path: Path) -> None:
    hashes = set()
    for kind in ("Custom::Table", "Custom::Index", "AWS::SNS::Topic"):
        template = _changed(("Resources", "Table"), {"Type": kind, "Properties": {}})
        hashes.add(_hash(template, tmp_path))
    assert len(hashes) == 3


def test_counts_the_files_of_a_layer(tmp_path: Path) -> None:
    for kind, name in (
        ("AWS::Lambda::LayerVersion", "Content"),
        ("AWS::Serverless::LayerVersion", "ContentUri"),
    ):
        layer = {"Type": kind, "Properties": {name: "layer"}}
        template = _changed(("Resources", "Layer"), layer)
        template["Transform"] = "AWS::Serverless-2016-10-31"
        file = tmp_path / "layer" / "a.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text("a = 1\n")
        first = _hash(template, tmp_path)
        assert _hash(template, tmp_path) == first
        file.write_text("a = 2\n")
        assert _hash(template, tmp_path) != first


def test_counts_what_an_image_is_built_of(tmp_path: Path) -> None:
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Orders": {
                "Type": "AWS::Serverless::Function",
                "Properties": {"PackageType": "Image"},
                "Metadata": {"DockerContext": "image", "Dockerfile": "Dockerfile"},
            }
        },
    }
    file = tmp_path / "image" / "Dockerfile"
    file.parent.mkdir()
    file.write_text("FROM scratch\n")
    first = _hash(template, tmp_path)
    file.write_text("FROM scratch\nCOPY a .\n")
    assert _hash(template, tmp_path) != first


@pytest.mark.parametrize("like", ["a" * 40, "a" * 64, None])
def test_a_file_of_other_line_ends_is_the_same_to_git(like: str | None) -> None:
    """As git stores it: `core.autocrlf` gives Windows other line ends."""
    known = None if like is None else _digest(b"a\nb\n", like)
    unix, windows = _stored(b"a\nb\n", known), _stored(b"a\r\nb\r\n", known)
    assert (unix == windows) == (known is not None)
    assert _stored(b"a\nc\n", known) != unix
    assert len(unix) == (40 if like is None else len(like))


def test_is_the_same_in_another_order(tmp_path: Path) -> None:
    template = json.loads(json.dumps(BASE, sort_keys=True))
    template["Resources"] = dict(reversed(template["Resources"].items()))
    assert _hash(template, tmp_path) == _hash(BASE, tmp_path)


@pytest.mark.parametrize("has_git", [True, False])
def test_counts_local_code(has_git: bool, tmp_path: Path) -> None:
    template = _changed((*FN, "Code"), "src")
    code = tmp_path / "src" / "index.py"
    code.parent.mkdir()
    code.write_text("a = 1\n")
    if has_git:
        Work(tmp_path)
        (tmp_path / ".gitignore").write_text("*.pyc\n")
    first = _hash(template, tmp_path)
    assert _hash(template, tmp_path) == first
    code.write_text("a = 2\n")
    second = _hash(template, tmp_path)
    assert second != first
    if has_git:
        # What git knows of a mode: whether a file can be run.
        code.chmod(0o755)
        assert _hash(template, tmp_path) != second
        code.chmod(0o644)
        assert _hash(template, tmp_path) == second
    (code.parent / "other.py").write_text("")
    assert _hash(template, tmp_path) != second
    if has_git:
        (code.parent / "other.py").unlink()
        (code.parent / "index.pyc").write_text("")
        assert _hash(template, tmp_path) == second


def test_leaves_the_template_itself_out(tmp_path: Path) -> None:
    template = _changed((*FN, "Code"), ".")
    (tmp_path / "index.py").write_text("a = 1\n")
    first = _hash(template, tmp_path)
    (tmp_path / "template.json").write_text("{}")
    assert _hash(template, tmp_path) == first


def test_resources_that_refer_to_each_other_end(tmp_path: Path) -> None:
    template = deepcopy(BASE)
    template["Resources"]["Table"]["Properties"]["TableName"] = {"Ref": "Orders"}
    template["Resources"]["Orders"]["Properties"]["FunctionName"] = {"Ref": "Table"}
    assert _hash(template, tmp_path)


def test_reads_files_of_the_project_alone(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    outside = tmp_path / "outside.py"
    for place in ("../outside.py", str(outside), "..", "/"):
        template = _changed((*FN, "Code"), place)
        outside.write_text("a = 1\n")
        first = _hash(template, project)
        outside.write_text("a = 2\n")
        assert _hash(template, project) == first
    # A pipe has no end.
    os.mkfifo(project / "src" / "pipe")
    assert _hash(_changed((*FN, "Code"), "src"), project)


def test_a_folder_without_files_is_none(tmp_path: Path) -> None:
    template = _changed((*FN, "Code"), "src")
    first = _hash(template, tmp_path)
    (tmp_path / "src").mkdir()
    assert _hash(template, tmp_path) == first


@pytest.mark.slow
def test_a_chain_of_resources_without_end_ends(tmp_path: Path) -> None:
    """Each names the next one twice, which doubles what there is to read."""
    template = deepcopy(BASE)
    template["Resources"]["Table"] = _topic(0)
    template["Resources"] |= {f"Topic{n}": _topic(n) for n in range(400)}
    first = _hash(template, tmp_path)
    for number, counts in ((5, True), (399, False)):
        changed = deepcopy(template)
        topic = changed["Resources"][f"Topic{number}"]
        topic["Properties"]["TopicName"] = "other"
        assert (_hash(changed, tmp_path) != first) is counts


def _topic(number: int) -> dict[str, Any]:
    following = {"Ref": f"Topic{number + 1}"}
    name = {"Fn::Join": ["-", [following, following]]} if number < 399 else "last"
    return {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}


def test_a_resource_that_is_named_again_counts_as_often(tmp_path: Path) -> None:
    """A walk comes back from what it has read."""
    hashes = set()
    for name in ("a", "b"):
        template = deepcopy(BASE)
        variables = template["Resources"]["Orders"]["Properties"]["Environment"]
        variables["Variables"] |= {f"TABLE{n}": {"Ref": "Table"} for n in range(40)}
        variables["Variables"]["TOPIC"] = {"Ref": "Topic"}
        template["Resources"]["Topic"] = {
            "Type": "AWS::SNS::Topic",
            "Properties": {"TopicName": name},
        }
        hashes.add(_hash(template, tmp_path))
    assert len(hashes) == 2


@pytest.mark.parametrize("has_git", [True, False])
@pytest.mark.parametrize("path", ["src\0", "a" * 300, "src/" + "a/" * 3000])
def test_a_path_that_no_system_takes(path: str, has_git: bool, tmp_path: Path) -> None:
    _local(tmp_path, has_git)
    assert _hash(_changed((*FN, "Code"), path), tmp_path)


def test_a_template_without_a_file(tmp_path: Path) -> None:
    template = _local(tmp_path, has_git=False)
    decoded, _ = decode_str(json.dumps(template))
    assert fingerprint(Template(None, decoded, ["us-east-1"]), "Orders")


def test_where_git_fails_the_files_are_read(tmp_path: Path) -> None:
    template = _local(tmp_path, has_git=True)
    (tmp_path / ".git" / "index").write_text("no index")
    hashes = set()
    for text in ("a = 1\n", "a = 2\n"):
        (tmp_path / "src" / "index.py").write_text(text)
        hashes.add(_hash(template, tmp_path))
    assert len(hashes) == 2


def test_of_a_path_outside_of_the_repository_nothing_counts(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    Work(project)
    template = _changed((*FN, "Code"), "../outside")
    first = _hash(template, project)
    (project / "index.py").write_text("a = 1\n")
    assert _hash(template, project) == first


def test_in_the_template_s_own_folder_git_ignores_files(tmp_path: Path) -> None:
    template = _local(tmp_path, True, ".")
    (tmp_path / ".gitignore").write_text("*.pyc\n")
    first = _hash(template, tmp_path)
    (tmp_path / "index.pyc").write_text("a")
    assert _hash(template, tmp_path) == first


def test_a_checkout_with_other_line_ends_is_the_same(tmp_path: Path) -> None:
    template = _local(tmp_path, has_git=True)
    work = Work(tmp_path, init=False)
    work.commit({"src/index.py": "a = 1\nb = 2\n"})
    first = _hash(template, tmp_path)
    (tmp_path / "src" / "index.py").write_bytes(b"a = 1\r\nb = 2\r\n")
    assert _hash(template, tmp_path) == first
    (tmp_path / "src" / "index.py").write_bytes(b"a = 1\r\nb = 3\r\n")
    assert _hash(template, tmp_path) != first


def test_counts_the_commit_of_a_submodule(tmp_path: Path) -> None:
    template = _local(tmp_path, has_git=True)
    work = Work(tmp_path, init=False)
    (tmp_path / "src" / "vendored").mkdir()
    hashes = set()
    for letter in "ab":
        entry = f"160000,{letter * 40},src/vendored"
        work.git("update-index", "--add", "--cacheinfo", entry)
        hashes.add(_hash(template, tmp_path))
    assert len(hashes) == 2


def test_a_pipe_in_place_of_a_tracked_file_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = _local(tmp_path, has_git=True)
    Work(tmp_path, init=False).commit({"src/index.py": "a = 1\n"})
    (tmp_path / "src" / "index.py").unlink()
    os.mkfifo(tmp_path / "src" / "index.py")
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} is read"))
    assert _hash(template, tmp_path)


def test_an_untracked_file_that_cannot_be_read_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = _local(tmp_path, has_git=True)
    (tmp_path / "src" / "index.py").write_text("a = 1\n")
    first = _hash(template, tmp_path)
    (tmp_path / "src" / "secret").write_text("")
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name == "secret":
            raise PermissionError
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert _hash(template, tmp_path) == first


@pytest.mark.parametrize("has_git", [True, False])
def test_counts_an_archive(has_git: bool, tmp_path: Path) -> None:
    _local(tmp_path, has_git)
    template = _changed((*FN, "Code"), "code.zip")
    hashes = {_hash(template, tmp_path)}
    for text in ("a", "b"):
        (tmp_path / "code.zip").write_text(text)
        hashes.add(_hash(template, tmp_path))
    assert len(hashes) == 3


def test_a_new_release_hashes_a_function_as_before(tmp_path: Path) -> None:
    """`fix` names versions by it: another name publishes a function that is the same,
    which Lambda refuses."""
    template = {"Resources": {"Orders": FUNCTION}}
    assert _hash(template, tmp_path)[:8] == "be7082b5"
    template = _local(tmp_path, has_git=False)
    (tmp_path / "src" / "index.py").write_text("a = 1\n")
    (tmp_path / "layer").mkdir()
    (tmp_path / "layer" / "a.py").write_text("b = 1\n")
    template["Resources"]["Layer"]["Properties"]["Content"] = "layer"
    template["Resources"]["Table"] = {"Type": "Custom::Table"}
    assert _hash(template, tmp_path)[:8] == "c0d7df7a"


def _local(folder: Path, has_git: bool, path: str = "src") -> dict[str, Any]:
    """A template whose function's code is in a folder beside it."""
    (folder / path).mkdir(exist_ok=True)
    if has_git:
        Work(folder)
    return _changed((*FN, "Code"), path)


@pytest.mark.parametrize("has_git", [True, False])
def test_counts_the_configuration_beside_local_code(
    has_git: bool, tmp_path: Path
) -> None:
    template = _local(tmp_path, has_git)
    (tmp_path / "src" / "index.py").write_text("a = 1\n")
    first = _hash(template, tmp_path)
    for name, value in (("Handler", "index.other"), ("Timeout", 3), ("Layers", [])):
        other = deepcopy(template)
        other["Resources"]["Orders"]["Properties"][name] = value
        assert _hash(other, tmp_path) != first


@pytest.mark.parametrize("has_git", [True, False])
def test_counts_where_a_link_points(has_git: bool, tmp_path: Path) -> None:
    template = _local(tmp_path, has_git)
    (tmp_path / "src" / "index.py").write_text("a = 1\n")
    link = tmp_path / "src" / "link.py"
    link.symlink_to("one.py")
    first = _hash(template, tmp_path)
    link.unlink()
    link.symlink_to("two.py")
    assert _hash(template, tmp_path) != first


@pytest.mark.parametrize("has_git", [True, False])
def test_leaves_out_what_is_beside_the_code(has_git: bool, tmp_path: Path) -> None:
    template = _local(tmp_path, has_git)
    (tmp_path / "src" / "index.py").write_text("a = 1\n")
    first = _hash(template, tmp_path)
    (tmp_path / "README").write_text("of the project\n")
    assert _hash(template, tmp_path) == first


@pytest.mark.parametrize("has_git", [True, False])
def test_of_the_template_s_own_folder_only_the_template_is_left_out(
    has_git: bool, tmp_path: Path
) -> None:
    template = _local(tmp_path, has_git, ".")
    (tmp_path / "template.json").write_text("{}")
    for name in ("index.py", "zip.py"):
        (tmp_path / name).write_text("a = 1\n")
        first = _hash(template, tmp_path)
        (tmp_path / "template.json").write_text(json.dumps(name))
        assert _hash(template, tmp_path) == first
        (tmp_path / name).write_text("a = 2\n")
        assert _hash(template, tmp_path) != first


def test_counts_the_files_behind_a_pipe(tmp_path: Path) -> None:
    template = _local(tmp_path, has_git=False)
    os.mkfifo(tmp_path / "src" / "a")
    (tmp_path / "src" / "index.py").write_text("a = 1\n")
    first = _hash(template, tmp_path)
    (tmp_path / "src" / "index.py").write_text("a = 2\n")
    assert _hash(template, tmp_path) != first


def test_of_a_file_s_mode_only_that_its_owner_runs_it_counts(tmp_path: Path) -> None:
    template = _local(tmp_path, has_git=True)
    code = tmp_path / "src" / "index.py"
    code.write_text("a = 1\n")
    hashes = set()
    for mode in (0o644, 0o600, 0o664, 0o645):
        code.chmod(mode)
        hashes.add(_hash(template, tmp_path))
    assert len(hashes) == 1


@pytest.mark.parametrize("has_git", [True, False])
@pytest.mark.parametrize(("size", "is_read"), [(10, True), (11, False)])
def test_reads_no_more_than_so_many_bytes(
    has_git: bool,
    size: int,
    is_read: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_fingerprint, "_MAX_SIZE", 10)
    template = _local(tmp_path, has_git)
    (tmp_path / "src" / "index.py").write_text("a" * 4)
    other = tmp_path / "src" / "other.py"
    other.write_text("a" * (size - 4))
    first = _hash(template, tmp_path)
    other.write_text("b" * (size - 4))
    assert (_hash(template, tmp_path) != first) is is_read


@pytest.mark.parametrize(("count", "is_read"), [(3, True), (4, False)])
def test_reads_no_more_than_so_many_files(
    count: int, is_read: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_fingerprint, "_MAX_FILES", 3)
    template = _local(tmp_path, has_git=False)
    files = [tmp_path / "src" / f"{number}.py" for number in range(count)]
    hashes = set()
    for text in ("a", "b"):
        for file in files:
            file.write_text(text)
        hashes.add(_hash(template, tmp_path))
    assert (len(hashes) == 2) is is_read


def test_a_deleted_file_is_none_but_one_left_out_of_the_checkout_is(
    tmp_path: Path,
) -> None:
    template = _local(tmp_path, has_git=True)
    work = Work(tmp_path, init=False)
    (tmp_path / "src" / "index.py").write_text("a = 1\n")
    alone = _hash(template, tmp_path)
    other = tmp_path / "src" / "other.py"
    other.write_text("b = 1\n")
    work.git("add", "src/other.py")
    other.unlink()
    assert _hash(template, tmp_path) == alone
    work.git("update-index", "--skip-worktree", "src/other.py")
    assert _hash(template, tmp_path) != alone


@pytest.mark.parametrize("has_git", [True, False])
def test_counts_a_file_of_a_megabyte(has_git: bool, tmp_path: Path) -> None:
    template = _local(tmp_path, has_git)
    hashes = set()
    for letter in "ab":
        (tmp_path / "src" / "data").write_text(letter * 1_000_000)
        hashes.add(_hash(template, tmp_path))
    assert len(hashes) == 2
