"""Lint the story with the real cfn-lint command, and check what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

STORY = Path("templates/story")
EXPECTED = {"race": ["W9831", "W9810"], "alias": []}


def main() -> int:
    is_as_expected = True
    for name, rules in EXPECTED.items():
        command = [
            "cfn-lint",
            *("--append-rules", "cfn_lint_lambda_race"),
            *("-x", f"W9831:baseline_path={STORY / name}.before.yaml"),
            *("--", f"{STORY / name}.yaml"),
        ]
        print("$", *command, flush=True)
        program = Path(sys.executable).with_name(command[0])
        run = subprocess.run([program, *command[1:]], capture_output=True, text=True)
        print(run.stdout or "(no findings)\n", run.stderr, sep="")
        found = [
            line.split()[0] for line in run.stdout.splitlines() if line[:2] == "W9"
        ]
        is_as_expected = is_as_expected and found == rules
    print("as expected" if is_as_expected else "NOT as expected")
    return 0 if is_as_expected else 1


if __name__ == "__main__":
    sys.exit(main())
