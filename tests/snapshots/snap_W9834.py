# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[W9834/right-authorizer.yaml] W9834/right-authorizer.yaml'] = [
]

snapshots['test_findings[W9834/right-rest.yaml] W9834/right-rest.yaml'] = [
]

snapshots['test_findings[W9834/right-sam.yaml] W9834/right-sam.yaml'] = [
]

snapshots['test_findings[W9834/right.yaml] W9834/right.yaml'] = [
]

snapshots['test_findings[W9834/wrong-authorizer.yaml] W9834/wrong-authorizer.yaml'] = [
    {
        'message': "Authorizer Check in Globals moves to qualifier live before SAM's permission for it exists, so invocations are denied meanwhile; permit it yourself first (cfn-lint-lambda-race plan)",
        'path': 'Globals/HttpApi/Auth/Authorizers/Check/FunctionArn',
        'position': '9:11',
        'rule': 'W9834'
    }
]

snapshots['test_findings[W9834/wrong-rest.yaml] W9834/wrong-rest.yaml'] = [
    {
        'message': 'Any (AWS::ApiGateway::Method) moves to qualifier live of Orders, but deployment Deployment keeps invoking $LATEST, whose permission is deleted; give Deployment a new logical ID',
        'path': 'Resources/Deployment',
        'position': '35:3',
        'rule': 'W9834'
    }
]

snapshots['test_findings[W9834/wrong-sam.yaml] W9834/wrong-sam.yaml'] = [
    {
        'message': "Event Hourly of Orders moves to qualifier live before SAM's permission for it exists, so invocations are denied meanwhile; deploy this change alone, at a quiet time",
        'path': 'Resources/Orders/Properties/Events/Hourly',
        'position': '12:9',
        'rule': 'W9834'
    }
]

snapshots['test_findings[W9834/wrong.yaml] W9834/wrong.yaml'] = [
    {
        'message': 'Hourly (AWS::Events::Rule) moves to qualifier live of Orders before permission Permission exists, so invocations are denied meanwhile; deploy the permission first, beside the old one',
        'path': 'Resources/Permission/Properties/FunctionName',
        'position': '29:7',
        'rule': 'W9834'
    }
]
