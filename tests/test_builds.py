"""Which files are code: by what `sam build` makes of them, or takes without a build."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from cfn_lint_lambda_race.update import update_of
from cfn_lint_lambda_race.update._git import (
    Entry,
    GitError,
    TooLongError,
    Tracked,
)
from cfn_lint_lambda_race.update._local_code import TEXT_LIMIT
from tests.building import Template_, resource, sam
from tests.built import (
    BUNDLE,
    PACKAGE,
    Files,
    built_with,
    from_source,
    judged,
)
from tests.repositories import Remembered, Work, _neutral  # noqa: F401
from tests.updates import configured

# Writes folders of code.
pytestmark = pytest.mark.slow

# -- other builds ------------------------------------------------------------------

GO = {
    "src/main.go": "package main",
    "src/go.mod": "module x",
    "src/lib/lib.go": "package lib",
}
RUST = {"src/Cargo.toml": "[package]", "src/src/main.rs": "fn main() {}"}
JAVA = {"src/pom.xml": "<project/>", "src/src/main/java/App.java": "class App {}"}
DOTNET = {"src/Fn.csproj": "<Project/>", "src/Fn.cs": "class Fn {}"}
MAKE = {"src/Makefile": "build-Orders:\n\tcp app.py $(ARTIFACTS_DIR)"}
NPM = {"src/package.json": "{}", "src/app.js": "run()", "src/lib/b.js": "run()"}


def _image(**metadata: str) -> Template_:
    kept = {"CodeUri": None, "Handler": None, "Runtime": None, "PackageType": "Image"}
    return from_source({"DockerContext": ".", **metadata}, **kept)


@pytest.mark.parametrize(
    ("template", "files", "name", "is_code"),
    [
        (built_with("go1.x"), GO, "src/main.go", True),
        (built_with("go1.x"), GO, "src/main_test.go", False),
        (built_with("go1.x"), GO, "src/lib/lib.go", None),
        (built_with("go1.x"), GO, "src/go.sum", None),
        (built_with("go1.x"), GO, "src/README.md", False),
        (built_with("go1.x"), GO, "README.md", False),
        (built_with("go1.x"), {"go.mod": "", "src/main.go": ""}, "lib/a.go", None),
        (built_with("go1.x"), {"go.mod": "", "src/main.go": ""}, "README.md", False),
        (built_with("rust-cargolambda"), RUST, "src/src/lib.rs", True),
        (built_with("rust-cargolambda"), RUST, "src/Cargo.lock", None),
        (built_with("rust-cargolambda"), RUST, "src/tests/all.rs", False),
        (built_with("rust-cargolambda"), RUST, "src/README.md", False),
        (from_source(Runtime="java21"), JAVA, "src/src/main/java/B.java", True),
        (from_source(Runtime="java21"), JAVA, "src/src/main/resources/a.txt", True),
        (from_source(Runtime="java21"), JAVA, "src/src/test/java/T.java", False),
        (from_source(Runtime="java21"), JAVA, "src/src/testFixtures/A.java", False),
        (from_source(Runtime="java21"), JAVA, "src/pom.xml", None),
        (from_source(Runtime="java21"), JAVA, "src/README.md", False),
        (from_source(Runtime="dotnet8"), DOTNET, "src/Fn.cs", True),
        (from_source(Runtime="dotnet8"), DOTNET, "src/Fn.csproj", None),
        (from_source(Runtime="dotnet8"), DOTNET, "src/Fn.Tests/A.cs", False),
        (from_source(Runtime="dotnet8"), DOTNET, "src/Readme.md", False),
        (built_with("makefile"), MAKE, "src/app.py", True),
        (built_with("makefile"), MAKE, "src/Makefile", None),
        (built_with("makefile"), MAKE, "src/README.md", None),
        (built_with("makefile"), MAKE, "README.md", False),
        (built_with("makefile", CodeUri="."), MAKE, "src/app.py", None),
        (
            from_source(Runtime="java21", CodeUri="."),
            {"pom.xml": "", "src/main/java/App.java": ""},
            "src/main/java/App.java",
            True,
        ),
        (
            from_source(Runtime="java21", CodeUri=None),
            {"build.gradle": "", "src/main/java/App.java": ""},
            "src/main/java/App.java",
            True,
        ),
        (from_source(Runtime="dotnet8", CodeUri="."), {"Fn.csproj": ""}, "A.cs", None),
        (
            from_source(Runtime="dotnet8"),
            {"src/Fn/Fn.csproj": "", "src/Lib/Lib.csproj": "", "src/all.sln": ""},
            "src/Lib/A.cs",
            None,
        ),
        (
            built_with("go1.x", CodeUri="."),
            {"go.mod": "", "main.go": "", "cmd/b/main.go": ""},
            "main.go",
            True,
        ),
        (
            built_with("go1.x", CodeUri="."),
            {"go.mod": "", "main.go": "", "cmd/b/main.go": ""},
            "cmd/b/main.go",
            None,
        ),
        # Nothing is built where nothing says what, or where it is not to be.
        (from_source(Runtime="java21"), {"src/App.class": ""}, "src/README.md", True),
        (
            built_with("esbuild", metadata={"SkipBuild": True}),
            BUNDLE,
            "src/README.md",
            True,
        ),
        (from_source(Runtime="nodejs22.x"), NPM, "src/app.js", True),
        (from_source(Runtime="nodejs22.x"), NPM, "src/README.md", True),
        (from_source(Runtime="nodejs22.x"), NPM, "src/package.json", True),
        (from_source(Runtime="nodejs22.x"), NPM, "src/package-lock.json", None),
        (from_source(Runtime="nodejs22.x"), NPM, "README.md", False),
        (
            from_source(Runtime="nodejs22.x"),
            {**NPM, "src/.npmignore": "tests/*\n"},
            "src/tests/unit/app.test.js",
            None,
        ),
        (
            from_source(Runtime="nodejs22.x"),
            {**NPM, "src/package.json": '{"files": ["app.js", "lib/"]}'},
            "src/lib/b.js",
            True,
        ),
        (
            from_source(Runtime="nodejs22.x"),
            {**NPM, "src/package.json": '{"files": ["app.js", "lib/"]}'},
            "src/jest.config.js",
            None,
        ),
        (
            from_source(Runtime="nodejs22.x"),
            {"src/app.js": ""},
            "src/node_modules/a.js",
            True,
        ),
        *(
            (
                from_source(Runtime="nodejs22.x"),
                {**NPM, "src/.npmignore": "\n# The rest.\n#a.js\n!b.js\nsnaps\n"},
                name,
                is_code,
            )
            for name, is_code in [
                ("src/app.js", True),
                ("src/#a.js", True),
                ("src/!b.js", True),
                ("src/lib/snaps/b.js", None),
            ]
        ),
        # A file that a build has packed already.
        *(
            (template, {"src/a.zip": ""}, name, is_code)
            for template in (
                from_source(CodeUri="src/a.zip", Handler="lib/app.handler"),
                built_with("makefile", CodeUri="src/a.zip"),
            )
            for name, is_code in [("src/a.zip", True), ("src/b.zip", False)]
        ),
        # What is not built is packaged as it is.
        (from_source(), {"src/app.py": ""}, "src/requirements.txt", True),
        (from_source(), {"src/app.py": ""}, "src/README.md", True),
        (from_source(), {"src/app.py": ""}, "src/tests/test_app.py", True),
        (from_source(), {"src/app.py": ""}, "README.md", False),
        (from_source(CodeUri="."), {"app.py": ""}, "README.md", True),
        (from_source(CodeUri="."), {"app.py": ""}, ".github/workflows/ci.yml", True),
        (from_source(CodeUri="."), {"app.py": ""}, "other.yaml", True),
        (from_source(Runtime="ruby3.3"), {"src/a.rb": ""}, "src/Gemfile.lock", True),
    ],
)
def test_what_a_build_takes(
    template: Template_, files: Files, name: str, is_code: bool | None, tmp_path: Path
) -> None:
    assert judged(tmp_path, template, files, {name: "changed"}) is is_code


@pytest.mark.parametrize(
    ("template", "files", "is_code"),
    [
        (from_source(CodeUri="."), {"app.py": ""}, None),
        (from_source(CodeUri=None), {"app.py": ""}, None),
        (from_source(CodeUri=".", Runtime="nodejs22.x"), {"package.json": "{}"}, None),
        (built_with("makefile", CodeUri="."), {"Makefile": ""}, None),
        (from_source(CodeUri=".", Runtime="java21"), {"pom.xml": ""}, False),
        (from_source(CodeUri=".", Runtime="dotnet8"), {"Fn.csproj": ""}, False),
    ],
)
def test_the_template_may_be_packaged_too(
    template: Template_, files: Files, is_code: bool | None, tmp_path: Path
) -> None:
    """It is no code, but the package has another hash, and SAM publishes."""
    assert judged(tmp_path, template, files, {}) is is_code


@pytest.mark.parametrize(
    ("recipe", "name", "is_code"),
    [
        ("cp app.py $(ARTIFACTS_DIR)", "app.py", True),
        ("cp app.py $(ARTIFACTS_DIR)", "other.py", None),
        ("cp app.py .", "other.py", None),
        ("cp *.py $(ARTIFACTS_DIR)", "other.py", True),
        ("cp *.py $(ARTIFACTS_DIR)", "lib/other.py", None),
        ("cp *.ps1 $(ARTIFACTS_DIR)", "app.ps1", True),
        ("cp -r lib $(ARTIFACTS_DIR)", "lib/other.py", True),
        ("cp -r . $(ARTIFACTS_DIR)", "lib/other.py", True),
        ("cp -R ./* $(ARTIFACTS_DIR)/", "lib/other.py", True),
        ("rsync -a --exclude x ./ $(ARTIFACTS_DIR)", "lib/other.py", True),
        ("GOOS=linux go build -o $(ARTIFACTS_DIR)/bootstrap", "main.go", True),
        ("go build -o bootstrap ./cmd/orders", "main.go", None),
        ("go build -o $(ARTIFACTS_DIR)/bootstrap", "tool.py", None),
        ("go build -o $(ARTIFACTS_DIR)/bootstrap", "lib/lib.go", None),
        ("go build -o $(ARTIFACTS_DIR)/bootstrap", "lib/tool.py", None),
        ("cp app.py data.json $(ARTIFACTS_DIR)", "data.json", None),
        ("cp app.py app_test.py $(ARTIFACTS_DIR)", "app_test.py", None),
        ("cargo lambda build --release", "src/main.rs", True),
        ("cargo lambda build --release", "src/bin/other.rs", None),
        ("cargo lambda build --release", "other.rs", None),
        ("cargo lambda build --release", "src/other.py", None),
        ("npm run build", "app.ts", None),
        ("cp $(SOURCES) $(ARTIFACTS_DIR)", "app.py", None),
    ],
)
def test_a_makefile_takes_what_it_names(
    recipe: str, name: str, is_code: bool | None, tmp_path: Path
) -> None:
    files = {"src/Makefile": f"build-Orders:\n\t{recipe}\n"}
    change = {f"src/{name}": "changed"}
    assert judged(tmp_path, built_with("makefile"), files, change) is is_code


@pytest.mark.parametrize(
    ("runtime", "files", "is_code"),
    [
        ("python3.13", {"src/requirements.txt": "boto3==1.40\n../shared\n"}, None),
        ("python3.13", {"src/requirements.txt": "-e ../shared\n"}, None),
        ("python3.13", {"src/requirements.txt": "-r ../common.txt\n"}, None),
        ("python3.13", {"src/requirements.txt": "boto3==1.40\n"}, False),
        ("ruby3.3", {"src/Gemfile": "gem 'shared', path: '../shared'\n"}, None),
        ("ruby3.3", {"src/Gemfile": "gem 'aws-sdk-s3'\n"}, False),
        ("nodejs22.x", {"src/package.json": PACKAGE}, None),
        ("nodejs22.x", {"src/package.json": '{"files": ["a"]}'}, False),
        (
            "nodejs22.x",
            {"src/package.json": '{"dependencies": {"a": "workspace:*"}}'},
            None,
        ),
    ],
)
def test_dependencies_that_lie_elsewhere_are_unknown(
    runtime: str, files: Files, is_code: bool | None, tmp_path: Path
) -> None:
    template = from_source(Runtime=runtime)
    change = {"shared/a": "changed"}
    assert judged(tmp_path, template, files, change) is is_code


def test_settings_in_another_order_are_the_same(tmp_path: Path) -> None:
    before, after = (
        built_with("makefile", metadata={"BuildProperties": dict(pairs)})
        for pairs in ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)])
    )
    assert judged(tmp_path, after, MAKE, {}, before) is False


@pytest.mark.parametrize(
    ("method", "files", "is_code"),
    [
        ("makefile", {"src/Makefile": "\tcp -r ../common $(ARTIFACTS_DIR)"}, None),
        ("makefile", {"src/Makefile": "\tcp -r common $(ARTIFACTS_DIR)"}, False),
        # Too large to read.
        ("makefile", {"src/Makefile": " " * (TEXT_LIMIT + 1)}, None),
        ("go1.x", GO, False),
        ("go1.x", {**GO, "src/go.mod": "replace x => ../common"}, None),
        # Other files than those that say what to build.
        ("go1.x", {**GO, "src/all.go": "func all(a ...string)"}, False),
        ("go1.x", {**GO, "src/lib/go.mod": "replace x => ../x"}, False),
    ],
)
def test_a_build_that_names_other_folders(
    method: str, files: Files, is_code: bool | None, tmp_path: Path
) -> None:
    change = {"common/a.py": "changed"}
    assert judged(tmp_path, built_with(method), files, change) is is_code


@pytest.mark.parametrize(
    ("metadata", "is_code"),
    [
        ({"WorkingDirectory": "."}, None),
        ({"ContextPath": "."}, None),
        ({"BuildProperties": {"a": "b"}}, False),
    ],
)
def test_a_build_in_another_folder(
    metadata: Template_, is_code: bool | None, tmp_path: Path
) -> None:
    template = built_with("makefile", metadata=metadata)
    change = {"common/a.py": "changed"}
    assert judged(tmp_path, template, MAKE, change) is is_code


def test_a_build_that_reads_above_the_template(tmp_path: Path) -> None:
    template = built_with("makefile")
    files = {"app/src/Makefile": "\tcp -r ../../common $(ARTIFACTS_DIR)"}
    change = {"common/a.py": "changed"}
    name = "app/template.json"
    assert judged(tmp_path, template, files, change, name=name) is None


def test_a_repository_that_is_too_large_to_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the code of a larger build rests on is unknown there."""
    files = {"go.mod": "module x", "src/main.go": "package main"}
    change = {"README.md": "changed"}
    listed = Remembered.files

    def refuse(
        self: Remembered, names: Sequence[str]
    ) -> tuple[dict[str, Tracked], set[str]]:
        if not names:
            raise TooLongError("all files")
        return listed(self, names)

    monkeypatch.setattr(Remembered, "files", refuse)
    assert judged(tmp_path, built_with("go1.x"), files, change) is None


