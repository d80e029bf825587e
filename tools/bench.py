"""What the pack costs, as ratios of one run: with it to without it, paired.

python tools/bench.py [--repeats N] [--sizes 10,100,500] [--only-git] [TEMPLATE ...]

Every figure is CPU time of this process and its children, each repeat runs all
variants in turn, and a ratio is the median of the ratios of the repeats.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import yaml
from cfnlint.config import ConfigMixIn
from cfnlint.rules import CloudFormationLintRule
from cfnlint.runner import Runner
from cfnlint.version import __version__

import cfn_lint_lambda_race as pack

PACK = "cfn_lint_lambda_race"
NEIGHBOUR = "cfn_lint_serverless.rules"
PLAIN = ""
BASELINE = "baseline_ref"
RULES: list[type[CloudFormationLintRule]] = [getattr(pack, n) for n in pack.__all__]

Template = dict[str, Any]


# -- templates -----------------------------------------------------------------


def function(number: int) -> Template:
    """A function, and nine resources that people put around one."""
    name = f"Fn{number}"
    arn = {"Fn::GetAtt": [name, "Arn"]}
    is_shielded = number % 2
    target = {"Ref": f"{name}Alias"} if is_shielded else arn
    permitted = target if is_shielded else {"Ref": name}
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/"
        "functions/${Target}/invocations"
    )
    role = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    return {
        name: {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"S3Bucket": "artifacts", "S3Key": {"Fn::Sub": "${Key}.zip"}},
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": [f"{name}Role", "Arn"]},
                "Runtime": "python3.13",
                "Architectures": [{"Fn::If": ["IsArm", "arm64", "x86_64"]}],
                "Environment": {
                    "Variables": {"TABLE": {"Ref": f"{name}Table"}, "NUMBER": "1"}
                },
            },
        },
        f"{name}Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": role},
        },
        f"{name}Version": {
            "Type": "AWS::Lambda::Version",
            "Properties": {"FunctionName": {"Ref": name}},
        },
        f"{name}Alias": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "FunctionName": {"Ref": name},
                "FunctionVersion": {"Fn::GetAtt": [f"{name}Version", "Version"]},
                "Name": "live",
            },
        },
        f"{name}Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "ScheduleExpression": "rate(5 minutes)",
                "Targets": [{"Arn": target, "Id": "function"}],
            },
        },
        f"{name}Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": permitted,
                "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com",
                "SourceArn": {"Fn::GetAtt": [f"{name}Rule", "Arn"]},
            },
        },
        f"{name}Table": {
            "Type": "AWS::DynamoDB::Table",
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            },
        },
        f"{name}Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 1}},
        f"{name}Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "FunctionName": target,
                "EventSourceArn": {"Fn::GetAtt": [f"{name}Queue", "Arn"]},
            },
        },
        f"{name}Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": "abcdefghij",
                "IntegrationType": "AWS_PROXY",
                "PayloadFormatVersion": "2.0",
                "IntegrationUri": {"Fn::Sub": [uri, {"Target": target}]},
            },
        },
    }


def generated(resources: int) -> Template:
    """A template of so many resources, ten around each function."""
    found: Template = {}
    for number in range(max(1, resources // 10)):
        found |= function(number)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {
            "Key": {"Type": "String", "Default": "code"},
            "Arch": {"Type": "String", "AllowedValues": ["arm64", "x86_64"]},
        },
        "Conditions": {"IsArm": {"Fn::Equals": [{"Ref": "Arch"}, "arm64"]}},
        "Resources": found,
    }


def _branching(count: int, names: Sequence[str], parameters: Template) -> Template:
    """One function whose values turn on so many conditions."""

    def choice(number: int, yes: Any, no: Any) -> Any:
        return {"Fn::If": [names[number % count], yes, no]}

    template = generated(10)
    template["Parameters"] |= parameters
    template["Conditions"] |= {
        name: {"Fn::Equals": [{"Ref": f"P{number}"}, "0"]}
        for number, name in enumerate(names)
    }
    layer = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension"
    properties = template["Resources"]["Fn0"]["Properties"]
    architecture: Any = "arm64"
    target: Any = {"Ref": "Fn0Alias"}
    for number in range(count):
        architecture = choice(number, "x86_64", architecture)
        target = choice(number, {"Fn::GetAtt": ["Fn0", "Arn"]}, target)
    properties["Architectures"] = [architecture]
    properties["Layers"] = [
        choice(number, f"{layer}-ARM:{number + 1}", f"{layer}:{number + 1}")
        for number in range(count)
    ]
    properties["Environment"]["Variables"] = {
        f"V{number}": choice(number, "a", "b") for number in range(count)
    }
    rule = template["Resources"]["Fn0Rule"]["Properties"]
    rule["Targets"] = [
        {"Arn": target, "Id": "all"},
        *(
            {
                "Arn": choice(
                    number, {"Fn::GetAtt": ["Fn0", "Arn"]}, {"Ref": "Fn0Alias"}
                ),
                "Id": f"t{number}",
            }
            for number in range(count)
        ),
    ]
    return template


def conditions(count: int) -> Template:
    """Conditions that do not depend on each other."""
    parameters = {f"P{n}": {"Type": "String"} for n in range(count)}
    return _branching(count, [f"C{n}" for n in range(count)], parameters)


def choices(count: int) -> Template:
    """Conditions on parameters that allow some values each."""
    allowed = {"Type": "String", "AllowedValues": ["0", "1", "2"], "Default": "0"}
    parameters = {f"P{n}": allowed for n in range(count)}
    template = _branching(count, [f"C{n}" for n in range(count)], parameters)
    properties = template["Resources"]["Fn0"]["Properties"]
    for number in range(count):
        properties["Environment"]["Variables"][f"W{number}"] = {"Ref": f"P{number}"}
    properties["FunctionName"] = {"Fn::Join": ["-", [{"Ref": n} for n in parameters]]}
    return template


def serverless(resources: int, seconds: int) -> Template:
    """A SAM template of so many resources, whose functions have code folders."""
    found: Template = {}
    for number in range(max(1, resources // 6)):
        found |= _service(number, seconds)
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {
            "Stage": {"Type": "String", "AllowedValues": ["dev", "prod"]},
            "Level": {"Type": "String", "Default": "INFO"},
        },
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
        "Globals": {
            "Function": {
                "Runtime": "python3.13",
                "Timeout": seconds,
                "Environment": {"Variables": {"LEVEL": {"Ref": "Level"}}},
            }
        },
        "Resources": found,
    }


def _service(number: int, seconds: int) -> Template:
    """A SAM function, with or without an alias, and five resources around it."""
    name = f"Fn{number}"
    table = {"Ref": f"{name}Table"}
    properties: Template = {
        "CodeUri": f"src/{name.lower()}/",
        "Handler": "app.handler",
        "MemorySize": {"Fn::If": ["IsProd", 1024, 128]},
        "Environment": {
            "Variables": {
                "TABLE": table,
                "TOPIC": {"Fn::Sub": f"${{AWS::StackName}}-${{{name}Topic}}"},
            }
        },
        "Policies": [{"DynamoDBCrudPolicy": {"TableName": table}}],
        "Events": {
            "Api": {
                "Type": "HttpApi",
                "Properties": {"Path": f"/{number}", "Method": "GET"},
            },
            "Queue": {
                "Type": "SQS",
                "Properties": {"Queue": {"Fn::GetAtt": [f"{name}Queue", "Arn"]}},
            },
        },
    }
    if number % 2:
        properties["AutoPublishAlias"] = "live"
    around = function(number)
    return {
        name: {"Type": "AWS::Serverless::Function", "Properties": properties},
        f"{name}Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
        f"{name}Dead": {"Type": "AWS::SQS::Queue", "Properties": {}},
        f"{name}Schedule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "ScheduleExpression": "rate(5 minutes)",
                "State": {"Fn::If": ["IsProd", "ENABLED", "DISABLED"]},
                "Targets": [
                    {"Arn": {"Fn::GetAtt": [name, "Arn"]}, "Id": f"fn-{seconds}"}
                ],
            },
        },
        **{key: around[key] for key in (f"{name}Table", f"{name}Queue")},
    }


def redefined(template: Template, count: int, values: Sequence[str]) -> None:
    """Let functions rest on so many conditions, each on a parameter of its own.

    ``values`` are those with which a condition is true.
    """
    found = template["Resources"].values()
    functions = [one for one in found if one["Type"] == "AWS::Serverless::Function"]
    for number in range(count):
        parameter, condition = f"Stage{number}", f"Is{number}"
        template["Parameters"][parameter] = {"Type": "String"}
        equal = [{"Fn::Equals": [{"Ref": parameter}, value]} for value in values]
        template["Conditions"][condition] = (
            {"Fn::Or": equal} if len(equal) > 1 else equal[0]
        )
        for one in functions[number::10]:
            properties = one["Properties"]
            properties["Architectures"] = [{"Fn::If": [condition, "arm64", "x86_64"]}]
            choice = {"Fn::If": [condition, "a", "b"]}
            properties["Environment"]["Variables"]["CHOICE"] = choice


class _Dumper(yaml.SafeDumper):
    """Writes YAML as people do, who use no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def commit(folder: Path, resources: int, conditions: int = 0) -> Path:
    """A SAM template in a repository, whose last commit has another timeout.

    ``conditions`` is how many conditions the last commit defines otherwise.
    """
    before, after = serverless(resources, 3), serverless(resources, 9)
    redefined(before, conditions, ["build"])
    redefined(after, conditions, ["build", "staging"])
    for number in range(resources // 6):
        code = folder / "src" / f"fn{number}"
        code.mkdir(parents=True)
        for part in range(10):
            text = f"# {number}.{part}\n" + "value = 1\n" * 200
            (code / f"part{part}.py").write_text(text)
        (code / "app.py").write_text("def handler(event, context):\n    return 1\n")
    path = folder / "template.yaml"
    path.write_text(yaml.dump(before, Dumper=_Dumper, sort_keys=False))
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True)  # noqa: S603
    for number in range(0, resources // 6, 3):
        (folder / "src" / f"fn{number}" / "app.py").write_text("changed = 1\n")
    path.write_text(yaml.dump(after, Dumper=_Dumper, sort_keys=False))
    return path


# -- measuring -----------------------------------------------------------------


def lint(path: Path, rules: str) -> float:
    """The CPU time that one run of cfn-lint takes."""
    arguments = ["-c", "I"]
    if rules == BASELINE:
        rules = PACK
        arguments += ["-x", "W9831:baseline_ref=HEAD"]
    if rules:
        arguments += ["--append-rules", rules]
    start = _cpu()
    list(Runner(ConfigMixIn([*arguments, "--", str(path)])).run())
    return _cpu() - start


def _cpu() -> float:
    """The CPU time of this process, and of the git that it has asked."""
    return time.process_time() + sum(os.times()[2:4])


def paired(path: Path, variants: Sequence[str], repeats: int) -> dict[str, list[float]]:
    """The times of each variant, run in turn, after one run to warm up."""
    times: dict[str, list[float]] = {variant: [] for variant in variants}
    for repeat in range(repeats + 1):
        order = variants if repeat % 2 else list(reversed(variants))
        for variant in order:
            seconds = lint(path, variant)
            if repeat:
                times[variant].append(seconds)
    return times


def ratio(times: dict[str, list[float]], variant: str) -> float:
    """The median of the ratios to a run without any pack."""
    pairs = zip(times[variant], times[PLAIN])
    return median(mine / plain for mine, plain in pairs)


@contextmanager
def _clocks() -> Iterator[dict[str, float]]:
    """The time spent in each rule of the pack; the reading counts for the first."""
    spent: dict[str, float] = {}
    originals = [(kind, kind.match) for kind in RULES]

    def timed(kind: Any, original: Callable[..., Any]) -> Callable[..., Any]:
        def match(self: Any, cfn: Any) -> Any:
            start = _cpu()
            found = list(original(self, cfn))
            spent[kind.id] = spent.get(kind.id, 0.0) + _cpu() - start
            return found

        return match

    for kind, original in originals:
        kind.match = timed(kind, original)
    try:
        yield spent
    finally:
        for kind, original in originals:
            kind.match = original


def shares(path: Path, repeats: int, variant: str = PACK) -> dict[str, float]:
    """Each rule's part of a whole run, in the order in which they are asked."""
    found: dict[str, list[float]] = {}
    # Loading the pack as a module makes no classes anew, so the clocks are in place.
    lint(path, variant)
    for _ in range(repeats):
        with _clocks() as spent:
            whole = lint(path, variant)
        for rule, seconds in spent.items():
            found.setdefault(rule, []).append(seconds / whole)
    return {rule: median(parts) for rule, parts in found.items()}


_IMPORT = """
import time
import cfnlint.runner, cfnlint.rules, cfnlint.template, cfnlint.schema
import cfnlint.decode, cfnlint.api
start = time.process_time()
import {name}
print(time.process_time() - start)
"""
# The kernel's own figure: what `resource` tells of a new process began in its parent.
_MEMORY = """
import re, sys
from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner
list(Runner(ConfigMixIn(sys.argv[1:])).run())
print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
"""


def _python(code: str, *arguments: str) -> float:
    """The figure that some code prints, its modules compiled, as an installer does."""
    command = [sys.executable, "-X", "pycache_prefix=pycache", "-c", code, *arguments]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    # Nothing but this very Python and the code above.
    run = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=True, env=environment
    )
    return float(run.stdout)


