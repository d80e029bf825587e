# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[W9835/right-sam.yaml] W9835/right-sam.yaml'] = [
]

snapshots['test_findings[W9835/right.yaml] W9835/right.yaml'] = [
]

snapshots['test_findings[W9835/wrong-sam.yaml] W9835/wrong-sam.yaml'] = [
    {
        'message': "SAM makes a new version of unchanged Orders: Lambda refuses and the update rolls back; change the function's Description too or keep the version",
        'path': 'Resources/Orders',
        'position': '4:3',
        'rule': 'W9835'
    }
]

snapshots['test_findings[W9835/wrong.yaml] W9835/wrong.yaml'] = [
    {
        'message': "OrdersVersion is a new version of unchanged Orders: Lambda refuses and the update rolls back; change the function's Description too or keep the version",
        'path': 'Resources/OrdersVersion',
        'position': '12:3',
        'rule': 'W9835'
    }
]
