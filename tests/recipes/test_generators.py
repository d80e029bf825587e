"""SAM, the CDK and the Serverless Framework, as docs/recipes/generators.md tells it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.recipes.conftest import Shell, given
from tests.recipes.pages import FILES, block, blocks, command, commands
from tests.recipes.pages import text as page_text

PAGE = "generators.md"
# The section on the templates that the CDK writes.
WRITTEN = "What `cdk synth` wrote"
# The function, in its state that is deployed and in one that races with it.
CODE = "def handler(event, context):\n    return '{}'\n"

SAM = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python{version}
      Handler: index.handler
      CodeUri: src/
      Environment: {{Variables: {{TABLE: {table}}}}}
      Events:
        Nightly: {{Type: Schedule, Properties: {{Schedule: rate(1 day)}}}}
"""

CDK = """\
const cdk = require('aws-cdk-lib');
const events = require('aws-cdk-lib/aws-events');
const targets = require('aws-cdk-lib/aws-events-targets');
const lambda = require('aws-cdk-lib/aws-lambda');

const app = new cdk.App();
const stack = new cdk.Stack(app, 'Orders');
const orders = new lambda.Function(stack, 'Orders', {
  runtime: lambda.Runtime.NODEJS_22_X,
  handler: 'index.handler',
  code: lambda.Code.fromAsset('src'),
  environment: {TABLE: 'NAME'},
});
new events.Rule(stack, 'Nightly', {
  schedule: events.Schedule.rate(cdk.Duration.days(1)),
  targets: [new targets.LambdaFunction(orders)],
});
"""

SERVERLESS = """\
service: orders
frameworkVersion: "3"
provider:
  name: aws
  runtime: nodejs20.x
  versionFunctions: false
functions:
  orders:
    handler: index.handler
    environment: {{TABLE: {table}}}
    events:
      - schedule: rate(1 day)
"""


def _repository(shell: Shell) -> Shell:
    """A clone of what is deployed, of which the main branch is at a server."""
    project = Shell(shell.folder / "project", shell.environment)
    project.folder.mkdir()
    project.do("git init --quiet && git init --quiet --bare ../origin.git")
    project.do("git remote add origin ../origin.git")
    return project


def _publish(project: Shell) -> None:
    project.commit("deployed")
    project.do("git push --quiet origin main && git fetch --quiet")


def _reported(project: Shell, lines: list[str]) -> str:
    """What the last of some commands says; those before must succeed."""
    *prepare, lint = lines
    for line in prepare:
        project.do(line)
    done = project.run(lint)
    assert "E0000" not in done.stdout, done.stdout
    assert done.returncode in {0, 4}, done.stdout + done.stderr
    return done.stdout


def _comparison(section: str) -> list[str]:
    """The commands of a section, from the one that checks out what is deployed."""
    lines = commands(PAGE, section)
    start = next(i for i, line in enumerate(lines) if line.startswith("git worktree"))
    return lines[start:]


@pytest.fixture
def sam(folder: Shell) -> Shell:
    project = _repository(folder)
    version = _version(project)
    project.write(
        {
            ".gitignore": ".aws-sam/\n",
            "template.yaml": SAM.format(version=version, table="orders"),
            "src/index.py": CODE.format(1),
            "src/requirements.txt": "",
        }
    )
    _publish(project)
    project.write(
        {
            "template.yaml": SAM.format(version=version, table="bookings"),
            "src/index.py": CODE.format(2),
        }
    )
    return project


def _version(shell: Shell) -> str:
    """The Python that sam finds to build for."""
    script = "import sys; print('{}.{}'.format(*sys.version_info))"
    return shell.do(f'python -c "{script}"').strip()


def test_sam_source(sam: Shell) -> None:
    lint, compare = commands(PAGE, "SAM")[:2]
    assert "W9810 " in _reported(sam, [lint])
    said = _reported(sam, [compare])
    assert "W9831 This update changes" in said
    assert "of Orders" in said


def test_sam_source_of_a_function_whose_code_stays(sam: Shell) -> None:
    sam.write({"src/index.py": CODE.format(1)})
    assert "W9831" not in _reported(sam, [commands(PAGE, "SAM")[1]])