def test_where_git_fails_the_code_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Remembered.entries

    def fail(
        self: Remembered, commit: str, names: Sequence[str], *, below: bool = False
    ) -> dict[str, Entry]:
        if below:
            raise GitError("git ls-tree failed")
        return listed(self, commit, names)

    monkeypatch.setattr(Remembered, "entries", fail)
    problem = "src cannot be compared: git ls-tree failed"
    files = {"src/app.py": "one"}
    assert judged(tmp_path, from_source(), files, {}, problem=problem) is None


@pytest.mark.parametrize(
    ("runtime", "is_code"), [("nodejs22.x", None), ("python3.12", False)]
)
def test_the_same_files_may_be_made_otherwise(
    runtime: str, is_code: bool | None, tmp_path: Path
) -> None:
    before, after = (from_source(Runtime=name) for name in (runtime, "python3.13"))
    assert judged(tmp_path, after, {"src/app.js": "run()"}, {}, before) is is_code


@pytest.mark.parametrize(
    ("template", "files"),
    [
        (built_with("go1.x"), GO),
        (_image(DockerContext="src"), {"src/a.py": ""}),
        (_image(DockerContext="src"), {"src/Dockerfile": "FROM x\nCOPY a.py .\n"}),
    ],
)
def test_a_file_that_cannot_be_compared(
    template: Template_, files: Files, tmp_path: Path
) -> None:
    files = {**files, "src/b.txt": "one", "README.md": "one"}
    for name, expected in [("src/b.txt", None), ("README.md", False)]:
        (tmp_path / name).mkdir(parents=True)
        code = judged(tmp_path / name, template, files, {name: "two"}, encoded=[name])
        assert code is expected, name


