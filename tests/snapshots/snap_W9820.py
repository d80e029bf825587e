# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[W9820/right-conditions.yaml] W9820/right-conditions.yaml'] = [
]

snapshots['test_findings[W9820/right-layers.yaml] W9820/right-layers.yaml'] = [
]

snapshots['test_findings[W9820/right-sam.yaml] W9820/right-sam.yaml'] = [
]

snapshots['test_findings[W9820/right.yaml] W9820/right.yaml'] = [
]

snapshots['test_findings[W9820/wrong-conditions.yaml] W9820/wrong-conditions.yaml'] = [
    {
        'message': "Layer Datadog-Extension runs on x86_64 only, but Orders is arm64 when IsArm is true: it fails with 'exec format error'; use Datadog-Extension-ARM",
        'path': 'Resources/Orders/Properties/Layers/0/Fn::If/1',
        'position': '25:13',
        'rule': 'W9820'
    },
    {
        'message': "Layer Datadog-Extension-ARM runs on arm64 only, but Orders is x86_64 when IsArm is false: it fails with 'exec format error'; use Datadog-Extension",
        'path': 'Resources/Orders/Properties/Layers/0/Fn::If/2',
        'position': '26:13',
        'rule': 'W9820'
    }
]

snapshots['test_findings[W9820/wrong-layers.yaml] W9820/wrong-layers.yaml'] = [
    {
        'message': 'Layers Datadog-Python313 (x86_64) and Datadog-Extension-ARM (arm64) of Orders run on different architectures: binaries in one do not run; use layers of one architecture',
        'path': 'Resources/Orders/Properties/Layers/1',
        'position': '24:11',
        'rule': 'W9820'
    }
]

snapshots['test_findings[W9820/wrong-sam.yaml] W9820/wrong-sam.yaml'] = [
    {
        'message': 'Layer Native runs on x86_64 only, but Orders is arm64: binaries in it do not run; use a layer built for arm64',
        'path': 'Resources/Orders/Properties/Layers/0',
        'position': '20:11',
        'rule': 'W9820'
    }
]

snapshots['test_findings[W9820/wrong.yaml] W9820/wrong.yaml'] = [
    {
        'message': 'Layer Native runs on x86_64 only, but Orders is arm64: binaries in it do not run; use a layer built for arm64',
        'path': 'Resources/Orders/Properties/Layers/0',
        'position': '20:11',
        'rule': 'W9820'
    },
    {
        'message': "Layer Datadog-Extension runs on x86_64 only, but Orders is arm64: it fails with 'exec format error'; use Datadog-Extension-ARM",
        'path': 'Resources/Orders/Properties/Layers/1',
        'position': '21:11',
        'rule': 'W9820'
    }
]
