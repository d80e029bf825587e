# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[story/alias.yaml] story/alias.yaml'] = [
]

snapshots['test_findings[story/race.yaml] story/race.yaml'] = [
    {
        'message': "This update changes Architectures of Orders (UpdateFunctionCode) and its Layers (UpdateFunctionConfiguration), and between the two calls layer binaries fail with 'exec format error'; invoke an alias first (cfn-lint-lambda-race plan)",
        'path': 'Resources/Orders/Properties/Layers/1',
        'position': '28:11',
        'rule': 'W9831'
    },
    {
        'message': 'Integration (AWS::ApiGatewayV2::Integration) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Integration/Properties/IntegrationUri',
        'position': '61:7',
        'rule': 'W9810'
    }
]