def test_code_that_several_functions_share(tmp_path: Path) -> None:
    """A build of several programs takes for each of them what it names."""
    other = resource(
        "Serverless::Function",
        CodeUri="src",
        Handler="b",
        Role="arn:aws:iam::123456789012:role/orders",
        Runtime="provided.al2023",
    )
    other["Metadata"] = {"BuildMethod": "rust-cargolambda"}
    template = built_with("rust-cargolambda")
    template["Resources"]["Other"] = other
    change = {"src/src/main.rs": "changed"}
    assert judged(tmp_path, template, RUST, change) is None


ROOT_JAVA = {"pom.xml": "<project/>", "src/main/java/App.java": "class App {}"}
ROOT_GO = {"main.go": "package main", "go.mod": "module x"}
ROOT_DOTNET = {"Fn.csproj": "<Project/>", "Fn.cs": "class Fn {}"}


@pytest.mark.parametrize(
    ("runtime", "path", "files", "name", "is_code"),
    [
        ("java21", "src", JAVA, "src/src/main/java/App.java", True),
        ("java21", "src", JAVA, "src/src/test/java/T.java", False),
        ("java21", ".", ROOT_JAVA, "src/main/java/App.java", True),
        ("java21", ".", ROOT_JAVA, "tools/src/main/java/App.java", None),
        ("go1.x", "src", GO, "src/main.go", True),
        ("go1.x", ".", ROOT_GO, "main.go", True),
        ("go1.x", ".", ROOT_GO, "tools/main.go", None),
        ("dotnet8", "src", DOTNET, "src/Fn.cs", True),
        ("dotnet8", ".", ROOT_DOTNET, "Fn.cs", None),
    ],
)
def test_one_program_for_several_functions(
    runtime: str, path: str, files: Files, name: str, is_code: bool, tmp_path: Path
) -> None:
    template = from_source(Runtime=runtime, CodeUri=path)
    own = template["Resources"]["Orders"]["Properties"]
    for one in ("Other", "Another"):
        template["Resources"][one] = resource(
            "Serverless::Function", **{**own, "Handler": one}
        )
    assert judged(tmp_path / "of-all", template, files, {name: "new"}) is is_code
    # A program below the folder has files of its own there.
    template["Resources"]["Other"]["Properties"]["CodeUri"] = f"{path}/other"
    below = judged(tmp_path / "below", template, files, {name: "new"})
    assert below is (False if is_code is False else None)


