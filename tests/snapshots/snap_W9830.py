# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[W9830/right-build.yaml] W9830/right-build.yaml'] = [
]

snapshots['test_findings[W9830/right-sam.yaml] W9830/right-sam.yaml'] = [
]

snapshots['test_findings[W9830/right.yaml] W9830/right.yaml'] = [
]

snapshots['test_findings[W9830/wrong-build.yaml] W9830/wrong-build.yaml'] = [
    {
        'message': 'Parameter BuildId drives Code of Orders (UpdateFunctionCode) and its Environment (UpdateFunctionConfiguration), so a new value changes $LATEST in two steps; invoke an alias of a published version',
        'path': 'Resources/Orders',
        'position': '13:3',
        'rule': 'W9830'
    },
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '32:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9830/wrong-sam.yaml] W9830/wrong-sam.yaml'] = [
    {
        'message': 'Parameter CommitSha drives Code of Orders (UpdateFunctionCode) and its Environment (UpdateFunctionConfiguration), so a new value changes $LATEST in two steps; invoke an alias of a published version',
        'path': 'Resources/Orders',
        'position': '21:3',
        'rule': 'W9830'
    },
    {
        'message': 'Event Nightly of Orders invokes $LATEST of Orders, which changes in two steps during an update; set AutoPublishAlias on Orders and invoke that alias',
        'path': 'Resources/Orders/Properties/Events/Nightly',
        'position': '28:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9830/wrong.yaml] W9830/wrong.yaml'] = [
    {
        'message': 'Parameter Architecture drives Architectures of Orders (UpdateFunctionCode) and its Layers (UpdateFunctionConfiguration), so a new value changes $LATEST in two steps; invoke an alias of a published version',
        'path': 'Resources/Orders',
        'position': '18:3',
        'rule': 'W9830'
    },
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '40:11',
        'rule': 'W9810'
    }
]
