# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[I9836/right-sam.yaml] I9836/right-sam.yaml'] = [
]

snapshots['test_findings[I9836/right.yaml] I9836/right.yaml'] = [
]

snapshots['test_findings[I9836/wrong-sam.yaml] I9836/wrong-sam.yaml'] = [
    {
        'message': 'Parameter PriceList changes Environment of Orders without publishing a version, so callers of Orders.Alias keep the old one; add it to the VersionDescription of Orders',
        'path': 'Resources/Orders',
        'position': '12:3',
        'rule': 'I9836'
    }
]

snapshots['test_findings[I9836/wrong.yaml] I9836/wrong.yaml'] = [
    {
        'message': 'Parameter Release changes Environment of Orders without publishing a version, so callers of OrdersLive keep the old one; add it to the Description of OrdersCurrentVersionE7A382CC5c1d0fcc0fa1e4a2ad6ccda7bd2d3a1d',
        'path': 'Resources/Orders',
        'position': '11:3',
        'rule': 'I9836'
    }
]