def test_sam_builds(sam: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = given("RECIPES_SAM").parent
    path = os.pathsep.join((os.environ["PATH"], str(folder)))
    monkeypatch.setenv("PATH", path)
    # Both builds put the code into a folder of one name, so it counts as unchanged, as
    # the page says; an architecture stands in the template.
    comparison = _comparison("SAM")[:4]
    assert "W9831" not in _reported(sam, comparison)
    text = (sam.folder / "template.yaml").read_text()
    arm64 = "      Architectures: [arm64]\n      Runtime:"
    sam.write({"template.yaml": text.replace("      Runtime:", arm64)})
    said = _reported(sam, comparison[-2:])
    assert "W9831 This update changes Architectures of Orders" in said
    assert ".aws-sam/build/template.yaml:" in said


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The packages of Node.js that the recipes need, and their programs."""
    modules = given("RECIPES_NODE") / "node_modules"
    path = os.pathsep.join((os.environ["PATH"], str(modules / ".bin")))
    monkeypatch.setenv("PATH", path)
    monkeypatch.setenv("NODE_PATH", str(modules))
    return modules


def _in_place(lines: list[str]) -> list[str]:
    """Commands for packages that are installed already, outside the project."""
    return [line.replace("npm ci && ", "") for line in lines]


@pytest.fixture
def cdk(folder: Shell, node: Path) -> Shell:
    package = json.loads((node / "aws-cdk-lib" / "package.json").read_text())
    (oldest,) = re.findall(r"^>= ?(\d+)", package["engines"]["node"])
    (here,) = re.findall(r"^v(\d+)", folder.do("node --version"))
    if int(here) < int(oldest):
        pytest.skip(f"aws-cdk-lib {package['version']} needs Node.js {oldest}")
    project = _repository(folder)
    (folder.folder / "node_modules").symlink_to(node)
    project.write(
        {
            ".gitignore": "cdk.out/\n",
            "cdk.json": json.dumps({"app": "node app.js"}),
            "app.js": CDK.replace("NAME", "orders"),
            "src/index.js": "exports.handler = async () => 1\n",
        }
    )
    _publish(project)
    project.write(
        {
            "app.js": CDK.replace("NAME", "bookings"),
            "src/index.js": "exports.handler = async () => 2\n",
        }
    )
    return project


def test_cdk_lints_what_it_synthesises(cdk: Shell) -> None:
    said = _reported(cdk, commands(PAGE, WRITTEN)[:2])
    assert "W9810 Nightly" in said
    assert "cdk.out/Orders.template.json:" in said
    template = json.loads((cdk.folder / "cdk.out/Orders.template.json").read_text())
    paths = [found.get("Metadata", {}) for found in template["Resources"].values()]
    assert {"aws:cdk:path": "Orders/Nightly/Resource"} in paths


def test_cdk_compares_two_branches(cdk: Shell) -> None:
    said = _reported(cdk, _in_place(_comparison(WRITTEN)))
    assert "W9831 This update changes Code of Orders" in said
    assert "Environment" in said


def test_cdk_code_alone_is_no_race(cdk: Shell) -> None:
    cdk.write({"app.js": CDK.replace("NAME", "orders")})
    assert "W9831" not in _reported(cdk, _in_place(_comparison(WRITTEN)))


def _plugged(cdk: Shell, *, silenced: str = "") -> None:
    """Let the app use the plugin as the page tells it, with another baseline."""
    use = next(text for text in blocks(PAGE, "javascript") if "addPlugins" in text)
    options = "{baseline: process.env.BASELINE, fail: !process.env.PASS}"
    use = use.replace("{baseline: '../deployed/cdk.out'}", options)
    app = CDK.replace("'NAME'", "process.env.TABLE").replace(
        "new events", "rule = new events"
    )
    cdk.write(
        {
            "cdk-lambda-race.js": FILES / "cdk-lambda-race.js",
            "app.js": f"let rule;\n{app}\n{silenced}\n{use}",
        }
    )


def _synthesised(
    cdk: Shell, code: int, baseline: str = "", *, lenient: bool = False
) -> str:
    variables = {"TABLE": "bookings" if baseline else "orders", "BASELINE": baseline}
    if lenient:
        variables["PASS"] = "yes"
    done = cdk.run("npx cdk synth --quiet", variables=variables)
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    return said


def _line(cdk: Shell, app: str, text: str) -> str:
    """Where the app has a text, as the CDK prints it."""
    lines = (cdk.folder / app).read_text().splitlines()
    (number,) = [i for i, line in enumerate(lines, 1) if text in line]
    return f"{app}:{number}"


def test_cdk_reports_at_synth(cdk: Shell) -> None:
    _plugged(cdk)
    cdk.write({"src/index.js": "exports.handler = async () => 1\n"})
    said = _synthesised(cdk, 1)
    assert "Orders/Nightly/Resource" in said
    assert "Acknowledge with 'cfn-lint-lambda-race::W9810'" in said
    assert _line(cdk, "app.js", "new events.Rule") in said
    assert "W9831" not in said
    assert "W9810" in _synthesised(cdk, 0, lenient=True)
    # Against an earlier `cdk.out`.
    cdk.do("cp -r cdk.out ../earlier")
    cdk.write({"src/index.js": "exports.handler = async () => 2\n"})
    said = _synthesised(cdk, 1, baseline="../earlier")
    assert "This update changes Code of" in said
    assert "Acknowledge with 'cfn-lint-lambda-race::W9831'" in said
    assert _line(cdk, "app.js", "new lambda.Function") in said


def test_cdk_says_that_cfn_lint_cannot_be_run(cdk: Shell) -> None:
    _plugged(cdk)
    app = (cdk.folder / "app.js").read_text()
    assert "{baseline:" in app
    cdk.write({"app.js": app.replace("{baseline:", "{cfnLint: 'nowhere', baseline:")})
    said = _synthesised(cdk, 1)
    assert "cfn-lint cannot be run: spawnSync nowhere ENOENT" in said
    _synthesised(cdk, 0, lenient=True)


def test_cdk_reports_stacks_in_stages(cdk: Shell) -> None:
    _plugged(cdk)
    app = (cdk.folder / "app.js").read_text()
    stage = "new cdk.Stack(new cdk.Stage(app, 'Prod')"
    assert "new cdk.Stack(app" in app
    cdk.write({"app.js": app.replace("new cdk.Stack(app", stage)})
    (select,) = re.findall("`(cdk synth '.*?')`", page_text(PAGE))
    variables = {"TABLE": "orders", "BASELINE": ""}
    done = cdk.run(f"npx {select} --quiet", variables=variables)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Prod/Orders/Nightly/Resource" in said


def test_cdk_finding_is_silenced(cdk: Shell) -> None:
    ways = [text for text in blocks(PAGE, "javascript") if "addPlugins" not in text]
    assert len(ways) == 2
    for way in ways:
        _plugged(cdk, silenced=way)
        assert "W9810" not in _synthesised(cdk, 0)


def test_cdk_own_validator_mistakes_a_subscription_to_an_alias(cdk: Shell) -> None:
    subscribe = (
        "const sns = require('aws-cdk-lib/aws-sns');\n"
        "const subscriptions = require('aws-cdk-lib/aws-sns-subscriptions');\n"
        "new sns.Topic(stack, 'Topic').addSubscription("
        "new subscriptions.LambdaSubscription(orders.addAlias('live')));\n"
    )
    _plugged(cdk, silenced=subscribe)
    said = _synthesised(cdk, 0, lenient=True)
    assert "CloudFormation-Validate::W3694" in said
    assert said.count("cfn-lint-lambda-race::W9810") == 1  # Nightly alone


CDK_PYTHON = """\
import os

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda
{use[0]}
app = cdk.App()
stack = cdk.Stack(app, "Orders")
orders = aws_lambda.Function(
    stack,
    "Orders",
    runtime=aws_lambda.Runtime.PYTHON_3_13,
    handler="index.handler",
    code=aws_lambda.Code.from_inline(os.environ["CODE"]),
    environment={{"TABLE": os.environ["CODE"]}},
)
events.Rule(
    stack,
    "Nightly",
    schedule=events.Schedule.rate(cdk.Duration.days(1)),
    targets=[targets.LambdaFunction(orders)],
)
{use[1]}
app.synth()
"""


def test_cdk_in_python_reports_at_synth(folder: Shell, node: Path) -> None:
    python = given("RECIPES_CDK")
    use = block(PAGE, 'python title="cdk"').split("\n\n")
    lenient = use[1].replace('cdk.out"', 'cdk.out", fail=False')
    for name, last in (("app.py", use[1]), ("lenient.py", lenient)):
        folder.write({f"project/{name}": CDK_PYTHON.format(use=(use[0], last))})
    folder.write({"project/cdk_lambda_race.py": FILES / "cdk_lambda_race.py"})
    project = Shell(folder.folder / "project", folder.environment)
    quiet = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1"}
    synth = f"{node / '.bin' / 'cdk'} synth --quiet --app '{python} "
    # What is deployed was synthesised without the plugin.
    deployed = (project.folder / "app.py").read_text().replace(use[1], "")
    project.write({"deployed.py": deployed})
    project.do(
        f"{synth}deployed.py' --output ../deployed/cdk.out",
        variables={**quiet, "CODE": "one"},
    )
    done = project.run(f"{synth}app.py'", variables={**quiet, "CODE": "two"})
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Acknowledge with 'cfn-lint-lambda-race::W9831'" in said
    assert "Orders/Orders/Resource" in said
    assert "Orders/Nightly/Resource" in said
    assert _line(project, "app.py", "aws_lambda.Function(") in said
    assert _line(project, "app.py", "events.Rule(") in said
    project.do(f"{synth}lenient.py'", variables={**quiet, "CODE": "two"})
    absent = (
        (project.folder / "app.py")
        .read_text()
        .replace("LambdaRaces(baseline", "LambdaRaces(cfn_lint='nowhere', baseline")
    )
    project.write({"absent.py": absent})
    done = project.run(f"{synth}absent.py'", variables={**quiet, "CODE": "two"})
    assert done.returncode == 1
    assert "cfn-lint cannot be run: " in done.stdout + done.stderr


@pytest.fixture
def serverless(folder: Shell, node: Path) -> Shell:
    del node
    project = _repository(folder)
    project.write(
        {
            ".gitignore": ".serverless/\n",
            "serverless.yml": SERVERLESS.format(table="orders"),
            "index.js": "exports.handler = async () => 1\n",
        }
    )
    _publish(project)
    project.write({"serverless.yml": SERVERLESS.format(table="bookings")})
    return project


def test_serverless_lints_what_it_packages(serverless: Shell) -> None:
    said = _reported(serverless, commands(PAGE, "Serverless Framework")[:2])
    assert "W9810 " in said
    assert "OrdersLambdaFunction" in said


def test_serverless_compares_two_packages(serverless: Shell) -> None:
    lines = _in_place(_comparison("Serverless Framework"))
    said = _reported(serverless, lines)
    assert "W9831 This update changes Code of OrdersLambdaFunction" in said
    assert "Environment" in said


# An event of each kind, and whether the plugin lets it invoke the alias.
EVENTS = """
      - schedule: rate(1 day)
      - http: {path: /, method: get}
      - httpApi: "GET /x"
      - websocket: $connect
      - sns: topic
      - sqs: arn:aws:sqs:eu-central-1:123456789012:queue
      - stream: arn:aws:kinesis:eu-central-1:123456789012:stream/stream
      - s3: bucket
      - eventBridge: {pattern: {source: [orders]}}
      - cloudwatchEvent: {event: {source: [aws.ec2]}}
      - cloudwatchLog: /orders
      - iot: {sql: "SELECT * FROM 'topic'"}
      - alb:
          listenerArn: !Ref Listener
          priority: 1
          conditions: {path: /}
      - cognitoUserPool: {pool: Pool, trigger: PreSignUp}
"""


# Beside the packages of Node.js: both call their program `serverless`.
OSLS = "../osls/node_modules/.bin/osls"


@pytest.mark.parametrize("program", [".bin/serverless", OSLS])
def test_serverless_plugin_moves_all_but_two_kinds_of_events(
    serverless: Shell, node: Path, program: str
) -> None:
    if not (node / program).exists():
        pytest.skip(f"{program} is not installed")
    (serverless.folder / "node_modules").symlink_to(node)
    (example,) = [
        text for text in blocks(PAGE, 'yaml title="serverless.yml"') if "canary" in text
    ]
    head = "service: orders\nprovider: {name: aws, runtime: nodejs20.x}\n"
    serverless.write({"serverless.yml": f"{head}{example}    events:{EVENTS}"})
    serverless.do(f"{node / program} package")
    done = serverless.run(commands(PAGE, "Serverless Framework")[1])
    found = [line for line in done.stdout.splitlines() if line.startswith("W98")]
    for kind in ("Alb", "Cognito"):
        rules = {line[:5] for line in found if kind in line}
        assert rules == {"W9810", "W9812"}
    assert all("Alb" in line or "Cognito" in line for line in found)


def test_sam_validate_lints_with_the_pack(
    sam: Shell, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = given("RECIPES_SAM")
    pip = program.parent / "pip"
    sam.do(f"{pip} install --quiet --force-reinstall --no-deps {wheel}")
    monkeypatch.setenv(
        "PATH", os.pathsep.join((str(program.parent), os.environ["PATH"]))
    )
    settings = "append_rules: [cfn_lint_lambda_race]\n"
    baseline = "configure_rules: {W9831: {baseline_%s: %s}}\n"
    region = {"AWS_DEFAULT_REGION": "eu-central-1"}
    lint = command(PAGE, "sam validate", "SAM")
    sam.write({".cfnlintrc": settings})
    done = sam.run(lint, variables=region)
    assert done.returncode == 1
    assert "W9810" in done.stdout
    sam.do("git show origin/main:template.yaml > deployed.yaml")
    text = (sam.folder / "template.yaml").read_text()
    sam.write(
        {
            "template.yaml": text.replace(
                "Runtime: ", "Architectures: [arm64]\n      Runtime: "
            )
        }
    )
    sam.write({".cfnlintrc": settings + baseline % ("path", "deployed.yaml")})
    assert "W9831: An update changes" in sam.run(lint, variables=region).stdout
    sam.write({".cfnlintrc": settings + baseline % ("ref", "origin/main")})
    assert (
        "baseline_ref origin/main cannot be used"
        in sam.run(lint, variables=region).stdout
    )
