# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[I9814/right-edge.yaml] I9814/right-edge.yaml'] = [
]

snapshots['test_findings[I9814/right.yaml] I9814/right.yaml'] = [
]

snapshots['test_findings[I9814/wrong.yaml] I9814/wrong.yaml'] = [
    {
        'message': 'Nightly (AWS::Events::Rule) invokes a version of Orders by number: each deployment replaces it and its permission in turn, and invocations between are denied; invoke an alias',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '34:11',
        'rule': 'I9814'
    }
]
