# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[W9810/right-sam.yaml] W9810/right-sam.yaml'] = [
]

snapshots['test_findings[W9810/right-sam.yaml] W9810/right-sam.yaml translated'] = [
]

snapshots['test_findings[W9810/right.yaml] W9810/right.yaml'] = [
]

snapshots['test_findings[W9810/wrong-sam.yaml] W9810/wrong-sam.yaml'] = [
    {
        'message': 'Event Api of Orders invokes $LATEST of Orders, which is half old and half new while the function is being updated; set AutoPublishAlias on Orders and invoke that alias',
        'path': 'Resources/Orders/Properties/Events/Api',
        'position': '17:9',
        'rule': 'W9810'
    },
    {
        'message': 'Event Nightly of Orders invokes $LATEST of Orders, which is half old and half new while the function is being updated; set AutoPublishAlias on Orders and invoke that alias',
        'path': 'Resources/Orders/Properties/Events/Nightly',
        'position': '22:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-sam.yaml] W9810/wrong-sam.yaml translated'] = [
    {
        'message': 'OrdersNightly (AWS::Events::Rule) invokes $LATEST of Orders, which is half old and half new while the function is being updated; invoke an alias of a published version',
        'path': 'Resources/OrdersNightly/Properties/Targets/0/Arn',
        'position': '9:1',
        'rule': 'W9810'
    },
    {
        'message': 'ServerlessHttpApi (AWS::ApiGatewayV2::Api) invokes $LATEST of Orders, which is half old and half new while the function is being updated; invoke an alias of a published version',
        'path': 'Resources/ServerlessHttpApi/Properties/Body/paths//orders/post/x-amazon-apigateway-integration/uri',
        'position': '20:19',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong.yaml] W9810/wrong.yaml'] = [
    {
        'message': 'FromQueue (AWS::Lambda::EventSourceMapping) invokes $LATEST of Orders, which is half old and half new while the function is being updated; invoke an alias of a published version',
        'path': 'Resources/FromQueue/Properties/FunctionName',
        'position': '26:7',
        'rule': 'W9810'
    },
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders, which is half old and half new while the function is being updated; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '35:11',
        'rule': 'W9810'
    },
    {
        'message': 'FromTopic (AWS::SNS::Subscription) invokes $LATEST of Orders, which is half old and half new while the function is being updated; invoke an alias of a published version',
        'path': 'Resources/FromTopic/Properties/Endpoint',
        'position': '45:7',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9820/right.yaml] W9820/right.yaml'] = [
]

snapshots['test_findings[W9820/wrong.yaml] W9820/wrong.yaml'] = [
    {
        'message': "Layer Native runs on x86_64 only, but Orders is arm64: what it brings fails to start with 'exec format error'; use a layer that is built for arm64",
        'path': 'Resources/Orders/Properties/Layers/0',
        'position': '20:11',
        'rule': 'W9820'
    },
    {
        'message': "Layer Datadog-Extension runs on x86_64 only, but Orders is arm64: what it brings fails to start with 'exec format error'; use Datadog-Extension-ARM",
        'path': 'Resources/Orders/Properties/Layers/1',
        'position': '21:11',
        'rule': 'W9820'
    }
]

snapshots['test_findings[W9831/right.yaml] W9831/right.yaml'] = [
]

snapshots['test_findings[W9831/wrong.yaml] W9831/wrong.yaml'] = [
    {
        'message': 'This update changes Code of Orders (UpdateFunctionCode) and its Environment (UpdateFunctionConfiguration), and between the two calls $LATEST is half old and half new; invoke an alias of a published version before you change both',
        'path': 'Resources/Orders',
        'position': '9:3',
        'rule': 'W9831'
    },
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders, which is half old and half new while the function is being updated; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '28:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[story/alias.yaml] story/alias.yaml'] = [
]

snapshots['test_findings[story/race.yaml] story/race.yaml'] = [
    {
        'message': "This update changes Architectures of Orders (UpdateFunctionCode) and its Layers (UpdateFunctionConfiguration), and between the two calls $LATEST is half old and half new; binaries in its layers and extensions then fail to start with 'exec format error'; invoke an alias of a published version before you change both",
        'path': 'Resources/Orders',
        'position': '13:3',
        'rule': 'W9831'
    },
    {
        'message': 'Integration (AWS::ApiGatewayV2::Integration) invokes $LATEST of Orders, which is half old and half new while the function is being updated; invoke an alias of a published version',
        'path': 'Resources/Integration/Properties/IntegrationUri',
        'position': '61:7',
        'rule': 'W9810'
    }
]
