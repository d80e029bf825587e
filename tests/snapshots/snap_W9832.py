# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[W9832/right-sam.yaml] W9832/right-sam.yaml'] = [
]

snapshots['test_findings[W9832/right.yaml] W9832/right.yaml'] = [
]

snapshots['test_findings[W9832/wrong-sam.yaml] W9832/wrong-sam.yaml'] = [
    {
        'message': 'This update changes Handler of Orders but publishes no new version, so callers of Orders.Alias keep the old one; set AutoPublishAliasAllProperties on Orders',
        'path': 'Resources/Orders/Properties/Handler',
        'position': '14:7',
        'rule': 'W9832'
    }
]

snapshots['test_findings[W9832/wrong.yaml] W9832/wrong.yaml'] = [
    {
        'message': 'This update changes Code and Timeout of Orders but publishes no new version, so callers of OrdersLive keep the old one; give Orders a new AWS::Lambda::Version',
        'path': 'Resources/Orders/Properties/Timeout',
        'position': '14:7',
        'rule': 'W9832'
    }
]
