"""CloudFormation's answers to the recipes' questions, given to the real AWS CLI.

The CLI reads its address from ``AWS_ENDPOINT_URL``: it parses its options, signs and
sends what it would send to AWS, and prints what it makes of the answer. Only the
service is stood in for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from tests.serving import serving

_RACE = """
<Changes><member><Type>Resource</Type><ResourceChange>
  <Action>{action}</Action><LogicalResourceId>Orders</LogicalResourceId>
  <PhysicalResourceId>orders-1</PhysicalResourceId>
  <ResourceType>AWS::Lambda::Function</ResourceType>
  <Replacement>False</Replacement><Scope><member>Properties</member></Scope>
  <Details>{details}</Details>
</ResourceChange></member></Changes>
"""
_DETAIL = """
<member><Target><Attribute>Properties</Attribute><Name>{name}</Name>
<RequiresRecreation>Never</RequiresRecreation></Target>
<Evaluation>Static</Evaluation><ChangeSource>DirectModification</ChangeSource></member>
"""


class Cloud:
    """A stack, the change set that waits for it, and what was asked."""

    def __init__(self) -> None:
        self.access: Mapping[str, str] = {}
        self.template = ""
        # Of the stack; None where there is none.
        self.status: str | None = "UPDATE_COMPLETE"
        # What the change set does to the function.
        self.action = "Modify"
        # The properties of the function that the change set changes.
        self.changes: tuple[str, ...] = ()
        # Why there is no change set where nothing changes.
        self.reason = "The submitted information didn't contain changes."
        self.questions: list[Mapping[str, str]] = []

    def asked(self, action: str) -> Mapping[str, str]:
        """What an API was asked for; fails where it was not called."""
        found = [
            question for question in self.questions if question["Action"] == action
        ]
        assert found, [question["Action"] for question in self.questions]
        return found[-1]

    def code(self, question: Mapping[str, str]) -> int:
        """The HTTP status: a stack that does not exist is a bad request."""
        missing = question["Action"] == "DescribeStacks" and self.status is None
        if missing and not self._executed():
            return 400
        return 200

    def _executed(self) -> bool:
        return any(asked["Action"] == "ExecuteChangeSet" for asked in self.questions)

    def answer(self, question: Mapping[str, str]) -> str:
        self.questions.append(question)
        action = question["Action"]
        if self.code(question) == 400:
            return (
                "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>"
                "<Message>Stack with id orders does not exist</Message></Error>"
                "</ErrorResponse>"
            )
        # Executed at once.
        update = self.status == "UPDATE_COMPLETE"
        status = self.status
        if self._executed():
            status = "UPDATE_COMPLETE" if update else "CREATE_COMPLETE"
        body = {
            "GetTemplate": f"<TemplateBody>{escape(self.template)}</TemplateBody>",
            "DescribeChangeSet": self._change_set(),
            "DescribeStacks": (
                "<Stacks><member><StackName>orders</StackName><CreationTime>"
                f"2026-01-01T00:00:00Z</CreationTime><StackStatus>{status}"
                "</StackStatus></member></Stacks>"
            ),
        }.get(action, "")
        return (
            f'<{action}Response xmlns="http://cloudformation.amazonaws.com/doc/'
            f'2010-05-15/"><{action}Result>{body}</{action}Result></{action}Response>'
        )

    def _change_set(self) -> str:
        name = "<ChangeSetName>release</ChangeSetName><StackName>orders</StackName>"
        if not self.changes:
            return (
                f"{name}<Status>FAILED</Status><StatusReason>{self.reason}"
                "</StatusReason><Changes/>"
            )
        details = "".join(_DETAIL.format(name=change) for change in self.changes)
        return (
            f"{name}<Status>CREATE_COMPLETE</Status>"
            "<ExecutionStatus>AVAILABLE</ExecutionStatus>"
            f"{_RACE.format(action=self.action, details=details)}"
        )


@contextmanager
def clouded() -> Iterator[Cloud]:
    """A cloud that answers while the context lasts."""
    cloud = Cloud()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            question = dict(parse_qsl(body))
            answer = cloud.answer(question).encode()
            self.send_response(cloud.code(question))
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(Handler) as address:
        cloud.access = {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-central-1",
        }
        yield cloud
