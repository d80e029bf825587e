# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[W9831/right-layer.yaml] W9831/right-layer.yaml'] = [
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '31:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9831/right-sam.yaml] W9831/right-sam.yaml'] = [
]

snapshots['test_findings[W9831/right.yaml] W9831/right.yaml'] = [
]

snapshots['test_findings[W9831/wrong-layer.yaml] W9831/wrong-layer.yaml'] = [
    {
        'message': 'This update changes Code of Orders (UpdateFunctionCode) and its Layers (UpdateFunctionConfiguration), and between the two calls $LATEST mixes old and new; invoke an alias first (cfn-lint-lambda-race plan)',
        'path': 'Resources/Orders/Properties/Code/S3Key',
        'position': '18:9',
        'rule': 'W9831'
    },
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '35:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9831/wrong-sam.yaml] W9831/wrong-sam.yaml'] = [
    {
        'message': 'This update changes Code of Orders (UpdateFunctionCode) and its Environment (UpdateFunctionConfiguration), and between the two calls $LATEST mixes old and new; invoke an alias first (cfn-lint-lambda-race plan)',
        'path': 'Resources/Orders/Properties/Environment/Variables/TABLE_NAME',
        'position': '18:11',
        'rule': 'W9831'
    },
    {
        'message': 'Event Nightly of Orders invokes $LATEST of Orders, which changes in two steps during an update; set AutoPublishAlias on Orders and invoke that alias',
        'path': 'Resources/Orders/Properties/Events/Nightly',
        'position': '20:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9831/wrong.yaml] W9831/wrong.yaml'] = [
    {
        'message': 'This update changes Code of Orders (UpdateFunctionCode) and its Environment (UpdateFunctionConfiguration), and between the two calls $LATEST mixes old and new; invoke an alias first (cfn-lint-lambda-race plan)',
        'path': 'Resources/Orders/Properties/Environment/Variables/TABLE_NAME',
        'position': '20:11',
        'rule': 'W9831'
    },
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '28:11',
        'rule': 'W9810'
    }
]
