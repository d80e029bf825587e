# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[W9833/right-description.yaml] W9833/right-description.yaml'] = [
]

snapshots['test_findings[W9833/right.yaml] W9833/right.yaml'] = [
]

snapshots['test_findings[W9833/wrong-description.yaml] W9833/wrong-description.yaml'] = [
    {
        'message': 'Parameter BuildId changes Code of Orders without publishing a version, so callers of OrdersLive keep the old one; add it to the Description of OrdersVersion',
        'path': 'Resources/Orders',
        'position': '13:3',
        'rule': 'I9836'
    },
    {
        'message': 'Version OrdersVersion is published once, because nothing ever replaces it: callers keep the first deployment; give it a new logical ID with every change',
        'path': 'Resources/OrdersVersion',
        'position': '23:3',
        'rule': 'W9833'
    }
]

snapshots['test_findings[W9833/wrong.yaml] W9833/wrong.yaml'] = [
    {
        'message': 'Version OrdersVersion is published once, because nothing ever replaces it: callers keep the first deployment; give it a new logical ID with every change',
        'path': 'Resources/OrdersVersion',
        'position': '18:3',
        'rule': 'W9833'
    }
]
