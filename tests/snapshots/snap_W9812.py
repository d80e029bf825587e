# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[W9812/right-event-invoke-config.yaml] W9812/right-event-invoke-config.yaml'] = [
]

snapshots['test_findings[W9812/right-permission.yaml] W9812/right-permission.yaml'] = [
]

snapshots['test_findings[W9812/right-provisioned-concurrency.yaml] W9812/right-provisioned-concurrency.yaml'] = [
]

snapshots['test_findings[W9812/right-role.yaml] W9812/right-role.yaml'] = [
]

snapshots['test_findings[W9812/right-sam.yaml] W9812/right-sam.yaml'] = [
]

snapshots['test_findings[W9812/right-scalable-target.yaml] W9812/right-scalable-target.yaml'] = [
]

snapshots['test_findings[W9812/right-source.yaml] W9812/right-source.yaml'] = [
]

snapshots['test_findings[W9812/wrong-event-invoke-config.yaml] W9812/wrong-event-invoke-config.yaml'] = [
    {
        'message': 'The event-invoke config Invoked applies to $LATEST, but Topic (AWS::SNS::Topic) invokes OrdersLive of Orders, so it has no effect; put it on OrdersLive',
        'path': 'Resources/Invoked/Properties/Qualifier',
        'position': '37:7',
        'rule': 'W9812'
    }
]

snapshots['test_findings[W9812/wrong-permission.yaml] W9812/wrong-permission.yaml'] = [
    {
        'message': 'Permission FromRule is for $LATEST, but Nightly (AWS::Events::Rule) invokes OrdersLive of Orders, so its invocations are denied; put the permission on OrdersLive',
        'path': 'Resources/FromRule/Properties/FunctionName',
        'position': '44:7',
        'rule': 'W9812'
    }
]

snapshots['test_findings[W9812/wrong-provisioned-concurrency.yaml] W9812/wrong-provisioned-concurrency.yaml'] = [
    {
        'message': 'The provisioned concurrency of OrdersLive applies to OrdersLive, but Integration (AWS::ApiGatewayV2::Integration) invokes $LATEST of Orders, so it has no effect; let Integration (AWS::ApiGatewayV2::Integration) invoke OrdersLive',
        'path': 'Resources/OrdersLive/Properties/ProvisionedConcurrencyConfig',
        'position': '32:7',
        'rule': 'W9812'
    },
    {
        'message': 'Integration (AWS::ApiGatewayV2::Integration) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Integration/Properties/IntegrationUri',
        'position': '46:7',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9812/wrong-role.yaml] W9812/wrong-role.yaml'] = [
    {
        'message': 'Role ProcessRole allows $LATEST, but State Ship of Process (AWS::StepFunctions::StateMachine) invokes OrdersLive of Orders, so its invocations are denied; allow OrdersLive too',
        'path': 'Resources/ProcessRole/Properties/Policies/0/PolicyDocument/Statement/0/Resource',
        'position': '49:17',
        'rule': 'W9812'
    }
]

snapshots['test_findings[W9812/wrong-sam.yaml] W9812/wrong-sam.yaml'] = [
    {
        'message': 'Permission FromTopic is for $LATEST, but Topic (AWS::SNS::Topic) invokes !Ref Orders.Alias of Orders, so its invocations are denied; put the permission on !Ref Orders.Alias',
        'path': 'Resources/FromTopic/Properties/FunctionName',
        'position': '35:7',
        'rule': 'W9812'
    }
]

snapshots['test_findings[W9812/wrong-scalable-target.yaml] W9812/wrong-scalable-target.yaml'] = [
    {
        'message': 'The scalable target Warm applies to OrdersNext, but Api (AWS::ApiGatewayV2::Api) invokes OrdersLive of Orders, so it has no effect; put it on OrdersLive',
        'path': 'Resources/Warm/Properties/ResourceId',
        'position': '46:7',
        'rule': 'W9812'
    }
]

snapshots['test_findings[W9812/wrong-source.yaml] W9812/wrong-source.yaml'] = [
    {
        'message': 'Permission FromOffice is for $LATEST, but Office (AWS::ApiGatewayV2::Api) invokes OrdersLive of Orders, so its invocations are denied; put the permission on OrdersLive',
        'path': 'Resources/FromOffice/Properties/FunctionName',
        'position': '58:7',
        'rule': 'W9812'
    }
]
