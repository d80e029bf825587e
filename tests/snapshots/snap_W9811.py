# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[W9811/right-conditions.yaml] W9811/right-conditions.yaml'] = [
]

snapshots['test_findings[W9811/right-parameter.yaml] W9811/right-parameter.yaml'] = [
]

snapshots['test_findings[W9811/right.yaml] W9811/right.yaml'] = [
]

snapshots['test_findings[W9811/wrong-conditions.yaml] W9811/wrong-conditions.yaml'] = [
    {
        'message': 'Alias OrdersLive of Orders points to $LATEST when IsProd is false, which changes in two steps during an update; point it to a published version',
        'path': 'Resources/OrdersLive/Properties/FunctionVersion/Fn::If/2',
        'position': '38:75',
        'rule': 'W9811'
    }
]

snapshots['test_findings[W9811/wrong-parameter.yaml] W9811/wrong-parameter.yaml'] = [
    {
        'message': 'Alias OrdersLive of Orders points to $LATEST, which changes in two steps during an update; point it to a published version',
        'path': 'Resources/OrdersLive/Properties/FunctionVersion',
        'position': '28:7',
        'rule': 'W9811'
    }
]

snapshots['test_findings[W9811/wrong.yaml] W9811/wrong.yaml'] = [
    {
        'message': 'Alias OrdersLive of Orders points to $LATEST, which changes in two steps during an update; point it to a published version',
        'path': 'Resources/OrdersLive/Properties/FunctionVersion',
        'position': '22:7',
        'rule': 'W9811'
    }
]
