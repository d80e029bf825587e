# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[I9821/right-sam.yaml] I9821/right-sam.yaml'] = [
]

snapshots['test_findings[I9821/right.yaml] I9821/right.yaml'] = [
]

snapshots['test_findings[I9821/wrong-sam.yaml] I9821/wrong-sam.yaml'] = [
    {
        'message': "Layer Shared is shared by Orders (arm64) and Checkout (x86_64) but declares no CompatibleArchitectures: its binaries fail on one with 'exec format error'; declare what it runs on",
        'path': 'Resources/Shared',
        'position': '29:3',
        'rule': 'I9821'
    }
]

snapshots['test_findings[I9821/wrong.yaml] I9821/wrong.yaml'] = [
    {
        'message': "Layer Native is shared by Orders (arm64) and Checkout (x86_64) but declares no CompatibleArchitectures: its binaries fail on one with 'exec format error'; declare what it runs on",
        'path': 'Resources/Native',
        'position': '35:3',
        'rule': 'I9821'
    }
]