def test_several_programs_of_one_project(tmp_path: Path) -> None:
    """Each is built in another way, so nobody knows of which a file is a part."""
    template = from_source(Runtime="java21")
    other = json.loads(json.dumps(template["Resources"]["Orders"]))
    other["Metadata"] = {"BuildProperties": {"Profile": "other"}}
    template["Resources"]["Other"] = other
    change = {"src/src/main/java/App.java": "changed"}
    assert judged(tmp_path, template, JAVA, change) is None


@pytest.mark.parametrize("handler", ["dist/app.handler", "build/src/app.handler"])
def test_a_handler_that_a_build_makes_is_unknown(handler: str, tmp_path: Path) -> None:
    for number, (runtime, files) in enumerate(
        [("nodejs22.x", NPM), ("python3.13", {"src/app.py": ""})]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        template = from_source(Handler=handler, Runtime=runtime)
        assert judged(folder, template, files, {}) is None


@pytest.mark.parametrize(
    "handler",
    ["lib/b.handler", "node_modules/x/y.handler", "/opt/nodejs/a.handler", "a.b"],
)
def test_a_handler_that_is_there_or_in_a_layer(handler: str, tmp_path: Path) -> None:
    template = from_source(Handler=handler, Runtime="nodejs22.x")
    assert judged(tmp_path, template, NPM, {}) is False


# -- images ------------------------------------------------------------------------


DOCKERFILE = """\
FROM public.ecr.aws/lambda/python:3.13
COPY requirements.txt ./
COPY --chown=1:1 src \\
  lib/*.py ./
COPY ["conf/a.json", "./"]
"""
STAGES = """\
FROM node:22 AS build
COPY . .
RUN npm run build
FROM public.ecr.aws/lambda/nodejs:22
COPY --from=build /dist ./
"""


@pytest.mark.parametrize(
    ("dockerfile", "name", "is_code"),
    [
        (DOCKERFILE, "requirements.txt", True),
        (DOCKERFILE, "src/deep/app.py", True),
        (DOCKERFILE, "lib/a.py", True),
        (DOCKERFILE, "conf/a.json", True),
        (DOCKERFILE, "conf/b.json", False),
        (DOCKERFILE, "README.md", False),
        (DOCKERFILE, "Dockerfile", True),
        ("FROM x\nCOPY . .\n", "README.md", True),
        ("FROM x\nCOPY . .\n", "out/a.py", None),
        ("FROM x\nCOPY $SOURCE .\n", "src/app.py", None),
        ("FROM x\nCOPY src .\n", "out/a.py", False),
        ("FROM x\nCOPY out .\n", "out/a.py", None),
        ("FROM x\n\nADD a.py .\n", "a.py", True),
        ("FROM x\n\nADD a.py .\n", "b.py", False),
        ('FROM x\nCOPY --link ["conf/a.json", "./"]\n', "conf/a.json", True),
        ("FROM x\nCOPY\n", "a.py", False),
        ("FROM x\nCOPY <<EOF /app/a.py\nrun()\nEOF\n", "b.py", None),
        ("FROM x\nRUN rm b.py c.py\nCOPY a.py .\n", "b.py", False),
        ("FROM x\n# RUN --mount=type=bind cp b.py .\n", "b.py", False),
        ("FROM x\nRUN --mount=type=bind cp b.py .\n", "b.py", None),
        ("FROM y\nCOPY a .\nFROM x\nCOPY --from=0 b c\n", "b/a.py", False),
        (STAGES, "src/app.ts", True),
        (STAGES, "README.md", None),
    ],
)
def test_an_image_is_what_its_dockerfile_copies(
    dockerfile: str, name: str, is_code: bool | None, tmp_path: Path
) -> None:
    files = {"Dockerfile": dockerfile, ".dockerignore": "out\n"}
    assert judged(tmp_path, _image(), files, {name: "FROM y\n"}) is is_code


@pytest.mark.parametrize(
    ("copied", "is_code"), [(". .", None), ("template* .", None), ("*.py .", False)]
)
def test_the_template_may_be_in_the_image_too(
    copied: str, is_code: bool | None, tmp_path: Path
) -> None:
    files = {"Dockerfile": f"FROM x\nCOPY {copied}\n", "app.py": ""}
    assert judged(tmp_path, _image(), files, {}) is is_code


def test_a_dockerfile_of_another_name(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM x\nCOPY . .\n", "a.docker": "FROM x\nCOPY a.py .\n"}
    template = _image(Dockerfile="a.docker")
    assert judged(tmp_path, template, files, {"b.py": "changed"}) is False


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
@pytest.mark.usefixtures("_neutral")
def test_the_files_of_an_image_publish_where_they_differ(tmp_path: Path) -> None:
    work = Work(tmp_path / "work")
    template = sam(
        {
            "AutoPublishAlias": "live",
            "CodeUri": None,
            "Handler": None,
            "Runtime": None,
            "PackageType": "Image",
        }
    )
    template["Resources"]["Orders"]["Metadata"] = {"DockerContext": "src"}
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    work.write({"template.json": json.dumps(template), "src/app.py": "one\n"})
    work.git("add", "--all")
    work.git(*identity, "commit", "-q", "-m", "a commit")
    work.write({"src/app.py": "two\n"})
    cfn = configured(work.root / "template.json", baseline_ref="HEAD")
    assert update_of(cfn).problem == ""
    assert update_of(cfn).unpublished == ()