def import_time(repeats: int) -> float:
    """What importing the pack takes beyond cfn-lint, in seconds."""
    code = _IMPORT.format(name=PACK)
    _python(code)
    return median(_python(code) for _ in range(repeats))


def memory(path: Path, rules: str, repeats: int) -> float:
    """The peak of a run's resident memory on Linux, in MB."""
    arguments = ["-c", "I", *(["--append-rules", rules] if rules else [])]
    peaks = [_python(_MEMORY, *arguments, "--", str(path)) for _ in range(repeats)]
    return median(peaks) / 1024


# -- printing ------------------------------------------------------------------


def _percent(times: dict[str, list[float]], variant: str) -> str:
    return f"{100 * (ratio(times, variant) - 1):+7.2f} %" if variant in times else ""


def print_in_git(folder: Path, repeats: int) -> None:
    """What it costs to compare with a template in git.

    On what the run costs without the pack, from the rules' shares in the same run: on
    a busy machine two runs differ by more than the pack costs.
    """
    print(f"{'template in git':<38}{'pack':>11}{BASELINE:>15}")
    for resources, conditions in ((106, 0), (270, 0), (270, 4)):
        path = commit(folder / f"git-{resources}-{conditions}", resources, conditions)
        name = f"{resources} resources"
        if conditions:
            name += f", {conditions} conditions"
        parts = [
            sum(shares(path, repeats, variant).values()) for variant in (PACK, BASELINE)
        ]
        pack, baseline = (f"{100 * part / (1 - part):+.2f} %" for part in parts)
        print(f"{name:<38}{pack:>11}{baseline:>15}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("templates", nargs="*", type=Path)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--sizes", default="10,100,500")
    parser.add_argument("--only-git", action="store_true")
    options = parser.parse_args()
    templates = [path.resolve() for path in options.templates]
    repeats: int = options.repeats
    variants = [PLAIN, PACK]
    if find_spec(NEIGHBOUR.partition(".")[0]):
        variants.append(NEIGHBOUR)
    print(f"cfn-lint {__version__}, {repeats} repeats, CPU time")
    # Elsewhere than in a clone, where the pack's name would mean a folder of rules.
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        if options.only_git:
            print_in_git(Path(folder), repeats)
            return
        cases = {
            f"generated {size}": generated(int(size))
            for size in options.sizes.split(",")
        }
        cases |= {"60 conditions": conditions(60), "30 choices": choices(30)}
        paths = {}
        for name, template in cases.items():
            paths[name] = Path(folder) / f"{name.replace(' ', '-')}.json"
            paths[name].write_text(json.dumps(template, indent=1))
        paths |= {path.name: path for path in templates}
        print(f"{'template':<28}{'plain (s)':>10}{'pack':>11}{'neighbour':>12}")
        extra: dict[str, float] = {}
        for name, path in paths.items():
            times = paired(path, variants, repeats)
            extra[name] = median(
                mine - plain for mine, plain in zip(times[PACK], times[PLAIN])
            )
            print(
                f"{name[:27]:<28}{median(times[PLAIN]):>10.3f}"
                f"{_percent(times, PACK):>11}{_percent(times, NEIGHBOUR):>12}"
            )
        print()
        print_in_git(Path(folder), repeats)
        names = [name for name in paths if name.startswith("generated ")]
        largest = paths[names[-1]]
        parts = shares(largest, repeats)
        print(f"\nshares of {names[-1]} (the first rule reads for all):")
        for rule, part in parts.items():
            print(f"  {rule} {100 * part:6.2f} %")
        print(f"  all   {100 * sum(parts.values()):6.2f} %")
        if len(names) > 1:
            small, large = names[-2:]
            grown = shares(paths[small], repeats)
            print(
                f"\ngrowth from {small} to {large}: {extra[large] / extra[small]:.1f} "
                f"times by difference, shares {100 * sum(grown.values()):.2f} % to "
                f"{100 * sum(parts.values()):.2f} %"
            )
        print(f"\nimport: {1000 * import_time(repeats):.1f} ms")
        plain, mine = (memory(largest, rules, 3) for rules in (PLAIN, PACK))
        print(f"memory: {plain:.1f} MB without, {mine:.1f} MB with the pack")


if __name__ == "__main__":
    main()
